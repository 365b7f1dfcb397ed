package main

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// mutant is one change to one file.
type mutant struct {
	kind       string
	pkg        string // import path
	file       string // relative to the module, with slashes
	path       string // where the file is
	line       int
	start, end int    // the bytes to replace
	text       string // what with
	outside    bool   // of any function: coverage does not know it
	key        string // names it without file and position, so that reasons outlive other changes
}

// The kinds, in the order of the report.
const (
	kindBoundary   = "boundary"   // < becomes <=
	kindComparison = "comparison" // == becomes !=
	kindArithmetic = "arithmetic" // + becomes -, ++ becomes --
	kindLogical    = "logical"    // && becomes ||, ! goes
	kindCondition  = "condition"  // negated, always true, always false
	kindCall       = "call"       // deleted, also if deferred or in a goroutine
	kindAssignment = "assignment" // deleted
	kindConstant   = "constant"   // a whole number grows by one, true becomes false
	kindReturn     = "return"     // an error becomes nil
)

var kinds = []string{
	kindBoundary, kindComparison, kindArithmetic, kindLogical, kindCondition,
	kindCall, kindAssignment, kindConstant, kindReturn,
}

// prose are functions whose text is for people: what they say may be put otherwise.
var prose = []string{"String", "Error", "Hint"}

// logs matches the statement of a log line. What is logged is prose.
var logs = regexp.MustCompile(`^[\w.]*\b(log|logger|slog)(\(\))?\.\w+\(`)

// proseFields are fields whose text is for people.
var proseFields = []string{"Message", "Hint"}

var swapped = map[token.Token]struct{ kind, text string }{
	token.EQL: {kindComparison, "!="}, token.NEQ: {kindComparison, "=="},
	token.LSS: {kindComparison, ">="}, token.GEQ: {kindComparison, "<"},
	token.GTR: {kindComparison, "<="}, token.LEQ: {kindComparison, ">"},
	token.ADD: {kindArithmetic, "-"}, token.SUB: {kindArithmetic, "+"},
	token.MUL: {kindArithmetic, "/"}, token.QUO: {kindArithmetic, "*"}, token.REM: {kindArithmetic, "*"},
	token.SHL: {kindArithmetic, ">>"}, token.SHR: {kindArithmetic, "<<"},
	token.AND: {kindArithmetic, "|"}, token.OR: {kindArithmetic, "&"},
	token.ADD_ASSIGN: {kindArithmetic, "-="}, token.SUB_ASSIGN: {kindArithmetic, "+="},
	token.MUL_ASSIGN: {kindArithmetic, "/="}, token.QUO_ASSIGN: {kindArithmetic, "*="},
	token.OR_ASSIGN: {kindArithmetic, "&="}, token.AND_ASSIGN: {kindArithmetic, "|="},
	token.INC: {kindArithmetic, "--"}, token.DEC: {kindArithmetic, "++"},
	token.LAND: {kindLogical, "||"}, token.LOR: {kindLogical, "&&"},
}

var boundaries = map[token.Token]string{token.LSS: "<=", token.LEQ: "<", token.GTR: ">=", token.GEQ: ">"}

// finder finds the mutants of one file.
type finder struct {
	base       mutant // pkg, file, path
	fset       *token.FileSet
	src        []byte
	where, fn  string // the package, and the function or declaration
	outside    bool
	fails      bool              // the function's last result is an error
	conditions map[ast.Expr]bool // mutated as conditions, so not negated once more
	found      []mutant
}

// find lists the mutants of the file at path, in the order of the text.
func find(pkg, file, path string) ([]mutant, error) {
	src, err := os.ReadFile(path) //nolint:gosec // a source file of the module
	if err != nil {
		return nil, err
	}
	fset := token.NewFileSet()
	tree, err := parser.ParseFile(fset, path, src, parser.ParseComments|parser.SkipObjectResolution)
	if err != nil {
		return nil, err
	}
	if ast.IsGenerated(tree) {
		return nil, nil
	}
	f := &finder{base: mutant{pkg: pkg, file: filepath.ToSlash(file), path: path}, where: tree.Name.Name, fset: fset, src: src, conditions: map[ast.Expr]bool{}}
	for _, d := range tree.Decls {
		f.declaration(d)
	}
	slices.SortStableFunc(f.found, func(a, b mutant) int { return a.start - b.start })
	return f.found, nil
}

