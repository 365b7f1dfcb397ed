package sandbox_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/ringcx-go/ringcx/sandbox"
)

// within is a client that knows the server of v under another base address.
func (v *vendor) within(base string) *vendor {
	return &vendor{Server: v.Server, t: v.t, base: base}
}

// addressed leads a request to the base address of v, unless its path leads there already.
func (v *vendor) addressed(r *http.Request) *http.Request {
	base, err := url.Parse(v.base)
	if err != nil {
		v.t.Fatal(err)
	}
	r.Host = base.Host
	if !strings.HasPrefix(r.URL.Path, base.Path) {
		r.URL.Path = base.Path + r.URL.Path
	}
	return r
}

func TestNamespacesShareNothing(t *testing.T) {
	v := newVendor(t, sandbox.Options{})
	a, b := v.within("http://example.com/_ns/a"), v.within("http://b.localhost:8787")
	first := a.exchange()
	a.get(usersPath, str(first, "accessToken")).want(http.StatusOK)
	for name, other := range map[string]*vendor{"beside": b, "outside": v.within("http://example.com")} {
		if got := other.get(usersPath, str(first, "accessToken")).status; got != http.StatusUnauthorized {
			t.Errorf("%s: a token from inside is answered %d", name, got)
		}
		other.form(refreshPath, "refresh_token", str(first, "refreshToken")).want(http.StatusUnauthorized)
		if n := len(other.logged()); n != 2 {
			t.Errorf("%s: %d requests in the log", name, n)
		}
	}
	a.control("clock", `{"advance":"6m"}`)
	expired := a.get(usersPath, str(first, "accessToken")).want(http.StatusUnauthorized)
	if at := expired.header.Get("WWW-Authenticate"); expired.body != "Jwt is expired" || !strings.Contains(at, `"http://example.com/_ns/a/voice/`) {
		t.Errorf("%s, %s", expired.body, at)
	}
	for range 5 {
		b.login()
	}
	b.demoForm(tokenPath, "grant_type", jwtGrant, "assertion", b.Demo().JWT).want(http.StatusTooManyRequests)
	a.control("switches", `{"ringcxRefreshReuse":"accept"}`)
	a.login()
	a.control("reset", "")
	if n := len(a.logged()); n != 0 {
		t.Errorf("after its reset: %d requests", n)
	}
	if n := len(b.logged()); n != 8 {
		t.Errorf("after the reset of another: %d requests", n)
	}
}

// logged are the requests in the log at the base address of v.
func (v *vendor) logged() []any {
	v.t.Helper()
	return v.controlRaw(http.MethodGet, "requests", "").want(http.StatusOK).json()["requests"].([]any)
}

func TestANamespaceLeadsABrowserAroundInside(t *testing.T) {
	v := newVendor(t, sandbox.Options{})
	p := v.within("http://example.com/_ns/a").person()
	code := p.code(p.v.nativeRequest())
	p.v.redeem(code).want(http.StatusOK)
	if got := v.within("http://example.com").redeem(code).status; got != http.StatusBadRequest {
		t.Errorf("outside, the code is answered %d", got)
	}
	r := httptest.NewRequest(http.MethodGet, "http://127.0.0.1:8787/_ns/a/console/", nil)
	v.sendBare(r).want(http.StatusFound)
	if got := v.sendBare(r).header.Get("Location"); got != "http://a.localhost:8787/console/" {
		t.Errorf("the console of a namespace is at %q", got)
	}
}

func TestNamespacesAreListedAndDeleted(t *testing.T) {
	v := newVendor(t, sandbox.Options{})
	var seen []string
	v.OnRequest(func(r sandbox.Request) { seen = append(seen, r.Namespace+" "+r.Path) })
	got := v.control("namespaces", `{"name":"nightly"}`)
	if got["url"] != "http://example.com/_ns/nightly" || got["env"].(map[string]any)["RC_SERVER_URL"] != got["url"] {
		t.Errorf("got %v", got)
	}
	inside := v.within("http://example.com/_ns/nightly")
	token := str(inside.exchange(), "accessToken")
	if want := "nightly " + tokenPath; len(seen) != 2 || seen[0] != want {
		t.Errorf("the observer saw %q", seen)
	}
	list := v.controlRaw(http.MethodGet, "namespaces", "").want(200).json()["namespaces"].([]any)
	if len(list) != 1 || list[0].(map[string]any)["requests"] != 2.0 {
		t.Errorf("listed %v", list)
	}
	v.controlRaw(http.MethodDelete, "namespaces/nightly", "").want(http.StatusOK)
	v.controlRaw(http.MethodDelete, "namespaces/nightly", "").want(http.StatusNotFound)
	inside.get(usersPath, token).want(http.StatusUnauthorized) // it has begun anew
}

