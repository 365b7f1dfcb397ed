package resource_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/ringcx-go/ringcx/internal/apicmd"
	"github.com/ringcx-go/ringcx/internal/apispec"
	"github.com/ringcx-go/ringcx/internal/resource"
	"github.com/ringcx-go/ringcx/internal/terminal"
	"github.com/ringcx-go/ringcx/internal/usage"
)

func TestEveryRowOfTheTableIsDescribed(t *testing.T) {
	for _, k := range resource.Kinds {
		id, group := k.Params()
		if (group != "") != (k.Group != "") || k.Group != "" && resource.Named(k.Group) == nil {
			t.Errorf("%s: its group is %q, and the path has %q", k.Name, k.Group, group)
		}
		if k.Group != "" {
			if in, _ := resource.Named(k.Group).Params(); in != group {
				t.Errorf("%s: paths call its group %q, and those of %s call it %q", k.Name, group, k.Group, in)
			}
		}
		if list, ok := apispec.Find(k.List); ok && k.NoAccount == strings.Contains(list.Path, "{accountId}") {
			t.Errorf("%s: whether they belong to a sub-account is said wrongly", k.Name)
		}
		of := []string{group}
		one := []string{group, id}
		for _, o := range []struct {
			op, method string
			params     []string
		}{
			{k.List, "GET", of}, {k.Get, "GET", one}, {k.Create, "POST", of}, {k.Update, "PUT", one}, {k.Delete, "DELETE", one},
		} {
			checkOperation(t, k.Name, o.op, o.method, o.params)
		}
		rows := resource.Rows(k.List)
		if rows == nil || rows != resource.Rows(k.Get) || rows.Key != id && rows.PathKey != id {
			t.Errorf("%s: its list has other rows than what is got, or another key than %s", k.Name, id)
			continue
		}
		checkColumns(t, k.Name, rows, k.Columns, k.Group != "")
		if rows.Field(resource.GroupField) != nil {
			t.Errorf("%s: %s is a field of its own", k.Name, resource.GroupField)
		}
		for _, name := range k.Names {
			if rows.Field(name) == nil {
				t.Errorf("%s: it has no field %s", k.Name, name)
			}
		}
		for _, m := range k.More {
			checkOperation(t, k.Name+" "+m.Name, m.Operation, "GET", one)
			if m.Columns != nil {
				checkColumns(t, k.Name+" "+m.Name, resource.Rows(m.Operation), m.Columns, false)
			} else if resource.Rows(m.Operation) == nil {
				t.Errorf("%s %s: nobody describes its rows", k.Name, m.Name)
			}
		}
	}
}

// checkOperation sees that an operation is there, with a method, and with these parameters in its path besides the account.
func checkOperation(t *testing.T, name, id, method string, params []string) {
	op, ok := apispec.Find(id)
	if !ok || op.ID != id || op.Method != method || op.Source == apispec.Internal {
		t.Errorf("%s: there is no %s %s", name, method, id)
		return
	}
	var got []string
	for p := range op.In(apispec.InPath) {
		if p.Name != "accountId" && p.Name != "subAccountId" {
			got = append(got, p.Name)
		}
	}
	want := slices.DeleteFunc(slices.Clone(params), func(s string) bool { return s == "" })
	if !slices.Equal(got, want) {
		t.Errorf("%s: %s has the parameters %q, want %q", name, id, got, want)
	}
}

func checkColumns(t *testing.T, name string, s *apispec.Schema, columns []terminal.Column, grouped bool) {
	if len(columns) == 0 || columns[0].Field != s.Key {
		t.Errorf("%s: the first column is not its key %s", name, s.Key)
	}
	for _, c := range columns {
		if f := s.Field(c.Field); f == nil && (!grouped || c.Field != resource.GroupField) || f != nil && f.Secret {
			t.Errorf("%s: %s has no field %s to show", name, s.Name, c.Field)
		}
	}
}

// recorder is a vendor with canned answers, which writes down what it is asked.
type recorder struct {
	*httptest.Server
	answers map[string]string // by path, or path with query
	busy    map[string]int    // how often a path asks for patience before it answers
	asked   []string
}

