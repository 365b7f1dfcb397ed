package house_test

import (
	"errors"
	"fmt"
	"go/ast"
	"go/importer"
	"go/types"
	"io"
	"maps"
	"os"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"testing"
)

// rootOrder are the files of the root package, from the ground up: a file may use names of those before it, and of no other.
// Who looks for what a file depends on reads upwards, and never in a circle.
var rootOrder = slices.Concat(
	files("doc"),
	files("grammar answer_headers retry_after answer origin input lifetime loopback network_proxy_value"), // what texts may be
	files("error error_from_answer ring_central_error token renew_at api_token endpoint"),                 // what is said and handed out
	files("timeouts network_tcp network_tls network_proxy network_error pool header_wait redirect hint"),  // the way there
	files("config clientauth_signature clientauth_assertion clientauth validate"),                         // the app
	files("store lineage ring attempt token_answer token_request login exchange"),                         // one request
	files("grant grant_jwt grant_code grant_password"),                                                    // who logs in
	files("clock action stored failure drift record"),                                                     // what a Store keeps of a lineage
	files("backoff ledger known ledgers spent"),                                                           // and of an app
	files("plan outcome explain"),                                                                         // what to do next, and what came of it
	files("options wait network_pause draft replaced renewer renew logout status"),                        // doing it
	files("token_cache flight legacy"),                                                                    // the token at hand
	files("session ring_central transport_sign transport_hosts transport client"),                         // what programs hold
)

// files are the names of Go files.
func files(names string) []string {
	var all []string
	for name := range strings.FieldsSeq(names) {
		all = append(all, name+".go")
	}
	return all
}

// arrowsUp finds files of the root package that use a name of one that comes after them in order, and files that have no
// place in it.
func arrowsUp(order []string) func(*tree) []finding {
	return func(t *tree) []finding {
		var all []finding
		var there []string
		for _, s := range t.code {
			if s.dir == root && !s.test {
				there = append(there, s.path)
			}
		}
		for _, p := range there {
			if !slices.Contains(order, p) {
				all = append(all, found(p+" has no place in the order of the root's files", "order", p))
			}
		}
		for _, p := range order {
			if !slices.Contains(there, p) {
				all = append(all, found(p+" has a place in the order of the root's files, and is gone", "order", p))
			}
		}
		used, err := namesUsed(t)
		if err != nil {
			return append(all, found("the root package cannot be read: "+err.Error(), "types"))
		}
		for _, from := range there {
			for _, to := range slices.Sorted(maps.Keys(used[from])) {
				if slices.Index(order, to) > slices.Index(order, from) {
					all = append(all, found(fmt.Sprintf("%s uses %s of %s, which comes after it", from, used[from][to], to), "arrow", from, to))
				}
			}
		}
		return all
	}
}

// namesUsed tells for each file of the root package, and each other that it uses a name of, the first such name. Names are
// those of the package, of fields and of methods.
func namesUsed(t *tree) (map[string]map[string]string, error) {
	var parsed []*ast.File
	var imports []string
	for _, s := range t.code {
		if s.dir != root || s.test {
			continue
		}
		parsed = append(parsed, s.ast)
		for _, imp := range s.ast.Imports {
			imports = append(imports, strings.Trim(imp.Path.Value, `"`))
		}
	}
	slices.Sort(imports)
	exports, err := exportData(slices.Compact(imports))
	if err != nil {
		return nil, err
	}
	info := &types.Info{Uses: map[*ast.Ident]types.Object{}}
	conf := types.Config{Importer: importer.ForCompiler(t.fset, "gc", func(path string) (io.ReadCloser, error) {
		return os.Open(exports[path])
	})}
	pkg, err := conf.Check(t.module, t.fset, parsed, info)
	if err != nil {
		return nil, err
	}
	used := map[string]map[string]string{}
	for id, object := range info.Uses {
		if object.Pkg() != pkg {
			continue
		}
		from, to := t.fset.Position(id.Pos()).Filename, t.fset.Position(object.Pos()).Filename
		if used[from] == nil {
			used[from] = map[string]string{}
		}
		if first := used[from][to]; from != to && (first == "" || object.Name() < first) {
			used[from][to] = object.Name()
		}
	}
	return used, nil
}

// listed is what exportData was told, by the packages it was asked for.
var listed sync.Map

// exportData are the files in which the compiler has written down what packages export, and what those they import do.
func exportData(packages []string) (map[string]string, error) {
	if len(packages) == 0 {
		return nil, nil
	}
	key := strings.Join(packages, " ")
	if known, ok := listed.Load(key); ok {
		return known.(map[string]string), nil
	}
	out, err := exec.Command("go", append([]string{"list", "-export", "-deps", "-f", "{{.ImportPath}} {{.Export}}"}, packages...)...).Output()
	if failed := (*exec.ExitError)(nil); errors.As(err, &failed) {
		return nil, fmt.Errorf("go list: %s", failed.Stderr)
	} else if err != nil {
		return nil, err
	}
	exports := map[string]string{}
	for line := range strings.Lines(string(out)) {
		path, file, _ := strings.Cut(strings.TrimSpace(line), " ")
		exports[path] = file
	}
	listed.Store(key, exports)
	return exports, nil
}

func TestNoFileOfTheRootUsesOneThatComesAfterIt(t *testing.T) { keeps(t, arrowsUp(rootOrder)) }

func TestAnArrowThatRunsBackUpIsFound(t *testing.T) {
	const low = "package m\n\ntype low struct{ field int }\n\nfunc (low) method() {}\n\nfunc ground() {}\n"
	rule := arrowsUp(files("a b"))
	tree := func(a, b string) map[string]string { return map[string]string{"a.go": a, "b.go": b} }
	up := []string{"arrow a.go b.go"}
	runAll(t, []control{
		{"downwards", rule, tree(low, "package m\n\nvar _ = low{field: 1}\n\nfunc f() { low{}.method() }\n"), nil},
		{"a function above", rule, tree("package m\n\nfunc f() { ground() }\n", low), up},
		{"a type above", rule, tree("package m\n\nvar f *low\n", low), up},
		{"a receiver above", rule, tree("package m\n\nfunc (low) f() {}\n", low), up},
		{"a method above", rule, tree("package m\n\ntype low struct{}\n\nfunc f() { low{}.method() }\n", "package m\n\nfunc (low) method() {}\n"), up},
		{"a field above, behind another package", rule, tree(
			"package m\n\nimport \"sync/atomic\"\n\ntype p = atomic.Pointer[low]\n\ntype low struct{ in }\n\nfunc f(x *p) int { return x.Load().field }\n",
			"package m\n\ntype in struct{ field int }\n",
		), up},
		{"in a circle", rule, tree(low+"\nvar _ = above\n", "package m\n\nvar above low\n"), up},
		{"a test", arrowsUp(files("b")), map[string]string{"a_test.go": "package m\n\nfunc f() { ground() }\n", "b.go": low}, nil},
		{"another package", arrowsUp(files("b")), map[string]string{"c/c.go": "package c\n", "b.go": low}, nil},
		{"a file without a place", arrowsUp(files("b")), tree("package m\n", low), []string{"order a.go"}},
		{"a place without a file", arrowsUp(files("b a c")), tree("package m\n", low), []string{"order c.go"}},
		{"what is no package", rule, tree("package m\n\nvar f = missing\n", low), []string{"types"}},
	})
}
