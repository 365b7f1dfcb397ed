package house_test

import (
	"fmt"
	"go/ast"
	"go/types"
	"maps"
	"slices"
	"strings"
	"testing"
)

// What a package may hold before it has to become two, tests and generated files aside.
const (
	maxPackageFiles = 40
	maxPackageLines = 4_000
	maxCommandLines = 3_000 // of internal/cli: each of its commands is flags and a call, so that more of them have room
)

// largePackages finds packages that nobody can know by heart any more.
func largePackages(t *tree) []finding {
	files, lines := map[string]int{}, map[string]int{}
	for _, s := range t.code {
		if !s.test && !s.generated {
			files[s.dir]++
			lines[s.dir] += t.line(s.ast.FileEnd)
		}
	}
	var all []finding
	for _, dir := range slices.Sorted(maps.Keys(files)) {
		if files[dir] > maxPackageFiles {
			all = append(all, found(fmt.Sprintf("%s has %d files, a package has at most %d", dir, files[dir], maxPackageFiles), "files", dir))
		}
		limit := maxPackageLines
		if dir == cli {
			limit = maxCommandLines
		}
		if lines[dir] > limit {
			all = append(all, found(fmt.Sprintf("%s has %d lines, a package like it has at most %d", dir, lines[dir], limit), "lines", dir))
		}
	}
	return all
}

// savedTypes finds types that describe a thing a second time, for the file. A row of a table is its own record.
func savedTypes(t *tree) []finding {
	var all []finding
	for _, s := range t.code {
		for _, d := range s.ast.Decls {
			g, ok := d.(*ast.GenDecl)
			if !ok {
				continue
			}
			for _, spec := range g.Specs {
				if ty, ok := spec.(*ast.TypeSpec); ok && strings.HasPrefix(ty.Name.Name, "saved") {
					all = append(all, found(fmt.Sprintf("%s:%d: type %s: keep the row itself", s.path, t.line(ty.Pos()), ty.Name.Name),
						"saved", s.dir))
				}
			}
		}
	}
	return all
}

// locking and answering are the packages below sandbox/internal that may hold a lock, or write to the wire.
var (
	locking   = []string{"state", "limit", "fault", "journal", "endpoint"}
	answering = []string{"endpoint", "control", "console"}
)

// strayLocks finds locks in rooms of the sandbox that get what they share from a transaction.
func strayLocks(t *tree) []finding {
	return t.strayUses("sync", []string{"Mutex", "RWMutex"}, locking, "lock")
}

// strayWriters finds rooms of the sandbox that write answers themselves instead of returning them.
func strayWriters(t *tree) []finding {
	return t.strayUses("net/http", []string{"ResponseWriter"}, answering, "writer")
}

// strayUses finds uses of names of a package in rooms of the sandbox that are not among those that may.
func (t *tree) strayUses(pkg string, names, may []string, key string) []finding {
	var all []finding
	for _, s := range t.code {
		if r := room(s.dir); r == "" || s.test || slices.Contains(may, r) {
			continue
		}
		s.uses(pkg, names, func(sel *ast.SelectorExpr) {
			all = append(all, found(fmt.Sprintf("%s:%d: %s.%s is for %s", s.path, t.line(sel.Pos()), pkg, sel.Sel.Name, strings.Join(may, ", ")),
				key, s.path))
		})
	}
	return all
}

// doubleRows finds operations of the sandbox that have two rows, of which one would never be asked.
func doubleRows(t *tree) []finding {
	var all []finding
	seen := map[string]bool{}
	for _, s := range t.code {
		if s.test || !within(s.dir, sandbox) {
			continue
		}
		ast.Inspect(s.ast, func(n ast.Node) bool {
			table, ok := n.(*ast.CompositeLit)
			if !ok || types.ExprString(table.Type) != "[]operation" {
				return true
			}
			for _, e := range table.Elts {
				row, ok := e.(*ast.CompositeLit)
				if !ok || len(row.Elts) < 2 {
					continue
				}
				name := types.ExprString(row.Elts[0]) + " " + types.ExprString(row.Elts[1])
				if seen[name] {
					all = append(all, found(fmt.Sprintf("%s:%d: a second row of %s", s.path, t.line(row.Pos()), name), "row", s.path, name))
				}
				seen[name] = true
			}
			return false
		})
	}
	if len(seen) == 0 && t.module == "github.com/ringcx-go/ringcx" {
		all = append(all, found("the sandbox has no rows of operations: this rule looks in vain", "rows"))
	}
	return all
}

