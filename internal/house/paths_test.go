package house_test

import (
	"fmt"
	"go/ast"
	"go/token"
	"slices"
	"strings"
	"testing"
)

// pathConditions are the files and packages of the sandbox that may look at the text of a request's path, and what for. What
// holds for one operation stands in its row: a condition on its path elsewhere is forgotten when the row changes.
var pathConditions = map[string]string{
	"sandbox/namespaces.go":                "what comes after the name of a namespace",
	"sandbox/pipeline.go":                  "paths at which there is no operation, and the words in which a vendor refuses those",
	"sandbox/not_emulated.go":              "a hint about a prefix that callers leave out",
	"sandbox/internal/endpoint":            "which vendor a path and a host are of, which door stands before it, what people open in a browser",
	"sandbox/internal/fault":               "the paths that a fault was ordered for",
	"sandbox/internal/journal":             "secrets in paths, also where there is no operation",
	"sandbox/internal/guard":               "what is not the vendors'",
	"sandbox/internal/budget":              "where objects are made",
	"sandbox/internal/platform/service.go": "two forms of refusals, by the part of the API",
	"sandbox/internal/ringcx/legacy.go":    "who may call with an X-Auth-Token",
	"sandbox/internal/ringcx/errors.go":    "the path in a refusal, which is without /voice",
	"sandbox/internal/console/guard.go":    "a stream, which cannot show a page for signing in",
}

// conditions are the functions that ask how a text begins or ends, or which it is.
var conditions = []string{"HasPrefix", "CutPrefix", "TrimPrefix", "HasSuffix", "CutSuffix", "TrimSuffix", "EqualFold"}

// strayPaths finds conditions on paths of requests in files of the sandbox that are not named for it.
func strayPaths(t *tree) []finding {
	var all []finding
	named, needed := pathNames(t), map[string]bool{}
	for _, s := range t.code {
		if s.test || part(s.dir) != sandbox || s.dir == "sandbox/datafile" {
			continue
		}
		for _, at := range pathConditionsIn(s, named) {
			needed[s.path], needed[s.dir] = true, true
			if pathConditions[s.path] == "" && pathConditions[s.dir] == "" {
				all = append(all, found(fmt.Sprintf("%s:%d: a condition on a path: what holds for an operation belongs in its row", s.path, t.line(at)),
					"path", s.path))
			}
		}
	}
	return append(all, t.stale(pathConditions, needed, "path")...)
}

// pathNames are the constants of the sandbox that are paths, or begin one.
func pathNames(t *tree) map[string]bool {
	named := map[string]bool{}
	for _, s := range t.code {
		if s.test || part(s.dir) != sandbox {
			continue
		}
		ast.Inspect(s.ast, func(n ast.Node) bool {
			if v, ok := n.(*ast.ValueSpec); ok && len(v.Names) == len(v.Values) {
				for i, name := range v.Names {
					if isPathText(v.Values[i], nil) {
						named[name.Name] = true
					}
				}
			}
			return true
		})
	}
	return named
}

// pathConditionsIn are the places of a file that depend on what a path is.
func pathConditionsIn(s *source, named map[string]bool) []token.Pos {
	var at []token.Pos
	texts, lists := s.importName("strings"), s.importName("slices")
	is := func(e ast.Expr) bool { return isPathText(e, named) || isPathOfRequest(e) }
	ast.Inspect(s.ast, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.CallExpr:
			sel, ok := n.Fun.(*ast.SelectorExpr)
			if !ok || len(n.Args) != 2 {
				break
			}
			asks := isIdent(sel.X, texts) && slices.Contains(conditions, sel.Sel.Name) && !isSlash(n.Args[1]) && slices.ContainsFunc(n.Args, is)
			if asks || isIdent(sel.X, lists) && sel.Sel.Name == "Contains" && is(n.Args[1]) {
				at = append(at, n.Pos())
			}
		case *ast.BinaryExpr:
			if (n.Op == token.EQL || n.Op == token.NEQ) && (isPathText(n.X, named) || isPathText(n.Y, named)) {
				at = append(at, n.Pos())
			}
		case *ast.CaseClause:
			if slices.ContainsFunc(n.List, func(e ast.Expr) bool { return isPathText(e, named) }) {
				at = append(at, n.Pos())
			}
		}
		return true
	})
	return at
}

