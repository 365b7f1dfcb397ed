package apicmd_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/spf13/cobra"

	"github.com/ringcx-go/ringcx/internal/apicmd"
	"github.com/ringcx-go/ringcx/internal/apispec"
)

// recorder is a server that keeps what it was sent, and answers what it is told to.
type recorder struct {
	*httptest.Server
	answer       string
	status       int
	seen         []*http.Request
	bodies, uris []string
}

func newRecorder(t *testing.T) *recorder {
	r := &recorder{status: http.StatusNoContent}
	r.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		body, _ := io.ReadAll(req.Body)
		r.seen, r.bodies, r.uris = append(r.seen, req), append(r.bodies, string(body)), append(r.uris, req.RequestURI)
		if r.answer != "" {
			w.Header().Set("Content-Type", "application/json")
		}
		w.WriteHeader(r.status)
		_, _ = io.WriteString(w, r.answer)
	}))
	t.Cleanup(r.Close)
	return r
}

// run prepares a call, shows it and sends it.
func (r *recorder) run(t *testing.T, c *apicmd.Call) (shown string, err error) {
	t.Helper()
	c.PageSize = 100
	if err := c.Prepare(); err != nil {
		return "", err
	}
	var b bytes.Buffer
	if err := c.Show(t.Context(), r.URL, "", &b); err != nil {
		return "", err
	}
	before := len(r.seen)
	err = c.Run(t.Context(), r.URL, &apicmd.Lister{Client: r.Client()}, &apicmd.Out{Stdout: io.Discard})
	if len(r.seen) == before+1 {
		first, _, _ := strings.Cut(b.String(), "\n")
		if want := r.seen[before].Method + " " + r.URL + r.uris[before]; first != want && !strings.Contains(first, "***") {
			t.Errorf("shown is %s, sent %s", first, want)
		}
	}
	return b.String(), err
}

// example is a value of a type, as a text and as JSON.
func example(t *apispec.Type) (text string, value any) {
	switch t.Kind {
	case apispec.Array:
		text, value = example(t.Elem)
		return text, []any{value}
	case apispec.Closed:
		text = apispec.Default().Values(t.Name).List[0]
		return text, text
	}
	s, _ := apispec.ScalarNamed(t.Name)
	_ = json.Unmarshal([]byte(s.Example), &value)
	if text, ok := value.(string); ok {
		return text, value
	}
	return s.Example, value
}

// simple tells types that a flag is for.
func simple(t *apispec.Type) bool {
	if t.Kind == apispec.Array {
		t = t.Elem
	}
	return t.Kind == apispec.Closed || t.Kind == apispec.Scalar && t.Name != "any"
}

// wanted is what a call of an operation is to be.
type wanted struct {
	path        string
	query, form url.Values
	body        map[string]any
	kind        string
}

// exampleOf is a call of an operation with a value for all that it has, and what it is to be.
func exampleOf(t *testing.T, op *apispec.Operation) (*apicmd.Call, *wanted, []string) {
	c := &apicmd.Call{Operation: op}
	w := &wanted{path: op.Path, query: url.Values{}, form: url.Values{}, body: map[string]any{}}
	var args []string
	give := func(name string, secret bool, text string) {
		if secret {
			c.Fields = append(c.Fields, name+"="+text)
		} else {
			args = append(args, "--"+kebab(name)+"="+text)
		}
	}
	for _, p := range op.Params {
		text, _ := example(p.Type)
		give(p.Name, p.Secret, text)
		switch p.Place {
		case apispec.InPath:
			w.path = strings.Replace(w.path, "{"+p.Name+"}", url.PathEscape(text), 1)
		case apispec.InQuery:
			w.query.Set(p.Name, text)
		case apispec.InForm:
			w.form.Set(p.Name, text)
			w.kind = "application/x-www-form-urlencoded"
		}
	}
	if len(op.Bodies) == 0 {
		return c, w, args
	}
	giveBody(t, op, c, w, give)
	return c, w, args
}

