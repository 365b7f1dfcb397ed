package cli_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/ringcx-go/ringcx/internal/cli"
	"github.com/ringcx-go/ringcx/internal/testbrowser"
)

// pictures is the variable that names a directory where the pages are left as pictures, for people to look at.
const pictures = "RINGCX_TEST_PICTURES"

func TestAPersonLogsInInARealBrowser(t *testing.T) {
	for _, c := range []struct{ name, decision, title string }{
		{"yes", "allow", "You are signed in"},
		{"no", "deny", "You are not signed in"},
	} {
		t.Run(c.name, func(t *testing.T) {
			page := testbrowser.Open(t, os.Getenv("RINGCX_TEST_REQUIRE") == "1", os.Getenv("RINGCX_TEST_CLIENTS"))
			p := newcomer(t)
			opened := make(chan string, 1)
			talk := p.converses(func(env *cli.Env) {
				env.OpenBrowser = func(url string) error { opened <- url; return nil }
			}, "login")
			page.Visit(<-opened)
			page.See("#username")
			page.Type(p.box.Demo().Email + "\t" + p.box.Demo().Password + "\r")
			page.See("button[value=" + c.decision + "]")
			page.Click("button[value=" + c.decision + "]")
			page.See("main > p + p")
			if got := page.Text("h1"); got != c.title {
				t.Errorf("the page says %q", got)
			}
			if got := page.Address(); !strings.HasSuffix(got, "/callback/done") {
				t.Errorf("the page is at %s", got)
			}
			if c.decision == "deny" {
				talk.ends(1)
			} else {
				talk.ends(0)
				p.types(0, "accounts", "list")
			}
			for _, scheme := range []string{"light", "dark"} {
				page.Dark(scheme == "dark")
				for _, problem := range append(page.Audit(), page.Problems()...) {
					t.Errorf("%s: %s", scheme, problem)
				}
				if dir := os.Getenv(pictures); dir != "" {
					if err := os.WriteFile(filepath.Join(dir, "login-"+c.name+"-"+scheme+".png"), page.Picture(), 0o600); err != nil {
						t.Error(err)
					}
				}
			}
			page.Size(360, 640)
			for _, problem := range page.Audit() {
				t.Errorf("on a telephone: %s", problem)
			}
		})
	}
}