func vendor(t *testing.T, answers map[string]string) (*recorder, *resource.Runner) {
	rec := &recorder{answers: answers, busy: map[string]int{}}
	rec.Server = httptest.NewServer(rec)
	t.Cleanup(rec.Close)
	return rec, &resource.Runner{
		Lists: &apicmd.Lister{Client: rec.Client(), MaxWait: time.Minute, Pause: func(d time.Duration, _ string) error {
			rec.asked = append(rec.asked, "pause "+d.String())
			return nil
		}},
		Base: rec.URL, Account: func() (string, error) { return "7", nil },
	}
}

func (rec *recorder) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	path := strings.TrimPrefix(r.URL.Path, "/voice/api/v1/admin/accounts/7")
	if page := r.URL.Query().Get("page"); page != "" && page != "0" {
		fmt.Fprint(w, "[]")
		return
	}
	rec.asked = append(rec.asked, path)
	if rec.busy[path] > 0 {
		rec.busy[path]--
		w.Header().Set("Retry-After", "3")
		w.WriteHeader(http.StatusTooManyRequests)
		return
	}
	answer, ok := rec.answers[path]
	if !ok {
		w.WriteHeader(http.StatusNotFound)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	fmt.Fprint(w, answer)
}

// callCenter has three groups of agents, of which one is gone when its turn comes.
var callCenter = map[string]string{
	"/agentGroups":             `[{"agentGroupId":1,"groupName":"North"},{"agentGroupId":2,"groupName":"South"},{"agentGroupId":3,"groupName":"south"},{"agentGroupId":4,"groupName":"East"}]`,
	"/agentGroups/1/agents":    `[{"agentId":10,"username":"ada","email":"a@x"},{"agentId":11,"username":"bo"}]`,
	"/agentGroups/2/agents":    `[{"agentId":20,"username":"cy"}]`,
	"/agentGroups/4/agents":    `[{"agentId":40,"username":"Bo"}]`,
	"/agentGroups/2/agents/20": `{"agentId":20,"username":"cy","future":1.50}`,
}

func all(t *testing.T, r *resource.Runner, kind, group string) (got []string, err error) {
	t.Helper()
	err = r.Each(t.Context(), resource.Named(kind), group, func(in string, page []json.RawMessage) error {
		for _, row := range page {
			var v struct {
				ID json.Number `json:"agentId"`
			}
			if err := json.Unmarshal(row, &v); err != nil {
				return err
			}
			got = append(got, in+"/"+v.ID.String())
		}
		return nil
	})
	return got, err
}

func TestAListWithoutItsGroupGoesThroughAllGroups(t *testing.T) {
	rec, r := vendor(t, callCenter)
	var told, progress []string
	r.Warn = func(text string) { told = append(told, text) }
	r.Progress = func(text string) { progress = append(progress, text) }
	got, err := all(t, r, "agents", "")
	if want := []string{"1/10", "1/11", "2/20", "4/40"}; err != nil || !slices.Equal(got, want) {
		t.Errorf("got %q, want %q (%v)", got, want, err)
	}
	if want := []string{"1 agent group left out, which the vendor does not find any more: 3"}; !slices.Equal(told, want) {
		t.Errorf("told %q, want %q", told, want)
	}
	if len(progress) != 4 || progress[3] != "agent group 4 of 4 …" {
		t.Errorf("progress %q", progress)
	}
	rec.asked = nil
	if got, err := all(t, r, "agents", "north"); err != nil || len(got) != 2 || !slices.Equal(rec.asked, []string{"/agentGroups", "/agentGroups/1/agents"}) {
		t.Errorf("of one group by name: %q, asked %q (%v)", got, rec.asked, err)
	}
	rec.asked = nil
	if got, err := all(t, r, "agents", "2"); err != nil || len(got) != 1 || !slices.Equal(rec.asked, []string{"/agentGroups/2/agents"}) {
		t.Errorf("of one group by ID: %q, asked %q (%v)", got, rec.asked, err)
	}
}

