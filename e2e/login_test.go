package e2e_test

import (
	"bytes"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/ringcx-go/ringcx/e2e/testbrowser"
)

// command builds the command as it is here, and says where it is.
func command(t *testing.T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "ringcx")
	build := exec.CommandContext(t.Context(), "go", "build", "-o", path, "./cmd/ringcx")
	build.Dir = ".."
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	return path
}

// opener is a program for $BROWSER: the address that it is given arrives at the channel.
func opener(t *testing.T) (program string, opened <-chan string) {
	t.Helper()
	addresses := make(chan string, 1)
	web := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { addresses <- r.FormValue("url") }))
	t.Cleanup(web.Close)
	program = filepath.Join(t.TempDir(), "browser")
	script := fmt.Sprintf("#!/bin/sh\nexec curl --silent --fail --get --data-urlencode \"url=$1\" %s\n", web.URL)
	if err := os.WriteFile(program, []byte(script), 0o700); err != nil { //nolint:gosec // it is run
		t.Fatal(err)
	}
	return program, addresses
}

// newcomer is the environment of somebody who has not logged in yet, before the vendor's native app. What the command
// opens arrives at the channel.
func newcomer(t *testing.T, v *vendor) (env []string, opened <-chan string) {
	t.Helper()
	web := httptest.NewServer(v)
	t.Cleanup(web.Close)
	browser, opened := opener(t)
	return []string{
		"PATH=" + os.Getenv("PATH"), "HOME=" + t.TempDir(), "BROWSER=" + browser, "RC_SERVER_URL=" + web.URL,
		"RINGCX_SERVER_URL=" + web.URL, "RC_APP_CLIENT_ID=" + v.Demo().NativeClientID,
	}, opened
}

func TestAPersonLogsInInARealBrowser(t *testing.T) {
	if !testbrowser.Found() && !require() {
		t.Skip("needs Chromium; scripts/need.sh installs it")
	}
	ringcx := command(t)
	for _, c := range []struct {
		name, decision, title string
		exit                  int
	}{
		{"yes", "allow", "You are signed in", 0},
		{"no", "deny", "You are not signed in", 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			page := testbrowser.Open(t, require(), os.Getenv("RINGCX_TEST_CLIENTS"))
			v := newVendor(t, sandboxOptions)
			env, opened := newcomer(t, v)
			login := exec.CommandContext(t.Context(), ringcx, "login")
			var said bytes.Buffer
			login.Env, login.Stderr = env, &said
			if err := login.Start(); err != nil {
				t.Fatal(err)
			}
			ended := make(chan error, 1)
			go func() { ended <- login.Wait() }()
			select {
			case address := <-opened:
				page.Visit(address)
			case err := <-ended:
				t.Fatalf("it opened no browser: %v: %s", err, said.String())
			}
			page.See("#username")
			page.Type(v.Demo().Email + "\t" + v.Demo().Password + "\r")
			page.See("button[value=" + c.decision + "]")
			page.Click("button[value=" + c.decision + "]")
			page.See("main > p + p")
			if got := page.Text("h1"); got != c.title {
				t.Errorf("the page says %q", got)
			}
			if got := page.Address(); !strings.HasSuffix(got, "/callback/done") {
				t.Errorf("the page is at %s", got)
			}
			if err := <-ended; login.ProcessState.ExitCode() != c.exit {
				t.Errorf("%v: %s", err, said.String())
			}
			if c.exit == 0 {
				list := exec.CommandContext(t.Context(), ringcx, "accounts", "list")
				list.Env = env
				if out, err := list.CombinedOutput(); err != nil {
					t.Errorf("%v: %s", err, out)
				}
			}
			lookAtAnswer(t, page, c.name)
		})
	}
}

// lookAtAnswer audits the page that the command shows at the end, in every colour and on a telephone.
func lookAtAnswer(t *testing.T, page *testbrowser.Page, name string) {
	t.Helper()
	for _, scheme := range []string{"light", "dark"} {
		page.Dark(scheme == "dark")
		for _, problem := range append(page.Audit(), page.Problems()...) {
			t.Errorf("%s: %s", scheme, problem)
		}
		if *pictures != "" {
			if err := os.WriteFile(filepath.Join(*pictures, "login-"+name+"-"+scheme+".png"), page.Picture(), 0o600); err != nil {
				t.Error(err)
			}
		}
	}
	page.Size(360, 640)
	for _, problem := range page.Audit() {
		t.Errorf("on a telephone: %s", problem)
	}
}
