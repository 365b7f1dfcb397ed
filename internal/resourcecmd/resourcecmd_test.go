package resourcecmd_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/ringcx-go/ringcx/internal/apicmd"
	"github.com/ringcx-go/ringcx/internal/env"
	"github.com/ringcx-go/ringcx/internal/resource"
	"github.com/ringcx-go/ringcx/internal/resourcecmd"
	"github.com/ringcx-go/ringcx/internal/tell"
	"github.com/ringcx-go/ringcx/internal/terminal"
	"github.com/ringcx-go/ringcx/internal/usage"
)

// vendor answers each request as answer does, and writes down methods and paths.
type vendor struct {
	*httptest.Server
	asked []string
}

func newVendor(t *testing.T, answer http.HandlerFunc) *vendor {
	v := &vendor{}
	v.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body) // or the server does not see that the client has gone
		v.asked = append(v.asked, r.Method+" "+strings.TrimPrefix(r.URL.Path, "/voice/api/v1/admin"))
		w.Header().Set("Content-Type", "application/json")
		answer(w, r)
	}))
	t.Cleanup(v.Close)
	return v
}

// sent says whether a request with a method was sent.
func (v *vendor) sent(method string) bool {
	return slices.ContainsFunc(v.asked, func(s string) bool { return strings.HasPrefix(s, method+" ") })
}

// run is one command at the vendor, in the sub-account 7.
func (v *vendor) run(ctx context.Context, args ...string) (stdout, stderr string, err error) {
	var out, said bytes.Buffer
	e := &env.Env{Args: args, Stdin: strings.NewReader(""), Stdout: &out, Stderr: &said, Getenv: func(string) string { return "" }, Context: ctx}
	e, _, end := terminal.Guard(e)
	defer end()
	to := tell.New(e)
	seven := func() (string, error) { return "7", nil }
	lists := &apicmd.Lister{Client: v.Client(), MaxWait: time.Minute, Pause: func(time.Duration, string) error { return nil }}
	root := &cobra.Command{Use: "ringcx", SilenceErrors: true, SilenceUsage: true}
	root.AddCommand(resourcecmd.New(&resourcecmd.Host{
		Env: e, Teller: to, Terminal: terminal.New(e, to), Inherited: pflag.NewFlagSet("", pflag.ContinueOnError),
		AccountFlag: func(*cobra.Command) {}, Account: func(bool) (string, error) { return "7", nil }, Chosen: func() string { return "7 Sales" }, Unasked: seven,
		SignIn: func() (*resourcecmd.Login, error) { return &resourcecmd.Login{Lists: lists, Base: v.URL}, nil },
		Show:   func(c *apicmd.Call) error { return c.Show(ctx, v.URL, "", &out) },
	})...)
	root.SetArgs(args)
	root.SetOut(&out)
	err = root.ExecuteContext(ctx)
	return out.String(), said.String(), err
}

// of are the words that name the thing 5 of a kind, in the group 4.
func of(k *resource.Kind, verb string) []string {
	words := []string{k.Name, verb, "5"}
	if k.Group != "" {
		words = append(words, "--group", "4")
	}
	return words
}

func TestNothingIsSentBackForAThingThatWasNotReadForCertain(t *testing.T) {
	for _, k := range resource.Kinds {
		key := resource.Key(k)
		for _, c := range []struct {
			read string
			put  bool
		}{
			{`{"errorCode":"x.y","generalMessage":"no"}`, false},
			{`{"errorCode":"x.y","generalMessage":"no","` + key + `":5}`, false},
			{`{"` + key + `":6}`, false},
			{`{"` + key + `":null}`, false},
			{`{"` + key + `":[5]}`, false},
			{`{}`, false},
			{`[{"` + key + `":5}]`, false},
			{`null`, false},
			{``, false},
			{`5`, false},
			{`{"` + key + `":5`, false},
			{`{"` + key + `":5}`, true},
			{`{"` + key + `":"5"}`, true}, // the control: of such a one all is sent back
		} {
			v := newVendor(t, func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, c.read) })
			_, _, err := v.run(t.Context(), append(of(k, "update"), "-f", k.Columns[1].Field+"=x", "--unchecked")...)
			if v.sent("PUT") != c.put || (err == nil) != c.put {
				t.Errorf("%s read as %s: asked %q (%v)", k.Name, c.read, v.asked, err)
			}
			if _, _, err := v.run(t.Context(), of(k, "get")...); (err == nil) != c.put {
				t.Errorf("%s shown as %s: %v", k.Name, c.read, err)
			}
		}
	}
}

