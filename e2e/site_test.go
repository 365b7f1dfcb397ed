package e2e_test

import (
	"io/fs"
	"maps"
	"math"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/ringcx-go/ringcx/e2e/testbrowser"
)

// The site is looked at as a server gives it and as it lies on a disk, where a browser takes 'self' of a policy for less.
func TestBrowserFindsPagesOfTheSite(t *testing.T) {
	dir := t.TempDir()
	build := exec.CommandContext(t.Context(), "go", "run", ".", "../..", dir)
	build.Dir, build.Env = "../scripts/site", append(os.Environ(), "GOWORK=off")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	web := httptest.NewServer(http.FileServer(http.Dir(dir)))
	defer web.Close()
	for _, base := range []string{web.URL, "file://" + filepath.ToSlash(dir)} {
		page := testbrowser.Open(t, require(), os.Getenv("RINGCX_TEST_CLIENTS"))
		page.Visit(base + "/index.html")
		page.See("img")
		if n := page.Number("[...document.images].filter(e => e.complete && e.naturalWidth > 0 && e.scrollWidth > 0 && e.alt).length"); n < 2 {
			t.Errorf("%s: %v pictures are seen", base, n)
		}
		page.Visit(base + "/docs/ci.html")
		page.See("#the-action")
		page.Click("#search")
		page.Type("verdicts sandbox judges")
		page.See("#found a")
		page.Click("#found a")
		page.See("#verdicts")
		if at := page.Address(); !strings.HasSuffix(at, "/docs/sandbox.html#verdicts") {
			t.Errorf("the first that is found is %s", at)
		}
		if all := page.Problems(); len(all) > 0 {
			t.Errorf("the browser complains: %q", all)
		}
		if base != web.URL {
			continue
		}
		// From here on a browser may complain: axe-core asks for style sheets itself, which the policy of the pages forbids.
		for _, at := range onePageOfEachKind(t, dir) {
			for _, dark := range []bool{false, true} {
				page.Dark(dark)
				page.Size(1200, 800)
				page.Visit(base + "/" + at)
				page.See("main h1")
				for _, problem := range append(page.Audit(), page.AuditColours()...) {
					t.Errorf("%s, dark %v: %s", at, dark, problem)
				}
			}
			page.Size(360, 800)
			if wide := page.Number("document.documentElement.scrollWidth"); wide > 360 {
				t.Errorf("%s: a phone has to scroll aside: %v", at, wide)
			}
		}
	}
}

// onePageOfEachKind are the first page, and the longest of each directory.
func onePageOfEachKind(t *testing.T, dir string) []string {
	longest, length := map[string]string{".": "index.html"}, map[string]int64{".": math.MaxInt64}
	err := filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || filepath.Ext(path) != ".html" {
			return err
		}
		info, err := entry.Info()
		if err != nil {
			return err
		}
		at, err := filepath.Rel(dir, path)
		if kind := filepath.Dir(at); info.Size() > length[kind] {
			longest[kind], length[kind] = filepath.ToSlash(at), info.Size()
		}
		return err
	})
	if err != nil || len(longest) < 4 {
		t.Fatalf("of the site there are %v, %v", longest, err)
	}
	return slices.Sorted(maps.Values(longest))
}
