package main

import (
	"cmp"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/ringcx-go/ringcx"
)

var (
	uses   = regexp.MustCompile(`(?m)^\s*(?:- )?uses: *(.*)$`)
	pinned = regexp.MustCompile(`^(?:\./\S+|[\w.-]+/[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+)$`)
)

// looseEnds are what a workflow may not have: actions that somebody else can replace, rights that no job has asked for, and
// texts of others within a script.
func looseEnds(workflow string) (found []string) {
	for _, m := range uses.FindAllStringSubmatch(workflow, -1) {
		if !pinned.MatchString(m[1]) {
			found = append(found, "an action that is not pinned: "+m[1])
		}
	}
	if !strings.Contains(workflow, "\npermissions: {}\n") {
		found = append(found, "rights for all jobs")
	}
	for line := range strings.Lines(workflow) {
		if _, script, ok := strings.Cut(line, "run: "); ok && strings.Contains(script, "${{") {
			found = append(found, "an expression in a script: "+strings.TrimSpace(script))
		}
	}
	if n, m := strings.Count(workflow, "actions/checkout@"), strings.Count(workflow, "persist-credentials: false"); n != m {
		found = append(found, "a checkout that leaves its token in .git")
	}
	return found
}

func TestTheWorkflowsHaveNoLooseEnds(t *testing.T) {
	files, err := filepath.Glob("../../.github/workflows/*.yml")
	if err != nil || len(files) < 3 {
		t.Fatalf("%q, %v", files, err)
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range looseEnds(string(text)) {
			t.Errorf("%s: %s", file, f)
		}
	}
}

func TestALooseEndOfAWorkflowIsFound(t *testing.T) {
	const sound = "permissions: {}\n"
	for text, want := range map[string]string{
		"\n" + sound + "  - uses: actions/setup-go@v6\n":                                                      "not pinned",
		"\n" + sound + "    uses: actions/setup-go@4b73464bb391d4059bd26b0524d20df3927bd417\n":                "not pinned",
		"\npermissions: write-all\n":                                                                          "rights",
		"\n" + sound + "  - run: echo ${{ github.head_ref }}\n":                                               "an expression",
		"\n" + sound + "  - uses: actions/checkout@de0fac2e4500dabe0009e67214ff5f5447ce83dd # v6.0.2\n":       "token",
		"\n" + sound + "  - uses: actions/setup-go@4b73464bb391d4059bd26b0524d20df3927bd417 # v6.3.0\n":       "",
		"\n" + sound + "  test:\n    uses: ./.github/workflows/ci.yml\n  - run: gh release create \"$TAG\"\n": "",
	} {
		got := strings.Join(looseEnds(text), "; ")
		if (want == "") != (got == "") || !strings.Contains(got, want) {
			t.Errorf("%q: found %q, want %q", text, got, want)
		}
	}
}

// text is a file of the tree, by its path from the top.
func text(t *testing.T, file string) string {
	t.Helper()
	read, err := os.ReadFile("../../" + file)
	if err != nil {
		t.Fatal(err)
	}
	return strings.ReplaceAll(string(read), "\r\n", "\n")
}

var setupGo = regexp.MustCompile(`(?m)uses: actions/setup-go@.*\n(?:\s+if: .*\n)?\s+with:\n\s+go-version-file: \.go-version\n`)

// otherGo counts the steps of a workflow that set up another Go than that of .go-version.
func otherGo(workflow string) int {
	return strings.Count(workflow, "actions/setup-go@") - len(setupGo.FindAllString(workflow, -1))
}

