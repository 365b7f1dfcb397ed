package api_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/ringcx-go/ringcx/api"
	"github.com/ringcx-go/ringcx/internal/apispec"
)

// recorder is a server that keeps the last request, and answers what it is told.
type recorder struct {
	*httptest.Server
	request     *http.Request
	body        string
	requests    int
	status      int
	contentType string
	answer      string
}

func record(t *testing.T) *recorder {
	r := &recorder{status: 200, contentType: "application/json"}
	r.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		body, _ := io.ReadAll(req.Body) // of a request that broke off, what came
		r.request, r.body = req, string(body)
		r.requests++
		w.Header().Set("Content-Type", r.contentType)
		w.WriteHeader(r.status)
		_, _ = io.WriteString(w, r.answer)
	}))
	t.Cleanup(r.Close)
	return r
}

func (r *recorder) client() *api.Client { return api.New(r.Client(), r.URL) }

// call is a call of a method, and the request that it must make.
type call struct {
	op    *apispec.Operation
	body  *apispec.Body
	args  []reflect.Value
	path  string
	query url.Values
	form  url.Values
	text  string // of the body, as JSON
	calls int
}

// value is one of a type, and what it looks like on the wire.
func (c *call) value(t *testing.T, of reflect.Type, p apispec.Param) (reflect.Value, []string) {
	t.Helper()
	c.calls++
	v := reflect.New(of).Elem()
	switch {
	case of.Kind() == reflect.Slice:
		v = reflect.MakeSlice(of, 2, 2)
		var texts []string
		for i := range 2 {
			e, text := c.value(t, of.Elem(), p)
			v.Index(i).Set(e)
			texts = append(texts, text...)
		}
		return v, texts
	case of == reflect.TypeFor[api.Switch]():
		v.Set(reflect.ValueOf(api.Off))
		return v, []string{"false"}
	case p.Type.Base().Kind == apispec.Closed:
		v.SetString(apispec.Default().Values(p.Type.Base().Name).List[0])
	case of.Kind() == reflect.String:
		v.SetString(p.Name + " ü&=+%?" + strconv.Itoa(c.calls))
	case of.Kind() == reflect.Bool:
		v.SetBool(true)
	default:
		v.SetInt(int64(40 + c.calls))
	}
	return v, []string{fmt.Sprint(v.Interface())}
}

// plan makes the arguments of a method.
func plan(t *testing.T, op *apispec.Operation, body *apispec.Body, m reflect.Value, count bool) *call {
	t.Helper()
	c := &call{op: op, body: body, path: op.Path, query: url.Values{}, form: url.Values{}, args: []reflect.Value{reflect.ValueOf(t.Context())}}
	var optional []apispec.Param
	for _, p := range op.Params {
		switch {
		case p.Place == apispec.InPath:
			text := []string{account}
			if account := strings.ToLower(p.Name); !hasAccount(op) || account != "accountid" && account != "subaccountid" {
				text = c.add(t, m, p)
			}
			c.path = strings.Replace(c.path, "{"+p.Name+"}", url.PathEscape(text[0]), 1)
		case p.Required:
			c.put(p, c.add(t, m, p))
		case p.Name == "count" && op.Answers[0].Type.Kind == apispec.Array:
			if count {
				c.query.Set("count", "true")
			}
		default:
			optional = append(optional, p)
		}
	}
	if body != nil {
		c.addBody(t, m)
	}
	if at := len(c.args); at < m.Type().NumIn() {
		options := reflect.New(m.Type().In(at)).Elem()
		if options.NumField() != len(optional) {
			t.Fatalf("%s has %d options, not %d", op.ID, options.NumField(), len(optional))
		}
		for i, p := range optional {
			v, text := c.value(t, options.Field(i).Type(), p)
			options.Field(i).Set(v)
			c.put(p, text)
		}
		c.args = append(c.args, options)
	} else if len(optional) > 0 && !count {
		t.Fatalf("%s takes no options", op.ID)
	}
	return c
}

func hasAccount(op *apispec.Operation) bool { return ofAccount[op.Section.Service] }

// ofAccount are the services of an account, as the type says.
var ofAccount = func() map[string]bool {
	all := map[string]bool{}
	for _, f := range reflect.VisibleFields(reflect.TypeFor[api.Account]()) {
		all[f.Name] = true
	}
	return all
}()

func (c *call) add(t *testing.T, m reflect.Value, p apispec.Param) []string {
	t.Helper()
	v, text := c.value(t, m.Type().In(len(c.args)), p)
	c.args = append(c.args, v)
	return text
}

func (c *call) put(p apispec.Param, text []string) {
	if p.Place == apispec.InForm {
		c.form[p.Name] = text
	} else {
		c.query[p.Name] = text
	}
}

