package house_test

import (
	"strings"
	"testing"
	"testing/fstest"
)

// control is a small tree and what a rule must say about it.
type control struct {
	name  string
	check func(*tree) []finding
	files map[string]string
	want  []string // keys, in order; none: the rule must be content
}

// run loads the control's tree and compares the keys of the findings.
func (c control) run(t *testing.T) {
	fsys := fstest.MapFS{
		"go.mod":    {Data: []byte("module example.org/m\n\ngo 1.26\n")},
		"README.md": {Data: []byte("# Example\n")},
	}
	for p, text := range c.files {
		fsys[p] = &fstest.MapFile{Data: []byte(text)}
	}
	tree, err := load(fsys)
	if err != nil {
		t.Fatalf("load: %v", err)
	}
	var got []string
	for _, f := range c.check(tree) {
		got = append(got, f.key)
	}
	if strings.Join(got, "\n") != strings.Join(c.want, "\n") {
		t.Errorf("findings:\n%s\nwant:\n%s", strings.Join(got, "\n"), strings.Join(c.want, "\n"))
	}
}

func runAll(t *testing.T, controls []control) {
	t.Helper()
	for _, c := range controls {
		t.Run(c.name, c.run)
	}
}

// importing is a Go file that only imports.
func importing(pkg string, paths ...string) string {
	return "package " + pkg + "\n\nimport (\n\t_ \"" + strings.Join(paths, "\"\n\t_ \"") + "\"\n)\n"
}

// long is a function of n lines.
func long(name string, n int) string {
	return "func " + name + "() {\n" + strings.Repeat("\t_ = 0\n", n-2) + "}\n"
}

