package house_test

import (
	"fmt"
	"go/ast"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// noteWords are taken apart here so that this file keeps its own rule.
var (
	noteWords = []string{"TO" + "DO", "FIX" + "ME", "XX" + "X"}
	noteWord  = regexp.MustCompile(`\b(` + strings.Join(noteWords, "|") + `)\b`)
)

// notesToSelf finds notes that belong in an issue. Inputs kept by the fuzzer and checksums may hold any letters.
func notesToSelf(t *tree) []finding {
	var all []finding
	for _, p := range slices.Sorted(maps.Keys(t.text)) {
		if p == "go.sum" || strings.Contains(p, "testdata/fuzz/") {
			continue
		}
		if !slices.ContainsFunc(noteWords, func(word string) bool { return strings.Contains(t.text[p], word) }) {
			continue // an expression looks at each letter, and that takes seconds with the race detector
		}
		n := 0
		for line := range strings.Lines(t.text[p]) {
			n++
			if word := noteWord.FindString(line); word != "" {
				all = append(all, found(fmt.Sprintf("%s:%d: %s: do it, or file an issue", p, n, word), "word", p, word))
			}
		}
	}
	return all
}

// sleepsInTests finds tests that wait for real time to pass. Inside synctest.Test time is not real.
func sleepsInTests(t *tree) []finding {
	var all []finding
	for _, s := range t.code {
		if !s.test {
			continue
		}
		bubbles := s.bubbles()
		s.uses("time", []string{"Sleep"}, func(sel *ast.SelectorExpr) {
			if slices.ContainsFunc(bubbles, func(b *ast.CallExpr) bool { return b.Pos() <= sel.Pos() && sel.End() <= b.End() }) {
				return
			}
			all = append(all, found(fmt.Sprintf("%s:%d: a test that sleeps: wait for the event, or use testing/synctest", s.path, t.line(sel.Pos())),
				"test-sleep", s.path))
		})
	}
	return all
}

// bubbles lists the calls of synctest.Test in a file.
func (s *source) bubbles() []*ast.CallExpr {
	local := s.importName("testing/synctest")
	if local == "" {
		return nil
	}
	var all []*ast.CallExpr
	ast.Inspect(s.ast, func(n ast.Node) bool {
		if call, ok := n.(*ast.CallExpr); ok {
			if sel, ok := call.Fun.(*ast.SelectorExpr); ok && isIdent(sel.X, local) && sel.Sel.Name == "Test" {
				all = append(all, call)
			}
		}
		return true
	})
	return all
}

// silentSkips finds tests that are skipped without a word.
func silentSkips(t *tree) []finding {
	var all []finding
	for _, s := range t.code {
		testers := s.testers()
		ast.Inspect(s.ast, func(n ast.Node) bool {
			call, ok := n.(*ast.CallExpr)
			if !ok {
				return true
			}
			sel, ok := call.Fun.(*ast.SelectorExpr)
			if !ok || !slices.ContainsFunc(testers, func(name string) bool { return isIdent(sel.X, name) }) {
				return true
			}
			if sel.Sel.Name == "SkipNow" || (sel.Sel.Name == "Skip" || sel.Sel.Name == "Skipf") && !saysSomething(call) {
				all = append(all, found(fmt.Sprintf("%s:%d: a skipped test says why", s.path, t.line(call.Pos())), "skip", s.path))
			}
			return true
		})
	}
	return all
}

// testers lists the names that a file gives to its *testing.T, B and F and its testing.TB.
func (s *source) testers() []string {
	local := s.importName("testing")
	if local == "" {
		return nil
	}
	var names []string
	ast.Inspect(s.ast, func(n ast.Node) bool {
		field, ok := n.(*ast.Field)
		if !ok {
			return true
		}
		kind := field.Type
		if star, ok := kind.(*ast.StarExpr); ok {
			kind = star.X
		}
		if sel, ok := kind.(*ast.SelectorExpr); ok && isIdent(sel.X, local) {
			for _, name := range field.Names {
				names = append(names, name.Name)
			}
		}
		return true
	})
	return names
}

func saysSomething(call *ast.CallExpr) bool {
	if len(call.Args) == 0 {
		return false
	}
	lit, ok := call.Args[0].(*ast.BasicLit)
	return !ok || len(lit.Value) > 2
}

func TestNoFileHoldsANoteToSelf(t *testing.T) { keeps(t, notesToSelf) }

func TestNoTestSleeps(t *testing.T) { keeps(t, sleepsInTests) }

func TestNoTestIsSkippedWithoutAReason(t *testing.T) { keeps(t, silentSkips) }
