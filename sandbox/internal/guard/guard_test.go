package guard_test

import (
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/ringcx-go/ringcx/sandbox/internal/guard"
)

// clock is a time that a test moves on.
type clock struct{ time.Time }

func (c *clock) now() time.Time { return c.Time }

// newGuard makes one with a clock of its own.
func newGuard(t *testing.T, password string, hosts ...string) (*guard.Guard, *clock) {
	t.Helper()
	c := &clock{time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)}
	g, err := guard.New(password, hosts, c.now)
	if err != nil {
		t.Fatal(err)
	}
	return g, c
}

// ask is a request from an address to a host, with headers in pairs.
func ask(method, from, host, path string, headers ...string) *http.Request {
	r := httptest.NewRequest(method, path, nil)
	r.RemoteAddr, r.Host = from, host
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	return r
}

// status is that of the refusal of r; 0: it is let through.
func status(g *guard.Guard, r *http.Request, w guard.Wish) int {
	a, refused := g.Refuse(r, w)
	if !refused {
		return 0
	}
	if a.Status == 0 {
		return -1
	}
	return a.Status
}

// wish is for a path of the server itself.
func wish(path string) guard.Wish { return guard.Wish{Begun: true, Path: path} }

const (
	here      = "127.0.0.1:40000"
	elsewhere = "192.0.2.7:40000"
)

func TestWhatSteersAnswersToNamesOfThisMachineOnly(t *testing.T) {
	g, _ := newGuard(t, "", "sandbox.test", "2001:db8::5")
	for host, want := range map[string]bool{
		"localhost": true, "LOCALHOST:8080": true, "localhost.": true, "alice.localhost:8080": true,
		"127.0.0.1": true, "127.0.0.1:8080": true, "[::1]:8080": true, "[::1]": true,
		"192.0.2.7:8080": true, "[2001:db8::5]": true, "sandbox.test": true, "SANDBOX.test.:1": true,
		"": false, "evil.example": false, "localhost.evil.example": false, ".localhost": false,
		"0.0.0.0": false, "[::]": false, "[::ffff:127.0.0.1]": false, "localhost:x": false, "[::1": false, "[127.0.0.1]": false,
		"[fe80::1%eth0]": false, "a b": false, "sandbox.test.evil.example": false,
	} {
		for _, path := range []string{"/_sandbox/state", "/_sandbox", "/console", "/console/apps", "/_ns/a/restapi"} {
			if got := status(g, ask(http.MethodGet, here, host, "/"), wish(path)); (got == 0) != want || !want && got != http.StatusMisdirectedRequest {
				t.Errorf("%s under %q is answered %d", path, host, got)
			}
		}
		for _, path := range []string{"/restapi/oauth/token", "/_sandboxes", "/consoles", "/"} {
			if got := status(g, ask(http.MethodGet, here, host, "/"), wish(path)); got != 0 {
				t.Errorf("the vendors' %s under %q is answered %d", path, host, got)
			}
		}
	}
	if _, err := guard.New("", []string{"no name!"}, time.Now); err == nil {
		t.Error("any text is taken for a name")
	}
}

func TestARequestFromInsideTheProcessNeedsNoName(t *testing.T) {
	g, _ := newGuard(t, "")
	if got := status(g, ask(http.MethodGet, "", "", "/"), wish("/_sandbox/state")); got != 0 {
		t.Errorf("it is answered %d", got)
	}
}

func TestPagesOfOtherSitesSteerNothingAndBeginNothing(t *testing.T) {
	g, _ := newGuard(t, "")
	unbegun := guard.Wish{Namespace: "a", Path: "/restapi"}
	for _, c := range []struct {
		name    string
		wish    guard.Wish
		method  string
		headers []string
		want    int
	}{
		{"a program", wish("/_sandbox/clock"), http.MethodPost, nil, 0},
		{"a page of it", wish("/_sandbox/clock"), http.MethodPost, []string{"Sec-Fetch-Site", "same-origin"}, 0},
		{"another page", wish("/_sandbox/clock"), http.MethodPost, []string{"Sec-Fetch-Site", "cross-site"}, 403},
		{"another page, by its origin", wish("/_sandbox/clock"), http.MethodPost, []string{"Origin", "https://evil.example"}, 403},
		{"a page that hides its origin", wish("/_sandbox/clock"), http.MethodPost, []string{"Origin", "null"}, 403},
		{"a page of the same origin", wish("/_sandbox/clock"), http.MethodPost, []string{"Origin", "http://localhost"}, 0},
		{
			"a link to the console", wish("/console/"), http.MethodGet,
			[]string{"Sec-Fetch-Site", "cross-site", "Sec-Fetch-Mode", "navigate", "Sec-Fetch-Dest", "document"},
			0,
		},
		{
			"the console in a frame", wish("/console/"), http.MethodGet,
			[]string{"Sec-Fetch-Site", "cross-site", "Sec-Fetch-Mode", "navigate", "Sec-Fetch-Dest", "iframe"},
			403,
		},
		{"a form to the console", wish("/console/apps"), http.MethodPost, []string{"Sec-Fetch-Site", "cross-site", "Sec-Fetch-Mode", "navigate"}, 403},
		{"a single-page app at the vendors", wish("/restapi/oauth/token"), http.MethodPost, []string{"Sec-Fetch-Site", "cross-site", "Origin", "https://app.example"}, 0},
		{"a program begins a namespace", unbegun, http.MethodGet, nil, 0},
		{"a page begins one", unbegun, http.MethodGet, []string{"Sec-Fetch-Site", "cross-site", "Origin", "https://app.example"}, 403},
		{"a browser that does not say", unbegun, http.MethodGet, []string{"User-Agent", "Mozilla/5.0"}, 403},
	} {
		if got := status(g, ask(c.method, here, "localhost", "/", c.headers...), c.wish); got != c.want {
			t.Errorf("%s is answered %d, want %d", c.name, got, c.want)
		}
	}
}