func TestAForbiddenImportIsFound(t *testing.T) {
	const m = "example.org/m"
	runAll(t, []control{
		{"sandbox to root", forbiddenArrows, map[string]string{"sandbox/a.go": importing("sandbox", m)}, []string{"import sandbox/a.go ."}},
		{"root to sandbox", forbiddenArrows, map[string]string{"a.go": importing("m", m+"/sandbox")}, []string{"import a.go sandbox"}},
		{"sandbox test to root", forbiddenArrows, map[string]string{"sandbox/a_test.go": importing("sandbox_test", m)}, []string{"import sandbox/a_test.go ."}},
		{"root test to sandbox", forbiddenArrows, map[string]string{"a_test.go": importing("m_test", m+"/sandbox")}, []string{"import a_test.go sandbox"}},
		{"root test inside to ringcxtest", forbiddenArrows, map[string]string{"a_test.go": importing("m", m+"/ringcxtest")}, []string{"import a_test.go ringcxtest"}},
		{"root test to ringcxtest", forbiddenArrows, map[string]string{"a_test.go": importing("m_test", m, m+"/ringcxtest")}, nil},
		{"root to ringcxtest", forbiddenArrows, map[string]string{"a.go": importing("m", m+"/ringcxtest")}, []string{"import a.go ringcxtest"}},
		{"api to root", forbiddenArrows, map[string]string{"api/a.go": importing("api", m)}, []string{"import api/a.go ."}},
		{"store to store", forbiddenArrows, map[string]string{"store/redis/a.go": importing("redis", m, m+"/store/lease")}, nil},
		{"stores' tests to the tests of leases", forbiddenArrows, map[string]string{
			"store/redis/a_test.go":               importing("redis_test", m+"/store/internal/lease/leasetest"),
			"store/internal/lease/leasetest/a.go": importing("leasetest", m, m+"/ringcxtest", m+"/internal/testservers", m+"/sandbox"),
			"store/redis/a.go":                    importing("redis", m+"/store/internal/lease/leasetest"),
		}, []string{"import store/internal/lease/leasetest/a.go sandbox", "import store/redis/a.go store/internal/lease/leasetest"}},
		{"broker to store", forbiddenArrows, map[string]string{"broker/a.go": importing("broker", m, m+"/store/file")}, []string{"import broker/a.go store/file"}},
		{"broker's rules to what forwards", forbiddenRooms, map[string]string{
			"broker/internal/policy/a.go": importing("policy", m+"/broker/internal/proxy", m+"/internal/apispec"), "broker/internal/new/a.go": importing("new", m),
		}, []string{"room new", "import broker/internal/policy/a.go broker/internal/proxy"}},
		{"broker test to store", forbiddenArrows, map[string]string{"broker/a_test.go": importing("broker_test", m, m+"/store/file", m+"/ringcxtest")}, nil},
		{"command to root", forbiddenArrows, map[string]string{"cmd/ringcx/main.go": importing("main", m+"/internal/cli", m)}, []string{"import cmd/ringcx/main.go ."}},
		{"internal to cli", forbiddenArrows, map[string]string{"internal/gen/a.go": importing("gen", m+"/internal/cli")}, []string{"import internal/gen/a.go internal/cli"}},
		{"the sandbox's process to the SDK and to the command", forbiddenArrows, map[string]string{
			"internal/serve/a.go": importing("serve", m, m+"/internal/cli", m+"/internal/other", m+"/sandbox", m+"/store/file"),
		}, []string{"import internal/serve/a.go .", "import internal/serve/a.go internal/cli"}},
		{"calls of the API to the sandbox and to the command", forbiddenArrows, map[string]string{
			"internal/apicmd/a.go": importing("apicmd", m, m+"/internal/cli", m+"/internal/apispec", m+"/sandbox"),
		}, []string{"import internal/apicmd/a.go internal/cli", "import internal/apicmd/a.go sandbox"}},
		{"the demo to the command", forbiddenArrows, map[string]string{
			"internal/demo/a.go": importing("demo", m, m+"/internal/cli", m+"/internal/serve", m+"/sandbox", m+"/store/file"),
		}, []string{"import internal/demo/a.go internal/cli", "import internal/demo/a.go internal/serve"}},
		{"internal to api", forbiddenArrows, map[string]string{"internal/gen/a.go": importing("gen", m+"/api", m+"/internal/other")}, []string{"import internal/gen/a.go api"}},
		{"tests of the whole to all that tests may", forbiddenArrows, map[string]string{
			"e2e/a_test.go":                importing("e2e_test", m+"/e2e/testbrowser", m+"/sandbox", m+"/internal/testkeeper"),
			"e2e/testbrowser/a.go":         importing("testbrowser", m+"/sandbox"),
			"internal/testkeeper/a.go":     importing("testkeeper", m+"/sandbox"),
			"internal/cli/a.go":            importing("cli", m+"/internal/testkeeper"),
			"internal/testservers/a.go":    importing("testservers", m+"/sandbox"),
			"sandbox/internal/a/a_test.go": importing("a_test", m+"/internal/testkeeper"),
		}, []string{"import e2e/testbrowser/a.go sandbox", "import internal/cli/a.go internal/testkeeper", "import internal/testservers/a.go sandbox"}},
		{"sandbox to the list of operations", forbiddenArrows, map[string]string{
			"sandbox/a.go": importing("sandbox", m+"/internal/apispec", m+"/internal/other"),
		}, []string{"import sandbox/a.go internal/other"}},
		{"the list of operations to others", forbiddenArrows, map[string]string{
			"internal/apispec/a.go": importing("apispec", m+"/internal/other"), "internal/gen/a.go": importing("gen", m+"/internal/apispec"),
		}, []string{"import internal/apispec/a.go internal/other"}},
		{"cli to all but ringcxtest", forbiddenArrows, map[string]string{
			"internal/cli/a.go": importing("cli", m, m+"/api", m+"/broker", m+"/internal/other", m+"/sandbox", m+"/store/file", m+"/ringcxtest"),
		}, []string{"import internal/cli/a.go ringcxtest"}},
		{"example to internal", forbiddenArrows, map[string]string{"examples/go/a.go": importing("main", m, m+"/api", m+"/internal/other")}, []string{"import examples/go/a.go internal/other"}},
		{"a new part", forbiddenArrows, map[string]string{"misc/a.go": "package misc\n"}, []string{"part misc"}},
	})
}

