package api_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/ringcx-go/ringcx/api"
	"github.com/ringcx-go/ringcx/internal/apispec"
)

// getOf is the operation that reads what another one replaces, nil if there is none.
func getOf(put *apispec.Operation) *apispec.Operation {
	for _, op := range offered() {
		if op.Method == "GET" && op.Path == put.Path && op.Answers[0].Type != nil && op.Answers[0].Type.Base().Kind == apispec.Object {
			return op
		}
	}
	return nil
}

// change sets the first simple field of an object, and is its name on the wire and its new value, "" if there is none.
func change(v reflect.Value) (string, any) {
	for i := 1; i < v.NumField(); i++ {
		name, _, _ := strings.Cut(v.Type().Field(i).Tag.Get("json"), ",")
		switch f := v.Field(i); {
		case f.Kind() == reflect.String:
			f.SetString("changed")
			return name, "changed"
		case f.Kind() == reflect.Int:
			f.SetInt(4711)
			return name, 4711
		case f.Kind() == reflect.Bool:
			f.SetBool(false)
			return name, false
		}
	}
	return "", nil
}

// members is an object of JSON, or the first of a list.
func members(t *testing.T, text string) map[string]json.RawMessage {
	t.Helper()
	m := map[string]json.RawMessage{}
	if strings.HasPrefix(text, "[") {
		text = text[1 : len(text)-1]
	}
	if err := json.Unmarshal([]byte(text), &m); err != nil {
		t.Fatal(err)
	}
	return m
}

func TestWhatIsReadChangedAndWrittenKeepsAllElse(t *testing.T) {
	r := record(t)
	c := r.client()
	n := 0
	for _, op := range offered() {
		if op.Method != "PUT" && op.Method != "PATCH" || len(op.Bodies) == 0 || op.Bodies[0].Type.Base().Kind != apispec.Object {
			continue
		}
		n++
		t.Run(op.ID, func(t *testing.T) {
			m := methodOf(t, c, op.Section, op.Name)
			call := plan(t, op, &op.Bodies[0], m, false)
			at := slices.IndexFunc(call.args, func(v reflect.Value) bool { return v.Type() == bodyType(call) })
			sent := reflect.New(call.args[at].Type()).Elem()
			document := call.text
			if get := getOf(op); get != nil && get.Answers[0].Type.Kind == op.Bodies[0].Type.Kind {
				document = answers(r, get)
				read := methodOf(t, c, get.Section, get.Name)
				out := read.Call(plan(t, get, nil, read, false).args)
				if err := out[1]; !err.IsNil() {
					t.Fatal(err)
				}
				document = compact(t, document)
				if err := json.Unmarshal([]byte(marshal(t, out[0].Interface())), sent.Addr().Interface()); err != nil {
					t.Fatal(err)
				}
			} else {
				sent.Set(call.args[at])
			}
			target := sent
			if target.Kind() == reflect.Slice {
				target = target.Index(0)
			}
			name, value := change(target)
			call.args[at] = sent
			answers(r, op)
			if out := m.Call(call.args); !out[len(out)-1].IsNil() {
				t.Fatal(out[len(out)-1])
			}
			want := members(t, document)
			if name != "" {
				want[name] = json.RawMessage(marshal(t, value))
			}
			if got := members(t, r.body); normal(t, marshal(t, got)) != normal(t, marshal(t, want)) {
				t.Errorf("sent\n%s\nafter %s was changed in\n%s", r.body, name, document)
			}
		})
	}
	if n < 60 {
		t.Errorf("only %d operations replace something", n)
	}
}

// bodyType is the type that the body of a call has in Go.
func bodyType(c *call) reflect.Type {
	i := len(c.args) - 1
	if strings.HasSuffix(c.args[i].Type().Name(), "Options") {
		i--
	}
	return c.args[i].Type()
}

func read[T any](t *testing.T, text string) T {
	t.Helper()
	var v T
	if err := json.Unmarshal([]byte(text), &v); err != nil {
		t.Fatal(err)
	}
	return v
}

func TestNullAbsentAndZeroStayApart(t *testing.T) {
	for _, text := range []string{
		`{}`, `{"userName":null}`, `{"userName":""}`, `{"enabled":false,"userId":0}`, `{"roles":null}`, `{"roles":[]}`,
		`{"regionalSettings":null}`, `{"regionalSettings":{}}`, `{"creationDate":null}`, `{"creationDate":""}`,
	} {
		if got := marshal(t, read[api.User](t, text)); got != text {
			t.Errorf("%s became %s", text, got)
		}
	}
}