func TestGroupsWithoutAListAreTakenForGoneOnlyWhereTheVendorSaysSo(t *testing.T) {
	const groups = `[{"agentGroupId":1},{"agentGroupId":null},{"groupName":"x"},{"agentGroupId":{"id":3}},{"agentGroupId":"../3"},{"agentGroupId":2}]`
	page := func(w http.ResponseWriter) {
		w.Header().Set("Content-Type", "text/html")
		w.WriteHeader(http.StatusNotFound)
		fmt.Fprint(w, "<html>")
	}
	none := func(w http.ResponseWriter) { w.WriteHeader(http.StatusNotFound) }
	some := func(w http.ResponseWriter) { fmt.Fprint(w, `[{"agentId":5}]`) }
	for name, c := range map[string]struct {
		first, second func(http.ResponseWriter)
		fails         string
		told          []string
	}{
		"all there":  {some, some, "", nil},
		"one gone":   {none, some, "", []string{"1 agent group left out, which the vendor does not find any more: 1"}},
		"all gone":   {none, none, "none of the 2 agent groups has a list", nil},
		"a page":     {page, some, "not whole, it broke off at agent group 1", nil},
		"last paged": {some, page, "not whole, it broke off at agent group 2", nil},
	} {
		rec := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			switch {
			case strings.HasSuffix(r.URL.Path, "/1/agents"):
				c.first(w)
			case strings.HasSuffix(r.URL.Path, "/2/agents"):
				c.second(w)
			case r.URL.Query().Get("page") == "0":
				fmt.Fprint(w, groups)
			default:
				fmt.Fprint(w, "[]")
			}
		}))
		_, r := vendor(t, nil)
		r.Base = rec.URL
		var told []string
		r.Warn = func(text string) { told = append(told, text) }
		_, err := all(t, r, "agents", "")
		want := append([]string{"4 agent groups left out, whose ID (agentGroupId) the vendor does not tell"}, c.told...)
		if (err == nil) != (c.fails == "") || err != nil && !strings.Contains(err.Error(), c.fails) || !slices.Equal(told, want) {
			t.Errorf("%s: %v, told %q", name, err, told)
		}
		rec.Close()
	}
}

func TestPatienceIsGivenInTheMiddleOfAWalk(t *testing.T) {
	rec, r := vendor(t, callCenter)
	rec.busy["/agentGroups/2/agents"] = 2
	got, err := all(t, r, "agents", "")
	if err != nil || len(got) != 4 || !slices.Contains(rec.asked, "pause 3s") {
		t.Errorf("got %q, asked %q (%v)", got, rec.asked, err)
	}
	rec.busy["/agentGroups/2/agents"] = 1
	r.Lists.MaxWait = 0
	if _, err := all(t, r, "agents", ""); !usage.IsBusy(err) || !strings.Contains(err.Error(), "not whole, it broke off at agent group 2, 2 of 4") {
		t.Errorf("a walk that may not wait: %v", err)
	}
}

func TestAThingIsFoundInItsGroup(t *testing.T) {
	for _, c := range []struct{ word, group, want string }{
		{"20", "", "agentGroupId=2 agentId=20"},
		{"20", "4", "agentGroupId=4 agentId=20"},
		{"20", "north", "agentGroupId=1 agentId=20"},
		{"ada", "", "agentGroupId=1 agentId=10"},
		{"A@X", "", "agentGroupId=1 agentId=10"},
		{"bo", "east", "agentGroupId=4 agentId=40"},
	} {
		_, r := vendor(t, callCenter)
		got, err := r.Find(t.Context(), resource.Named("agents"), c.word, c.group)
		if err != nil || strings.Join(got.Fields(), " ") != c.want {
			t.Errorf("%q in %q is %q, want %q (%v)", c.word, c.group, got.Fields(), c.want, err)
		}
	}
	rec, r := vendor(t, callCenter)
	if _, err := r.Find(t.Context(), resource.Named("agents"), "10", ""); err != nil || !slices.Equal(rec.asked, []string{"/agentGroups", "/agentGroups/1/agents"}) {
		t.Errorf("the walk went on after the agent was found: %q (%v)", rec.asked, err)
	}
	rec.asked = nil
	if got, err := r.Find(t.Context(), resource.Named("agent-groups"), "99", ""); err != nil || got.ID != "99" || len(rec.asked) > 0 {
		t.Errorf("an ID that needs no group cost %q (%v)", rec.asked, err)
	}
}

