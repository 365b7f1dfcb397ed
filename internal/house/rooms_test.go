package house_test

import (
	"cmp"
	"fmt"
	"go/ast"
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

// locking and answering are the packages of the sandbox that may hold a lock of their own, or name the wire, and what for. All
// others share what they share through transactions of package state, and return what is to be answered.
var (
	locking = map[string]string{
		"state":            "the transactions",
		"journal":          "the ring, which grows while others read",
		"endpoint":         "the habits of clients, which are in no table",
		"guard":            "passwords that were tried, by all namespaces together",
		"token":            "tokens that are the same for many servers, so that they are signed once",
		"ringcx":           "tokens whose signature was checked, so that it is checked once",
		"console":          "visits of browsers",
		"sandbox":          "namespaces and saving",
		"sandbox/datafile": "the file",
	}
	answering = map[string]string{
		"endpoint": "Response.Write, and the limit of a body",
		"fault":    "cuts answers short on their way, and connections",
		"control":  "streams of the log, and snapshots larger than memory should hold",
		"console":  "streams of the log, and snapshots larger than memory should hold",
		"admin":    "hands snapshots and requests on to the server, and writes nothing",
		"sandbox":  "http.Handler, and snapshots",
	}
)

// strayLocks finds locks in packages of the sandbox that get what they share from a transaction.
func strayLocks(t *tree) []finding {
	return t.strayUses("sync", []string{"Mutex", "RWMutex"}, locking, "lock")
}

// strayWriters finds packages of the sandbox that write answers themselves instead of returning them.
func strayWriters(t *tree) []finding {
	return t.strayUses("net/http", []string{"ResponseWriter"}, answering, "writer")
}

// strayUses finds uses of names of a package in packages of the sandbox that are not among those that may, and those that may
// and have none.
func (t *tree) strayUses(pkg string, names []string, may map[string]string, key string) []finding {
	var all []finding
	needed := map[string]bool{}
	for _, s := range t.code {
		if s.test || part(s.dir) != sandbox {
			continue
		}
		name := cmp.Or(room(s.dir), s.dir)
		s.uses(pkg, names, func(sel *ast.SelectorExpr) {
			needed[name] = true
			if may[name] == "" {
				all = append(all, found(fmt.Sprintf("%s:%d: %s.%s is for %s", s.path, t.line(sel.Pos()), pkg, sel.Sel.Name,
					strings.Join(slices.Sorted(maps.Keys(may)), ", ")), key, s.path))
			}
		})
	}
	return append(all, t.stale(may, needed, key)...)
}

// stale finds places of a table of this tree that need not be in it any more.
func (t *tree) stale(may map[string]string, needed map[string]bool, key string) []finding {
	if t.module != "github.com/ringcx-go/ringcx" {
		return nil // a control, which is small
	}
	var all []finding
	for _, name := range slices.Sorted(maps.Keys(may)) {
		if !needed[name] {
			all = append(all, found(name+" may have what it does not have any more: take it out of the table", "stale "+key, name))
		}
	}
	return all
}

func TestNoPackageIsTooLargeToBeKnown(t *testing.T) { keeps(t, largePackages) }

func TestNothingIsDescribedASecondTimeForItsFile(t *testing.T) { keeps(t, savedTypes) }

func TestPackagesOfTheSandboxLockNothingButThoseNamedForIt(t *testing.T) { keeps(t, strayLocks) }

func TestPackagesOfTheSandboxAnswerThroughThePipeline(t *testing.T) { keeps(t, strayWriters) }

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
		{"lock", strayLocks, map[string]string{"sandbox/internal/platform/a.go": lock}, []string{"lock sandbox/internal/platform/a.go"}},
		{"lock of the state", strayLocks, map[string]string{"sandbox/internal/state/a.go": lock}, nil},
		{"lock of the server", strayLocks, map[string]string{"sandbox/a.go": lock, "sandbox/newfile/a.go": lock}, []string{"lock sandbox/newfile/a.go"}},
		{"lock elsewhere", strayLocks, map[string]string{"store/a.go": lock}, nil},
		{"lock in a test", strayLocks, map[string]string{"sandbox/internal/platform/a_test.go": lock}, nil},
		{"writer", strayWriters, map[string]string{"sandbox/internal/ringcx/a.go": writer}, []string{"writer sandbox/internal/ringcx/a.go"}},
		{"writer of the console", strayWriters, map[string]string{"sandbox/internal/console/a.go": writer}, nil},
		{"named and not needed", func(t *tree) []finding {
			t.module = "github.com/ringcx-go/ringcx"
			return t.strayUses("sync", []string{"Mutex"}, map[string]string{"state": "it", "limit": "it"}, "lock")
		}, map[string]string{"sandbox/internal/state/a.go": lock}, []string{"stale lock limit"}},
	})
}
