package house_test

import (
	"fmt"
	"go/ast"
	"go/token"
	"slices"
	"strings"
	"testing"
)

// The package of which pages are made, and the one that may write with it what is not escaped.
const (
	htmlDir   = sandbox + "/internal/html"
	markupDir = sandbox + "/internal/markup"
)

// templatesLinked finds templates in what the command is made of. They call methods by names that are in texts, so that the
// linker has to keep every exported method of every type.
func templatesLinked(t *tree) []finding {
	var all []finding
	for _, s := range t.code {
		if s.test || !linked(s.dir) || part(s.dir) == cmd && s.dir != "cmd/ringcx" {
			continue
		}
		for _, imp := range s.ast.Imports {
			if p := strings.Trim(imp.Path.Value, `"`); p == "text/template" || p == "html/template" {
				all = append(all, found(s.path+" imports "+p+": it makes the command a third larger, write the elements as Go", "template", s.path, p))
			}
		}
	}
	return all
}

// addresses are the attributes by which a page leads somewhere.
var addresses = []string{"Href", "Action", "Src", "FormAction"}

// strayMarkup finds what elements do not escape, or cannot: texts that are written into a page as they are, and addresses whose
// beginning is not in the code, which could run a program: those go through Link of package markup.
func strayMarkup(t *tree) []finding {
	var all []finding
	for _, s := range t.code {
		if s.test || s.dir == markupDir {
			continue
		}
		s.uses(t.module+"/"+htmlDir, []string{"Raw"}, func(sel *ast.SelectorExpr) {
			all = append(all, found(fmt.Sprintf("%s:%d: %s escapes nothing: only package markup does that", s.path, t.line(sel.Pos()), sel.Sel.Name),
				"raw", s.path))
		})
		all = append(all, t.strayAddresses(s)...)
	}
	return all
}

func (t *tree) strayAddresses(s *source) (all []finding) {
	local := s.importName(t.module + "/" + htmlDir)
	ast.Inspect(s.ast, func(n ast.Node) bool {
		call, ok := n.(*ast.CallExpr)
		if !ok || local == "" || len(call.Args) == 0 {
			return true
		}
		sel, ok := call.Fun.(*ast.SelectorExpr)
		if !ok || !isIdent(sel.X, local) || !slices.Contains(addresses, sel.Sel.Name) || beginsInCode(call.Args[0]) {
			return true
		}
		all = append(all, found(fmt.Sprintf("%s:%d: %s with an address from elsewhere: use Link or Action of package markup", s.path, t.line(call.Pos()), sel.Sel.Name),
			"address", s.path))
		return true
	})
	return all
}

// beginsInCode says whether a text begins with one that is written there and says where it leads.
func beginsInCode(e ast.Expr) bool {
	if sum, ok := e.(*ast.BinaryExpr); ok {
		return beginsInCode(sum.X)
	}
	lit, ok := e.(*ast.BasicLit)
	return ok && lit.Kind == token.STRING && len(lit.Value) > 2
}

func TestTheCommandIsMadeWithoutTemplates(t *testing.T) { keeps(t, templatesLinked) }

func TestPagesEscapeWhatIsFromOutside(t *testing.T) { keeps(t, strayMarkup) }

func TestTemplatesAndWhatIsNotEscapedAreFound(t *testing.T) {
	importing := func(pkg, path string) string { return "package " + pkg + "\n\nimport _ \"" + path + "\"\n" }
	page := func(body string) string {
		return "package view\n\nimport h \"example.org/m/" + htmlDir + "\"\n\nfunc a(id, where string) h.Node { return " + body + " }\n"
	}
	const file = sandbox + "/internal/view/a.go"
	runAll(t, []control{
		{"of pages", templatesLinked, map[string]string{file: importing("view", "html/template")}, []string{"template " + file + " html/template"}},
		{"of text", templatesLinked, map[string]string{"internal/cli/a.go": importing("cli", "text/template")}, []string{"template internal/cli/a.go text/template"}},
		{"of tests", templatesLinked, map[string]string{"internal/cli/a_test.go": importing("cli", "text/template")}, nil},
		{"of an example", templatesLinked, map[string]string{"examples/go/a.go": importing("main", "text/template")}, nil},
		{"raw", strayMarkup, map[string]string{file: page("h.Raw(id)")}, []string{"raw " + file}},
		{"raw in markup", strayMarkup, map[string]string{markupDir + "/a.go": page("h.Raw(id)")}, nil},
		{"text", strayMarkup, map[string]string{file: page("h.Text(id)")}, nil},
		{"an address from elsewhere", strayMarkup, map[string]string{file: page("h.A(h.Href(where))")}, []string{"address " + file}},
		{"its end is ours", strayMarkup, map[string]string{file: page(`h.Form(h.Action(where+"/delete"))`)}, []string{"address " + file}},
		{"its beginning is ours", strayMarkup, map[string]string{file: page(`h.Form(h.Action("/console/" + id + "/delete"))`)}, nil},
		{"nothing of it is", strayMarkup, map[string]string{file: page(`h.A(h.Href("" + where))`)}, []string{"address " + file}},
		{"ours", strayMarkup, map[string]string{file: page(`h.A(h.Href("#main"))`)}, nil},
	})
}
