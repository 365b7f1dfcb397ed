package sandbox_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/ringcx-go/ringcx/sandbox"
)

// declarations are those of the files that fit a pattern.
func declarations(t *testing.T, pattern string) (all []ast.Decl) {
	t.Helper()
	files, err := filepath.Glob(pattern)
	if err != nil || len(files) == 0 {
		t.Fatalf("there is no file %s (%v)", pattern, err)
	}
	for _, file := range files {
		parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, parsed.Decls...)
	}
	return all
}

// handlerOf is the name of the method that the control plane has for an endpoint.
func handlerOf(t *testing.T, endpoint string) (name string) {
	t.Helper()
	for _, d := range declarations(t, "internal/control/*.go") {
		ast.Inspect(d, func(n ast.Node) bool {
			call, ok := n.(*ast.CallExpr)
			if !ok || len(call.Args) != 2 {
				return true
			}
			pattern, isText := call.Args[0].(*ast.BasicLit)
			method, isMethod := call.Args[1].(*ast.SelectorExpr)
			if isText && isMethod && pattern.Value == strconv.Quote(endpoint) {
				name = method.Sel.Name
			}
			return true
		})
	}
	if name == "" {
		t.Fatalf("the control plane has nothing for %s", endpoint)
	}
	return name
}

// structNamed is that type of the files that fit a pattern.
func structNamed(t *testing.T, pattern, name string) (found *ast.StructType) {
	t.Helper()
	for _, d := range declarations(t, pattern) {
		ast.Inspect(d, func(n ast.Node) bool {
			if s, ok := n.(*ast.TypeSpec); ok && s.Name.Name == name {
				found, _ = s.Type.(*ast.StructType)
			}
			return true
		})
	}
	return found
}

// takenBy is the struct that an endpoint of the control plane reads a request into: the variable in of its method.
func takenBy(t *testing.T, endpoint string) (found *ast.StructType) {
	t.Helper()
	method := handlerOf(t, endpoint)
	for _, d := range declarations(t, "internal/control/*.go") {
		if f, ok := d.(*ast.FuncDecl); ok && f.Name.Name == method {
			ast.Inspect(f, func(n ast.Node) bool {
				if v, ok := n.(*ast.ValueSpec); ok && v.Names[0].Name == "in" {
					found, _ = v.Type.(*ast.StructType)
					if sel, ok := v.Type.(*ast.SelectorExpr); ok {
						found = structNamed(t, "internal/admin/*.go", sel.Sel.Name)
					}
				}
				return true
			})
		}
	}
	return found
}

// fieldsOf are the names in JSON of what a struct holds.
func fieldsOf(t *testing.T, found *ast.StructType) (all []string) {
	t.Helper()
	if found == nil {
		t.Fatal("there is no such struct")
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
	for endpoint, body := range map[string]string{
		"POST /_sandbox/apps":        `{}`,
		"POST /_sandbox/accounts":    `{}`,
		"POST /_sandbox/users":       `{"firstName":"Sam","lastName":"Field","ringcx":true}`,
		"POST /_sandbox/users/{id}":  `{}`,
		"POST /_sandbox/credentials": `{}`,
		"GET /_sandbox/env":          "",
		"GET /_sandbox/jwks":         "",
	} {
		taken, answered := promised(t, endpoint)
		if body != "" {
			if want := fieldsOf(t, takenBy(t, endpoint)); !slices.Equal(taken, want) {
				t.Errorf("%s takes %q, and the page says %q", endpoint, want, taken)
			}
		}
		method, path, _ := strings.Cut(endpoint, " /_sandbox/")
		got := v.controlRaw(method, strings.Replace(path, "{id}", owner, 1), body).want(http.StatusOK).json()
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
	for _, c := range []struct{ endpoint, body string }{
		{"POST /_sandbox/admins", `{"username":"kim@example.com","password":"p"}`},
		{"POST /_sandbox/admins/{id}", `{}`},
		{"POST /_sandbox/agents/{id}", `{}`},
		{"POST /_sandbox/codes", `{}`},
		{"POST /_sandbox/summaries", `{"account":"1","segment":"s"}`},
		{"GET /_sandbox/mail", ""},
	} {
		_, row, ok := strings.Cut(string(page), "\n| `"+c.endpoint+"` | ")
		row, _, _ = strings.Cut(row, "\n")
		takes, gives, answered := strings.Cut(row, "Answer: ")
		if !ok || !answered {
			t.Errorf("the page does not say what %s answers", c.endpoint)
			continue
		}
		if c.body != "" {
			for _, f := range fieldsOf(t, takenBy(t, c.endpoint)) {
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
	if got, want := documented(t, "The log"), fieldsOf(t, structNamed(t, "requests.go", "Request")); !slices.Equal(got, want) {
		t.Errorf("an entry has %q, and the page says %q", want, got)
	}
}