func TestAForbiddenImportInsideTheSandboxIsFound(t *testing.T) {
	const m = "example.org/m/sandbox"
	runAll(t, []control{
		{"downwards", forbiddenRooms, map[string]string{
			"sandbox/internal/contract/a.go": importing("contract", m+"/internal/wording"), "sandbox/a.go": importing("sandbox", m+"/internal/contract"),
		}, nil},
		{"upwards", forbiddenRooms, map[string]string{
			"sandbox/internal/wording/a.go": importing("wording", m+"/internal/contract", m),
		}, []string{"import sandbox/internal/wording/a.go sandbox/internal/contract", "import sandbox/internal/wording/a.go sandbox"}},
		{"in a test", forbiddenRooms, map[string]string{
			"sandbox/internal/state/a_test.go": importing("state_test", m+"/internal/state", m+"/internal/contract"),
		}, []string{"import sandbox/internal/state/a_test.go sandbox/internal/contract"}},
		{"the vendors to each other", forbiddenRooms, map[string]string{
			"sandbox/internal/platform/a.go": importing("platform", m+"/internal/model", m+"/internal/ringcx"),
			"sandbox/internal/ringcx/a.go":   importing("ringcx", m+"/internal/platform"),
		}, []string{"import sandbox/internal/platform/a.go sandbox/internal/ringcx", "import sandbox/internal/ringcx/a.go sandbox/internal/platform"}},
		{"what steers to each other, and to tables", forbiddenRooms, map[string]string{
			"sandbox/internal/console/a.go": importing("console", m+"/internal/admin", m+"/internal/control"),
			"sandbox/internal/control/a.go": importing("control", m+"/internal/console", m+"/internal/state", m),
		}, []string{
			"import sandbox/internal/console/a.go sandbox/internal/control",
			"import sandbox/internal/control/a.go sandbox/internal/console", "import sandbox/internal/control/a.go sandbox/internal/state",
			"import sandbox/internal/control/a.go sandbox",
		}},
		{"what answers to what steers", forbiddenRooms, map[string]string{
			"sandbox/internal/endpoint/a.go": importing("endpoint", "example.org/m/internal/apispec", m+"/internal/fault", m+"/internal/guard"),
			"sandbox/internal/ringcx/a.go":   importing("ringcx", "example.org/m/internal/apispec", m+"/internal/admin"),
		}, []string{
			"import sandbox/internal/endpoint/a.go sandbox/internal/fault", "import sandbox/internal/endpoint/a.go sandbox/internal/guard",
			"import sandbox/internal/ringcx/a.go internal/apispec", "import sandbox/internal/ringcx/a.go sandbox/internal/admin",
		}},
		{"a new package", forbiddenRooms, map[string]string{"sandbox/internal/misc/a.go": "package misc\n"}, []string{"room misc"}},
	})
}

func TestAThirdPartyImportOfTheRootIsFound(t *testing.T) {
	runAll(t, []control{
		{"third party", rootDependencies, map[string]string{"a.go": importing("m", "net/http", "golang.org/x/sync/errgroup", "github.com/x/y")}, []string{"dependency a.go github.com/x/y"}},
		{"of the client", rootDependencies, map[string]string{"api/a.go": importing("api", "net/http", "golang.org/x/sync/errgroup")}, []string{"dependency api/a.go golang.org/x/sync/errgroup"}},
		{"in a test", rootDependencies, map[string]string{"a_test.go": importing("m_test", "github.com/x/y")}, nil},
		{"in another package", rootDependencies, map[string]string{"broker/a.go": importing("broker", "github.com/x/y")}, nil},
	})
}

func TestALibraryThatTouchesTheMachineIsFound(t *testing.T) {
	const body = "\n\nimport env \"os\"\n\nvar (\n\ta = env.Getenv(\"A\")\n\tb = env.Stderr\n\tc = env.ErrNotExist\n)\n"
	runAll(t, []control{
		{"library", machineInLibraries, map[string]string{"broker/a.go": "package broker" + body}, []string{"machine broker/a.go os.Getenv", "machine broker/a.go os.Stderr"}},
		{"cli", machineInLibraries, map[string]string{"internal/cli/a.go": "package cli" + body}, nil},
		{"program", machineInLibraries, map[string]string{"internal/gen/a.go": "package main" + body}, nil},
		{"test", machineInLibraries, map[string]string{"broker/a_test.go": "package broker" + body}, nil},
	})
}

