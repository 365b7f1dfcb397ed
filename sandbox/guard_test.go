package sandbox_test

import (
	"bufio"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/ringcx-go/ringcx/sandbox"
)

// Paths of a server: what steers it, for each kind one that any visitor could ask for, and what is the vendors'.
var (
	steeringPaths = []string{
		"/_sandbox", "/_sandbox/state", "/_sandbox/snapshot", "/_sandbox/nothing", "/%5Fsandbox/state", "/console", "/console/",
		"/console/requests/stream", "/_ns/a/restapi", "/_ns/a/_sandbox/state", "/_ns/a/console/", "/_ns/new/restapi",
		"/_ns/new/_sandbox/env", "/_ns/", "/_ns//_sandbox/state", "/_ns/A/restapi",
	}
	vendorPaths = []string{"/restapi", "/.well-known/openid-configuration", "/api/auth/login", "/nothing", "/_sandboxes", "/consoles"}
)

// namespaces are the names of those that have begun.
func (v *vendor) namespaces() []string {
	v.t.Helper()
	out := []string{}
	r := httptest.NewRequest(http.MethodGet, "http://127.0.0.1/_sandbox/namespaces", nil)
	r.SetBasicAuth("", v.password)
	for _, n := range v.send(r).want(http.StatusOK).json()["namespaces"].([]any) {
		out = append(out, n.(map[string]any)["name"].(string))
	}
	return out
}

func (v *vendor) wantUntouched(what string, namespaces ...string) {
	v.t.Helper()
	if got := v.namespaces(); !slices.Equal(got, append([]string{}, namespaces...)) {
		v.t.Errorf("%s: there are the namespaces %q", what, got)
	}
	if got := v.Requests(); len(got) != 0 {
		v.t.Errorf("%s: the log has %v", what, got)
	}
}

func TestTheControlPlaneAnswersToNamesThatNoPageCanHave(t *testing.T) {
	v := newVendor(t, sandbox.Options{Hosts: []string{"Sandbox", "box.test.", "other:8787", "2001:db8::2", "", "0.0.0.0", "::", "::ffff:127.0.0.1"}})
	v.control("namespaces", `{"name":"a"}`)
	to := func(path, host string) reply {
		r := httptest.NewRequest(http.MethodGet, path, nil)
		r.Host = host
		r.Header.Set("X-Forwarded-Host", "localhost")
		r.Header.Set("Forwarded", "host=localhost")
		return v.send(r)
	}
	for _, host := range []string{
		"evil.example", "evil.example:8787", "evil.example.", "EVIL.example", "localhost.evil.example", "evillocalhost", ".localhost",
		"", ".", ":8787", "127.0.0.1.evil.example", "127.0.0.1.nip.io:8787", "127.0.0.1:evil.example", "2130706433", "0x7f.1", "127.1",
		"localhost..", "localhost,evil.example", "localhost@evil.example", "localhost#.evil.example", "locaLhoſt", "ｌocalhost",
		"[::1", "::1]", "[::1]evil.example", "[::1%25.evil.example]", "[::1%lo]", "[localhost]", "[127.0.0.1]", "[evil.example]:80",
		"0.0.0.0", "0.0.0.0:8787", "0.0.0.0.:8787", "[::]", "[::]:8787", "[0:0:0:0:0:0:0:0]", "[::ffff:127.0.0.1]:80", "[::ffff:7f00:1]:8787",
		"[::FFFF:7F00:1]", "[::ffff:0.0.0.0]", "[::ffff:192.0.2.1]", "x.sandbox", "sandbox.evil.example", "xsandbox", "box.test..", "platform.ringcentral.com", "localhost\x00", "*",
	} {
		for _, path := range steeringPaths {
			r := to(path, host)
			if r.status != http.StatusMisdirectedRequest {
				t.Errorf("%s at %q: status %d", path, host, r.status)
				continue
			}
			for _, help := range []string{"--host NAME", "password", "127.0.0.1"} {
				if text := str(r.json(), "error"); !strings.Contains(text, help) {
					t.Errorf("%s at %q says %q", path, host, text)
				}
			}
		}
	}
	v.wantUntouched("strange names", "a")
	for _, host := range []string{
		"localhost", "LOCALHOST:8787", "localhost.", "localhost.:8787", "127.0.0.1", "127.0.0.1:8787", "127.9.9.9", "192.0.2.1:1", "10.0.0.0",
		"[::1]", "[::1]:8787", "[0:0::1]:8787", "[2001:db8::1]", "[::2]", "localhost:",
		"sandbox", "SANDBOX:8787", "sandbox.", "box.test", "box.test:1", "other", "other:9",
	} {
		to("/_sandbox/state", host).want(http.StatusOK)
		to("/_ns/a/_sandbox/state", host).want(http.StatusOK)
		to("/_ns/a/restapi", host).want(http.StatusOK)
	}
	to("/_sandbox/state", "A.localhost:8787").want(http.StatusOK)
	v.Reset()
	for n, host := range []string{"evil.example", "", "[::1", "sandbox"} {
		to("/restapi", host).want(http.StatusOK) // the vendors' own paths are there under any name
		for _, path := range vendorPaths {
			if got := to(path, host).status; got == http.StatusMisdirectedRequest {
				t.Errorf("%s at %q is refused", path, host)
			}
		}
		if got := len(v.Requests()); got != (n+1)*(len(vendorPaths)+1) {
			t.Errorf("%q: %d requests in the log", host, got)
		}
	}
}