func TestASuccessThatSaysItIsNoneIsNotToldAsDone(t *testing.T) {
	for _, c := range []struct {
		verb   string
		status int
		body   string
		said   string // on stderr; "": it is an error
	}{
		{"update", 200, `{"agentId":5}`, "Changed agent 5."},
		{"delete", 200, `true`, "Deleted agent 5."},
		{"delete", 204, ``, "Deleted agent 5."}, // the control
		{"update", 204, ``, "Changed agent 5."},
		{"create", 201, `{"agentId":9}`, "Created agent 9."},
		{"update", 200, `{"errorCode":"x.y","generalMessage":"no"}`, ""},
		{"delete", 200, `{"errorCode":"x.y"}`, ""},
		{"create", 201, `{"errorCode":"x.y"}`, ""},
		{"update", 200, `false`, ""},
		{"delete", 200, " false\n", ""},
		{"create", 200, `false`, ""},
		{"update", 200, `{"agentId":6}`, ""},
		{"update", 206, `{"agentId":5}`, ""},
		{"delete", 206, `true`, ""},
		{"delete", 200, `null`, ""},
		{"delete", 200, `{"agentId":5}`, "Deleted agent 5."},
		{"delete", 200, `{}`, ""},
		{"delete", 200, `{"agentId":6}`, ""},
		{"update", 200, `{"agentId":"05"}`, "Changed agent 5."},
		{"update", 202, `{"agentId":5}`, "does not say that it is done: agent 5"},
		{"delete", 202, ``, "does not say that it is done: agent 5"},
		{"create", 202, ``, "does not say that it is done: agent"},
	} {
		v := newVendor(t, func(w http.ResponseWriter, r *http.Request) {
			if r.Method == http.MethodGet {
				_, _ = io.WriteString(w, `{"agentId":5}`)
				return
			}
			w.WriteHeader(c.status)
			_, _ = io.WriteString(w, c.body)
		})
		args := map[string][]string{
			"update": {"agents", "update", "5", "--group", "4", "--team", "x"}, "delete": {"agents", "delete", "5", "--group", "4", "--yes"},
			"create": {"agents", "create", "--group", "4", "--unchecked", "--team", "x"},
		}[c.verb]
		out, said, err := v.run(t.Context(), args...)
		switch {
		case c.said == "" && (err == nil || said != "" || usage.Hint(err) == "" || !strings.Contains(out, strings.TrimSpace(c.body)) || !strings.HasSuffix(out, "\n")):
			t.Errorf("%s %d %s: %q %q (%v)", c.verb, c.status, c.body, out, said, err)
		case c.said != "" && (err != nil || !strings.Contains(said, c.said) || c.status == 202 && strings.Contains(said, "ed agent 5.")):
			t.Errorf("%s %d %s: said %q (%v), want %q", c.verb, c.status, c.body, said, err, c.said)
		}
	}
}

func TestWhatDoesNotSayThatItWasDoneIsNotToldAsDone(t *testing.T) {
	for _, body := range []string{`{"success":false}`, `{"status":"FAILED"}`, `0`, `"error"`, `[]`, `null`, `{}`, `{"agentId":null}`, `{"agentId":"x"}`, `[{"agentId":5}]`} {
		for _, args := range [][]string{
			{"agents", "update", "5", "--group", "4", "--team", "x"}, {"agents", "delete", "5", "--group", "4", "--yes"}, {"agents", "create", "--group", "4", "--unchecked", "--team", "x"},
		} {
			v := newVendor(t, func(w http.ResponseWriter, r *http.Request) {
				_, _ = io.WriteString(w, map[bool]string{true: `{"agentId":5}`, false: body}[r.Method == http.MethodGet])
			})
			out, said, err := v.run(t.Context(), args...)
			if err == nil || said != "" || !strings.Contains(usage.Hint(err), "look before") || strings.TrimSpace(out) != body {
				t.Errorf("%q answered %s: %q %q (%v)", args, body, out, said, err)
			}
		}
	}
}

