package cli_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/ringcx-go/ringcx/internal/cli"
	"github.com/ringcx-go/ringcx/internal/resource"
)

// The sandbox answers few of the operations of these commands. The others are answered here as the vendor describes them.

// callCenter is a vendor with one sub-account that has things of each kind, and writes down what is asked for them.
type callCenter struct {
	mu     sync.Mutex // guards what follows
	asked  []string   // method, path below the sub-account, and body of what is no GET
	got    int        // GETs of things
	things map[string]string
	fails  map[string]int // statuses, by method and path
}

const thing = `{"agentId":20,"gateId":20,"campaignId":20,"dialGroupId":20,"gateGroupId":20,"agentGroupId":20,"userId":20,"firstName":"Ada",
	"future":{"exact":12345678901234567890.10},"permissions":[],"isActive":1}`

func newCallCenter(t *testing.T) (*person, *callCenter) {
	p, c := newPerson(t), &callCenter{things: map[string]string{}, fails: map[string]int{}}
	for _, groups := range []string{"agentGroups", "gateGroups", "dialGroups"} {
		c.things["/"+groups] = `[{"agentGroupId":5,"gateGroupId":5,"dialGroupId":5,"groupName":"North","dialGroupName":"North"},
			{"agentGroupId":6,"gateGroupId":6,"dialGroupId":6,"groupName":"South","dialGroupName":"South"}]`
		for _, kind := range []string{"agents", "gates", "campaigns"} {
			c.things["/"+groups+"/5/"+kind] = `[{"agentId":10,"gateId":10,"campaignId":10}]`
			c.things["/"+groups+"/6/"+kind] = `[{"agentId":20,"gateId":20,"campaignId":20,"username":"ada","gateName":"ada","campaignName":"ada"}]`
			c.things["/"+groups+"/6/"+kind+"/20"] = thing
		}
		c.things["/"+groups+"/20"] = thing
	}
	c.things["/users"], c.things["/users/20"] = `[{"userId":20,"userName":"ada"}]`, thing
	before(p, c.answer)
	p.env["RINGCX_ACCOUNT"] = "46517001"
	return p, c
}

func (c *callCenter) answer(w http.ResponseWriter, r *http.Request) bool {
	path, below := strings.CutPrefix(r.URL.Path, "/voice/api/v1/admin")
	if !below || path == "/accounts" {
		return false
	}
	path = strings.TrimPrefix(path, "/accounts/46517001")
	c.mu.Lock()
	defer c.mu.Unlock()
	w.Header().Set("Content-Type", "application/json")
	body, _ := io.ReadAll(r.Body)
	if r.Method != http.MethodGet {
		if r.URL.RawQuery != "" {
			path += "?" + r.URL.RawQuery
		}
		c.asked = append(c.asked, strings.TrimSpace(r.Method+" "+path+" "+string(body)))
	}
	switch status := c.fails[r.Method+" "+path]; {
	case status != 0:
		w.WriteHeader(status)
		fmt.Fprint(w, `{"errorCode":"no.way"}`)
	case r.Method == http.MethodDelete:
		w.WriteHeader(http.StatusNoContent)
	case r.Method == http.MethodPost:
		w.WriteHeader(http.StatusCreated)
		fmt.Fprint(w, thing)
	case r.Method == http.MethodPut:
		_, _ = w.Write(body)
	case r.URL.Query().Get("page") > "0":
		fmt.Fprint(w, "[]")
	case c.things[path] == "":
		w.WriteHeader(http.StatusNotFound)
	default:
		c.got++
		fmt.Fprint(w, c.things[path])
	}
	return true
}

// feeds runs a command whose output is read by a program, and wants its exit code.
func (p *person) feeds(want int, input string, args ...string) (stdout, stderr string) {
	p.t.Helper()
	var out, errs bytes.Buffer
	code := cli.Main(&cli.Env{
		Args: args, Stdin: strings.NewReader(input), Stdout: &out, Stderr: &errs, Context: p.t.Context(), Getenv: func(name string) string { return p.env[name] },
	})
	if code != want {
		p.t.Fatalf("ringcx %s: exit code %d, want %d\n%s%s", strings.Join(args, " "), code, want, out.String(), errs.String())
	}
	return out.String(), errs.String()
}

