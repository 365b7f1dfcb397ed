package e2e_test

import (
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
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
		for _, dark := range []bool{false, true} {
			page.Dark(dark)
			page.Visit(base + "/docs/ci.html")
			page.See("#the-action")
			for _, problem := range append(page.Audit(), page.AuditColours()...) {
				t.Errorf("dark %v: %s", dark, problem)
			}
			page.Size(360, 800)
		}
		if wide := page.Number("document.documentElement.scrollWidth"); wide > 360 {
			t.Errorf("a phone has to scroll aside: %v", wide)
		}
	}
}