func TestOnlyWhatWasChangedIsWritten(t *testing.T) {
	const text = `{"x":{"y":[1]},"userId":5,"userName":"ann","enabled":true,"lastName":null,"creationDate":"2026-01-31T08:30:00.000+0100",` +
		`"regionalSettings":{"timezoneName":"US/Eastern","z":1}}`
	for name, c := range map[string]struct {
		change   func(*api.User)
		old, new string
	}{
		"a text":         {func(u *api.User) { u.UserName = "bob" }, `"ann"`, `"bob"`},
		"to zero":        {func(u *api.User) { u.Enabled, u.UserName = false, "" }, `"ann","enabled":true`, `"","enabled":false`},
		"a null":         {func(u *api.User) { u.LastName = "b" }, `null`, `"b"`},
		"a nested field": {func(u *api.User) { u.RegionalSettings.TimezoneName = "UTC" }, `US/Eastern`, `UTC`},
		"nested to zero": {func(u *api.User) { u.RegionalSettings = api.RegionalSettings{} }, `{"timezoneName":"US/Eastern","z":1}`, `{}`},
		"something new":  {func(u *api.User) { u.Email = "a@b" }, `"z":1}}`, `"z":1},"email":"a@b"}`},
		"a time": {
			func(u *api.User) { u.CreationDate = u.CreationDate.Add(time.Hour) }, `2026-01-31T08:30:00.000+0100`, `2026-01-31T09:30:00.000+0100`,
		},
		"put null":          {func(u *api.User) { u.Put("userName", nil) }, `"userName":"ann",`, ``},
		"omit":              {func(u *api.User) { u.Omit("userName"); u.Omit("none") }, `"userName":"ann",`, ``},
		"what is not known": {func(u *api.User) { u.Put("x", 1); u.Omit("x") }, `"x":{"y":[1]},`, ``},
	} {
		u := read[api.User](t, text)
		c.change(&u)
		want := strings.Replace(text, c.old, c.new, 1)
		if name == "put null" {
			want = strings.TrimSuffix(want, "}") + `,"userName":null}`
		}
		if got := marshal(t, u); got != want {
			t.Errorf("%s: wrote\n%s, not\n%s", name, got, want)
		}
	}
}

func TestDocumentsGoWhereTheirValuesGo(t *testing.T) {
	users := read[[]api.User](t, `[{"userId":1,"x":1},{"userId":2,"x":2},{"userId":3,"x":3}]`)
	users = slices.Delete(users, 0, 1)
	slices.Reverse(users)
	users = append(users, api.User{UserID: 4})
	if got := marshal(t, users); got != `[{"userId":3,"x":3},{"userId":2,"x":2},{"userId":4}]` {
		t.Error(got)
	}
	parent := api.User{Children: users}
	if got := marshal(t, parent); got != `{"children":[{"userId":3,"x":3},{"userId":2,"x":2},{"userId":4}]}` {
		t.Error(got)
	}
}

func TestCopiesOfAValueAreChangedByThemselves(t *testing.T) {
	one := read[api.User](t, `{"userId":1}`)
	one.Put("a", 1)
	two := one
	two.Put("b", 2)
	one.Put("c", 3)
	two.UserID = 2
	if a, b := marshal(t, one), marshal(t, two); a != `{"userId":1,"a":1,"c":3}` || b != `{"userId":2,"a":1,"b":2}` {
		t.Error(a, b)
	}
}

func TestZeroIsWrittenWherePutSaysSo(t *testing.T) {
	u := api.User{UserName: "ann"}
	u.Put("enabled", false)
	if got := marshal(t, u); got != `{"userName":"ann","enabled":false}` {
		t.Error(got)
	}
	if got := marshal(t, api.ActiveState{}); got != `{"isActive":false}` {
		t.Errorf("switching off is %s", got)
	}
}

