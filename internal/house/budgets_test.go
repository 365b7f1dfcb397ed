package house_test

import (
	"fmt"
	"go/ast"
	"go/token"
	"maps"
	"path"
	"slices"
	"strings"
	"testing"
)

// The budgets.
const (
	maxFile       = 400 // lines of a file written by hand
	maxTestFile   = 600 // lines of a test file
	maxMain       = 40  // lines of cmd/ringcx/main.go
	maxFunc       = 60  // lines of a function
	maxFuncP95    = 40  // lines that 95 of 100 functions of a part stay within
	minFuncs      = 20  // functions a part needs before its 95th percentile says anything
	maxRootNames  = 30  // exported names of the root package
	maxOtherNames = 15  // exported names of any other public package
)

// written are the files that people write and the budget of lines covers.
var written = []string{".go", ".sh", ".js", ".mjs", ".css", ".html", ".tmpl", ".py", ".php", ".sql"}

// longFiles finds files over their budget of lines.
func longFiles(t *tree) []finding {
	var all []finding
	for _, p := range slices.Sorted(maps.Keys(t.text)) {
		text := t.text[p]
		limit := maxFile
		switch {
		case !slices.Contains(written, path.Ext(p)), strings.Contains(path.Base(p), ".min."),
			slices.Contains(strings.Split(p, "/"), "testdata"), isGenerated(text):
			continue
		case p == "cmd/ringcx/main.go":
			limit = maxMain
		case strings.HasSuffix(p, "_test.go"):
			limit = maxTestFile
		}
		if n := strings.Count(text, "\n"); n > limit {
			all = append(all, found(fmt.Sprintf("%s has %d lines, the budget is %d", p, n, limit), "file", p))
		}
	}
	return all
}

// functions calls visit for every function that a person wrote.
func (t *tree) functions(visit func(s *source, f *ast.FuncDecl)) {
	for _, s := range t.code {
		if s.generated {
			continue
		}
		for _, d := range s.ast.Decls {
			if f, ok := d.(*ast.FuncDecl); ok {
				visit(s, f)
			}
		}
	}
}

// longFunctions finds functions over their budget of lines, in tests too.
func longFunctions(t *tree) []finding {
	var all []finding
	t.functions(func(s *source, f *ast.FuncDecl) {
		if n := t.span(f); n > maxFunc {
			name := funcName(f)
			all = append(all, found(fmt.Sprintf("%s:%d: %s has %d lines, the budget is %d", s.path, t.line(f.Pos()), name, n, maxFunc),
				"function", s.path, name))
		}
	})
	return all
}

// longParts finds parts of the tree whose functions are long as a habit. Tests are not counted.
func longParts(t *tree) []finding {
	spans := map[string][]int{}
	t.functions(func(s *source, f *ast.FuncDecl) {
		if !s.test {
			spans[part(s.dir)] = append(spans[part(s.dir)], t.span(f))
		}
	})
	var all []finding
	for _, p := range slices.Sorted(maps.Keys(spans)) {
		n := spans[p]
		slices.Sort(n)
		if p95 := n[(len(n)*95+99)/100-1]; len(n) >= minFuncs && p95 > maxFuncP95 {
			all = append(all, found(fmt.Sprintf("%s: 5 in 100 functions have %d lines or more, the budget is %d", p, p95, maxFuncP95), "p95", p))
		}
	}
	return all
}

// exported is one exported name.
type exported struct {
	source *source
	name   string
	pos    token.Pos
	method bool
	doc    bool
}