func TestEverySpellingOfTheHostLeadsToItsNamespace(t *testing.T) {
	v := newVendor(t, sandbox.Options{})
	for n, host := range []string{"a.localhost", "A.LocalHost:8787", "a.localhost.", "a.localhost.:8787"} {
		v.within("http://"+host).get(usersPath, "").want(http.StatusUnauthorized)
		if inside, outside := len(v.within("http://a.localhost").logged()), len(v.logged()); inside != n+1 || outside != 0 {
			t.Errorf("after a request to %s: %d in the log of the namespace, %d outside", host, inside, outside)
		}
	}
}

func TestNamesOfNamespacesThatMakeNoSenseAreRefused(t *testing.T) {
	v := newVendor(t, sandbox.Options{})
	for _, name := range []string{"A", "a_b", "-a", "a-", strings.Repeat("a", 64), "ä", "..", "a%2fb"} {
		v.get("/_ns/"+name+"/restapi", "").want(http.StatusNotFound)
		body, _ := json.Marshal(map[string]string{"name": name})
		v.controlRaw(http.MethodPost, "namespaces", string(body)).want(http.StatusBadRequest)
	}
	v.get("/_ns/", "").want(http.StatusNotFound)
	v.get("/_ns/a/restapi", "").want(http.StatusOK)
	inside := v.within("http://example.com/_ns/a")
	inside.controlRaw(http.MethodPost, "namespaces", `{"name":"b"}`).want(http.StatusBadRequest)
}

func TestThereIsAnEndToNamespaces(t *testing.T) {
	v := newVendor(t, sandbox.Options{})
	for i := range 1_000 {
		v.get(fmt.Sprintf("/_ns/n%d/restapi", i), "").want(http.StatusOK)
	}
	v.get("/_ns/more/restapi", "").want(http.StatusServiceUnavailable)
	v.get("/_ns/n7/restapi", "").want(http.StatusOK)
	v.controlRaw(http.MethodDelete, "namespaces/n7", "").want(http.StatusOK)
	v.get("/_ns/more/restapi", "").want(http.StatusOK)
}

func TestANamespaceGetsAnAddressOfItsOwn(t *testing.T) {
	opened, closed := map[string]http.Handler{}, 0
	v := newVendor(t, sandbox.Options{Hosts: []string{"vendor"}, Open: func(h http.Handler) (string, func(), error) {
		url := fmt.Sprintf("http://127.0.0.1:%d", 9000+len(opened))
		opened[url] = h
		return url, func() { closed++ }, nil
	}})
	for base, want := range map[string]string{
		"http://127.0.0.1:8787": "http://127.0.0.1:9000", "http://localhost:8787": "http://127.0.0.1:9000",
		"http://192.0.2.7:8787": "http://192.0.2.7:9000", "http://vendor:8787": "http://vendor:9000",
	} {
		if got := v.within(base).control("namespaces", `{"name":"a"}`); len(opened) != 1 || got["url"] != want {
			t.Errorf("at %s: opened %v, told %v", base, opened, got["url"])
		}
	}
	w := httptest.NewRecorder()
	opened["http://127.0.0.1:9000"].ServeHTTP(w, httptest.NewRequest(http.MethodGet, "http://127.0.0.1:9000/restapi", nil))
	if w.Code != http.StatusOK || len(v.within("http://example.com/_ns/a").logged()) != 1 {
		t.Errorf("status %d at the address", w.Code)
	}
	v.controlRaw(http.MethodDelete, "namespaces/a", "").want(http.StatusOK)
	if closed != 1 {
		t.Errorf("closed %d times", closed)
	}
}