// giveBody gives a call the body of its operation.
func giveBody(t *testing.T, op *apispec.Operation, c *apicmd.Call, w *wanted, give func(name string, secret bool, text string)) {
	t.Helper()
	body := op.Bodies[0]
	w.kind = body.ContentType
	input := map[bool]string{true: "a,b\n", false: "[]"}[body.ContentType == "multipart/form-data"]
	if body.ContentType == "multipart/form-data" || body.Type.Kind == apispec.Array {
		c.Input, w.body = filepath.Join(t.TempDir(), "leads.csv"), nil
		if err := os.WriteFile(c.Input, []byte(input), 0o600); err != nil {
			t.Fatal(err)
		}
		return
	}
	if body.Type.Kind != apispec.Object {
		c.Fields, w.body["any"] = append(c.Fields, "any=text"), "text"
		return
	}
	for _, f := range apispec.Default().Schema(body.Type.Name).Fields {
		text, value := example(f.Type)
		switch {
		case !simple(f.Type) || f.ReadOnly:
			if value := nested(f.Type); value != nil {
				c.TypedFields = append(c.TypedFields, f.Name+"="+string(encode(value)))
				w.body[f.Name] = value
			}
			continue
		case op.Param(f.Name) != nil:
			continue // which is the parameter
		case f.MaxLen != 0:
			text, value = "1", "1"
		case f.Max != 0:
			text, value = "1", 1.0
		}
		give(f.Name, f.Secret, text)
		w.body[f.Name] = value
	}
}

// nested is a value of a type that no flag is for, as far as it takes no more than one level.
func nested(t *apispec.Type) any {
	switch t.Kind {
	case apispec.Map:
		if t.Elem.Kind == apispec.Scalar {
			_, v := example(t.Elem)
			return map[string]any{"name": v}
		}
	case apispec.Object:
		object := map[string]any{}
		for _, f := range apispec.Default().Schema(t.Name).Fields {
			if _, v := example(f.Type); simple(f.Type) && f.Max == 0 && f.MaxLen == 0 {
				object[f.Name] = v
			} else if f.Required {
				return nil
			}
		}
		return object
	case apispec.Array:
		if v := nested(t.Elem); v != nil {
			return []any{v, v}
		}
	}
	return nil
}

func encode(v any) []byte {
	b, _ := json.Marshal(v)
	return b
}

// kebab is the name of a flag, written as people read a name of the wire.
func kebab(name string) string {
	if special, ok := map[string]string{
		"X-Auth-Token": "x-auth-token", "destination_number": "destination-number", "refresh_token": "refresh-token", "callBackDTS": "call-back-dts",
	}[name]; ok {
		return special
	}
	var words []string
	for _, r := range name {
		capital := r >= 'A' && r <= 'Z'
		if last := len(words) - 1; last < 0 || capital && !allCapital(words[last]) {
			words = append(words, "")
		} else if !capital && len(words[last]) > 1 && allCapital(words[last]) {
			n := len(words[last]) - 1
			words = append(words, words[last][n:])
			words[last] = words[last][:n]
		}
		words[len(words)-1] += string(r)
	}
	return strings.ToLower(strings.Join(words, "-"))
}