func TestAChangeWhoseAnswerIsLostMayHaveBeenDone(t *testing.T) {
	for _, how := range []string{"cut", "half", "interrupt", "closed before"} {
		for _, args := range [][]string{
			{"agents", "update", "5", "--group", "4", "--team", "x"}, {"agents", "delete", "5", "--group", "4", "--yes"}, {"agents", "create", "--group", "4", "--unchecked", "--team", "x"},
		} {
			ctx, interrupt := context.WithCancel(t.Context())
			v := newVendor(t, func(w http.ResponseWriter, r *http.Request) {
				switch {
				case r.Method == http.MethodGet:
					_, _ = io.WriteString(w, `{"agentId":5}`)
				case how == "half":
					w.Header().Set("Content-Length", "100")
					_, _ = io.WriteString(w, `{"agentId"`)
				case how == "interrupt":
					interrupt()
					<-r.Context().Done()
				default:
					panic(http.ErrAbortHandler)
				}
			})
			if how == "closed before" { // the control: what has not left was not done
				v.Close()
			}
			_, _, err := v.run(ctx, args...)
			var lost *apicmd.LostError
			if err == nil || errors.As(err, &lost) != (how != "closed before") || strings.Contains(usage.Hint(err), "may have been done") != (how != "closed before") {
				t.Errorf("%s of %q: %v (%s)", how, args, err, usage.Hint(err))
			}
			if how == "interrupt" && !errors.Is(err, context.Canceled) {
				t.Errorf("%q: %v is no interrupt", args, err)
			}
			interrupt()
		}
	}
}

func TestWhatIsReadIsWaitedFor(t *testing.T) {
	busy := 0
	v := newVendor(t, func(w http.ResponseWriter, _ *http.Request) {
		if busy++; busy == 1 {
			w.Header().Set("Retry-After", "3")
			w.WriteHeader(http.StatusTooManyRequests)
			return
		}
		fmt.Fprint(w, `{"agentId":5}`)
	})
	if _, _, err := v.run(t.Context(), "agents", "update", "5", "--group", "4", "--team", "x"); err != nil || !v.sent("PUT") {
		t.Errorf("%v: asked %q", err, v.asked)
	}
}

func TestAChangeThatMayBeSentAgainIsWaitedForAndNoOther(t *testing.T) {
	for _, c := range []struct {
		args  []string
		busy  int    // the status
		after string // Retry-After
		sent  string // all requests
	}{
		{[]string{"agents", "update", "5", "--group", "4", "--team", "x"}, 429, "3", "GET PUT GET PUT"}, // what others changed meanwhile stays
		{[]string{"agents", "update", "5", "--group", "4", "--team", "x"}, 503, "3", "GET PUT GET PUT"},
		{[]string{"agents", "delete", "5", "--group", "4", "--yes"}, 503, "3", "DELETE DELETE"},
		{[]string{"agents", "delete", "5", "--group", "4", "--yes"}, 503, "", "DELETE"}, // the controls
		{[]string{"agents", "delete", "5", "--group", "4", "--yes"}, 502, "3", "DELETE"},
		{[]string{"agents", "delete", "5", "--group", "4", "--yes"}, 429, "61", "DELETE"},
		{[]string{"agents", "create", "--group", "4", "--unchecked", "--team", "x"}, 429, "3", "POST"},
		{[]string{"agents", "create", "--group", "4", "--unchecked", "--team", "x"}, 503, "3", "POST"},
	} {
		busy := false
		v := newVendor(t, func(w http.ResponseWriter, r *http.Request) {
			if r.Method != http.MethodGet && !busy {
				busy = true
				w.Header().Set("Retry-After", c.after)
				w.WriteHeader(c.busy)
			}
			_, _ = io.WriteString(w, `{"agentId":5}`)
		})
		out, said, err := v.run(t.Context(), c.args...)
		var sent []string
		for _, one := range v.asked {
			method, _, _ := strings.Cut(one, " ")
			sent = append(sent, method)
		}
		again := strings.Count(c.sent, " ") > 0
		if strings.Join(sent, " ") != c.sent || (err == nil) != again || again && (!strings.Contains(said, "ed agent 5.") || strings.Count(out, "5") > 1) {
			t.Errorf("%d %q of %q: sent %q, said %q, %q (%v)", c.busy, c.after, c.args, sent, said, out, err)
		}
	}
}