func (f *finder) declaration(d ast.Decl) {
	switch d := d.(type) {
	case *ast.FuncDecl:
		if d.Body == nil || slices.Contains(prose, d.Name.Name) {
			return
		}
		f.fn, f.outside = d.Name.Name, false
		if d.Recv != nil {
			f.fn = strings.TrimLeft(f.textOf(d.Recv.List[0].Type), "*") + "." + f.fn
		}
		f.fails = fails(d.Type)
		ast.Inspect(d.Body, f.visit)
	case *ast.GenDecl:
		f.fn, f.outside = d.Tok.String(), true
		if d.Tok == token.CONST || d.Tok == token.VAR {
			ast.Inspect(d, f.visit)
		}
	}
}

// fails tells whether the last result of a function is an error.
func fails(t *ast.FuncType) bool {
	if t.Results == nil || len(t.Results.List) == 0 {
		return false
	}
	id, ok := t.Results.List[len(t.Results.List)-1].Type.(*ast.Ident)
	return ok && id.Name == "error"
}

// visit adds the mutants of n and tells whether to look at what is in it.
func (f *finder) visit(n ast.Node) bool {
	switch n := n.(type) {
	case *ast.FuncLit:
		was := f.fails
		f.fails = fails(n.Type)
		ast.Inspect(n.Body, f.visit)
		f.fails = was
		return false
	case *ast.ArrayType, *ast.StructType:
		return false
	case *ast.KeyValueExpr:
		name, ok := n.Key.(*ast.Ident)
		return !ok || !slices.Contains(proseFields, name.Name)
	case *ast.CallExpr:
		return f.textOf(n.Fun) != "fmt.Errorf"
	case ast.Stmt:
		return f.statement(n)
	case ast.Expr:
		f.expression(n)
	}
	return true
}

func (f *finder) statement(s ast.Stmt) bool {
	switch s := s.(type) {
	case *ast.ExprStmt:
		if logs.MatchString(f.textOf(s)) {
			return false
		}
		if _, ok := s.X.(*ast.CallExpr); ok {
			f.remove(kindCall, s)
		}
	case *ast.DeferStmt, *ast.GoStmt:
		f.remove(kindCall, s)
	case *ast.AssignStmt:
		if s.Tok != token.DEFINE && f.textOf(s.Lhs[0]) != "_" {
			f.remove(kindAssignment, s)
		}
		f.swap(s.TokPos, s.Tok, s)
	case *ast.IncDecStmt:
		f.swap(s.TokPos, s.Tok, s)
	case *ast.IfStmt:
		f.condition(s.Cond, true)
	case *ast.ForStmt:
		if s.Cond != nil {
			f.condition(s.Cond, false) // a loop without end proves nothing
		}
	case *ast.SwitchStmt:
		if s.Tag == nil {
			f.cases(s)
		}
	case *ast.ReturnStmt:
		f.result(s)
	}
	return true
}

func (f *finder) cases(s *ast.SwitchStmt) {
	for _, c := range s.Body.List {
		for _, e := range c.(*ast.CaseClause).List {
			f.condition(e, true)
		}
	}
}

// condition makes a condition always true, always false, and its opposite. It is evaluated all the same.
func (f *finder) condition(e ast.Expr, both bool) {
	f.conditions[e] = true
	text := f.textOf(e)
	f.replace(kindCondition, e, "("+text+") && false", "false")
	if both {
		f.replace(kindCondition, e, "("+text+") || true", "true")
		f.replace(kindCondition, e, "!("+text+")", "not")
	}
}

