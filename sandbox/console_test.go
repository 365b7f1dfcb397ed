package sandbox_test

import (
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/ringcx-go/ringcx/sandbox"
)

// consolePages are all pages that need no id.
var consolePages = []string{
	"", "guide", "apps", "apps/new", "credentials", "credentials/new", "accounts", "sessions", "inspector", "requests",
	"timeline", "controls", "namespaces", "contract",
}

func TestEveryConsolePageIsThereAndShutOffFromOtherSites(t *testing.T) {
	d := newDeveloper(t, sandbox.Options{})
	for _, path := range consolePages {
		r := d.open(path).want(http.StatusOK)
		policy := r.header.Get("Content-Security-Policy")
		if !strings.HasPrefix(policy, "default-src 'none'; style-src 'sha256-") || strings.Contains(policy, "unsafe") {
			t.Errorf("%s: policy %q", path, policy)
		}
		if r.header.Get("X-Frame-Options") != "DENY" || r.header.Get("Cache-Control") != "no-store" {
			t.Errorf("%s: headers %v", path, r.header)
		}
		if regexp.MustCompile(`(?:src|href)="(?:https?:)?//`).MatchString(r.body) {
			t.Errorf("%s loads or leads elsewhere", path)
		}
		if path != "" {
			wantText(t, r.body, `aria-current="page"`)
		}
	}
	d.open("nowhere").want(http.StatusNotFound)
	d.open("apps/nobody").want(http.StatusNotFound)
	d.ask(httptest.NewRequest(http.MethodGet, "/console", nil)).want(http.StatusMovedPermanently)
	if len(d.v.Requests()) != 0 {
		t.Error("the console is in the log")
	}
}

var consoleLink = regexp.MustCompile(`href="/console/([^"#]*)"`)

func TestNoLinkOfTheConsoleIsDead(t *testing.T) {
	d := newDeveloper(t, sandbox.Options{})
	seen, next := map[string]bool{"": true}, []string{""}
	for len(next) > 0 {
		page := d.page(next[0])
		next = next[1:]
		for _, m := range consoleLink.FindAllStringSubmatch(page, -1) {
			if !seen[m[1]] {
				seen[m[1]] = true
				next = append(next, m[1])
			}
		}
	}
	for _, path := range consolePages {
		if !seen[path] {
			t.Errorf("no link leads to %s", path)
		}
	}
}

func TestTheConsoleIsForThisMachineOnlyWithoutAPassword(t *testing.T) {
	for name, c := range map[string]struct {
		status int
		change func(*developer)
	}{
		"foreign host":   {421, func(d *developer) { d.host = "evil.example:8787" }},
		"no host":        {421, func(d *developer) { d.host = "" }},
		"other machine":  {403, func(d *developer) { d.peer = "192.0.2.7:5000" }},
		"no peer":        {403, func(d *developer) { d.peer = "" }},
		"behind a proxy": {403, func(d *developer) { d.header.Set("X-Forwarded-For", "192.0.2.7") }},
		"an address":     {403, func(d *developer) { d.host = "192.0.2.1:8787" }},
	} {
		d := newDeveloper(t, sandbox.Options{})
		c.change(d)
		for _, path := range append([]string{"requests/stream", "controls/snapshot"}, consolePages...) {
			r := d.open(path)
			if r.status != c.status || !strings.Contains(r.body, "--console-password-file") {
				t.Errorf("%s: %s: status %d", name, path, r.status)
			}
			wantNoText(t, r.body, d.v.Demo().ClientSecret)
		}
	}
	for _, host := range []string{"localhost", "LOCALHOST:8787", "127.0.0.1", "127.8.8.8:1", "[::1]:8787", "[::1]", "box.test"} {
		d := newDeveloper(t, sandbox.Options{Hosts: []string{"Box.test"}})
		d.host = host
		d.open("").want(http.StatusOK)
	}
}