func TestANumberThatIsNotWrittenAsAnIDIsIsAName(t *testing.T) {
	groups := map[string]string{"/agentGroups": `[{"agentGroupId":7,"groupName":"North"},{"agentGroupId":15,"groupName":"007"},{"agentGroupId":16,"groupName":"99999999999999999999"}]`}
	for word, want := range map[string]string{"007": "15", "99999999999999999999": "16", "7": "7", "2147483647": "2147483647", "07": "", "2147483648": "", "+7": "", "-7": ""} {
		rec, r := vendor(t, groups)
		got, err := r.Find(t.Context(), resource.Named("agent-groups"), word, "")
		if misuse := (*usage.Error)(nil); got.ID != want || errors.As(err, &misuse) != (want == "") || slices.ContainsFunc(rec.asked, func(path string) bool { return path != "/agentGroups" }) {
			t.Errorf("%s is %+v, asked was %q (%v)", word, got, rec.asked, err)
		}
	}
}

func TestWhatIsNotFoundIsRefusedWithWhatIsNear(t *testing.T) {
	for _, c := range []struct{ kind, word, group, says, hint string }{
		{"agents", "bo", "", `2 agents have the name "bo": 11 in agent group 1 and 40 in agent group 4`, "--group"},
		{"agents", "adda", "", `there is no agent "adda"`, `did you mean "ada"?`},
		{"agents", "10", "nord", `there is no agent group "nord"`, `did you mean "North"?`},
		{"agents", "x", "south", `2 agent groups have the name "south": 2 and 3`, "the ID"},
		{"agents", "", "", `"" is not the ID of an agent`, "ringcx agents list"},
		{"agent-groups", "../1", "", `there is no agent group "../1"`, "ringcx agent-groups list"},
	} {
		_, r := vendor(t, callCenter)
		_, err := r.Find(t.Context(), resource.Named(c.kind), c.word, c.group)
		var misuse *usage.Error
		if !errors.As(err, &misuse) || misuse.Problem != c.says || !strings.Contains(misuse.Remedy, c.hint) {
			t.Errorf("%s %q in %q: %v (%s)", c.kind, c.word, c.group, err, usage.Hint(err))
		}
	}
	_, r := vendor(t, callCenter)
	_, err := r.Find(t.Context(), resource.Named("agents"), "30", "")
	if misuse := (*usage.Error)(nil); !errors.As(err, &misuse) {
		t.Errorf("an ID that is nowhere is another mistake than a name that is: %v", err)
	}
}

func TestWhatChangesAThingInSeveralGroupsIsToldWhich(t *testing.T) {
	twice := maps.Clone(callCenter)
	twice["/agentGroups/4/agents"] = `[{"agentId":20,"username":"cy"}]`
	for _, c := range []struct {
		word, group string
		sure        bool
		want        string // the group; "": it is refused
	}{
		{"20", "", true, ""}, {"cy", "", true, ""}, {"20", "", false, "2"}, {"cy", "", false, "2"}, // of what is only read the first will do
		{"20", "4", true, "4"}, {"cy", "east", true, "4"}, {"10", "", true, "1"}, {"ada", "", true, "1"}, // the control
	} {
		_, r := vendor(t, twice)
		r.Sure = c.sure
		got, err := r.Find(t.Context(), resource.Named("agents"), c.word, c.group)
		if got.Group != c.want || (err == nil) != (c.want != "") {
			t.Errorf("%q in %q, sure %t: %+v (%v)", c.word, c.group, c.sure, got, err)
		}
		if err != nil && (!strings.Contains(err.Error(), "agent 20 is in 2 agent groups: 2 and 4") || !strings.Contains(usage.Hint(err), "--group")) {
			t.Errorf("%q: %v (%s)", c.word, err, usage.Hint(err))
		}
	}
}

func TestAThingIsGotAsItIs(t *testing.T) {
	_, r := vendor(t, callCenter)
	got, err := r.Get(t.Context(), resource.Found{Kind: resource.Named("agents"), Group: "2", ID: "20"})
	if err != nil || string(got) != callCenter["/agentGroups/2/agents/20"] {
		t.Errorf("got %s (%v)", got, err)
	}
	_, err = r.Get(t.Context(), resource.Found{Kind: resource.Named("agents"), Group: "2", ID: "21"})
	if refused := (*apicmd.CallError)(nil); !errors.As(err, &refused) || refused.Status != http.StatusNotFound {
		t.Errorf("what is not there: %v", err)
	}
	for _, group := range []string{"..", "a/b", ""} {
		if got, err := r.Get(t.Context(), resource.Found{Kind: resource.Named("agents"), Group: group, ID: "20"}); err == nil {
			t.Errorf("the group %q led to %s", group, got)
		}
	}
}

