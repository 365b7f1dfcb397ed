package sandbox_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/ringcx-go/ringcx/sandbox"
)

const browserName = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36"

// silent are what browsers send for pages of other sites to addresses that they tell nothing about the page.
var silent = map[string][]string{
	"an image":           {"User-Agent", browserName, "Accept", "image/avif,*/*;q=0.8", "Referer", "http://attacker.example/"},
	"one that hides":     {"User-Agent", browserName, "Accept", "*/*"},
	"a small name":       {"User-Agent", " mozilla/4.0"},
	"two names":          {"User-Agent", "curl/8", "User-Agent", browserName},
	"a name of its own":  {"User-Agent", "Television/1.0", "Referer", "https://attacker.example/page"},
	"another port":       {"User-Agent", "Television/1.0", "Referer", "http://127.0.0.1:9999/"},
	"no sense":           {"User-Agent", "Television/1.0", "Referer", "%"},
	"half of the answer": {"User-Agent", browserName, "Sec-Fetch-Mode", "no-cors"},
}

func TestABrowserThatSaysNothingOfThePageBeginsNoNamespace(t *testing.T) {
	for _, password := range []string{"", "open sesame"} {
		v := newVendor(t, sandbox.Options{ConsolePassword: password})
		for who, header := range silent {
			for _, target := range []string{
				"http://127.0.0.1:8787/_ns/new/restapi", "http://192.0.2.1:8787/_ns/new/x", "http://new.localhost:8787/restapi",
				"http://new.localhost:8787/console/", "http://192.0.2.1:8787/_ns/new/_sandbox/state", "http://NEW.localhost.:8787/favicon.ico",
			} {
				for _, method := range []string{http.MethodGet, http.MethodHead, http.MethodPost} {
					r := httptest.NewRequest(method, target, nil)
					for i := 0; i < len(header); i += 2 {
						r.Header.Add(header[i], header[i+1])
					}
					r.SetBasicAuth("", password) // browsers remember it, and send it for any page
					if got := v.send(r); got.status != http.StatusForbidden || !strings.Contains(got.body, "POST /_sandbox/namespaces") {
						t.Errorf("%s: %s %s: %d %s", who, method, target, got.status, got.body)
					}
				}
			}
		}
		v.wantUntouched("silent pages")
	}
}

func TestWhatIsNoForeignPageStillBeginsNamespaces(t *testing.T) {
	v := newVendor(t, sandbox.Options{})
	for who, header := range map[string][]string{
		"a program":            {"User-Agent", "python-requests/2.32"},
		"one without a name":   nil,
		"one that names Gecko": {"User-Agent", "Test (like Mozilla/5.0)"},
		"a page of this host":  {"User-Agent", "Television/1.0", "Referer", "http://127.0.0.1:8787/console/"},
		"a person":             {"User-Agent", browserName, "Sec-Fetch-Site", "none", "Sec-Fetch-Mode", "navigate"},
		"the console's pages":  {"User-Agent", browserName, "Sec-Fetch-Site", "same-origin"},
	} {
		if got := v.page(http.MethodGet, "http://127.0.0.1:8787/_ns/new/restapi", header...); got.status != http.StatusOK {
			t.Errorf("%s: %d %s", who, got.status, got.body)
		}
		v.page(http.MethodDelete, "http://127.0.0.1:8787/_sandbox/namespaces/new").want(http.StatusOK)
	}
	begin := httptest.NewRequest(http.MethodPost, "http://127.0.0.1:8787/_sandbox/namespaces", strings.NewReader(`{"name":"new"}`))
	begin.Header.Set("User-Agent", "Mozilla/5.0 (Windows NT; Windows NT 10.0; en-US) WindowsPowerShell/5.1")
	v.send(begin).want(http.StatusOK)
	for _, header := range silent { // what has begun is there for all
		v.page(http.MethodGet, "http://127.0.0.1:8787/_ns/new/restapi", header...).want(http.StatusOK)
	}
}

func TestPagesThatBrowsersSayNothingOfDoNotPushTheUserOutOfTheLog(t *testing.T) {
	const sent = 610 // somewhat more than such pages have room for in the log
	now := time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)
	v := newVendor(t, sandbox.Options{Now: func() time.Time { return now }})
	hammer := func(target string, header ...string) int {
		v.Reset()
		now = now.Add(time.Hour)
		for range sent {
			v.page(http.MethodGet, target, header...).want(http.StatusOK)
		}
		return len(v.Requests())
	}
	for _, target := range []string{
		"http://0.0.0.0:8787/restapi", "http://[::ffff:7f00:1]:8787/restapi", "http://evil.example:8787/restapi", "http://192.0.2.1/restapi",
	} {
		for who, header := range silent {
			if who == "another port" { // that one is at this machine
				continue
			}
			if got := hammer(target, header...); got != 600 {
				t.Errorf("%s: %s makes %d entries", target, who, got)
			}
		}
	}
	// Its own name leads here: to the browser, this server and the page are one.
	for _, rebound := range [][]string{{"Origin", "http://evil.example:8787"}, {"Referer", "http://evil.example:8787/"}} {
		if got := hammer("http://evil.example:8787/restapi", rebound...); got != 600 {
			t.Errorf("%q makes %d entries", rebound, got)
		}
	}
	for _, own := range [][]string{
		nil,
		{"User-Agent", "curl/8.5.0"},
		silent["another port"],
		{"User-Agent", browserName, "Referer", "http://localhost:3000/"},
		{"User-Agent", browserName, "Sec-Fetch-Site", "none"},
		{"User-Agent", browserName, "Origin", "http://localhost:3000"},
	} {
		if got := hammer("http://box.example:8787/restapi", own...); got != sent {
			t.Errorf("%q: of the user's own %d are in the log", own, got)
		}
	}
}