func (c *call) addBody(t *testing.T, m reflect.Value) {
	t.Helper()
	of := m.Type().In(len(c.args))
	if c.body.Type.Name == "file" {
		c.args = append(c.args, reflect.ValueOf(&api.File{Name: "leads.csv", Content: strings.NewReader("a,b\n")}))
		return
	}
	c.text = (&sampler{unknown: true}).json(c.body.Type)
	v := reflect.New(of)
	if err := json.Unmarshal([]byte(c.text), v.Interface()); err != nil {
		t.Fatalf("%s: %v", c.op.ID, err)
	}
	c.args = append(c.args, v.Elem())
}

// check compares the request that was made.
func (c *call) check(t *testing.T, r *recorder) {
	t.Helper()
	if got := r.request.Method + " " + r.request.URL.EscapedPath(); got != c.op.Method+" "+c.path {
		t.Errorf("called %s, not %s %s", got, c.op.Method, c.path)
	}
	query, err := url.ParseQuery(r.request.URL.RawQuery)
	if err != nil || !reflect.DeepEqual(query, c.query) {
		t.Errorf("the query is %v, not %v", query, c.query)
	}
	contentType, params, _ := mime.ParseMediaType(r.request.Header.Get("Content-Type"))
	switch {
	case c.body != nil && c.body.Type.Name == "file":
		part, err := multipart.NewReader(strings.NewReader(r.body), params["boundary"]).NextPart()
		if err != nil {
			t.Fatal(err)
		}
		if data, _ := io.ReadAll(part); part.FormName() != "file" || part.FileName() != "leads.csv" || string(data) != "a,b\n" {
			t.Errorf("the file is %s %s %q", part.FormName(), part.FileName(), data)
		}
		if contentType != c.body.ContentType {
			t.Errorf("the content type is %s", contentType)
		}
	case c.body != nil:
		if contentType != c.body.ContentType || normal(t, r.body) != normal(t, c.text) {
			t.Errorf("the body is %s %s, not %s %s", contentType, r.body, c.body.ContentType, c.text)
		}
	case len(c.form) > 0:
		if form, err := url.ParseQuery(r.body); err != nil || !reflect.DeepEqual(form, c.form) || contentType != "application/x-www-form-urlencoded" {
			t.Errorf("the form is %s %s, not %v", contentType, r.body, c.form)
		}
	case r.body != "" || contentType != "":
		t.Errorf("there is a body, %s %s", contentType, r.body)
	}
}

// answers makes the recorder answer as the description says.
func answers(r *recorder, op *apispec.Operation) string {
	a := op.Answers[0]
	r.status, r.contentType, r.answer = a.Statuses[0], a.ContentType, ""
	switch {
	case a.Type == nil:
		return ""
	case a.Type.Name == "binary":
		r.answer = "bytes\x00\xff"
		return r.answer
	}
	r.answer = (&sampler{unknown: true}).json(a.Type)
	if a.ContentType == "text/plain" && a.Type.Name == "string" {
		r.answer = "a text"
		return `"a text"`
	}
	return r.answer
}

func TestEveryOperationIsCalledAsItIsDescribed(t *testing.T) {
	r := record(t)
	c := r.client()
	n := 0
	for _, op := range offered() {
		bodies := []*apispec.Body{nil}
		for i := range op.Bodies {
			bodies = append(bodies[:i], &op.Bodies[i])
		}
		for i, body := range bodies {
			n++
			t.Run(op.ID+[]string{"", "JSON"}[i], func(t *testing.T) {
				m := methodOf(t, c, op.Section, op.Name+[]string{"", "JSON"}[i])
				call := plan(t, op, body, m, false)
				want := answers(r, op)
				out := m.Call(call.args)
				if err := out[len(out)-1]; !err.IsNil() {
					t.Fatal(err)
				}
				call.check(t, r)
				checkAnswer(t, op, out, want)
			})
		}
	}
	if n < 370 {
		t.Errorf("only %d operations were called", n)
	}
}

// checkAnswer wants what was answered to be in the value that the method returned, fields that nobody describes too.
func checkAnswer(t *testing.T, op *apispec.Operation, out []reflect.Value, want string) {
	t.Helper()
	if len(out) == 1 {
		if want != "" {
			t.Errorf("the answer %s is thrown away", want)
		}
		return
	}
	if d, ok := out[0].Interface().(api.Download); ok {
		data, err := io.ReadAll(d)
		if _ = d.Close(); err != nil || string(data) != want || d.ContentType != op.Answers[0].ContentType || d.Size != int64(len(want)) {
			t.Errorf("downloaded %q %s %d: %v", data, d.ContentType, d.Size, err)
		}
		return
	}
	if got := marshal(t, out[0].Interface()); got != compact(t, want) {
		t.Errorf("read\n%s\nand wrote\n%s", want, got)
	}
	known := (&sampler{}).json(op.Answers[0].Type)
	if op.Answers[0].ContentType == "text/plain" {
		known = want
	}
	if got := marshal(t, fresh(out[0]).Interface()); got != compact(t, known) {
		t.Errorf("the fields of\n%s\nare\n%s", known, got)
	}
}