// below is where one of a kind is, in the group 6 if it is in one.
func below(k *resource.Kind) string {
	op := resource.Operation(k.Get)
	path := op.Path[strings.Index(op.Path, "/admin")+len("/admin"):]
	path = strings.TrimPrefix(path, "/accounts/{accountId}")
	id, group := k.Params()
	return strings.NewReplacer("{"+id+"}", "20", "{"+group+"}", "6").Replace(path)
}

func TestEveryKindIsListedShownMadeChangedAndDeleted(t *testing.T) {
	p, c := newCallCenter(t)
	for _, k := range resource.Kinds {
		var group []string
		if k.Group != "" {
			group = []string{"--group", "south"}
		}
		with := func(args ...string) []string { return append(append([]string{k.Name}, args...), group...) }
		if out, _ := p.feeds(0, "", with("list")...); k.Group != "" && (!strings.HasPrefix(out, "20\t") || !strings.HasSuffix(out, "\t6\n")) {
			t.Errorf("%s list: %q", k.Name, out)
		}
		if out, _ := p.feeds(0, "", with("get", "20", "--jq", ".future.exact")...); out != "12345678901234567890.10\n" {
			t.Errorf("%s get: %q", k.Name, out)
		}
		c.asked = nil
		p.feeds(0, `{"future":1}`, with("create", "--input", "-", "--unchecked")...)
		p.feeds(0, "", with("update", "20", "-F", "permissions=null", "--unchecked")...)
		p.feeds(0, "", with("delete", "20", "--yes")...)
		one := below(k)
		kept := strings.Replace(canonical(t, thing), `"permissions":[]`, `"permissions":null`, 1)
		want := []string{"POST " + one[:strings.LastIndex(one, "/")] + ` {"future":1}`, "PUT " + one + " " + kept, "DELETE " + one}
		if k.Name == "users" {
			want[1] = `PUT /users/20 {"agentGroupId":20,"agentId":20,"campaignId":20,"dialGroupId":20,"firstName":"Ada","future":{"exact":12345678901234567890.10},"gateGroupId":20,"gateId":20,"isActive":1,"permissions":null,"userId":20}`
		}
		if !slices.Equal(c.asked, want) {
			t.Errorf("%s: asked\n%s\nwant\n%s", k.Name, strings.Join(c.asked, "\n"), strings.Join(want, "\n"))
		}
		for _, m := range k.More {
			c.things[one+resource.Operation(m.Operation).Path[strings.LastIndex(resource.Operation(m.Operation).Path, "/"):]] = `[{"agentId":1,"listId":1}]`
			if out, _ := p.feeds(0, "", with(m.Name, "20", "--json")...); !strings.Contains(out, `"listId": 1`) {
				t.Errorf("%s %s: %q", k.Name, m.Name, out)
			}
		}
	}
}