func TestAFormFromAnywhereElseChangesNothing(t *testing.T) {
	d := newDeveloper(t, sandbox.Options{})
	token := tokenField.FindStringSubmatch(d.page("apps/new"))[1]
	send := func(token string) reply {
		return d.ask(formRequest("/console/apps/new", append([]string{"token", token}, appFields()...)...))
	}
	wantText(t, send("").want(http.StatusForbidden).body, "expired")
	send(token + "x").want(http.StatusForbidden)
	d.header.Set("Origin", "https://evil.example")
	wantText(t, send(token).want(http.StatusForbidden).body, "another site")
	d.header.Del("Origin")
	cookies := d.cookie
	d.cookie = map[string]string{}
	send(token).want(http.StatusForbidden)
	d.cookie = cookies
	bad := formRequest("/console/apps/new")
	bad.Body = http.NoBody
	bad.Header.Set("Content-Type", "application/json;;")
	d.ask(bad).want(http.StatusBadRequest)
	wantNoText(t, d.page("apps"), "Reports")
	send(token).want(http.StatusSeeOther)
	wantText(t, d.page("apps"), "Reports")
}

func TestWithAPasswordTheConsoleOpensForWhoKnowsIt(t *testing.T) {
	d := newDeveloper(t, sandbox.Options{ConsolePassword: "open sesame"})
	d.host, d.peer = "sandbox.example:8787", "192.0.2.7:5000"
	for _, path := range consolePages {
		if got := d.open(path).want(http.StatusSeeOther).header.Get("Location"); got != "/console/sign-in" {
			t.Errorf("%s leads to %s", path, got)
		}
	}
	before := d.cookie["ringcx_console_8787"]
	wantText(t, d.submit("sign-in", "sign-in", "password", "sesame").want(http.StatusForbidden).body, "not the password")
	d.open("").want(http.StatusSeeOther)
	d.submit("sign-in", "sign-in", "password", "open sesame").want(http.StatusSeeOther)
	if d.cookie["ringcx_console_8787"] == before {
		t.Error("the cookie from before the sign-in was kept")
	}
	wantText(t, d.page(""), "Demo credentials")
	d.open("sign-in").want(http.StatusSeeOther)

	stranger := &developer{v: d.v, t: t, host: d.host, peer: d.peer, cookie: map[string]string{}, header: http.Header{}}
	for range 5 {
		stranger.submit("sign-in", "sign-in", "password", "guess").want(http.StatusForbidden)
	}
	stranger.submit("sign-in", "sign-in", "password", "open sesame").want(http.StatusTooManyRequests)
}

func TestWithoutAPasswordThereIsNothingToSignInTo(t *testing.T) {
	d := newDeveloper(t, sandbox.Options{})
	d.open("sign-in").want(http.StatusSeeOther)
	token := tokenField.FindStringSubmatch(d.page("apps/new"))[1]
	d.ask(formRequest("/console/sign-in", "token", token, "password", "")).want(http.StatusSeeOther)
}

func TestTheOverviewShowsWhatAProgramNeeds(t *testing.T) {
	d := newDeveloper(t, sandbox.Options{})
	demo := d.v.Demo()
	page := d.page("")
	wantText(t, page, demo.ClientID, demo.ClientSecret, demo.JWT, demo.Email, demo.Password, demo.NativeClientID,
		"http://127.0.0.1:8787", "export RC_APP_CLIENT_ID=", "2026-11-23 09:00:00")
}

func TestAnAppMadeInTheConsoleWorks(t *testing.T) {
	d := newDeveloper(t, sandbox.Options{})
	page := d.do("apps/new", "apps/new", appFields("name", "<Reports> & more")...)
	wantText(t, page, "The app was created.", "<Reports> & more", "JWT auth flow", "Private")
	id := regexp.MustCompile(`id="client-id">([^<]+)<`).FindStringSubmatch(page)[1]
	secret := regexp.MustCompile(`id="client-secret">([^<]+)<`).FindStringSubmatch(page)[1]
	got := d.v.formAs(id, secret, tokenPath, "grant_type", jwtGrant, "assertion", d.v.Demo().JWT).want(http.StatusOK).json()
	if got["refresh_token"] == nil || got["scope"] != "ReadAccounts" {
		t.Errorf("the token has scope %v and refresh token %v", got["scope"], got["refresh_token"])
	}

	page = d.do("apps/new", "apps/new", appFields("auth", "code", "kind", "iOS", "redirects", "com.example.app:/back\r\n http://127.0.0.1/x ",
		"refresh", "no", "access", "public", "scope", "")...)
	wantText(t, page, "3-legged OAuth flow authorization code, iOS", "com.example.app:/back", "http://127.0.0.1/x", "PKCE", "Public", "none")
}