func TestAnInterruptEndsAWalkAtOnce(t *testing.T) {
	rec, r := vendor(t, callCenter)
	ctx, cancel := context.WithCancel(t.Context())
	err := r.Each(ctx, resource.Named("agents"), "", func(string, []json.RawMessage) error { cancel(); return nil })
	if !errors.Is(err, context.Canceled) || len(rec.asked) > 2 {
		t.Errorf("it asked for %q and ended with %v", rec.asked, err)
	}
}

func TestAnUpdateLosesNothing(t *testing.T) {
	for _, c := range []struct{ kind, read, changes, want string }{
		{"agents", `{"agentId":20,"future":12345678901234567890,"rank":1.50,"email":null}`, `{"firstName":"Cy"}`, `{"agentId":20,"email":null,"firstName":"Cy","future":12345678901234567890,"rank":1.50}`},
		{"agents", `{"agentGroup":{"id":5,"description":"x","new":[1.0]},"chatQueueAssignments":[1,2]}`, `{"agentGroup":{"id":6},"chatQueueAssignments":[3]}`, `{"agentGroup":{"description":"x","id":6,"new":[1.0]},"chatQueueAssignments":[3]}`},
		{"agents", `{"isActive":true,"team":"a"}`, `{"isActive":false,"team":null}`, `{"isActive":false,"team":null}`},
		{"agents", `{"script":{"id":1}}`, `{"script":null}`, `{"script":null}`},
		{"users", `{"userId":1,"email":"a@b","roles":[],"future":[{}]}`, `{"firstName":"Ada"}`, `{"email":"a@b","firstName":"Ada","future":[{}],"roles":[],"userId":1}`},
		{"users", `{"userId":1,"roles":["USER"]}`, `{"roles":[{"roleType":"USER"}]}`, `{"roles":[{"roleType":"USER"}],"userId":1}`},
		{"users", `{"userId":1,"roles":[{"roleType":"USER","rights":[1.0]}]}`, `{"firstName":"Ada"}`, `{"firstName":"Ada","roles":[{"roleType":"USER","rights":[1.0]}],"userId":1}`},
		{"users", `{"roles":[{"roleType":"USER","rights":[1.0]},{"roleType":"X"}]}`, `{"roles":[{"roleType":"USER"},{"roleType":"NEW"}]}`, `{"roles":[{"roleType":"USER","rights":[1.0]},{"roleType":"NEW"}]}`},
		{"users", `{"roles":[{"roleType":"USER","a":1},{"roleType":"USER","a":2}]}`, `{"roles":[{"roleType":"USER"}]}`, `{"roles":[{"roleType":"USER"}]}`},
	} {
		got, left, err := resource.Named(c.kind).Changed([]byte(c.read), []byte(c.changes))
		if err != nil || left != nil || string(got) != c.want {
			t.Errorf("%s with %s: %s (%v), want %s", c.read, c.changes, got, err, c.want)
		}
	}
	if _, left, err := resource.Named("users").Changed([]byte(`{"userId":1,"roles":""}`), []byte(`{"firstName":"Ada"}`)); err != nil || !slices.Equal(left, []string{"roles"}) {
		t.Errorf("what is left out: %q (%v)", left, err)
	}
}

func TestAllFieldsOfEveryKindSurviveAnUpdate(t *testing.T) {
	for _, k := range resource.Kinds {
		read := map[string]any{"unheardOf": json.Number("1.50")}
		for _, f := range resource.Rows(k.Get).Fields {
			if k.Name == "users" && f.Name == "roles" {
				continue // updates have them in another form
			}
			read[f.Name] = "kept " + f.Name
		}
		data, err := json.Marshal(read)
		if err != nil {
			t.Fatal(err)
		}
		got, left, err := k.Changed(data, []byte(`{}`))
		if left != nil || err != nil || string(got) != string(data) {
			t.Errorf("%s: %s became %s (%v)", k.Name, data, got, err)
		}
	}
}