func TestAFormOfTheConsoleComesThroughForwarders(t *testing.T) {
	for _, header := range []http.Header{
		{"Origin": {"http://dev.example"}},
		{"Origin": {"https://dev.example"}},
		{"Origin": {"null"}},
		{"Origin": {"https://dev.example"}, "Sec-Fetch-Site": {"same-origin"}},
		{"Origin": {"http://127.0.0.1:8787"}},
		{},
	} {
		d := newDeveloper(t, sandbox.Options{ConsolePassword: "open sesame"})
		send := func(page string, fields ...string) { // the page comes as always
			token := tokenField.FindStringSubmatch(d.open(page).want(http.StatusOK).body)[1]
			d.header = header
			d.ask(formRequest("/console/"+page, append([]string{"token", token}, fields...)...)).want(http.StatusSeeOther)
			d.header = http.Header{}
		}
		send("sign-in", "password", "open sesame")
		send("apps/new", appFields()...)
	}
	for name, header := range map[string]http.Header{
		"a foreign page":    {"Origin": {"http://dev.example"}, "Sec-Fetch-Site": {"cross-site"}},
		"a page beside":     {"Origin": {"http://dev.example"}, "Sec-Fetch-Site": {"same-site"}},
		"two words":         {"Origin": {"http://dev.example"}, "Sec-Fetch-Site": {"same-origin", "cross-site"}},
		"without a visit":   {"Origin": {"http://dev.example"}, "Cookie": {""}},
		"without the token": {"Origin": {"http://dev.example"}, "X-Token": {"no"}},
	} {
		d := newDeveloper(t, sandbox.Options{ConsolePassword: "open sesame"})
		token := tokenField.FindStringSubmatch(d.open("sign-in").want(http.StatusOK).body)[1]
		d.header = header
		if header.Get("X-Token") != "" {
			token = "guess"
		}
		if _, bare := header["Cookie"]; bare {
			d.cookie = map[string]string{}
		}
		got := d.ask(formRequest("/console/sign-in", "token", token, "password", "open sesame")).want(http.StatusForbidden)
		if got.header.Get("Set-Cookie") != "" {
			t.Errorf("%s got a cookie", name)
		}
	}
	free := newDeveloper(t, sandbox.Options{})
	token := tokenField.FindStringSubmatch(free.page("apps/new"))[1]
	free.header.Set("Origin", "http://dev.example")
	wantText(t, free.ask(formRequest("/console/apps/new", append([]string{"token", token}, appFields()...)...)).want(http.StatusForbidden).body, "another site")
}

func TestAPageOfTheSameHostIsOneHoweverItsPortIsWritten(t *testing.T) {
	v := newVendor(t, sandbox.Options{Hosts: []string{"dev.example"}})
	ask := func(host, origin string) int {
		r := httptest.NewRequest(http.MethodPost, "/_sandbox/reset", nil)
		r.Host = host
		r.Header.Set("Origin", origin)
		return v.send(r).status
	}
	for _, same := range [][2]string{
		{"dev.example", "http://dev.example"},
		{"dev.example", "https://dev.example"},
		{"dev.example:443", "https://dev.example"},
		{"dev.example:80", "http://dev.example"},
		{"Dev.example", "https://dev.example:443"},
		{"dev.example:8787", "https://dev.example:8787"},
		{"[::1]:443", "https://[::1]"},
	} {
		if got := ask(same[0], same[1]); got != http.StatusOK {
			t.Errorf("at %s from %s: %d", same[0], same[1], got)
		}
	}
	for _, other := range [][2]string{
		{"dev.example:443", "http://dev.example"},
		{"dev.example:80", "https://dev.example"},
		{"dev.example:8787", "https://dev.example"},
		{"dev.example", "https://dev.example:8787"},
		{"dev.example", "https://x.dev.example"},
		{"dev.example", "https://dev.example."},
		{"dev.example", "ftp://dev.example:21"},
		{"dev.example", "null"},
		{"dev.example", "https://dev.example@evil.example"},
	} {
		if got := ask(other[0], other[1]); got != http.StatusForbidden {
			t.Errorf("at %s from %s: %d", other[0], other[1], got)
		}
	}
}