func TestOneFileNamesTheGoThatTestsAndReleasesAreBuiltWith(t *testing.T) {
	files, err := filepath.Glob("../../.github/workflows/*.yml")
	if err != nil || len(files) < 3 {
		t.Fatalf("%q, %v", files, err)
	}
	for _, file := range files {
		if n := otherGo(text(t, strings.TrimPrefix(filepath.ToSlash(file), "../../"))); n > 0 {
			t.Errorf("%s: %d steps set up another Go", file, n)
		}
	}
	const step = "  - uses: actions/setup-go@4b73464bb391d4059bd26b0524d20df3927bd417 # v6.3.0\n    with:\n      "
	if otherGo(step+"go-version-file: go.mod\n") != 1 || otherGo(step+"go-version: stable\n") != 1 || otherGo(step+"go-version-file: .go-version\n") != 0 {
		t.Error("a step with another Go is not seen")
	}

	exact := strings.TrimSpace(text(t, ".go-version"))
	m := versionTag.FindStringSubmatch("v" + exact)
	least := regexp.MustCompile(`(?m)^go (\S+)$`).FindStringSubmatch(text(t, "go.mod"))
	if m == nil || m[4] != "" {
		t.Fatalf("%q in .go-version is no Go with all its numbers", exact)
	}
	if of := versionTag.FindStringSubmatch("v" + least[1]); of == nil || slices.Compare(numbers(m), numbers(of)) < 0 {
		t.Errorf("Go %s cannot build what asks for %s", exact, least[1])
	}
	if strings.Contains(text(t, "go.mod"), "\ntoolchain ") {
		t.Error("go.mod names a toolchain, which others would have to download")
	}
	if !strings.Contains(text(t, "deploy/container/Containerfile"), " golang:"+exact+" ") {
		t.Errorf("the image is not built with Go %s", exact)
	}
}

func TestTagsOfVersionsAloneStartARelease(t *testing.T) {
	m := regexp.MustCompile(`(?m)^    tags: \["(.*)", "(.*)"\]`).FindStringSubmatch(text(t, ".github/workflows/release.yml"))
	if m == nil {
		t.Fatal("release.yml has no two patterns of tags")
	}
	// A + of these patterns is that of regular expressions, a * is anything but a slash.
	pattern := regexp.MustCompile("^(" + strings.NewReplacer(".", `\.`, "*", "[^/]*").Replace(m[1]+"|"+m[2]) + ")$")
	for tag, want := range map[string]bool{
		"v0.1.0": true, "v10.20.30": true, "v0.2.0-rc.1": true, "v1": false, "v1.2": false, "video": false, "v1.2.3.4": false, "broker/otel/v0.1.0": false,
	} {
		if pattern.MatchString(tag) != want {
			t.Errorf("%s starts a release: %t", tag, !want)
		}
	}
}

func TestTheModuleOfTracesWantsTheVersionThatIsReleasedWithIt(t *testing.T) {
	if want := "\tgithub.com/ringcx-go/ringcx v" + ringcx.Version + "\n"; !strings.Contains(text(t, "broker/otel/go.mod"), want) {
		t.Errorf("broker/otel/go.mod does not require %s: who gets the module from a proxy gets the version that it names, if there is one", strings.TrimSpace(want))
	}
	if page := text(t, "docs/releasing.md"); !strings.Contains(page, "git tag -s broker/otel/v0.1.0") {
		t.Error("docs/releasing.md does not say that the module has a tag of its own")
	}
}

func TestDependabotKnowsEveryFileThatNamesWhatOthersMade(t *testing.T) {
	known := text(t, ".github/dependabot.yml")
	err := filepath.WalkDir("../..", func(path string, d fs.DirEntry, err error) error {
		made := slices.Contains([]string{"bin", "dist", "node_modules"}, d.Name()) || strings.HasPrefix(d.Name(), ".") && path != "../.."
		if err != nil || made && d.IsDir() {
			return cmp.Or(err, fs.SkipDir)
		}
		if d.Name() != "go.mod" && d.Name() != "package.json" {
			return nil
		}
		dir := strings.TrimPrefix(filepath.ToSlash(filepath.Dir(path)), "../..")
		if !regexp.MustCompile(`directories: .*[\[ ]` + cmp.Or(dir, "/") + `[,\]]`).MatchString(known) {
			t.Errorf("dependabot.yml does not have %s of %s", d.Name(), cmp.Or(dir, "/"))
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestAPrereleaseIsPublishedAsOne(t *testing.T) {
	workflow := text(t, ".github/workflows/release.yml")
	for _, want := range []string{
		`git tag --list 'v*' | go run ./internal/release place "$TAG" >>"$GITHUB_OUTPUT"`,
		`--prerelease="$PRERELEASE" --latest="$LATEST"`,
		"PRERELEASE: ${{ needs.build.outputs.prerelease }}\n", "LATEST: ${{ needs.build.outputs.latest }}\n",
	} {
		if !strings.Contains(workflow, want) {
			t.Errorf("release.yml has no %s", want)
		}
	}
	for line := range strings.Lines(workflow) {
		if strings.Contains(line, ":latest") && !strings.Contains(line, "needs.build.outputs.latest == 'true' &&") {
			t.Errorf("it is the latest whatever it is: %s", strings.TrimSpace(line))
		}
	}
}
