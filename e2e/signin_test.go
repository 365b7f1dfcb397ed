package e2e_test

import (
	"flag"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/ringcx-go/ringcx/e2e/testbrowser"
)

// pictures is where the browser tests leave what they saw: cd e2e && go test -run Browser . -pictures DIR.
var pictures = flag.String("pictures", "", "directory for pictures of the pages")

// desk is a browser in front of a sandbox and an app that waits for its answer on another port.
type desk struct {
	*testbrowser.Page
	v   *vendor
	t   *testing.T
	web string // the sandbox
	app string // the app's redirect URI
}

func newDesk(t *testing.T) *desk {
	t.Helper()
	v := newVendor(t, sandboxOptions)
	web := httptest.NewServer(v)
	t.Cleanup(web.Close)
	app := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		fmt.Fprint(w, `<!doctype html><html lang="en"><title>App</title><link rel="icon" href="data:,"><h1 id="app">Thanks</h1>`)
	}))
	t.Cleanup(app.Close)
	page := testbrowser.Open(t, require(), os.Getenv("RINGCX_TEST_CLIENTS"))
	t.Cleanup(func() {
		if all := page.Problems(); len(all) > 0 {
			t.Errorf("the browser complains: %q", all)
		}
	})
	return &desk{page, v, t, web.URL, app.URL + "/callback"}
}

// ask opens an authorize request of the demo's native app.
func (d *desk) ask(pairs ...string) {
	d.t.Helper()
	d.Visit(d.web + d.v.nativeRequest(append([]string{"redirect_uri", d.app}, pairs...)...))
}

// arrived is what the app was told.
func (d *desk) arrived() url.Values {
	d.t.Helper()
	d.See("#app")
	u, err := url.Parse(d.Address())
	if err != nil || !strings.HasPrefix(d.Address(), d.app+"?") {
		d.t.Fatalf("arrived at %s", d.Address())
	}
	return u.Query()
}

func (d *desk) wantFocus(want string) {
	d.t.Helper()
	if got := d.Focus(); got != want {
		d.t.Fatalf("the focus is on %s, want %s", got, want)
	}
}

func TestInABrowserTheKeyboardIsEnough(t *testing.T) {
	d := newDesk(t)
	demo := d.v.Demo()
	d.ask()
	d.See("#username")
	d.wantFocus("username")
	d.Type(demo.Email + "\t")
	d.wantFocus("password")
	d.Type("wrong\r")
	d.See("#problem")
	d.wantFocus("password") // the name is still there
	d.Type(demo.Password + "\r")
	d.See("button[value=allow]")
	d.wantFocus("decision=allow")
	d.Type("\r")
	got := d.arrived()
	d.v.redeem(got.Get("code"), d.app).want(http.StatusOK)

	d.ask("prompt", "login", "login_hint", demo.Email)
	d.See("#username")
	d.wantFocus("password")
	d.Type(demo.Password + "\r")
	d.See("button[value=deny]")
	d.Type("\t")
	d.wantFocus("decision=deny")
	d.Type(" ")
	if got := d.arrived(); got.Get("error") != "access_denied" || got.Get("state") != "s t&" {
		t.Errorf("the app got %v", got)
	}
}

func TestInABrowserThePointerIsEnough(t *testing.T) {
	d := newDesk(t)
	d.ask()
	d.Click("button[value=demo]")
	d.Click("button[value=deny]")
	if got := d.arrived().Get("error"); got != "access_denied" {
		t.Errorf("the app got %q", got)
	}
	d.ask() // still signed in
	d.See("button[value=allow]")
	d.Click("main a")
	d.Click("button[value=demo]")
	d.Click("button[value=allow]")
	d.v.redeem(d.arrived().Get("code"), d.app).want(http.StatusOK)
}

// Sizes of windows: a desk, a telephone, and the narrowest that WCAG asks for.
var windows = []struct {
	name          string
	width, height int64
}{{"desk", 1280, 800}, {"phone", 400, 800}, {"narrow", 320, 640}}

// look audits the page in every window and colour. What colours have no part in is looked at in one of them.
func (d *desk) look(name string) {
	d.t.Helper()
	for _, window := range windows {
		d.Size(window.width, window.height)
		if wide := d.Number(`document.documentElement.scrollWidth - innerWidth`); wide > 0 {
			d.t.Errorf("%s is %v pixels wider than %d", name, wide, window.width)
		}
		for _, scheme := range []string{"light", "dark"} {
			d.Dark(scheme == "dark")
			var all []string
			switch {
			case window.name == "narrow":
			case scheme == "dark":
				all = d.AuditColours()
			default:
				all = d.Audit()
			}
			if len(all) > 0 {
				d.t.Errorf("%s, %s, %s: %q", name, window.name, scheme, all)
			}
			d.picture(fmt.Sprintf("%s-%s-%s", name, window.name, scheme), 0)
		}
	}
	d.Dark(false)
	d.Size(1280, 800)
}

// picture leaves a picture of the page as it is, or in a window of that width, if pictures are wanted.
func (d *desk) picture(name string, width int64) {
	d.t.Helper()
	if *pictures == "" {
		return
	}
	if width != 0 {
		d.Size(width, 800)
	}
	if err := os.WriteFile(filepath.Join(*pictures, name+".png"), d.Picture(), 0o600); err != nil {
		d.t.Fatal(err)
	}
}

func TestInABrowserEveryPageCanBeReadByEverybody(t *testing.T) {
	d := newDesk(t)
	d.ask()
	d.See("#username")
	d.look("sign-in")
	d.Type(d.v.Demo().Email + "\twrong\r")
	d.See("#problem")
	d.look("wrong")
	d.Click("button[value=demo]")
	d.See("button[value=allow]")
	d.look("consent")
	d.Visit(d.web + authorizePath + "?response_type=code&state=s&client_id=" + d.v.Demo().ClientID)
	d.See(".problem")
	d.look("refused")
	if got := d.Problems(); len(got) != 1 || !strings.Contains(got[0], "403") {
		t.Errorf("the browser complains: %q", got) // but of the status, as it should
	}
}