func TestAnOperationOfTheSandboxHasOneRow(t *testing.T) { keeps(t, doubleRows) }

func TestASecondRowIsFound(t *testing.T) {
	rows := func(paths ...string) map[string]string {
		text := "package sandbox\n\nvar rows = []operation{\n"
		for _, p := range paths {
			text += "\t{http.MethodGet, " + p + ", nil},\n"
		}
		return map[string]string{"sandbox/a.go": text + "}\n"}
	}
	runAll(t, []control{
		{"two", doubleRows, rows(`"/a"`, `"/b"`), nil},
		{"twice", doubleRows, rows(`"/a"`, "b", `"/a"`), []string{`row sandbox/a.go http.MethodGet "/a"`}},
	})
}

func TestNoPackageIsTooLargeToBeKnown(t *testing.T) { keeps(t, largePackages) }

func TestNothingIsDescribedASecondTimeForItsFile(t *testing.T) { keeps(t, savedTypes) }

func TestRoomsOfTheSandboxLockNothingButThoseNamedForIt(t *testing.T) { keeps(t, strayLocks) }

func TestRoomsOfTheSandboxAnswerThroughThePipeline(t *testing.T) { keeps(t, strayWriters) }

func TestALargePackageIsFound(t *testing.T) {
	many := map[string]string{}
	for i := range maxPackageFiles + 1 {
		many[fmt.Sprintf("a/%d.go", i)] = "package a\n"
	}
	test := maps.Clone(many)
	delete(test, "a/0.go")
	test["a/0_test.go"] = "package a\n"
	lines := "package a\n" + strings.Repeat("\n", maxPackageLines)
	runAll(t, []control{
		{"a file too many", largePackages, many, []string{"files a"}},
		{"the last one is a test", largePackages, test, nil},
		{"a line too many", largePackages, map[string]string{"a/a.go": lines}, []string{"lines a"}},
		{"a line too many of the command", largePackages, map[string]string{
			"internal/cli/a.go": "package cli\n" + strings.Repeat("\n", maxCommandLines), "internal/clip/a.go": "package clip\n" + strings.Repeat("\n", maxCommandLines),
		}, []string{"lines internal/cli"}},
		{"of a program", largePackages, map[string]string{"a/a.go": "// Code generated by hand. DO NOT EDIT.\n\n" + lines}, nil},
	})
}

func TestASecondDescriptionIsFound(t *testing.T) {
	runAll(t, []control{
		{"a type", savedTypes, map[string]string{"a/a.go": "package a\n\ntype savedUser struct{}\n"}, []string{"saved a"}},
		{"a variable", savedTypes, map[string]string{"a/a.go": "package a\n\nvar saved int\n"}, nil},
	})
}

func TestAStrayLockOrWriterIsFound(t *testing.T) {
	lock := "package a\n\nimport \"sync\"\n\nvar mu sync.Mutex\n"
	writer := "package a\n\nimport \"net/http\"\n\nfunc f(http.ResponseWriter) {}\n"
	runAll(t, []control{
		{"lock", strayLocks, map[string]string{"sandbox/internal/ringcx/a.go": lock}, []string{"lock sandbox/internal/ringcx/a.go"}},
		{"lock of the state", strayLocks, map[string]string{"sandbox/internal/state/a.go": lock}, nil},
		{"lock elsewhere", strayLocks, map[string]string{"store/a.go": lock}, nil},
		{"lock in a test", strayLocks, map[string]string{"sandbox/internal/ringcx/a_test.go": lock}, nil},
		{"writer", strayWriters, map[string]string{"sandbox/internal/ringcx/a.go": writer}, []string{"writer sandbox/internal/ringcx/a.go"}},
		{"writer of the console", strayWriters, map[string]string{"sandbox/internal/console/a.go": writer}, nil},
	})
}