func allCapital(s string) bool { return strings.Trim(s, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") == "" }

func TestEveryOperationIsCalledAsItIsDescribed(t *testing.T) {
	r := newRecorder(t)
	for _, op := range apispec.Default().Operations {
		c, want, args := exampleOf(t, op)
		cmd := &cobra.Command{Use: op.ID}
		c.AddFlags(cmd, op)
		if err := cmd.ParseFlags(args); err != nil {
			t.Errorf("%s %q: %v", op.ID, args, err)
			continue
		}
		shown, err := r.run(t, c)
		if err != nil {
			t.Errorf("%s %q %q %q: %v", op.ID, args, c.Fields, c.TypedFields, err)
			continue
		}
		got, body := r.seen[len(r.seen)-1], r.bodies[len(r.bodies)-1]
		if got.Method != op.Method || got.URL.EscapedPath() != want.path || got.URL.RawQuery != want.query.Encode() {
			t.Errorf("%s: %s %s, want %s %s?%s", op.ID, got.Method, got.URL, op.Method, want.path, want.query.Encode())
		}
		if kind, _, _ := strings.Cut(got.Header.Get("Content-Type"), ";"); kind != want.kind {
			t.Errorf("%s: the content type is %q, want %q", op.ID, kind, want.kind)
		}
		checkBody(t, op, body, want)
		checkShown(t, op, shown, got, body)
		again(t, op, body)
	}
	if len(r.seen) < 390 {
		t.Errorf("%d operations were called", len(r.seen))
	}
}

func checkBody(t *testing.T, op *apispec.Operation, body string, want *wanted) {
	t.Helper()
	switch want.kind {
	case "":
		if body != "" {
			t.Errorf("%s: a body %q", op.ID, body)
		}
	case "application/x-www-form-urlencoded":
		if body != want.form.Encode() {
			t.Errorf("%s: the form is %q, want %q", op.ID, body, want.form.Encode())
		}
	case "multipart/form-data":
		if !strings.Contains(body, `name="file"; filename="leads.csv"`) || !strings.Contains(body, "\r\n\r\na,b\n\r\n") {
			t.Errorf("%s: the parts are %q", op.ID, body)
		}
	default:
		var got any
		if err := json.Unmarshal([]byte(body), &got); err != nil {
			t.Errorf("%s: %v in %s", op.ID, err, body)
		}
		if want.body != nil && !reflect.DeepEqual(got, any(want.body)) {
			t.Errorf("%s: the body is %s, want %s", op.ID, body, encode(want.body))
		}
	}
}

// checkShown compares what a dry run shows with what was sent.
func checkShown(t *testing.T, op *apispec.Operation, shown string, got *http.Request, body string) {
	t.Helper()
	head, shownBody, _ := strings.Cut(shown, "\n\n")
	first, _, _ := strings.Cut(head, "\n")
	method, address, _ := strings.Cut(first, " ")
	u, err := url.Parse(address)
	if err != nil || method != got.Method {
		t.Fatalf("%s: %q, %v", op.ID, first, err)
	}
	secrets := 0
	for _, p := range op.Params {
		if p.Secret && p.Place != apispec.InPath {
			secrets++
		} else if p.Place == apispec.InQuery && u.Query().Get(p.Name) != got.URL.Query().Get(p.Name) {
			t.Errorf("%s shows %s, sent %s", op.ID, u, got.URL)
		}
		if p.Secret && p.Place == apispec.InPath {
			secrets++
		}
	}
	if secrets == 0 && u.RequestURI() != got.RequestURI {
		t.Errorf("%s shows %s, sent %s", op.ID, u.RequestURI(), got.RequestURI)
	}
	if secrets > 0 && !strings.Contains(shown, "***") {
		t.Errorf("%s has secrets, and shows\n%s", op.ID, shown)
	}
	if !strings.Contains(head, "\nAuthorization: Bearer ***") && op.Auth != apispec.Cookie {
		t.Errorf("%s shows\n%s", op.ID, head)
	}
	kind := got.Header.Get("Content-Type")
	if kind == "application/json" && !strings.Contains(shownBody, "***") && shownBody != body+"\n" {
		t.Errorf("%s shows the body\n%ssent\n%s", op.ID, shownBody, body)
	}
}

// again sends a body that was made of fields as an input: it is accepted, and sent as it is.
func again(t *testing.T, op *apispec.Operation, body string) {
	t.Helper()
	if len(op.Bodies) == 0 || op.Bodies[0].ContentType != "application/json" {
		return
	}
	next := &apicmd.Call{Operation: op, Input: "-", Stdin: strings.NewReader(body), PageSize: 100}
	for _, p := range op.Params {
		text, _ := example(p.Type)
		next.Fields = append(next.Fields, p.Name+"="+text)
	}
	if err := next.Prepare(); err != nil {
		t.Errorf("%s refuses the body that it made: %v\n%s", op.ID, err, body)
	}
	var b bytes.Buffer
	if err := next.Show(context.Background(), "https://h", "", &b); err != nil {
		t.Error(err)
	}
}
