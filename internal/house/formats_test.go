package house_test

import (
	"fmt"
	"go/ast"
	"maps"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// format is one of what programs store, and others read later. Its constant is the version that today's program writes.
type format struct {
	file, constant string
	fixture        string // of each version; %d is its number
	mark           string // how version %d is written in it; "": the fixture is no text, or its form is another one
	first          string // the fixture of version 1, where that is another or was never written: "" for that of fixture
}

const fixtures = "internal/upgrades/testdata/"

var formats = []format{
	{"stored.go", "storedVersion", fixtures + "store-%d/main.json", `"version":%d`, ""},
	{"internal/profile/secrets_text.go", "secretsVersion", fixtures + "store-%d/main.credentials.json", `"version":%d`, ""},
	{"store/keyring/seal.go", "version", fixtures + "keyring-%d/main.sealed.json", `"version":%d`, ""},
	{"broker/internal/caller/keys.go", "keysVersion", fixtures + "broker-%d/ringcx-broker%%2Fkeys.json", `"version":%d`, ""},
	{"broker/internal/handout/seal.go", "sealsVersion", fixtures + "broker-%d/ringcx-broker%%2Fshort.json", `"version":%d`, ""},
	{"broker/internal/budget/record.go", "format", fixtures + "broker-%d/budget-71ecddc419ba428a27844faf.json", `"format":%d`, ""},
	{"internal/leads/journal.go", "journalVersion", fixtures + "leads-%d/55a8707043c9c73ad2effd4f.jsonl", `"version":%d`, ""},
	{"sandbox/datafile/buckets.go", "layout", fixtures + "datafile-%d/sandbox.db", "", "sandbox/datafile/testdata/layout1.db"},
	{"sandbox/snapshot_write.go", "snapshotFormat", fixtures + "snapshot-%d/snapshot-1.json", `"ringcx-sandbox/%d"`, ""},
}

// numbered are structs with a number of a version that are in no format, and why, by file.
var numbered = map[string]string{
	"internal/release/sbom.go": "CycloneDX counts the editions of a document",
	"record.go":                "its constant is in stored.go",
}

// formatsWithoutFixture finds formats of which a version has no fixture, and structs with a version that are in no format.
func formatsWithoutFixture(t *tree) []finding { return withoutFixture(t, formats, numbered) }

func withoutFixture(t *tree, formats []format, numbered map[string]string) []finding {
	var all []finding
	numbers := map[string]int{}
	left := maps.Clone(numbered)
	for _, s := range t.code {
		if s.test || s.generated {
			continue
		}
		values(s, func(name string, value ast.Expr) {
			if lit, ok := value.(*ast.BasicLit); ok {
				text := strings.Trim(lit.Value, `"`)
				n, err := strconv.Atoi(text[strings.LastIndex(text, "/")+1:])
				if err == nil {
					numbers[s.path+" "+name] = n
				}
			}
		})
		if hasNumber(s) {
			delete(left, s.path)
			_, told := numbered[s.path]
			if !told && !slices.ContainsFunc(formats, func(f format) bool { return f.file == s.path }) {
				all = append(all, found(s.path+" has the version of something that is stored: add it to the formats, with a fixture", "format", s.path))
			}
		}
	}
	if t.module != "github.com/ringcx-go/ringcx" && len(formats) > 2 {
		return all // a small tree of another rule
	}
	for _, path := range slices.Sorted(maps.Keys(left)) {
		all = append(all, found(path+" has no version any more: take it out of the table", "format", path))
	}
	for _, f := range formats {
		n := numbers[f.file+" "+f.constant]
		if n == 0 {
			all = append(all, found(f.file+" has no number "+f.constant+": this rule looks in vain", "format", f.file, f.constant))
		}
		for v := 1; v <= n; v++ {
			if why := f.lacks(t, v); why != "" {
				all = append(all, found(fmt.Sprintf("version %d of %s in %s: %s. 'go test ./internal/upgrades -update' makes one of today's", v, f.constant, f.file, why), "fixture", f.file, strconv.Itoa(v)))
			}
		}
	}
	return all
}

// lacks is why there is no fixture of a version, "" if there is one.
func (f *format) lacks(t *tree, v int) string {
	path, mark := fmt.Sprintf(f.fixture, v), fmt.Sprintf(f.mark, v)
	if v == 1 && f.first != "" {
		path = f.first
	}
	switch {
	case !t.paths[path]:
		return "there is no " + path
	case f.mark != "" && v > 1 && !strings.Contains(t.text[path], mark): // the first version of some has no number
		return path + " is not of that version"
	}
	return ""
}

// hasNumber tells whether a file has a struct with a field for the number of a version.
func hasNumber(s *source) (has bool) {
	ast.Inspect(s.ast, func(n ast.Node) bool {
		if f, ok := n.(*ast.Field); ok && f.Tag != nil && isIdent(f.Type, "int") {
			tag, _ := strconv.Unquote(f.Tag.Value)
			name, _, _ := strings.Cut(reflect.StructTag(tag).Get("json"), ",")
			has = has || slices.Contains([]string{"version", "format", "layout", "schema"}, name)
		}
		return true
	})
	return has
}

func TestEachVersionOfAFormatHasAFixture(t *testing.T) { keeps(t, formatsWithoutFixture) }

func TestAFormatThatIsRaisedWithoutAFixtureIsFound(t *testing.T) {
	table := []format{{"a.go", "aVersion", "testdata/a-%d.json", `"version":%d`, ""}}
	check := func(t *tree) []finding { return withoutFixture(t, table, nil) }
	files := func(version, second string) map[string]string {
		all := map[string]string{
			"a.go":              "package m\n\nconst aVersion = " + version + "\n\ntype a struct {\n\tVersion int `json:\"version\"`\n}\n",
			"testdata/a-1.json": `{"a":1}`,
		}
		if second != "" {
			all["testdata/a-2.json"] = second
		}
		return all
	}
	unknown := files("1", "")
	unknown["b.go"] = "package m\n\ntype b struct {\n\tFormat int `json:\"format\"`\n}\n"
	runAll(t, []control{
		{"today's", check, files("1", ""), nil},
		{"raised, with a fixture", check, files("2", `{"version":2}`), nil},
		{"raised", check, files("2", ""), []string{"fixture a.go 2"}},
		{"raised, with a copy of the old fixture", check, files("2", `{"version":1}`), []string{"fixture a.go 2"}},
		{"another format", check, unknown, []string{"format b.go"}},
		{"without its number", check, map[string]string{"a.go": "package m\n"}, []string{"format a.go aVersion"}},
	})
}