func TestASleepIsFound(t *testing.T) {
	const body = "\n\nimport \"time\"\n\nfunc f() { time.Sleep(1) }\n"
	const bubble = "package m_test\n\nimport (\n\t\"testing\"\n\t\"testing/synctest\"\n\t\"time\"\n)\n\n" +
		"func TestA(t *testing.T) {\n\tsynctest.Test(t, func(t *testing.T) { time.Sleep(1) })\n"
	runAll(t, []control{
		{"library", sleepsInCode, map[string]string{"a.go": "package m" + body}, []string{"sleep a.go"}},
		{"cli", sleepsInCode, map[string]string{"internal/cli/a.go": "package cli" + body}, nil},
		{"test", sleepsInTests, map[string]string{"a_test.go": "package m_test" + body}, []string{"test-sleep a_test.go"}},
		{"test in a bubble", sleepsInTests, map[string]string{"a_test.go": bubble + "}\n"}, nil},
		{"test beside a bubble", sleepsInTests, map[string]string{"a_test.go": bubble + "\ttime.Sleep(1)\n}\n"}, []string{"test-sleep a_test.go"}},
	})
}

func TestALongFileIsFound(t *testing.T) {
	lines := func(first string, n int) string { return first + strings.Repeat("\n", n) }
	runAll(t, []control{
		{"code", longFiles, map[string]string{"a.go": lines("package m", 401), "b.go": lines("package m", 400)}, []string{"file a.go"}},
		{"test", longFiles, map[string]string{"a_test.go": lines("package m", 601), "b_test.go": lines("package m", 600)}, []string{"file a_test.go"}},
		{"generated", longFiles, map[string]string{"a.go": lines("// Code generated by x. DO NOT EDIT.\n\npackage m", 401)}, nil},
		{"script", longFiles, map[string]string{"scripts/a.sh": lines(":", 401)}, []string{"file scripts/a.sh"}},
		{"main", longFiles, map[string]string{"cmd/ringcx/main.go": lines("package main", 41)}, []string{"file cmd/ringcx/main.go"}},
		{"test data", longFiles, map[string]string{"testdata/a.sql": lines("", 401)}, nil},
	})
}

func TestALongFunctionIsFound(t *testing.T) {
	many := func(n int) string {
		return "package m\n" + strings.Repeat(long("_", 3), 20-n) + strings.Repeat(long("_", 41), n)
	}
	runAll(t, []control{
		{"61 lines", longFunctions, map[string]string{"a.go": "package m\n" + long("f", 61) + long("g", 60)}, []string{"function a.go f"}},
		{"61 lines of a test", longFunctions, map[string]string{"a_test.go": "package m\n" + long("f", 61)}, []string{"function a_test.go f"}},
		{"61 generated lines", longFunctions, map[string]string{"a.go": "// Code generated by x. DO NOT EDIT.\npackage m\n" + long("f", 61)}, nil},
		{"two of 20", longParts, map[string]string{"broker/a.go": many(2)}, []string{"p95 broker"}},
		{"one of 20", longParts, map[string]string{"broker/a.go": many(1)}, nil},
		{"two of 20 in a test", longParts, map[string]string{"broker/a_test.go": many(2)}, nil},
	})
}

func TestTooManyNamesAreFound(t *testing.T) {
	names := func(n int) string {
		var b strings.Builder
		b.WriteString("package m\n\ntype T struct{}\n\nfunc (T) Method() {}\n\nconst (\n")
		for i := range n - 1 {
			b.WriteString("\tN" + strings.Repeat("x", i) + " = 0\n")
		}
		return b.String() + ")\n"
	}
	runAll(t, []control{
		{"root", manyNames, map[string]string{"a.go": names(31)}, []string{"names ."}},
		{"root within its budget", manyNames, map[string]string{"a.go": names(30)}, nil},
		{"other", manyNames, map[string]string{"store/file/a.go": names(16), "store/redis/a.go": names(15)}, []string{"names store/file"}},
		{"exempt", manyNames, map[string]string{"api/a.go": names(31), "internal/x/a.go": names(31), "sandbox/internal/x/a.go": names(31)}, nil},
	})
}

func TestAnExportedNameWithoutACommentIsFound(t *testing.T) {
	const text = `package m

type Bare struct{}

func (*Bare) Method() {}

func (hidden) Fine() {}

type hidden struct{}

// A group of constants shares its comment.
const (
	One = iota
	Two
)

// Types in a group do not.
type (
	First struct{}
	// Second has its own.
	Second struct{}
)

//go:noinline
func Directive() {}

var Trailing = 1 // is enough

type Generic[T any] struct{}

func (g Generic[T]) Method2() {}
`
	runAll(t, []control{
		{"library", undocumented, map[string]string{"a.go": text}, []string{
			"comment a.go Bare", "comment a.go Method", "comment a.go First", "comment a.go Directive", "comment a.go Generic", "comment a.go Method2",
		}},
		{"program", undocumented, map[string]string{"internal/x/a.go": strings.Replace(text, "package m", "package main", 1)}, nil},
	})
}

