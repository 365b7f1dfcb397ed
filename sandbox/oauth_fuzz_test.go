package sandbox_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/go-jose/go-jose/v4"
)

// Whatever an authorize request holds, the browser is sent to the sandbox's own pages, to the one redirect URI of the
// app, or nowhere.
func FuzzAnAuthorizeRequestLeadsNowhereElse(f *testing.F) {
	v := codeVendor(f)
	f.Add(strings.TrimPrefix(v.nativeRequest(), authorizePath+"?"))
	f.Add(strings.TrimPrefix(v.nativeRequest("prompt", "none"), authorizePath+"?"))
	f.Add(strings.TrimPrefix(v.webRequest("redirect_uri", "http://127.0.0.1:8080/callback"), authorizePath+"?"))
	f.Add(encoded("client_id", v.Demo().NativeClientID, "redirect_uri", "http://127.0.0.1:1@evil.example/callback"))
	f.Fuzz(func(t *testing.T, query string) {
		r := httptest.NewRequest(http.MethodGet, authorizePath, nil)
		r.URL.RawQuery = query
		got := (&vendor{Server: v.Server, t: t}).send(r)
		to := got.header.Get("Location")
		if got.status != http.StatusFound {
			if to != "" || got.status < 400 || got.status > 499 {
				t.Fatalf("status %d to %q", got.status, to)
			}
			return
		}
		u, err := url.Parse(to)
		if err != nil {
			t.Fatalf("location %q: %v", to, err)
		}
		inside := u.Host == "" && u.Path == signInPath
		atApp := u.Scheme == "http" && u.Hostname() == "127.0.0.1" && u.Path == "/callback" && u.User == nil
		if !inside && !atApp || u.Query().Has("code") {
			t.Fatalf("sent to %q", to)
		}
	})
}

// Only what the app signed is an assertion of the app.
func FuzzNoClientAssertionIsMadeUp(f *testing.F) {
	v := codeVendor(f)
	demo := v.Demo()
	f.Add(signedBy(f, jose.HS256, make([]byte, 32), v.claims(demo.ClientID)), demo.ClientID)
	f.Add("eyJhbGciOiJub25lIn0.eyJpc3MiOiJ4In0.", "")
	f.Add("a.b.c", "x")
	f.Fuzz(func(t *testing.T, assertion, id string) {
		got := (&vendor{Server: v.Server, t: t}).asserting(assertion, "client_id", id)
		if got.status != http.StatusBadRequest && got.status != http.StatusUnauthorized {
			t.Fatalf("status %d: %s", got.status, got.body)
		}
		if kind := got.json()["error"]; kind != "invalid_client" {
			t.Fatalf("error %v", kind)
		}
	})
}