func TestTheNameOfARequestIsWhatItsSenderHadInMind(t *testing.T) {
	v := newVendor(t, sandbox.Options{})
	web := httptest.NewServer(v)
	defer web.Close()
	for request, want := range map[string]string{
		"GET /_sandbox/state HTTP/1.0\r\n\r\n":                                                                  "421",
		"GET /_sandbox/state HTTP/1.0\r\nHost: evil.example\r\n\r\n":                                            "421",
		"GET /_sandbox/state HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n":                          "200",
		"GET http://evil.example/_sandbox/state HTTP/1.1\r\nHost: localhost\r\n\r\n":                            "421",
		"GET http://localhost/_sandbox/state HTTP/1.1\r\nHost: localhost\r\n\r\n":                               "200",
		"GET /_sandbox/state HTTP/1.1\r\nHost: localhost\r\nHost: evil.example\r\n\r\n":                         "400",
		"POST /_sandbox/reset HTTP/1.1\r\nHost: evil.example:80\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n": "421",
		"GET /restapi HTTP/1.0\r\n\r\n":                                                                         "200",
	} {
		conn, err := net.Dial("tcp", web.Listener.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		_ = conn.SetDeadline(time.Now().Add(10 * time.Second))
		fmt.Fprint(conn, request)
		line, err := bufio.NewReader(conn).ReadString('\n')
		if words := strings.Fields(line); err != nil || len(words) < 2 || words[1] != want {
			t.Errorf("%q is answered %q (%v), want %s", request, line, err, want)
		}
		_ = conn.Close()
	}
}

func TestANameThatIsNoneIsRefusedAtTheStart(t *testing.T) {
	for _, name := range []string{"http://sandbox", "sand box", "*", "*.test", "sandbox/", "bücher.test", "[sandbox]", "sandbox:http"} {
		if _, err := sandbox.New(&sandbox.Options{Hosts: []string{"fine", name}}); err == nil || !strings.Contains(err.Error(), "is no name of a host") {
			t.Errorf("%q: %v", name, err)
		}
	}
}

// page sends a request as a browser does for a web page.
func (v *vendor) page(method, target string, header ...string) reply {
	v.t.Helper()
	r := httptest.NewRequest(method, target, nil)
	r.RemoteAddr = "127.0.0.1:5000"
	for i := 0; i < len(header); i += 2 {
		r.Header.Add(header[i], header[i+1])
	}
	return v.send(r)
}

// strangers are what browsers send for pages of another origin.
var strangers = map[string][]string{
	"an image":              {"Sec-Fetch-Site", "cross-site", "Sec-Fetch-Mode", "no-cors"},
	"a script of a program": {"Sec-Fetch-Site", "cross-site", "Sec-Fetch-Mode", "cors", "Origin", "https://evil.example"},
	"another port":          {"Sec-Fetch-Site", "same-site", "Sec-Fetch-Mode", "cors", "Origin", "http://localhost:9999"},
	"an old browser":        {"Origin", "https://evil.example"},
	"nobody in particular":  {"Origin", "null"},
	"no address":            {"Origin", "%"},
	"two answers":           {"Sec-Fetch-Site", "same-origin", "Sec-Fetch-Site", "cross-site"},
	"a word of tomorrow":    {"Sec-Fetch-Site", "same-party"},
	"a frame":               {"Sec-Fetch-Site", "cross-site", "Sec-Fetch-Mode", "navigate", "Sec-Fetch-Dest", "iframe"},
}

func TestPagesOfOtherSitesSteerNothingAndBeginNothing(t *testing.T) {
	for _, password := range []string{"", "open sesame"} {
		v := newVendor(t, sandbox.Options{ConsolePassword: password})
		begin := httptest.NewRequest(http.MethodPost, "http://localhost/_sandbox/namespaces", strings.NewReader(`{"name":"a"}`))
		begin.SetBasicAuth("", password)
		v.send(begin).want(http.StatusOK)
		for who, header := range strangers {
			for _, target := range []string{
				"http://localhost:8787/_sandbox/reset", "http://localhost:8787/_sandbox/namespaces", "http://localhost:8787/_sandbox/requests",
				"http://localhost:8787/console/", "http://localhost:8787/console/requests/stream", "http://localhost:8787/console/controls/reset",
				"http://localhost:8787/_ns/new/restapi", "http://new.localhost:8787/restapi", "http://new.localhost:8787/restapi/oauth/token",
				"http://localhost:8787/_ns/new/restapi/oauth/authorize", "http://new.localhost:8787/console/", "http://localhost:8787/_ns/new/console/",
				"http://a.localhost:8787/_sandbox/state", "http://localhost:8787/_ns/a/_sandbox/state", "http://a.localhost:8787/console/",
			} {
				for _, method := range []string{http.MethodGet, http.MethodPost, http.MethodOptions, http.MethodHead, http.MethodDelete} {
					r := v.page(method, target, header...)
					if r.status != http.StatusForbidden || len(r.corsHeaders()) != 0 || r.header.Get("Set-Cookie") != "" {
						t.Errorf("%s: %s %s: status %d, headers %v", who, method, target, r.status, r.header)
					}
				}
			}
		}
		for range 10 { // a wrong password of a page is no try
			v.page(http.MethodGet, "http://localhost:8787/_sandbox/state", "Sec-Fetch-Site", "cross-site", "Authorization", "Basic Og==").want(http.StatusForbidden)
		}
		v.wantUntouched("pages", "a")
	}
}

func TestWhatPagesOfOtherSitesMayDoStillWorks(t *testing.T) {
	v := newVendor(t, sandbox.Options{})
	v.control("namespaces", `{"name":"a"}`)
	link := []string{"Sec-Fetch-Site", "cross-site", "Sec-Fetch-Mode", "navigate", "Sec-Fetch-Dest", "document"}
	for _, host := range []string{"http://localhost:8787", "http://a.localhost:8787"} {
		for _, path := range []string{"/console/", "/console/requests", "/restapi/oauth/authorize", "/restapi"} {
			if got := v.page(http.MethodGet, host+path, link...).status; got == http.StatusForbidden && path != "/restapi/oauth/authorize" {
				t.Errorf("a link to %s%s is answered %d", host, path, got)
			}
		}
		v.page(http.MethodPost, host+"/console/controls/reset", link...).want(http.StatusForbidden)
		app := []string{"Origin", "https://app.example", "Sec-Fetch-Site", "cross-site", "Sec-Fetch-Mode", "cors"}
		if got := v.page(http.MethodGet, host+"/restapi", app...).want(http.StatusOK).corsHeaders()["Access-Control-Allow-Origin"]; got != "*" {
			t.Errorf("%s: an app of one page may not read the answer", host)
		}
	}
	p := v.person()
	signIn := httptest.NewRequest(http.MethodGet, v.nativeRequest(), nil)
	signIn.Header.Set("Sec-Fetch-Site", "cross-site")
	signIn.Header.Set("Sec-Fetch-Mode", "navigate")
	p.follow(p.ask(signIn)).wantPage("Sign in")
	for _, own := range [][]string{
		{"Sec-Fetch-Site", "none", "Sec-Fetch-Mode", "navigate"},
		{"Sec-Fetch-Site", "same-origin", "Origin", "http://localhost:8787"},
		{"Origin", "http://LOCALHOST:8787"},
		{"Origin", ""},
		{"Sec-Fetch-Mode", "cors"},
		nil,
	} {
		v.page(http.MethodGet, "http://localhost:8787/_sandbox/state", own...).want(http.StatusOK)
		v.page(http.MethodGet, "http://localhost:8787/_ns/b/restapi", own...).want(http.StatusOK)
		v.page(http.MethodDelete, "http://localhost:8787/_sandbox/namespaces/b", own...).want(http.StatusOK)
	}
}

func TestPagesOfOtherSitesDoNotPushTheUserOutOfTheLog(t *testing.T) {
	now := time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)
	v := newVendor(t, sandbox.Options{Now: func() time.Time { return now }, Hosts: []string{"app.test"}})
	v.get("/restapi/v1.0", "")
	for range 1_000 {
		v.page(http.MethodGet, "http://localhost:8787/restapi", strangers["an image"]...).want(http.StatusForbidden)
	}
	if got := len(v.Requests()); got != 1 {
		t.Errorf("after the images %d requests are in the log", got)
	}
	hammer := func(pairs ...string) int {
		before := len(v.Requests())
		for range 1_000 {
			v.page(http.MethodGet, "http://localhost:8787/restapi", pairs...).want(http.StatusOK)
		}
		return len(v.Requests()) - before
	}
	if got := hammer(strangers["a script of a program"]...); got != 600 {
		t.Errorf("a page made %d entries", got)
	}
	now = now.Add(time.Minute)
	if got := hammer("Sec-Fetch-Site", "cross-site", "Sec-Fetch-Mode", "navigate"); got != 30 {
		t.Errorf("a minute later %d", got)
	}
	now = now.Add(time.Hour)
	if got := hammer(strangers["an old browser"]...); got != 600 {
		t.Errorf("an hour later %d", got)
	}
	v.Reset()
	for _, own := range [][]string{nil, strangers["another port"], {"Origin", "http://a.localhost:3000", "Sec-Fetch-Site", "cross-site"}, {"Origin", "http://app.test"}} {
		if got := hammer(own...); got != 1_000 {
			t.Errorf("%q: of the user's own %d are in the log", own, got)
		}
	}
}
