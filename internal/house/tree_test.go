package house_test

import (
	"bytes"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"slices"
	"strings"
	"sync"
	"testing"
	"unicode/utf8"
)

// tree is the repository as the rules see it.
type tree struct {
	module string            // module path, from go.mod
	fset   *token.FileSet    // positions of code
	code   []*source         // every Go file outside testdata
	text   map[string]string // every text file that git would keep, by slash-separated path
	paths  map[string]bool   // every path that git would keep, directories included
	binary map[string][]byte // every other file
}

// source is one parsed Go file.
type source struct {
	path      string // slash-separated, from the top of the tree
	dir       string // "." for the root package
	test      bool   // the name ends in _test.go
	generated bool   // one of the first lines says so
	ast       *ast.File
}

// finding is one broken rule.
type finding struct {
	key  string // stable name for the exceptions table: no line numbers
	text string // what to tell the person who broke it
}

func (f finding) String() string { return f.text + "  [" + f.key + "]" }

// found makes a finding from the parts of its key and a message.
func found(text string, key ...string) finding {
	return finding{key: strings.Join(key, " "), text: text}
}

// load reads and parses a tree. A Go file that does not parse is an error, not a finding.
func load(fsys fs.FS) (*tree, error) {
	t := &tree{fset: token.NewFileSet(), text: map[string]string{}, paths: map[string]bool{}, binary: map[string][]byte{}}
	ignored := readIgnored(fsys)
	err := fs.WalkDir(fsys, ".", func(p string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case p == ".":
			return nil
		case p == ".git" || ignored(p):
			if d.IsDir() {
				return fs.SkipDir
			}
			return nil
		}
		t.paths[p] = true
		if !d.Type().IsRegular() {
			return nil
		}
		return t.add(fsys, p)
	})
	if err != nil {
		return nil, err
	}
	for line := range strings.Lines(t.text["go.mod"]) {
		if m, ok := strings.CutPrefix(line, "module "); ok {
			t.module = strings.TrimSpace(m)
		}
	}
	if t.module == "" {
		return nil, fmt.Errorf("go.mod does not name the module")
	}
	return t, nil
}

// add reads one file and, if it is Go code of a package, parses it.
func (t *tree) add(fsys fs.FS, p string) error {
	data, err := fs.ReadFile(fsys, p)
	if err != nil {
		return err
	}
	if !utf8.Valid(data) || bytes.IndexByte(data, 0) >= 0 {
		t.binary[p] = data
		return nil
	}
	t.text[p] = string(data)
	if path.Ext(p) != ".go" || slices.ContainsFunc(strings.Split(p, "/"), notBuilt) {
		return nil
	}
	file, err := parser.ParseFile(t.fset, p, data, parser.ParseComments|parser.SkipObjectResolution)
	if err != nil {
		return err
	}
	t.code = append(t.code, &source{
		path:      p,
		dir:       path.Dir(p),
		test:      strings.HasSuffix(p, "_test.go"),
		generated: isGenerated(string(data)),
		ast:       file,
	})
	return nil
}

// notBuilt says whether the go command ignores a file or directory of this name.
func notBuilt(name string) bool {
	return name == "testdata" || strings.HasPrefix(name, ".") || strings.HasPrefix(name, "_")
}

// isGenerated looks for the usual mark in the first ten lines.
func isGenerated(text string) bool {
	n := 0
	for line := range strings.Lines(text) {
		if strings.HasPrefix(line, "// Code generated") {
			return true
		}
		if n++; n == 10 {
			break
		}
	}
	return false
}

// readIgnored understands the part of .gitignore that this repository uses: /path/, /path and *.ext.
func readIgnored(fsys fs.FS) func(string) bool {
	data, _ := fs.ReadFile(fsys, ".gitignore")
	patterns := strings.Fields(string(data))
	return func(p string) bool {
		return slices.ContainsFunc(patterns, func(pattern string) bool {
			if rooted, ok := strings.CutPrefix(pattern, "/"); ok {
				return p == strings.TrimSuffix(rooted, "/")
			}
			ok, err := path.Match(strings.TrimSuffix(pattern, "/"), path.Base(p))
			return ok && err == nil
		})
	}
}

// line is the line of a position, for messages.
func (t *tree) line(pos token.Pos) int { return t.fset.Position(pos).Line }

// span is the number of lines that a node takes.
func (t *tree) span(n ast.Node) int { return t.line(n.End()) - t.line(n.Pos()) + 1 }

// uses calls report for every place in the file that names one of the given members of a standard package.
func (s *source) uses(pkg string, names []string, report func(*ast.SelectorExpr)) {
	local := s.importName(pkg)
	if local == "" {
		return
	}
	ast.Inspect(s.ast, func(n ast.Node) bool {
		sel, ok := n.(*ast.SelectorExpr)
		if ok && isIdent(sel.X, local) && slices.Contains(names, sel.Sel.Name) {
			report(sel)
		}
		return true
	})
}

// importName is the name by which the file calls an imported package, or "".
func (s *source) importName(pkg string) string {
	for _, imp := range s.ast.Imports {
		if strings.Trim(imp.Path.Value, `"`) != pkg {
			continue
		}
		if imp.Name != nil {
			return imp.Name.Name
		}
		return path.Base(pkg)
	}
	return ""
}

func isIdent(e ast.Expr, name string) bool {
	id, ok := e.(*ast.Ident)
	return ok && id.Name == name
}

// within says whether dir is top or lies below it.
func within(dir, top string) bool { return dir == top || strings.HasPrefix(dir, top+"/") }

// repository is this tree, parsed once for all tests.
var repository = sync.OnceValues(func() (*tree, error) { return load(os.DirFS("../..")) })

// keeps fails the test for every finding of a rule in this tree that the exceptions table does not explain.
func keeps(t *testing.T, rule func(*tree) []finding) {
	t.Helper()
	here, err := repository()
	if err != nil {
		t.Fatalf("read the tree: %v", err)
	}
	for _, f := range rule(here) {
		if exceptions[f.key] == "" {
			t.Error(f)
		}
	}
}
