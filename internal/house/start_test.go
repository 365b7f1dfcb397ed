package house_test

import (
	"fmt"
	"go/ast"
	"strings"
	"testing"
)

// expressionsAtStart finds regular expressions that each start of the command would compile, whatever it is asked for: they are
// the dearest of what packages do before main.
func expressionsAtStart(t *tree) []finding {
	var all []finding
	for _, s := range t.code {
		if s.test || s.ast.Name.Name == "main" || !linked(s.dir) {
			continue
		}
		local := s.importName("regexp")
		for _, decl := range s.ast.Decls {
			if gen, ok := decl.(*ast.GenDecl); ok && local != "" {
				all = append(all, compiledIn(t, s, gen, local)...)
			}
		}
	}
	return all
}

// linked says whether the command is made of a directory.
func linked(dir string) bool {
	switch part(dir) {
	case examples, bench, deploy, e2e, ringcxtest, scripts:
		return false
	}
	return !strings.HasPrefix(dir, "internal/test")
}

func compiledIn(t *tree, s *source, gen *ast.GenDecl, local string) (all []finding) {
	for _, spec := range gen.Specs {
		value, ok := spec.(*ast.ValueSpec)
		if !ok {
			continue
		}
		for i, v := range value.Values {
			call, ok := v.(*ast.CallExpr)
			if !ok {
				continue
			}
			if sel, ok := call.Fun.(*ast.SelectorExpr); ok && isIdent(sel.X, local) {
				all = append(all, found(fmt.Sprintf("%s:%d: %s is compiled by each start of the command: use sync.OnceValue",
					s.path, t.line(call.Pos()), value.Names[i].Name), "start", s.path, value.Names[i].Name))
			}
		}
	}
	return all
}

func TestTheCommandCompilesExpressionsWhenTheyAreAskedFor(t *testing.T) { keeps(t, expressionsAtStart) }

func TestAnExpressionThatIsCompiledAtTheStartIsFound(t *testing.T) {
	const body = "\n\nimport \"regexp\"\n\nvar (\n\ta = regexp.MustCompile(`a`)\n\tb = once(func() *regexp.Regexp { return regexp.MustCompile(`b`) })\n)\n"
	runAll(t, []control{
		{"linked", expressionsAtStart, map[string]string{"internal/cli/a.go": "package cli" + body}, []string{"start internal/cli/a.go a"}},
		{"test", expressionsAtStart, map[string]string{"internal/cli/a_test.go": "package cli" + body}, nil},
		{"helper of tests", expressionsAtStart, map[string]string{"internal/testpages/a.go": "package testpages" + body}, nil},
		{"program", expressionsAtStart, map[string]string{"examples/go/a.go": "package main" + body}, nil},
	})
}
