package api_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"math"
	"net/http"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/ringcx-go/ringcx/api"
	"github.com/ringcx-go/ringcx/internal/apispec"
)

func TestNoEmptyAnswerIsTakenForWhatIsDescribed(t *testing.T) {
	r := record(t)
	c := r.client()
	n := 0
	for _, op := range offered() {
		out := op.Answers[0].Type
		if out == nil || out.Kind != apispec.Object && out.Kind != apispec.Array && out.Kind != apispec.Map {
			continue
		}
		n++
		var body *apispec.Body
		if len(op.Bodies) > 0 {
			body = &op.Bodies[0]
		}
		m := methodOf(t, c, op.Section, op.Name)
		for answer, want := range map[string]string{"": "", "null": "", " null\n": "", `{"errorCode":"access.denied","generalMessage":"no","timestamp":1}`: "access.denied"} {
			r.answer = answer
			results := m.Call(plan(t, op, body, m, false).args)
			err, _ := results[len(results)-1].Interface().(error)
			var refused *api.Error
			switch {
			case want == "" && !errors.Is(err, api.ErrEmpty):
				t.Errorf("%s answered with %q: %v", op.ID, answer, err)
			case want != "" && out.Kind == apispec.Object && op.Answers[0].Type.Name != "" && describesCode(out.Name):
			case want != "" && (!errors.As(err, &refused) || refused.Code != want || refused.Status != 200):
				t.Errorf("%s answered with an error: %v", op.ID, err)
			}
		}
	}
	if n < 150 {
		t.Errorf("only %d operations answer objects or lists", n)
	}
}

func describesCode(schema string) bool {
	s := apispec.Default().Schema(schema)
	return s != nil && s.Field("errorCode") != nil
}

func TestWhatHasACodeOfAnErrorAmongItsFieldsIsNoError(t *testing.T) {
	r := record(t)
	r.answer = `{"groupName":"a","errorCode":"5"}`
	group, err := r.client().Account(account).AgentGroups.Get(t.Context(), 7, api.AgentGroupsGetOptions{})
	if err != nil || group.GroupName != "a" {
		t.Errorf("%+v, %v", group, err)
	}
}

func TestWhatWasNotReadIsNotWrittenBack(t *testing.T) {
	r := record(t)
	groups := r.client().Account(account).AgentGroups
	for answer, want := range map[string]string{
		"null": "empty", `{}`: "empty", `{"message":"maintenance"}`: "maintenance", `{"errorCode":503,"message":"x"}`: "503: x", `{"error":{"code":"x"}}`: "x",
		`{"later":{"groupName":"a"}}`: "none of the fields",
	} {
		r.requests, r.answer = 0, answer
		group, err := groups.Get(t.Context(), 7, api.AgentGroupsGetOptions{})
		if err == nil || !strings.Contains(err.Error(), want) || !reflect.ValueOf(group).IsZero() {
			t.Errorf("%s: %v", answer, err)
		}
		if _, err := groups.Update(t.Context(), 7, group); err == nil || r.requests != 1 {
			t.Errorf("%s: %d requests, %v", answer, r.requests, err)
		}
	}
	r.answer = "true"
	if off, err := r.client().Users.SetActive(t.Context(), 7, api.ActiveState{}); err != nil || !off || r.body != `{"isActive":false}` {
		t.Errorf("switching off: %q, %v", r.body, err)
	}
	r.answer = `{"groupName":"a"}`
	if _, err := groups.Update(t.Context(), 7, api.AgentGroup{GroupName: "a"}); err != nil || r.body != r.answer {
		t.Errorf("the control: %q, %v", r.body, err)
	}
}

func TestADeletionIsDoneOnlyIfTheAnswerMayBeOne(t *testing.T) {
	for _, c := range []struct {
		kind, answer string
		fails        bool
	}{
		{"text/html", "<html>Sign in</html>", true},
		{"text/html; charset=utf-8", "", true},
		{"application/json", `{"errorCode":"x","generalMessage":"y"}`, true},
		{"application/json", "", false},
		{"application/json", "true", false},
		{"application/json", `{"errorCode":"x","jobId":7}`, false},
		{"text/plain", "done", false},
	} {
		r := record(t)
		r.contentType, r.answer = c.kind, c.answer
		if err := r.client().Do(t.Context(), http.MethodDelete, "/voice/x", nil, nil); (err != nil) != c.fails {
			t.Errorf("%s %q: %v", c.kind, c.answer, err)
		}
		if _, err := r.client().Account(account).DNCLists.DeleteTag(t.Context(), 7); c.fails && err == nil {
			t.Errorf("a tag is deleted by %s %q", c.kind, c.answer)
		}
	}
}

