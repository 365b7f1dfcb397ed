package house_test

import (
	"fmt"
	"go/ast"
	"go/types"
	"strings"
	"testing"
)

// doubleRows finds operations of the sandbox that have two rows, of which one would never be asked.
func doubleRows(t *tree) []finding {
	var all []finding
	seen := map[string]bool{}
	t.sandboxLists("[]endpoint.Operation", func(s *source, row *ast.CompositeLit) {
		name := fieldOf(row, "Method") + " " + fieldOf(row, "Path")
		if seen[name] {
			all = append(all, found(fmt.Sprintf("%s:%d: a second row of %s", s.path, t.line(row.Pos()), name), "row", s.path, name))
		}
		seen[name] = true
	})
	if len(seen) == 0 && t.module == "github.com/ringcx-go/ringcx" {
		all = append(all, found("the sandbox has no rows of operations: this rule looks in vain", "rows"))
	}
	return all
}

// sandboxLists calls visit for each element of the lists of a type in code of the sandbox.
func (t *tree) sandboxLists(of string, visit func(*source, *ast.CompositeLit)) {
	for _, s := range t.code {
		if s.test || !within(s.dir, sandbox) {
			continue
		}
		ast.Inspect(s.ast, func(n ast.Node) bool {
			list, ok := n.(*ast.CompositeLit)
			if !ok || list.Type == nil || types.ExprString(list.Type) != of {
				return true
			}
			for _, e := range list.Elts {
				if row, ok := e.(*ast.CompositeLit); ok {
					visit(s, row)
				}
			}
			return false
		})
	}
}

// fieldOf is what a composite literal gives a field, as it is written.
func fieldOf(row *ast.CompositeLit, name string) string {
	for _, e := range row.Elts {
		if kv, ok := e.(*ast.KeyValueExpr); ok && isIdent(kv.Key, name) {
			return types.ExprString(kv.Value)
		}
	}
	return ""
}

// tablesUntold finds tables of the sandbox whose kind no list of its tests names: the tests of snapshots fill and compare what
// is in such a list (a variable that is called kinds…), so that a table which is in none could be forgotten by a snapshot.
func tablesUntold(t *tree) []finding {
	var all []finding
	texts, told := map[string]string{}, map[string]bool{}
	for _, s := range t.code {
		if within(s.dir, sandbox) {
			values(s, func(name string, value ast.Expr) {
				if lit, ok := value.(*ast.BasicLit); ok && !s.test {
					texts[s.dir+" "+name] = lit.Value
				}
				if list, ok := value.(*ast.CompositeLit); ok && s.test && strings.HasPrefix(name, "kinds") {
					for _, e := range list.Elts {
						told[types.ExprString(e)] = true
					}
				}
			})
		}
	}
	for _, s := range t.code {
		if s.test || !within(s.dir, sandbox) || room(s.dir) == "state" {
			continue
		}
		ast.Inspect(s.ast, func(n ast.Node) bool {
			call, ok := n.(*ast.CallExpr)
			if !ok || len(call.Args) != 2 || !makesTable(call.Fun) {
				return true
			}
			kind := types.ExprString(call.Args[1])
			if text, ok := texts[s.dir+" "+kind]; ok {
				kind = text
			}
			if !told[kind] {
				all = append(all, found(fmt.Sprintf("%s:%d: no test of snapshots tells of the kind %s", s.path, t.line(call.Pos()), kind),
					"table", s.path, kind))
			}
			return true
		})
	}
	return all
}

// makesTable reports whether a function is state.NewTable or state.NewCell, with the types of its rows or without.
func makesTable(f ast.Expr) bool {
	switch x := f.(type) {
	case *ast.IndexExpr:
		f = x.X
	case *ast.IndexListExpr:
		f = x.X
	}
	sel, ok := f.(*ast.SelectorExpr)
	return ok && isIdent(sel.X, "state") && (sel.Sel.Name == "NewTable" || sel.Sel.Name == "NewCell")
}

// values calls visit for each constant and variable of a file that is given a value.
func values(s *source, visit func(name string, value ast.Expr)) {
	ast.Inspect(s.ast, func(n ast.Node) bool {
		if v, ok := n.(*ast.ValueSpec); ok && len(v.Names) == len(v.Values) {
			for i, name := range v.Names {
				visit(name.Name, v.Values[i])
			}
		}
		return true
	})
}

func TestAnOperationOfTheSandboxHasOneRow(t *testing.T) { keeps(t, doubleRows) }

func TestEveryTableOfTheSandboxIsInTheTestsOfSnapshots(t *testing.T) { keeps(t, tablesUntold) }

func TestASecondRowIsFound(t *testing.T) {
	rows := func(paths ...string) string {
		text := "package a\n\nvar Operations = []endpoint.Operation{\n"
		for _, p := range paths {
			text += "\t{Method: http.MethodGet, Limit: limit.None, Path: " + p + "},\n"
		}
		return text + "}\n"
	}
	runAll(t, []control{
		{"two", doubleRows, map[string]string{"sandbox/internal/platform/a.go": rows(`"/a"`, `"/b"`)}, nil},
		{"twice", doubleRows, map[string]string{
			"sandbox/internal/platform/a.go": rows(`"/a"`, "b", `"/a"`),
		}, []string{`row sandbox/internal/platform/a.go http.MethodGet "/a"`}},
		{"twice, in two packages", doubleRows, map[string]string{
			"sandbox/internal/platform/a.go": rows(`"/a"`), "sandbox/internal/ringcx/a.go": rows(`"/a"`),
		}, []string{`row sandbox/internal/ringcx/a.go http.MethodGet "/a"`}},
	})
}

func TestATableThatNoTestOfSnapshotsNamesIsFound(t *testing.T) {
	files := func(kinds string) map[string]string {
		return map[string]string{
			"sandbox/internal/model/a.go": "package model\n\nconst recordA = \"a\"\n\nvar (\n\tx = state.NewTable[int, int](db, recordA)\n" +
				"\ty = state.NewCell[int](db, \"b\")\n)\n",
			"sandbox/a_test.go": "package sandbox_test\n\nvar kindsBefore = []string{" + kinds + "}\n",
		}
	}
	runAll(t, []control{
		{"both", tablesUntold, files(`"a", "b", "c"`), nil},
		{"one", tablesUntold, files(`"b"`), []string{`table sandbox/internal/model/a.go "a"`}},
		{"none", tablesUntold, files(``), []string{`table sandbox/internal/model/a.go "a"`, `table sandbox/internal/model/a.go "b"`}},
	})
}