func compact(t *testing.T, text string) string {
	t.Helper()
	return marshal(t, json.RawMessage(text))
}

func TestEveryListWithPagesIsAskedForAsItIsDescribed(t *testing.T) {
	r := record(t)
	c := r.client()
	n := 0
	for _, op := range offered() {
		all := reflect.ValueOf(c).Elem()
		if hasAccount(op) {
			all = reflect.ValueOf(c.Account(account)).Elem()
		}
		m := all.FieldByName(op.Section.Service).MethodByName(op.Name + "All")
		if !op.Paged() || !m.IsValid() {
			continue
		}
		n++
		var body *apispec.Body
		if len(op.Bodies) > 0 {
			body = &op.Bodies[0]
		}
		r.answer = "[]"
		if op.Answers[0].Type.Kind == apispec.Object {
			r.answer = `{"records":[]}`
		}
		call := plan(t, op, body, m, false)
		for range m.Call(call.args)[0].Seq2() {
			t.Errorf("%s: an empty page has a row", op.ID)
		}
		call.check(t, r)
	}
	if n < 20 {
		t.Errorf("only %d lists have pages", n)
	}
}

func TestEveryMethodBelongsToAnOperation(t *testing.T) {
	known := map[string]bool{}
	for _, op := range offered() {
		for _, suffix := range []string{"", "JSON", "All", "JSONAll", "Count", "JSONCount"} {
			known[op.Section.Service+"."+op.Name+suffix] = true
		}
	}
	for _, from := range []reflect.Type{reflect.TypeFor[api.Client](), reflect.TypeFor[api.Account]()} {
		for _, f := range reflect.VisibleFields(from) {
			for i := range f.Type.NumMethod() {
				if name := f.Name + "." + f.Type.Method(i).Name; f.IsExported() && f.Type.Kind() == reflect.Pointer && !known[name] {
					t.Errorf("no operation has %s", name)
				}
			}
		}
	}
}

func TestListsAreReadPageAfterPage(t *testing.T) {
	pages := []string{`[{"agentGroupId":1},{"agentGroupId":2}]`, `[{"agentGroupId":3}]`, `[]`}
	var asked []string
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked = append(asked, r.URL.RawQuery)
		page, _ := strconv.Atoi(r.FormValue("page"))
		_, _ = io.WriteString(w, pages[page])
	}))
	defer server.Close()
	var ids []int
	groups := api.New(server.Client(), server.URL).Account(account).AgentGroups
	for group, err := range groups.ListAll(t.Context(), api.AgentGroupsListOptions{MaxRows: 2}) {
		if err != nil {
			t.Fatal(err)
		}
		ids = append(ids, group.AgentGroupID)
	}
	if want := []string{"maxRows=2", "page=1&maxRows=2", "page=2&maxRows=2"}; !slices.Equal(ids, []int{1, 2, 3}) || !slices.Equal(asked, want) {
		t.Errorf("read %v, asking %q", ids, asked)
	}
	for _, err := range groups.ListAll(t.Context(), api.AgentGroupsListOptions{}) {
		if err != nil {
			t.Error(err)
		}
		break
	}
	if len(asked) != 4 {
		t.Errorf("a list that is left asks for %q", asked[3:])
	}
}

func TestAServerWithoutPagesIsReadOnce(t *testing.T) {
	r := record(t)
	r.answer = `[{"agentGroupId":1},{"agentGroupId":2}]`
	n := 0
	for _, err := range r.client().Account(account).AgentGroups.ListAll(t.Context(), api.AgentGroupsListOptions{}) {
		if err != nil {
			t.Fatal(err)
		}
		n++
	}
	if n != 2 || r.requests != 2 {
		t.Errorf("%d rows of %d requests", n, r.requests)
	}
}

func TestAFailedPageEndsTheList(t *testing.T) {
	r := record(t)
	r.status, r.answer = 403, `{"errorCode":"access.denied.exception"}`
	n := 0
	for _, err := range r.client().Account(account).AgentGroups.ListAll(context.Background(), api.AgentGroupsListOptions{}) {
		if n++; err == nil {
			t.Error("a refusal is a row")
		}
	}
	if n != 1 {
		t.Errorf("%d rows", n)
	}
}

func TestCountsAskForTheNumberAlone(t *testing.T) {
	r := record(t)
	r.answer = "17"
	n, err := r.client().Account(account).Leads.SearchCount(t.Context(), api.CampaignLeadSearchCriteria{CampaignID: 7})
	if err != nil || n != 17 || r.request.URL.RawQuery != "count=true" || r.body != `{"campaignId":7}` {
		t.Errorf("%d %v after %s %s", n, err, r.request.URL, r.body)
	}
}
