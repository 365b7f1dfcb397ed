package house_test

import (
	"go/ast"
	"go/token"
	"maps"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/fstest"
)

var (
	ourVariable = regexp.MustCompile(`\b(?:RC|RINGCX)_[A-Z][A-Z0-9_]*[A-Z0-9]\b`)
	endpoint    = regexp.MustCompile(`^(?:GET|POST|PUT|DELETE) (/_sandbox/[a-z/{}]*[a-z}])$`)
	ourPath     = regexp.MustCompile(`/_sandbox/[a-z]+`)
	// forTests are variables by which parts of the tests talk to each other, and of nobody else.
	forTests = regexp.MustCompile(`^RINGCX_(?:STORE_CHILD|CRASH|STORM)`)
)

// literals are the strings of the code, tests left out.
func (t *tree) literals(report func(s *source, text string)) {
	for _, s := range t.code {
		if s.test {
			continue
		}
		ast.Inspect(s.ast, func(n ast.Node) bool {
			if lit, ok := n.(*ast.BasicLit); ok && lit.Kind == token.STRING {
				if text, err := strconv.Unquote(lit.Value); err == nil {
					report(s, text)
				}
			}
			return true
		})
	}
}

// pages are the documents for users, by path.
func (t *tree) pages() map[string]string {
	all := map[string]string{}
	for p, text := range t.text {
		if path.Ext(p) == ".md" && (path.Dir(p) == "docs" || path.Dir(p) == "." && p != "CHANGELOG.md" || p == "examples/README.md") {
			all[p] = text
		}
	}
	return all
}

// unknownOrUntold finds variables that the code knows and no page, variables that a page knows and no code, and the same of what
// steers the sandbox. That flags are is seen in internal/cli, whose help is their documentation.
func unknownOrUntold(t *tree) []finding {
	known, routes := map[string]bool{}, map[string]bool{}
	t.literals(func(s *source, text string) {
		for _, name := range ourVariable.FindAllString(text, -1) {
			known[name] = known[name] || !forTests.MatchString(name)
		}
		if m := endpoint.FindStringSubmatch(text); m != nil && within(s.dir, "sandbox") {
			routes[ourPath.FindString(m[1])] = true
		}
	})
	for p, text := range t.text { // the examples and scripts have variables of their own
		if within(path.Dir(p), "examples") || within(path.Dir(p), "scripts") || path.Ext(p) == ".go" && strings.HasSuffix(p, "_test.go") || path.Ext(p) == ".js" {
			for _, name := range ourVariable.FindAllString(text, -1) {
				if _, ok := known[name]; !ok {
					known[name] = false // known, and nobody's business
				}
			}
		}
	}
	var all []finding
	pages := strings.Join(slices.Collect(maps.Values(t.pages())), "\n")
	for _, name := range slices.Sorted(maps.Keys(known)) {
		if known[name] && !regexp.MustCompile(`\b`+name+`\b`).MatchString(pages) {
			all = append(all, found(name+" is in the code and on no page: docs/variables.md is for it", "variable", name))
		}
	}
	for _, route := range slices.Sorted(maps.Keys(routes)) {
		if !regexp.MustCompile(route + `\b`).MatchString(t.text["docs/sandbox.md"]) {
			all = append(all, found(route+" is in the code and not in docs/sandbox.md", "endpoint", route))
		}
	}
	for _, p := range slices.Sorted(maps.Keys(t.pages())) {
		for _, name := range slices.Compact(slices.Sorted(slices.Values(ourVariable.FindAllString(t.text[p], -1)))) {
			if _, ok := known[name]; !ok {
				all = append(all, found(p+" has the variable "+name+", which nothing reads", "variable", p, name))
			}
		}
		for _, route := range slices.Compact(slices.Sorted(slices.Values(ourPath.FindAllString(t.text[p], -1)))) {
			if !routes[route] {
				all = append(all, found(p+" has "+route+", which the sandbox does not answer", "endpoint", p, route))
			}
		}
	}
	return all
}

func TestVariablesAndEndpointsAreDocumentedAndNothingElseIs(t *testing.T) { keeps(t, unknownOrUntold) }

func TestWhatIsOnNoPageIsFoundAndWhatIsInNoCode(t *testing.T) {
	tr, err := load(fstest.MapFS{
		"go.mod":          {Data: []byte("module m\n")},
		"README.md":       {Data: []byte("`RC_USER_JWT`, `RINGCX_OLD` and `RINGCX_TOLD`\n")},
		"docs/sandbox.md": {Data: []byte("`GET /_sandbox/mail`, `POST /_sandbox/users/ID`, `/_sandbox/gone`\n")},
		"a.go":            {Data: []byte("package m\n\nvar v = []string{\"RC_USER_JWT\", \"set RINGCX_NEW first\", \"RINGCX_TOLD\"}\n")},
		"sandbox/box.go":  {Data: []byte("package sandbox\n\nvar r = []string{\"GET /_sandbox/mail\", \"POST /_sandbox/users/{id}\", \"POST /_sandbox/codes\"}\n")},
		"a_test.go":       {Data: []byte("package m_test\n\nconst x = \"RINGCX_FOR_TESTS\"\n")},
	})
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, f := range unknownOrUntold(tr) {
		got = append(got, f.key)
	}
	want := []string{"variable RINGCX_NEW", "endpoint /_sandbox/codes", "variable README.md RINGCX_OLD", "endpoint docs/sandbox.md /_sandbox/gone"}
	if !slices.Equal(got, want) {
		t.Errorf("found %q, want %q", got, want)
	}
}