// exports lists what a file exports. A method counts if its type is exported.
func exports(s *source) []exported {
	var all []exported
	add := func(name *ast.Ident, method bool, docs ...*ast.CommentGroup) {
		if !name.IsExported() {
			return
		}
		e := exported{source: s, name: name.Name, pos: name.Pos(), method: method}
		for _, d := range docs {
			e.doc = e.doc || strings.TrimSpace(d.Text()) != ""
		}
		all = append(all, e)
	}
	for _, d := range s.ast.Decls {
		switch d := d.(type) {
		case *ast.FuncDecl:
			if r := receiver(d); r == "" || ast.IsExported(r) {
				add(d.Name, r != "", d.Doc)
			}
		case *ast.GenDecl:
			for _, spec := range d.Specs {
				switch spec := spec.(type) {
				case *ast.TypeSpec:
					add(spec.Name, false, spec.Doc, spec.Comment, groupDoc(d))
				case *ast.ValueSpec:
					for _, name := range spec.Names {
						add(name, false, spec.Doc, spec.Comment, d.Doc)
					}
				}
			}
		}
	}
	return all
}

// groupDoc is the comment of a type declaration that declares one type. In a group each type needs its own.
func groupDoc(d *ast.GenDecl) *ast.CommentGroup {
	if len(d.Specs) > 1 {
		return nil
	}
	return d.Doc
}

// receiver is the name of the type that a method belongs to, or "" for a function.
func receiver(f *ast.FuncDecl) string {
	if f.Recv == nil || len(f.Recv.List) == 0 {
		return ""
	}
	e := f.Recv.List[0].Type
	for {
		switch x := e.(type) {
		case *ast.StarExpr:
			e = x.X
		case *ast.ParenExpr:
			e = x.X
		case *ast.IndexExpr:
			e = x.X
		case *ast.IndexListExpr:
			e = x.X
		case *ast.Ident:
			return x.Name
		default:
			return "?"
		}
	}
}

func funcName(f *ast.FuncDecl) string {
	if r := receiver(f); r != "" {
		return r + "." + f.Name.Name
	}
	return f.Name.Name
}

// manyNames finds public packages that export more than their budget. The api package is as large as the vendor's API.
func manyNames(t *tree) []finding {
	count := map[string]int{}
	for _, s := range t.code {
		if !public(s) {
			continue
		}
		for _, e := range exports(s) {
			if !e.method {
				count[s.dir]++
			}
		}
	}
	var all []finding
	for _, dir := range slices.Sorted(maps.Keys(count)) {
		limit := maxOtherNames
		if dir == root {
			limit = maxRootNames
		}
		if count[dir] > limit {
			all = append(all, found(fmt.Sprintf("package %s exports %d names, the budget is %d", dir, count[dir], limit), "names", dir))
		}
	}
	return all
}

// public says whether the budget of exported names covers the file's package.
func public(s *source) bool {
	if s.test || s.ast.Name.Name == "main" || slices.Contains(strings.Split(s.dir, "/"), internal) {
		return false
	}
	return !slices.Contains([]string{api, cmd, examples, bench, e2e}, part(s.dir))
}

// namesOfHTML are the files in which a function is named for the one element or attribute that it makes, and so says all.
var namesOfHTML = []string{htmlDir + "/elements.go", htmlDir + "/attributes.go"}

// undocumented finds exported names and methods without a comment.
func undocumented(t *tree) []finding {
	var all []finding
	for _, s := range t.code {
		if s.test || s.ast.Name.Name == "main" || slices.Contains(namesOfHTML, s.path) {
			continue
		}
		for _, e := range exports(s) {
			if !e.doc {
				all = append(all, found(fmt.Sprintf("%s:%d: %s has no comment", s.path, t.line(e.pos), e.name), "comment", s.path, e.name))
			}
		}
	}
	return all
}

func TestNoFileIsLongerThanItsBudget(t *testing.T) { keeps(t, longFiles) }

func TestNoFunctionIsLongerThanItsBudget(t *testing.T) { keeps(t, longFunctions) }

func TestNoPartIsMadeOfLongFunctions(t *testing.T) { keeps(t, longParts) }

func TestPublicPackagesExportNoMoreThanTheirBudget(t *testing.T) { keeps(t, manyNames) }

func TestEveryExportedNameHasAComment(t *testing.T) { keeps(t, undocumented) }