func TestNumbersThatJSONHasNotStayAsTheyWere(t *testing.T) {
	n := 0
	for name, typ := range structs() {
		for i := 1; i < typ.NumField(); i++ {
			f := typ.Field(i)
			if f.Type.Kind() != reflect.Float64 {
				continue
			}
			n++
			field, _, _ := strings.Cut(f.Tag.Get("json"), ",")
			for _, value := range []string{`"NaN"`, `"Infinity"`, `"-Infinity"`, `1.50`} {
				text := fmt.Sprintf(`{"%s":%s}`, field, value)
				v := reflect.New(typ)
				if err := json.Unmarshal([]byte(text), v.Interface()); err != nil {
					t.Fatal(err)
				}
				if got := marshal(t, v.Elem().Interface()); got != text {
					t.Errorf("%s: %s becomes %s", name, text, got)
				}
				if read := v.Elem().Field(i).Float(); math.IsNaN(read) || math.IsInf(read, 0) {
					t.Errorf("%s: %s is read as %v", name, text, read)
				}
			}
		}
	}
	if n == 0 {
		t.Error("no type has a float")
	}
}

func TestATimeThatIsChangedKeepsTheFormThatItWasReadIn(t *testing.T) {
	later := time.Date(2027, 3, 4, 5, 6, 7, 8e6, time.UTC)
	east := later.In(time.FixedZone("", -5*3600))
	for read, want := range map[string][2]string{
		`"2026-01-31T08:30:00.000+0000"`:  {`"2027-03-04T05:06:07.008+0000"`, `"2027-03-04T00:06:07.008-0500"`},
		`"2026-01-31T08:30:00+0000"`:      {`"2027-03-04T05:06:07+0000"`, `"2027-03-04T00:06:07-0500"`},
		`"2026-01-31T08:30:00.000-05:00"`: {`"2027-03-04T05:06:07.008+00:00"`, `"2027-03-04T00:06:07.008-05:00"`},
		`"2026-01-31T08:30:00Z"`:          {`"2027-03-04T05:06:07Z"`, `"2027-03-04T05:06:07Z"`},
		`"2026-01-31T08:30:00.000Z"`:      {`"2027-03-04T05:06:07.008Z"`, `"2027-03-04T05:06:07.008Z"`},
		`"2026-01-31 08:30:00"`:           {`"2027-03-04 05:06:07"`, `"2027-03-04 05:06:07"`},
		`"2026-01-31T08:30:00"`:           {`"2027-03-04T05:06:07"`, `"2027-03-04T05:06:07"`},
		`1769848200000`:                   {`1804136767008`, `1804136767008`},
		`1769848200`:                      {`1804136767`, `1804136767`},
		`"1769848200000"`:                 {`"1804136767008"`, `"1804136767008"`},
		`"2026-01-31"`:                    {`"2027-03-04T05:06:07.008+0000"`, `"2027-03-04T00:06:07.008-0500"`},
		`null`:                            {`"2027-03-04T05:06:07.008+0000"`, `"2027-03-04T00:06:07.008-0500"`},
		`"soon"`:                          {`"2027-03-04T05:06:07.008+0000"`, `"2027-03-04T00:06:07.008-0500"`},
	} {
		for i, at := range []time.Time{later, east} {
			u := readOf[api.User](t, `{"creationDate":`+read+`}`)
			u.CreationDate = at
			if got := marshal(t, u); got != `{"creationDate":`+want[i]+`}` {
				t.Errorf("%s becomes %s, want %s", read, got, want[i])
			}
		}
	}
	u := readOf[api.User](t, `{"creationDate":"2026-01-31"}`)
	if u.CreationDate = time.Date(2027, 3, 4, 0, 0, 0, 0, east.Location()); marshal(t, u) != `{"creationDate":"2027-03-04"}` {
		t.Errorf("a day becomes %s", marshal(t, u))
	}
}