// canonical is an object with its fields in order, and its numbers as they are.
func canonical(t *testing.T, object string) string {
	t.Helper()
	var fields map[string]json.RawMessage
	if err := json.Unmarshal([]byte(object), &fields); err != nil {
		t.Fatal(err)
	}
	text, err := json.Marshal(fields)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func TestFieldsOfAChangeAreFlagsAndAreChecked(t *testing.T) {
	p, c := newCallCenter(t)
	out, errs := p.types(0, "agents", "create", "--group", "6", "--first-name", "Ada", "--is-active", "--agent-type", "AGENT", "-f", "agentGroup.id=6")
	if want := `POST /agentGroups/6/agents {"agentGroup":{"id":6},"agentType":"AGENT","firstName":"Ada","isActive":true}`; len(c.asked) != 1 || c.asked[0] != want {
		t.Errorf("asked %q, want %q", c.asked, want)
	}
	if errs != "Created agent 20.\n" || !strings.Contains(out, "firstName  Ada\n") {
		t.Errorf("it says %q and %q", errs, out)
	}
	c.asked, c.got = nil, 0
	for _, line := range []string{
		"agents create --first-name Ada", "agents create --group 6", "agents create --group 6 --is-active=maybe", "agents create --group 6 --agent-type AGENTS",
		"agents create --group 6 --frist-name Ada", "agents create --group 6 -f frist=x", "agents create --group 6 -f agentGroupId=7 --first-name x",
		"agents create x", "agents update", "agents update 20", "agents update 20 --group 6 -f agentId=7", "agents update 20 -f accountId=7", "agents update 20 --rank ten",
		"agents update 20 --group 6 --agent-rank ten", "agents delete", "agents delete 20", "agents delete 20 30 --yes", "agents get", "agents get 20 --json --csv", "agents list --jq .[",
		"campaigns create --group 6 --campaign-name x --input -", "queues update 20 --input x",
	} {
		_, errs := p.feeds(2, "{}", strings.Fields(line)...)
		if len(c.asked) > 0 || c.got > 0 || !strings.Contains(errs, "\nhint: ") {
			t.Errorf("%s: asked %q, and says %q", line, c.asked, errs)
		}
	}
}

func TestADryRunOfAChangeChangesNothing(t *testing.T) {
	p, c := newCallCenter(t)
	for line, want := range map[string]string{
		"agents create --group south --first-name Ada --dry-run": "POST %/accounts/46517001/agentGroups/6/agents",
		"agents update ada --first-name Bo --dry-run":            "PUT %/accounts/46517001/agentGroups/6/agents/20",
		"queues delete 20 --dry-run":                             "DELETE %/accounts/46517001/gateGroups/6/gates/20",
		"users delete 20 --cascade-delete=false --dry-run":       "DELETE %/users/20?cascadeDelete=false",
		"dial-groups create --dial-group-name x --dry-run":       "POST %/accounts/46517001/dialGroups",
	} {
		out, _ := p.feeds(0, "", strings.Fields(line)...)
		first, rest, _ := strings.Cut(out, "\n")
		if want = strings.Replace(want, "%", p.env["RINGCX_SERVER_URL"]+"/voice/api/v1/admin", 1); first != want || !strings.Contains(rest, "Authorization: Bearer ***\n") {
			t.Errorf("%s shows %q, want %q", line, out, want)
		}
		if strings.HasPrefix(line, "agents update") && !strings.Contains(rest, "12345678901234567890.10") {
			t.Errorf("the whole is not shown: %q", rest)
		}
	}
	if len(c.asked) > 0 {
		t.Errorf("a dry run asked %q", c.asked)
	}
	delete(p.env, "RC_USER_JWT") // nobody is logged in to the vendor itself
	p.env["RC_SERVER_URL"], p.env["RINGCX_SERVER_URL"] = "", ""
	if out, _ := p.feeds(0, "", strings.Fields("agents delete 20 --group 6 --account 7 --dry-run")...); !strings.HasPrefix(out, "DELETE https://ringcx.ringcentral.com/voice/api/v1/admin/accounts/7/agentGroups/6/agents/20\n") {
		t.Errorf("without a login: %q", out)
	}
}

func TestWhatTheVendorRefusesIsToldAndNothingIsSaidToBeDone(t *testing.T) {
	p, c := newCallCenter(t)
	c.fails["POST /dialGroups"], c.fails["PUT /dialGroups/20"], c.fails["DELETE /dialGroups/20"] = 422, 409, 403
	for _, line := range []string{"dial-groups create --dial-group-name x", "dial-groups update 20 --dial-group-name x", "dial-groups delete 20 --yes"} {
		out, errs := p.feeds(1, "", strings.Fields(line)...)
		if strings.TrimSpace(out) != `{"errorCode":"no.way"}` || strings.Contains(errs, "ed dial group") || !strings.Contains(errs, "no.way") {
			t.Errorf("%s: %q and %q", line, out, errs)
		}
	}
	c.fails["POST /dialGroups"] = 429
	if p.feeds(75, "", "dial-groups", "create", "--dial-group-name", "x"); len(c.asked) != 4 {
		t.Errorf("what makes something was sent again: %q", c.asked)
	}
}

func TestADeletionIsAskedForByNameAndDoneIfAPersonSaysYes(t *testing.T) {
	p, c := newCallCenter(t)
	ask := func(answer string, args ...string) (code int, errs string) {
		var out, err bytes.Buffer
		code = cli.Main(&cli.Env{
			Args: args, Stdin: strings.NewReader(answer), Stdout: &out, Stderr: &err, Context: t.Context(), Getenv: func(name string) string { return p.env[name] },
			OutTerminal: true, ErrTerminal: true, InTerminal: true,
		})
		return code, err.String()
	}
	c.things["/users/20"] = `{"userId":20,"userName":"ada\u001b[2J"}`
	for _, answer := range []string{"\n", "n\n", "nope\n", ""} {
		if code, errs := ask(answer, "users", "delete", "20"); code != 1 || len(c.asked) > 0 || strings.Contains(errs, "\x1b[2J") {
			t.Errorf("%q: exit code %d, asked %q, said %q", answer, code, c.asked, errs)
		}
	}
	code, errs := ask("y\n", "users", "delete", "20")
	if code != 0 || !slices.Equal(c.asked, []string{"DELETE /users/20"}) || !strings.Contains(errs, `Delete the user 20 ada\u001b[2J? The users below go too`) || !strings.Contains(errs, "Deleted user 20.\n") {
		t.Errorf("exit code %d, asked %q, said %q", code, c.asked, errs)
	}
}

func TestAListWithoutThingsIsOneAllTheSame(t *testing.T) {
	p, c := newCallCenter(t)
	for path := range c.things {
		c.things[path] = "[]"
	}
	for _, k := range resource.Kinds {
		for form, want := range map[string]string{"--json": "[]\n", "--jq=length": "0\n", "": ""} {
			args := slices.DeleteFunc([]string{k.Name, "list", form}, func(s string) bool { return s == "" })
			if out, _ := p.feeds(0, "", args...); out != want {
				t.Errorf("%q prints %q, want %q", args, out, want)
			}
		}
		if out, _ := p.feeds(0, "", k.Name, "list", "--csv"); strings.Count(out, "\r\n") != 1 {
			t.Errorf("%s list --csv prints %q, and not the header alone", k.Name, out)
		}
	}
}

func TestALoginThatMayNotListAccountsIsBelieved(t *testing.T) {
	p, c := newCallCenter(t)
	var listed atomic.Int32
	p.env["XDG_CACHE_HOME"] = t.TempDir()
	before(p, func(w http.ResponseWriter, r *http.Request) bool {
		if r.URL.Path == "/voice/api/v1/admin/accounts" {
			listed.Add(1)
			w.WriteHeader(http.StatusForbidden)
			return true
		}
		return c.answer(w, r)
	})
	for range 2 {
		if out, _ := p.feeds(0, "", "agents", "list", "--group", "6"); !strings.HasPrefix(out, "20\t") {
			t.Errorf("it lists %q", out)
		}
	}
	if n := listed.Load(); n != 1 {
		t.Errorf("the accounts were asked for %d times", n)
	}
	p.env["RINGCX_ACCOUNT"] = ""
	if _, errs := p.feeds(2, "", "agents", "list"); !strings.Contains(errs, "no sub-account is chosen") {
		t.Errorf("without one it says %q", errs)
	}
}

func TestAnInterruptedChangeIsNotSaidToHaveLostNothing(t *testing.T) {
	for method, lost := range map[string]bool{"PUT": true, "DELETE": true, "POST": true, "GET": false} { // what only reads is the control
		p := newPerson(t)
		ctx, interrupt := context.WithCancel(t.Context())
		before(p, func(_ http.ResponseWriter, r *http.Request) bool {
			if r.URL.Path != "/voice/thing" {
				return false
			}
			_, _ = io.Copy(io.Discard, r.Body)
			interrupt()
			<-r.Context().Done()
			return true
		})
		code, errs := p.interrupted(ctx, "api", method, "/voice/thing")
		if strings.Contains(errs, "may have been done") != lost || strings.Contains(errs, "nothing stored was lost") == lost || code != 130 && code != 1 {
			t.Errorf("%s: exit code %d, %q", method, code, errs)
		}
	}
}

// interrupted runs a command whose user interrupts it with ctx.
func (p *person) interrupted(ctx context.Context, args ...string) (code int, errs string) {
	p.t.Helper()
	var said bytes.Buffer
	code = cli.Main(&cli.Env{
		Args: args, Stdin: strings.NewReader(""), Stdout: io.Discard, Stderr: &said, Context: ctx,
		Getenv: func(name string) string { return p.env[name] },
	})
	return code, said.String()
}