func (f *finder) result(s *ast.ReturnStmt) {
	if !f.fails || len(s.Results) == 0 {
		return
	}
	last := s.Results[len(s.Results)-1]
	if f.textOf(last) != "nil" {
		f.add(kindReturn, last, last.Pos(), last.End(), "nil", f.textOf(s)+" → nil")
	}
}

func (f *finder) expression(e ast.Expr) {
	switch e := e.(type) {
	case *ast.BinaryExpr:
		if text, ok := boundaries[e.Op]; ok {
			f.operator(kindBoundary, e.OpPos, e.Op, text, e)
		}
		if !f.conditions[e] || e.Op == token.LAND || e.Op == token.LOR {
			f.swap(e.OpPos, e.Op, e)
		}
	case *ast.UnaryExpr:
		if e.Op == token.NOT && !f.conditions[e] {
			f.replace(kindLogical, e, f.textOf(e.X), f.textOf(e.X))
		}
	case *ast.BasicLit:
		if n, err := strconv.ParseInt(e.Value, 0, 62); err == nil && e.Kind == token.INT {
			text := strconv.FormatInt(n+1, 10)
			f.replace(kindConstant, e, text, text)
		}
	case *ast.Ident:
		if other := map[string]string{"true": "false", "false": "true"}[e.Name]; other != "" {
			f.replace(kindConstant, e, other, other)
		}
	}
}

func (f *finder) swap(pos token.Pos, op token.Token, in ast.Node) {
	if to, ok := swapped[op]; ok {
		f.operator(to.kind, pos, op, to.text, in)
	}
}

func (f *finder) operator(kind string, pos token.Pos, op token.Token, text string, in ast.Node) {
	if op == token.ADD && strings.Contains(f.textOf(in), `"`) {
		return // texts are not subtracted
	}
	f.add(kind, in, pos, pos+token.Pos(len(op.String())), text, f.textOf(in)+" → "+text)
}

func (f *finder) remove(kind string, n ast.Node) {
	f.add(kind, n, n.Pos(), n.End(), "", f.textOf(n)+" → gone")
}

func (f *finder) replace(kind string, n ast.Node, text, short string) {
	f.add(kind, n, n.Pos(), n.End(), text, f.around(n)+" → "+short)
}

func (f *finder) add(kind string, n ast.Node, from, to token.Pos, text, what string) {
	m := f.base
	m.kind, m.text, m.line, m.outside = kind, text, f.fset.Position(n.Pos()).Line, f.outside
	m.start, m.end = f.fset.Position(from).Offset, f.fset.Position(to).Offset
	if short := []rune(what); len(short) > 120 { // the end says what becomes of it
		what = string(short[:60]) + "…" + string(short[len(short)-59:])
	}
	m.key = fmt.Sprintf("%s %s %s: %s", f.where, f.fn, kind, what)
	f.found = append(f.found, m)
}

// around is the text of n, with the rest of its line if n says little by itself.
func (f *finder) around(n ast.Node) string {
	text := f.textOf(n)
	if len(text) > 6 {
		return text
	}
	at := f.fset.Position(n.Pos()).Offset
	from := strings.LastIndexByte(string(f.src[:at]), '\n') + 1
	line, _, _ := strings.Cut(string(f.src[from:]), "\n")
	code, _, _ := strings.Cut(line, " // ")
	return strings.TrimSpace(code) + ", " + text
}

// textOf is the source of n on one line.
func (f *finder) textOf(n ast.Node) string {
	return strings.Join(strings.Fields(string(f.src[f.fset.Position(n.Pos()).Offset:f.fset.Position(n.End()).Offset])), " ")
}

// mutate is the source with the change in it.
func (m *mutant) mutate() ([]byte, error) {
	src, err := os.ReadFile(m.path)
	if err != nil {
		return nil, err
	}
	return slices.Concat(src[:m.start], []byte(m.text), src[m.end:]), nil
}