func TestCSVOfThingsTellsWhatItLeavesOut(t *testing.T) {
	for _, args := range [][]string{{"queues", "list", "--group", "4"}, {"queues", "get", "5", "--group", "4"}, {"queues", "agents", "5", "--group", "4"}} {
		for _, c := range []struct {
			format, row string
			told        bool
		}{
			{"--csv", `{"gateId":5,"agentId":5,"fresh":1}`, true},
			{"--csv", `{}`, false}, // the controls
			{"--json", `{"gateId":5,"agentId":5,"fresh":1}`, false},
		} {
			row := c.row
			if args[1] == "get" && row == `{}` {
				row = `{"gateId":5}`
			}
			v := newVendor(t, func(w http.ResponseWriter, _ *http.Request) {
				_, _ = io.WriteString(w, map[bool]string{true: row, false: "[" + row + "]"}[args[1] == "get"])
			})
			_, said, err := v.run(t.Context(), append(args, c.format)...)
			if err != nil || strings.Contains(said, "nobody describes") != c.told || c.told && !strings.Contains(said, "fresh") {
				t.Errorf("%q %s of %s: said %q (%v)", args, c.format, c.row, said, err)
			}
		}
	}
}

func TestADamagedListIsToldAsDamaged(t *testing.T) {
	for answer, want := range map[string]string{`[{"agentId":5},`: "the answer is damaged", `{"agentId":5}`: "the answer is not a list"} {
		v := newVendor(t, func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, answer) })
		if _, _, err := v.run(t.Context(), "agents", "list", "--group", "4", "--csv"); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", answer, err)
		}
	}
}

func TestTrueAndFalseAreNoNames(t *testing.T) {
	for _, args := range [][]string{{"agents", "update", "5", "--is-active", "false"}, {"agents", "update", "--is-active", "false"}, {"users", "delete", "true"}} {
		v := newVendor(t, func(http.ResponseWriter, *http.Request) {})
		_, _, err := v.run(t.Context(), args...)
		if misuse := (*usage.Error)(nil); !errors.As(err, &misuse) || !strings.Contains(misuse.Remedy, "--is-active=") || len(v.asked) > 0 {
			t.Errorf("%q: %v, asked %q", args, err, v.asked)
		}
	}
}

func TestNothingIsDeletedByANumberThatIsTheNameOfAnother(t *testing.T) {
	v := newVendor(t, func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodGet {
			_, _ = io.WriteString(w, `[{"agentGroupId":7,"groupName":"North"},{"agentGroupId":15,"groupName":"007"}]`)
		}
	})
	if _, _, err := v.run(t.Context(), "agent-groups", "delete", "007", "--yes"); err != nil || !slices.Contains(v.asked, "DELETE /accounts/7/agentGroups/15") {
		t.Errorf("asked was %q (%v)", v.asked, err)
	}
	v.asked = nil
	_, _, err := v.run(t.Context(), "agent-groups", "delete", "99999999999999999999", "--yes")
	if misuse := (*usage.Error)(nil); !errors.As(err, &misuse) || v.sent("DELETE") {
		t.Errorf("asked was %q (%v)", v.asked, err)
	}
}

func TestAnUpdateSendsFieldsBackByteByByteAndRefusesWhereItCannot(t *testing.T) {
	read, sent := "", ""
	v := newVendor(t, func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, read) })
	inner := v.Config.Handler
	v.Config.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodPut {
			body, _ := io.ReadAll(r.Body)
			sent = string(body)
		}
		inner.ServeHTTP(w, r)
	})
	for _, kind := range []string{"users", "agent-groups"} {
		for _, c := range []struct{ field, kept string }{
			{"\"future\":\"M\xfcller\"", "\"future\":\"M\xfcller\""},
			{"\"deep\":{\"x\":[\"\xfc\",\"\xff\"]}", "\"deep\":{\"x\":[\"\xfc\",\"\xff\"]}"},
			{"\"n\xfc\":1", ""},
			{"\"deep\":{\"n\xfc\":1}", "\"deep\":{\"n\xfc\":1}"},
		} {
			read, sent = `{"userId":5,"agentGroupId":5,`+c.field+`}`, ""
			_, _, err := v.run(t.Context(), kind, "update", "5", "-f", map[string]string{"users": "firstName", "agent-groups": "groupName"}[kind]+"=Ada")
			if c.kept == "" && (err == nil || sent != "" || !strings.Contains(err.Error(), "no UTF-8")) || c.kept != "" && (err != nil || !strings.Contains(sent, c.kept)) {
				t.Errorf("%s: of %q was sent %q (%v)", kind, c.field, sent, err)
			}
		}
	}
}