// isSlash reports whether e is "/" alone, which says how a text is written and not which path it is.
func isSlash(e ast.Expr) bool {
	lit, ok := e.(*ast.BasicLit)
	return ok && lit.Value == `"/"`
}

// isPathText reports whether e is the text of a path or of its beginning.
func isPathText(e ast.Expr, named map[string]bool) bool {
	switch e := e.(type) {
	case *ast.BasicLit:
		return e.Kind == token.STRING && len(e.Value) > 3 && strings.HasPrefix(e.Value[1:], "/")
	case *ast.BinaryExpr:
		return e.Op == token.ADD && isPathText(e.X, named)
	case *ast.ParenExpr:
		return isPathText(e.X, named)
	}
	return named[lastName(e)]
}

// isPathOfRequest reports whether e is the path of a request, or named so.
func isPathOfRequest(e ast.Expr) bool {
	return slices.Contains([]string{"path", "Path", "RawPath", "EscapedPath"}, lastName(e))
}

// lastName is the name of what e is: the last one of a.b.c and of a.b.c().
func lastName(e ast.Expr) string {
	switch e := e.(type) {
	case *ast.Ident:
		return e.Name
	case *ast.SelectorExpr:
		return e.Sel.Name
	case *ast.CallExpr:
		if len(e.Args) == 0 {
			return lastName(e.Fun)
		}
	}
	return ""
}

func TestPathsAreLookedAtInTheFilesNamedForIt(t *testing.T) { keeps(t, strayPaths) }

func TestAStrayConditionOnAPathIsFound(t *testing.T) {
	code := func(body string) map[string]string {
		return map[string]string{
			"sandbox/internal/platform/a.go": "package platform\n\nimport (\n\t\"net/http\"\n\t\"slices\"\n\t\"strings\"\n)\n\n" +
				"const aPath = \"/a\"\n\nfunc f(r *http.Request, begin string) bool {\n\t" + body + "\n}\n",
		}
	}
	stray := []string{"path sandbox/internal/platform/a.go"}
	runAll(t, []control{
		{"a literal", strayPaths, code(`return strings.HasPrefix(begin, "/restapi/")`), stray},
		{"a constant", strayPaths, code(`return strings.HasPrefix(begin, aPath+"/")`), stray},
		{"any prefix of a path", strayPaths, code(`return strings.HasPrefix(r.URL.Path, begin)`), stray},
		{"of an escaped one", strayPaths, code(`return strings.HasPrefix(r.URL.EscapedPath(), begin)`), stray},
		{"the same", strayPaths, code(`return begin == "/restapi"`), stray},
		{"not the same", strayPaths, code(`return begin != aPath`), stray},
		{"a case", strayPaths, code("switch begin {\n\tcase \"/restapi\":\n\t\treturn true\n\t}\n\treturn false"), stray},
		{"one of several", strayPaths, code(`return slices.Contains([]string{begin}, r.URL.Path)`), stray},
		{"how it is written", strayPaths, code(`return strings.HasPrefix(begin, "/") || begin == "/"`), nil},
		{"another text", strayPaths, code(`return strings.HasPrefix(begin, "Bearer ") || begin == "a"`), nil},
		{"where it may be", strayPaths, map[string]string{
			"sandbox/pipeline.go": "package sandbox\n\nfunc f(path string) bool { return path == \"/restapi\" }\n",
		}, nil},
		{"elsewhere", strayPaths, map[string]string{"internal/a/a.go": "package a\n\nfunc f(path string) bool { return path == \"/restapi\" }\n"}, nil},
	})
}