func TestAFieldOfAnAppThatMakesNoSenseIsMarked(t *testing.T) {
	d := newDeveloper(t, sandbox.Options{})
	for want, pairs := range map[string][]string{
		"name-wrong":        {"name", " "},
		"up to 100":         {"name", strings.Repeat("x", 101)},
		"auth-wrong":        {"auth", "magic"},
		"refresh-wrong":     {"refresh", "perhaps"},
		"access-wrong":      {"access", ""},
		"scopes-wrong":      {"scope", "Everything"},
		"account-wrong":     {"account", "x"},
		"Choose an account": {"account", "5"},
		"kind-wrong":        {"auth", "code", "kind", "Toaster", "redirects", "http://127.0.0.1/"},
		"Give at least one": {"auth", "code", "kind", "iOS", "redirects", " "},
		"absolute":          {"auth", "code", "kind", "iOS", "redirects", "/callback"},
		"redirects-wrong":   {"auth", "code", "kind", "iOS", "redirects", "https://app.example/#x"},
	} {
		r := d.submit("apps/new", "apps/new", appFields(pairs...)...).want(http.StatusUnprocessableEntity)
		wantText(t, r.body, want, "The app was not created")
		if pairs[0] != "name" {
			wantText(t, r.body, `value="Reports"`)
		}
	}
	wantNoText(t, d.page("apps"), "Reports")
}

func TestAHostileDayIsBegunWatchedAndEndedInTheConsole(t *testing.T) {
	d := newDeveloper(t, sandbox.Options{Seed: 5})
	wantNoText(t, d.page("controls"), "End the day")
	page := d.do("controls", "controls/hostile", "share", "1", "seed", "7", "hostile-path", "/restapi*", "max-delay", "5ms",
		"kinds", "empty", "kinds", "skew")
	wantText(t, page, "The hostile day has begun.", "100 % of the requests to", "/restapi*", "seed 7", "up to 5ms", "So far 0 of 0", "End the day")
	for range 20 {
		d.v.get("/restapi", "")
	}
	wantText(t, d.page("controls"), "So far 20 of 20: empty ", ", skew ")
	wantText(t, d.page("requests"), "spoiled: empty 200", "spoiled: skew ")
	d.v.control("faults", `{"path":"/never","kind":"reset"}`)
	wantText(t, d.do("controls", "controls/faults/clear"), "No fault is armed", "End the day") // each has its own end
	wantNoText(t, d.do("controls", "controls/hostile/end"), "End the day")
	if got := d.v.suffer("/restapi"); got != "" {
		t.Errorf("the day is over, and a request got %s", got)
	}
	wantText(t, d.do("controls", "controls/hostile", "share", "0.25"), "25 %", "seed 5", "/*", "up to 2s")
}

func TestAHostileDayThatMakesNoSenseIsMarkedInTheForm(t *testing.T) {
	d := newDeveloper(t, sandbox.Options{})
	for _, c := range []struct{ field, value, want string }{
		{"share", "", "above 0"},
		{"share", "0", "above 0"},
		{"share", "2", "0 to 1"},
		{"share", "NaN", "0 to 1"},
		{"seed", "-1", "Give a number from 0"},
		{"hostile-path", "api", "slash"},
		{"max-delay", "soon", "such as 2s"},
		{"max-delay", "25h", "up to 1h"},
		{"kinds", "large", "drop-answer"},
	} {
		pairs := map[string]string{"share": "0.1"}
		pairs[c.field] = c.value
		var fields []string
		for k, v := range pairs {
			fields = append(fields, k, v)
		}
		r := d.submit("controls", "controls/hostile", fields...).want(http.StatusUnprocessableEntity)
		wantText(t, r.body, "Nothing was changed", c.want, c.field+"-wrong")
		wantNoText(t, r.body, "End the day")
	}
	d.do("controls", "controls/faults", "kind", "skew", "path", "/restapi", "skew", "-90m")
	wantText(t, d.page("controls"), "Date off by -1h30m0s")
	d.submit("controls", "controls/faults", "kind", "skew", "path", "/restapi", "skew", "x").want(http.StatusUnprocessableEntity)
}

