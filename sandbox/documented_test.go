package sandbox_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"net/http"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/ringcx-go/ringcx/sandbox"
)

// fieldsOf are the names in JSON of the first struct in a declaration of a file of this package.
func fieldsOf(t *testing.T, file, name string) (all []string) {
	t.Helper()
	parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	var found *ast.StructType
	look := func(n ast.Node) bool {
		if s, ok := n.(*ast.StructType); ok && found == nil {
			found = s
		}
		return found == nil
	}
	for _, d := range parsed.Decls {
		switch d := d.(type) {
		case *ast.FuncDecl:
			if d.Name.Name == name {
				ast.Inspect(d, look)
			}
		case *ast.GenDecl:
			for _, s := range d.Specs {
				if s, ok := s.(*ast.TypeSpec); ok && s.Name.Name == name {
					ast.Inspect(s, look)
				}
			}
		}
	}
	if found == nil {
		t.Fatalf("%s has no struct in %s", file, name)
	}
	for _, f := range found.Fields.List {
		if f.Tag != nil {
			_, tag, _ := strings.Cut(f.Tag.Value, `json:"`)
			tag, _, _ = strings.Cut(tag, `"`)
			tag, _, _ = strings.Cut(tag, ",")
			if tag != "-" {
				all = append(all, tag)
			}
		}
	}
	slices.Sort(all)
	return all
}

var quotedWord = regexp.MustCompile("`([A-Za-z]+)`(?: \\([^)]*\\))?")

// promised are the fields that the page says an endpoint takes and answers.
func promised(t *testing.T, endpoint string) (taken, answered []string) {
	t.Helper()
	page, err := os.ReadFile("../docs/sandbox.md")
	if err != nil {
		t.Fatal(err)
	}
	_, text, ok := strings.Cut(string(page), "\n### `"+endpoint+"`\n")
	if !ok {
		t.Fatalf("the page does not describe %s", endpoint)
	}
	text, _, _ = strings.Cut(text, "\n#")
	table, answer, ok := strings.Cut(text, "\nAnswer: ")
	if !ok {
		t.Fatalf("the page does not say what %s answers", endpoint)
	}
	for _, m := range regexp.MustCompile("(?m)^\\| `([^`]+)` \\|").FindAllStringSubmatch(table, -1) {
		taken = append(taken, m[1])
	}
	for _, m := range quotedWord.FindAllStringSubmatch(regexp.MustCompile(`\([^)]*\)`).ReplaceAllString(answer, ""), -1) {
		answered = append(answered, m[1])
	}
	slices.Sort(taken)
	slices.Sort(answered)
	return taken, answered
}

func TestTheFieldsOfTheControlPlaneAreThoseOfThePage(t *testing.T) {
	v := newVendor(t, sandbox.Options{})
	owner := str(v.login(), "owner_id")
	for endpoint, c := range map[string]struct{ file, name, body string }{
		"POST /_sandbox/apps":        {"internal/admin/apps.go", "AppRequest", `{}`},
		"POST /_sandbox/accounts":    {"internal/control/users.go", "createAccount", `{}`},
		"POST /_sandbox/users":       {"internal/admin/users.go", "UserRequest", `{"firstName":"Sam","lastName":"Field","ringcx":true}`},
		"POST /_sandbox/users/{id}":  {"internal/control/users.go", "changeUser", `{}`},
		"POST /_sandbox/credentials": {"internal/control/credentials.go", "createCredential", `{}`},
		"GET /_sandbox/env":          {},
		"GET /_sandbox/jwks":         {},
	} {
		taken, answered := promised(t, endpoint)
		if c.file != "" {
			if want := fieldsOf(t, c.file, c.name); !slices.Equal(taken, want) {
				t.Errorf("%s takes %q, and the page says %q", endpoint, want, taken)
			}
		}
		method, path, _ := strings.Cut(endpoint, " /_sandbox/")
		got := v.controlRaw(method, strings.Replace(path, "{id}", owner, 1), c.body).want(http.StatusOK).json()
		if want := slices.Sorted(maps.Keys(got)); !slices.Equal(answered, want) {
			t.Errorf("%s answers %q, and the page says %q", endpoint, want, answered)
		}
	}
	v.controlRaw(http.MethodPost, "apps", `{"redirectURIs":[]}`).want(http.StatusOK) // names of fields are taken in any case
	v.controlRaw(http.MethodPost, "apps", `{"redirect_uris":[]}`).want(http.StatusBadRequest)
}

func TestTheFieldsOfWhatOnlyRingCXKnowsAreThoseOfThePage(t *testing.T) {
	v := newVendor(t, sandbox.Options{NoLimits: true})
	agent := jsonNumber(v.exchange()["agentDetails"].([]any)[0].(map[string]any)["agentId"])
	v.form("/api/auth/password/requestreset", "username", v.Demo().AdminUsername).want(http.StatusOK)
	page, err := os.ReadFile("../docs/sandbox.md")
	if err != nil {
		t.Fatal(err)
	}
	answers := map[string][]string{}
	for _, c := range []struct{ endpoint, name, body string }{
		{"POST /_sandbox/admins", "createAdmin", `{"username":"kim@example.com","password":"p"}`},
		{"POST /_sandbox/admins/{id}", "changeAdmin", `{}`},
		{"POST /_sandbox/agents/{id}", "changeAgent", `{}`},
		{"POST /_sandbox/codes", "createCode", `{}`},
		{"POST /_sandbox/summaries", "putSummary", `{"account":"1","segment":"s"}`},
		{"GET /_sandbox/mail", "", ""},
	} {
		_, row, ok := strings.Cut(string(page), "\n| `"+c.endpoint+"` | ")
		row, _, _ = strings.Cut(row, "\n")
		takes, gives, answered := strings.Cut(row, "Answer: ")
		if !ok || !answered {
			t.Errorf("the page does not say what %s answers", c.endpoint)
			continue
		}
		if c.name != "" {
			for _, f := range fieldsOf(t, "internal/control/ringcx.go", c.name) {
				if !strings.Contains(takes, "`"+f+"`") {
					t.Errorf("%s takes %s, which is not on the page", c.endpoint, f)
				}
			}
		}
		method, path, _ := strings.Cut(c.endpoint, " /_sandbox/")
		id := agent
		if strings.HasPrefix(path, "admins") {
			id = "kim@example.com"
		}
		got := v.controlRaw(method, strings.Replace(path, "{id}", id, 1), c.body).want(http.StatusOK).json()
		keys := slices.Sorted(maps.Keys(got))
		if all, many := got["mail"].([]any); many {
			keys = append(keys, slices.Sorted(maps.Keys(all[0].(map[string]any)))...)
		}
		answers[c.endpoint] = keys
		if strings.HasPrefix(gives, "the same") {
			if !slices.Equal(keys, answers["POST /_sandbox/admins"]) {
				t.Errorf("%s does not answer the same: %q", c.endpoint, keys)
			}
			continue
		}
		var told []string
		for _, m := range quotedWord.FindAllStringSubmatch(gives, -1) {
			told = append(told, m[1])
		}
		slices.Sort(told)
		if slices.Sort(keys); !slices.Equal(told, keys) {
			t.Errorf("%s answers %q, and the page says %q", c.endpoint, keys, told)
		}
	}
}

func TestTheFieldsOfALogEntryAreThoseOfThePage(t *testing.T) {
	if got, want := documented(t, "The log"), fieldsOf(t, "requests.go", "Request"); !slices.Equal(got, want) {
		t.Errorf("an entry has %q, and the page says %q", want, got)
	}
}