func TestATimeThatIsClearedIsNoYear(t *testing.T) {
	n := 0
	for name, typ := range structs() {
		for i := 1; i < typ.NumField(); i++ {
			f := typ.Field(i)
			if f.Type != reflect.TypeFor[time.Time]() {
				continue
			}
			n++
			field, _, _ := strings.Cut(f.Tag.Get("json"), ",")
			v := reflect.New(typ)
			if err := json.Unmarshal([]byte(`{"`+field+`":"2026-01-31T08:30:00.000+0000"}`), v.Interface()); err != nil {
				t.Fatal(err)
			}
			if v.Elem().Field(i).IsZero() {
				t.Errorf("%s.%s is not read", name, field)
			}
			v.Elem().Field(i).SetZero()
			want := "null"
			if f.Tag.Get("time") == "unixtime" {
				want = "0" // which is documented
			}
			if got := marshal(t, v.Elem().Interface()); got != `{"`+field+`":`+want+`}` {
				t.Errorf("%s: %s", name, got)
			}
		}
	}
	if n < 10 {
		t.Errorf("only %d times", n)
	}
}

// structs are the types that are objects.
func structs() map[string]reflect.Type {
	all := types()
	maps.DeleteFunc(all, func(_ string, t reflect.Type) bool { return t.Kind() != reflect.Struct })
	return all
}

func readOf[T any](t *testing.T, text string) (out T) {
	t.Helper()
	if err := json.Unmarshal([]byte(text), &out); err != nil {
		t.Fatal(err)
	}
	return out
}

func TestEveryListEndsWhateverTheServerMakesOfPages(t *testing.T) {
	row := func(i, at int) string { return fmt.Sprintf(`{"agentGroupId":%d,"seen":%d}`, i, at) }
	for name, c := range map[string]struct {
		page        func(n, at int) string // n: the page that is asked for, at: the request
		rows, asked int
		fails       bool
	}{
		"pages": {func(n, _ int) string {
			return [...]string{"[" + row(1, 0) + "," + row(2, 0) + "]", "[" + row(3, 0) + "]", "[]"}[n]
		}, 3, 3, false},
		"no pages":                          {func(_, _ int) string { return "[" + row(1, 0) + "," + row(2, 0) + "]" }, 2, 2, false},
		"no pages, rows that change":        {func(_, at int) string { return "[" + row(1, at) + "," + row(2, at) + "]" }, 2, 2, false},
		"no pages, another order each time": {func(_, at int) string { return "[" + row(at%2, at) + "," + row(1-at%2, at) + "]" }, 2, 4, true},
		"a row that moved to the next page": {func(n, _ int) string {
			return [...]string{"[" + row(1, 0) + "," + row(2, 0) + "]", "[" + row(2, 0) + "," + row(3, 0) + "]", "[]"}[n]
		}, 3, 3, false},
		"no rows": {func(_, _ int) string { return "[]" }, 0, 1, false},
		"null":    {func(_, _ int) string { return "null" }, 0, 1, true},
	} {
		for _, opts := range []api.AgentGroupsListOptions{{}, {MaxRows: -5, Page: -3}, {MaxRows: api.Zero, Page: api.Zero}} {
			var asked []string
			client := over(func(r *http.Request) (*http.Response, error) {
				n := 0
				_, _ = fmt.Sscan(r.URL.Query().Get("page"), &n)
				asked = append(asked, r.URL.RawQuery)
				if n < 0 || n > 50 || r.URL.Query().Get("maxRows") != "100" {
					return response(500, "", ""), io.ErrUnexpectedEOF
				}
				return response(200, c.page(n, len(asked))), nil
			})
			n, failed := 0, error(nil)
			for _, err := range client.Account(account).AgentGroups.ListAll(t.Context(), opts) {
				if err != nil {
					failed = err
					continue
				}
				n++
			}
			if n != c.rows || len(asked) != c.asked || (failed != nil) != c.fails {
				t.Errorf("%s: %d rows of %q, %v", name, n, asked, failed)
			}
		}
	}
}

func TestCallsAndLeadsAreKnownByTheirIDsWhateverElseOfThemChanges(t *testing.T) {
	asked := 0
	account := over(func(*http.Request) (*http.Response, error) {
		asked++
		return response(200, fmt.Sprintf(`[{"uii":"u1","leadId":1,"duration":%d}]`, asked)), nil
	}).Account(account)
	rows := 0
	for _, err := range account.ActiveCalls.ListAll(t.Context(), api.ActiveCallsListOptions{}) {
		if rows++; err != nil || rows > 1 {
			t.Fatalf("the call is there %d times after %d requests, %v", rows, asked, err)
		}
	}
	rows, asked = 0, 0
	for _, err := range account.Leads.SearchAll(t.Context(), api.CampaignLeadSearchCriteria{}, api.LeadsSearchOptions{}) {
		if rows++; err != nil || rows > 1 {
			t.Fatalf("the lead is there %d times after %d requests, %v", rows, asked, err)
		}
	}
}