// try asks for the control plane with a password.
func try(g *guard.Guard, from, password string) int {
	r := ask(http.MethodGet, from, "sandbox.example", "/")
	r.SetBasicAuth("anybody", password)
	return status(g, r, wish("/_sandbox/state"))
}

func TestWithAPasswordWhoKnowsItSteers(t *testing.T) {
	g, _ := newGuard(t, "right")
	if got := status(g, ask(http.MethodGet, here, "localhost", "/"), wish("/_sandbox/state")); got != http.StatusUnauthorized {
		t.Errorf("without it: %d", got)
	}
	if got := try(g, elsewhere, "wrong"); got != http.StatusUnauthorized {
		t.Errorf("with another: %d", got)
	}
	if got := try(g, elsewhere, "right"); got != 0 {
		t.Errorf("with it: %d", got)
	}
	if got := status(g, ask(http.MethodPost, elsewhere, "sandbox.example", "/"), wish("/restapi/oauth/token")); got != 0 {
		t.Errorf("the vendors without it: %d", got)
	}
	if got := status(g, ask(http.MethodPost, elsewhere, "sandbox.example", "/"), guard.Wish{Namespace: "a", Path: "/restapi"}); got != http.StatusForbidden {
		t.Errorf("beginning a namespace without it: %d", got)
	}
}

func TestWrongPasswordsOfOneKeepNobodyElseOut(t *testing.T) {
	g, clock := newGuard(t, "right")
	for i := range 5 {
		if got := try(g, "192.0.2.1:1", "wrong"); got != http.StatusUnauthorized {
			t.Errorf("wrong password %d: %d", i, got)
		}
	}
	if got := try(g, "192.0.2.1:2", "right"); got != http.StatusTooManyRequests {
		t.Errorf("the right one after five wrong ones: %d", got)
	}
	for _, from := range []string{elsewhere, here} {
		if got := try(g, from, "right"); got != 0 {
			t.Errorf("another at %s: %d", from, got)
		}
	}
	clock.Time = clock.Add(time.Minute)
	if got := try(g, "192.0.2.1:2", "right"); got != 0 {
		t.Errorf("after a minute: %d", got)
	}
}

// TestManyAddressesTogetherTryNoMoreThanFew has strangers use up what they have together; who was right before is let in.
func TestManyAddressesTogetherTryNoMoreThanFew(t *testing.T) {
	g, _ := newGuard(t, "right")
	try(g, elsewhere, "right")
	refused := 0
	for i := range 40 {
		if try(g, "[2001:db8:0:"+string(rune('a'+i%6))+string(rune('0'+i/6))+"::1]:1", "wrong") == http.StatusTooManyRequests {
			refused++
		}
	}
	if refused != 10 {
		t.Errorf("%d of 40 were not free to try", refused)
	}
	if got := try(g, "198.51.100.1:1", "right"); got != http.StatusTooManyRequests {
		t.Errorf("a stranger: %d", got)
	}
	for _, from := range []string{elsewhere, here} {
		if got := try(g, from, "right"); got != 0 {
			t.Errorf("one at %s, who was right before or is at this machine: %d", from, got)
		}
	}
}

func TestOnlyThisMachineIsLocal(t *testing.T) {
	g, _ := newGuard(t, "")
	for _, c := range []struct {
		r    *http.Request
		want bool
	}{
		{ask(http.MethodGet, here, "localhost", "/"), true},
		{ask(http.MethodGet, "[::1]:1", "127.0.0.1", "/"), true},
		{ask(http.MethodGet, elsewhere, "localhost", "/"), false},
		{ask(http.MethodGet, here, "evil.example", "/"), false},
		{ask(http.MethodGet, here, "localhost", "/", "X-Forwarded-For", "192.0.2.7"), false},
	} {
		if got := g.IsLocal(c.r); got != c.want {
			t.Errorf("from %s to %s: %v", c.r.RemoteAddr, c.r.Host, got)
		}
	}
}

func TestPagesOfOtherSitesFillTheLogSlowly(t *testing.T) {
	g, clock := newGuard(t, "")
	page := ask(http.MethodGet, here, "localhost", "/restapi", "Origin", "https://evil.example")
	noted := 0
	for range 700 {
		if g.Notes(page) {
			noted++
		}
	}
	if noted != 600 {
		t.Errorf("%d of 700 are noted", noted)
	}
	if !g.Notes(ask(http.MethodGet, here, "localhost", "/restapi")) {
		t.Error("what a program did is not noted")
	}
	clock.Time = clock.Add(2 * time.Second)
	if !g.Notes(page) || g.Notes(page) {
		t.Error("after a pause there is not room for one")
	}
}