func TestNoFormOfTheConsoleWorksWithoutItsPage(t *testing.T) {
	d := newDeveloper(t, sandbox.Options{})
	d.open("").want(http.StatusOK)
	snapshot := func() string {
		return d.ask(httptest.NewRequest(http.MethodGet, "/_sandbox/snapshot", nil)).want(http.StatusOK).body
	}
	before := snapshot()
	for _, path := range []string{
		"guide", "apps/new", "credentials/new", "credentials/x/delete", "accounts", "users", "users/1", "sessions/revoke", "inspector",
		"controls/clock", "controls/faults", "controls/faults/clear", "contract", "controls/hostile", "controls/hostile/end",
		"controls/limits", "controls/reset", "controls/snapshot", "namespaces", "namespaces/x/delete", "sign-in",
	} {
		for _, kind := range []string{"application/x-www-form-urlencoded", "text/plain", "multipart/form-data; boundary=x", "application/json", ""} {
			r := httptest.NewRequest(http.MethodPost, "/console/"+path, strings.NewReader("token=&advance=1h&name=x&step=1\r\n--x--\r\n"))
			r.Header.Set("Content-Type", kind)
			if got := d.ask(r).status; got != http.StatusForbidden && got != http.StatusBadRequest {
				t.Errorf("%s as %q is answered %d", path, kind, got)
			}
		}
		for _, method := range []string{http.MethodPut, http.MethodPatch, http.MethodDelete, http.MethodGet} {
			d.ask(httptest.NewRequest(method, "/console/"+path+"?advance=1h&name=x", nil))
		}
	}
	if snapshot() != before {
		t.Error("something was changed")
	}
	d.do("controls", "controls/clock", "advance", "1h")
	if snapshot() == before {
		t.Error("a form of the page changes nothing")
	}
}

func TestWhatTheControlPlaneAnswersStaysWithWhoAsked(t *testing.T) {
	v := newVendor(t, sandbox.Options{})
	for _, path := range []string{"/_sandbox/state", "/_sandbox/env", "/_sandbox/nothing", "/_sandbox/contract?format=markdown", "/_ns/a/_sandbox/env", "http://evil.example/_sandbox/env"} {
		h := v.get(path, "").header
		for name, want := range map[string]string{
			"X-Content-Type-Options": "nosniff", "Cache-Control": "no-store", "Cross-Origin-Resource-Policy": "same-origin",
			"Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
		} {
			if h.Get(name) != want {
				t.Errorf("%s: %s is %q", path, name, h.Get(name))
			}
		}
	}
}

func TestTheControlsSayWhoIsInAPenaltyAndUntilWhen(t *testing.T) {
	d := newDeveloper(t, sandbox.Options{})
	wantText(t, d.page("controls"), "Nobody is in a penalty.")
	rc := str(d.v.login(), "access_token")
	for range 5 {
		d.v.exchangeToken(rc).want(http.StatusOK)
	}
	wantText(t, d.page("controls"), "Nobody is in a penalty.")
	d.v.exchangeToken(rc).want(http.StatusTooManyRequests)
	page := d.page("controls")
	wantText(t, page, `<th scope="row">RingCX Demo App, Ada Reyes</th><td data-label="Limit">RingCX exchange</td>`, "2026-11-23 09:01:00", "1 min 0 s")
	d.v.Advance(time.Minute)
	wantText(t, d.page("controls"), "Nobody is in a penalty.")
}