func TestFieldsOfAnotherTypeAreReadIfTheyCanBeAndKeptInAnyCase(t *testing.T) {
	const text = `{"userId":"5","userName":7,"enabled":"true","rcUserId":{"a":1},"roles":"USER","regionalSettings":"none","children":[{"userId":1},"x",null]}`
	u := read[api.User](t, text)
	if u.UserID != 5 || u.UserName != "7" || !u.Enabled || u.RCUserID != 0 || u.Roles != nil || len(u.Children) != 3 {
		t.Errorf("read %v", []any{u.UserID, u.UserName, u.Enabled, u.RCUserID, u.Roles, len(u.Children)})
	}
	if got := marshal(t, u); got != text {
		t.Errorf("wrote %s", got)
	}
	u.RegionalSettings.TimezoneName = "UTC"
	if got := marshal(t, u); got != strings.Replace(text, `"none"`, `{"timezoneName":"UTC"}`, 1) {
		t.Errorf("wrote %s", got)
	}
	for _, bad := range []string{`[]`, `5`, `"x"`, `{`, ``, `{"a":}`} {
		if err := json.Unmarshal([]byte(bad), &u); err == nil {
			t.Errorf("%q is a user", bad)
		}
	}
}

func TestFieldsAreFoundAsTheyWereRead(t *testing.T) {
	u := read[api.User](t, `{"n\u00e9":[ 1 ],"userName":null}`)
	if u := read[api.User](t, `{"user\u004eame":"ann"}`); u.UserName != "ann" {
		t.Error("a name with an escape is not known")
	}
	for name, want := range map[string]string{"né": "[ 1 ]", "userName": "null"} {
		if got, ok := u.Field(name); !ok || string(got) != want {
			t.Errorf("%s is %s", name, got)
		}
	}
	if _, ok := u.Field("none"); ok {
		t.Error("there is a field none")
	}
	if _, ok := (api.User{}).Field("none"); ok {
		t.Error("a value that was not read has a field")
	}
}

func TestAnUpdateTakesWhatWasReadAsAnotherType(t *testing.T) {
	u := read[api.User](t, `{"userId":5,"roles":["USER"],"email":"a@b","x":1}`)
	request, err := api.As[api.AdminUserRequest](u)
	if err != nil {
		t.Fatal(err)
	}
	request.FirstName = "Ann"
	if got := marshal(t, request); got != `{"userId":5,"roles":["USER"],"email":"a@b","x":1,"firstName":"Ann"}` {
		t.Error(got)
	}
}

func TestTimesAreReadInEachForm(t *testing.T) {
	want := time.Date(2026, 1, 31, 8, 30, 0, 0, time.UTC)
	for _, form := range []string{
		`"2026-01-31T08:30:00.000+0000"`, `"2026-01-31T03:30:00.000-0500"`, `"2026-01-31T03:30:00.000-05:00"`, `"2026-01-31T08:30:00Z"`,
		`"2026-01-31T08:30:00.000Z"`, `"2026-01-31 08:30:00"`, `"2026-01-31T08:30:00"`, `1769848200000`, `"1769848200000"`, `1769848200`, `"20260131083000"`,
	} {
		u := read[api.User](t, `{"creationDate":`+form+`}`)
		if !u.CreationDate.Equal(want) {
			t.Errorf("%s is %v", form, u.CreationDate)
		}
	}
	for _, none := range []string{`0`, `null`, `""`, `"soon"`} {
		if u := read[api.User](t, `{"creationDate":`+none+`}`); !u.CreationDate.IsZero() {
			t.Errorf("%s is %v", none, u.CreationDate)
		}
	}
}

// FuzzReading compares the reader of this package with encoding/json: what it reads and writes again is the same JSON.
func FuzzReading(f *testing.F) {
	for _, seed := range []string{`{"userId":1,"userName":"a\"b\\","children":[{"x":[{},"]}"]}]}`, " {\"roles\" : [ \"A\" , null ] }\n", `{"a":1e400}`, `{"userId":1.0}`, `{"":0}`} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		var u api.User
		if err := json.Unmarshal([]byte(text), &u); err != nil {
			return
		}
		out, err := json.Marshal(u)
		if err != nil {
			t.Fatal(err)
		}
		var was, is map[string]any
		if json.Unmarshal([]byte(text), &was) != nil {
			return
		}
		if err := json.Unmarshal(out, &is); err != nil || !maps.EqualFunc(was, is, func(a, b any) bool { return fmt.Sprint(a) == fmt.Sprint(b) }) {
			t.Errorf("%s became %s: %v", text, out, err)
		}
	})
}