func TestANoteToSelfIsFound(t *testing.T) {
	word := "TO" + "DO"
	runAll(t, []control{
		{"in code", notesToSelf, map[string]string{"a.go": "package m\n\n// " + word + "(me): later\n"}, []string{"word a.go " + word}},
		{"in a document", notesToSelf, map[string]string{"docs/a.md": "XX" + "X\n"}, []string{"word docs/a.md XX" + "X"}},
		{"inside a word", notesToSelf, map[string]string{"a.go": "package m\n\nconst A" + word + " = 1\n"}, nil},
		{"in an ignored file", notesToSelf, map[string]string{".gitignore": "/bin/\n*.prof\n", "bin/a.txt": word, "x/a.prof": word}, nil},
		{"in a checksum", notesToSelf, map[string]string{"go.sum": "XX" + "X="}, nil},
	})
}

func TestASilentSkipIsFound(t *testing.T) {
	test := func(call string) map[string]string {
		return map[string]string{"a_test.go": "package m\n\nimport \"testing\"\n\nfunc TestA(t *testing.T) { " + call + " }\n"}
	}
	want := []string{"skip a_test.go"}
	runAll(t, []control{
		{"Skip without words", silentSkips, test(`t.Skip()`), want},
		{"Skip with an empty word", silentSkips, test(`t.Skip("")`), want},
		{"SkipNow", silentSkips, test(`t.SkipNow()`), want},
		{"in a helper", silentSkips, map[string]string{"ringcxtest/a.go": "package ringcxtest\n\nimport \"testing\"\n\nfunc f(tb testing.TB) { tb.SkipNow() }\n"}, []string{"skip ringcxtest/a.go"}},
		{"Skip with a reason", silentSkips, test(`t.Skip("no php")`), nil},
		{"somebody else's Skip", silentSkips, test(`decoder.Skip()`), nil},
	})
}

func TestADeadLinkIsFound(t *testing.T) {
	const readme = "# Top\n\n[a](docs/a.md) [b](docs/a.md#how-it-works-1) [c](#top) [d](https://example.org/x) ![e](pic.png 'x')\n\n" +
		"`[code](nowhere)`\n\n```\n[fenced](nowhere)\n```\n\n[ref]: docs/b.md\n"
	const doc = "# A\n\n## How it *works*\n\n## How it `works`\n\n[up](../README.md#gone) [dir](../docs) <img src=\"x.svg\">\n"
	runAll(t, []control{
		{"links", deadLinks, map[string]string{"README.md": readme, "docs/a.md": doc}, []string{
			"link README.md pic.png", "link README.md docs/b.md", "link docs/a.md ../README.md#gone", "link docs/a.md x.svg",
		}},
	})
}

func TestATestThatADocumentNamesInVainIsFound(t *testing.T) {
	runAll(t, []control{
		{"witnesses", missingWitnesses, map[string]string{
			"a_test.go": "package m\n\nimport \"testing\"\n\nfunc TestHere(t *testing.T) {}\n",
			"a.md":      "`TestHere` and `TestGone`, `Testing` and `FuzzGone`\n",
		}, []string{"witness a.md TestGone", "witness a.md FuzzGone"}},
	})
}

func TestAMissingReadmeIsFound(t *testing.T) {
	tree, err := load(fstest.MapFS{"go.mod": {Data: []byte("module example.org/m\n")}})
	if err != nil {
		t.Fatal(err)
	}
	if got := deadLinks(tree); len(got) != 1 || got[0].key != "link README.md" {
		t.Errorf("findings: %v", got)
	}
}

func TestATreeThatCannotBeReadIsAnError(t *testing.T) {
	for name, files := range map[string]fstest.MapFS{
		"no module": {"a.go": {Data: []byte("package m\n")}},
		"no Go":     {"go.mod": {Data: []byte("module m\n")}, "a.go": {Data: []byte("pack")}},
	} {
		if _, err := load(files); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}
