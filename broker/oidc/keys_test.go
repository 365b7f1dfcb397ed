package oidc_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"

	"github.com/ringcx-go/ringcx/broker/oidc"
)

const acme = "ci:acme/site"

// settles asks until the answer is the one that is wanted: keys that are no more fresh are fetched meanwhile.
func settles(t *testing.T, c *oidc.Callers, token, want string) {
	t.Helper()
	for who(t, c, token) != want {
		if t.Context().Err() != nil {
			t.Fatalf("it does not become %s", want)
		}
	}
}

func TestKeysAreFetchedOnceAndAgainWhenTheyChange(t *testing.T) {
	i, turned := newIssuer(t), new(clock)
	c := callers(t, turned, i.trusts(func(o *oidc.Issuer) { o.MaxLife = 48 * time.Hour }))
	old := i.token(map[string]any{"exp": in(47 * time.Hour)})
	var all sync.WaitGroup
	for range 20 {
		all.Go(func() {
			if got := who(t, c, old); got != acme {
				t.Error(got)
			}
		})
	}
	all.Wait()
	if got := i.asked.Load(); got != 2 {
		t.Errorf("20 tokens at once asked %d times", got)
	}
	i.rotate("2")
	turned.forward(11 * time.Second)
	next := i.token(map[string]any{"exp": in(47 * time.Hour)})
	if got := who(t, c, next); got != acme {
		t.Errorf("a token of a new key is %s", got)
	}
	if got := who(t, c, old); got != "unknown" {
		t.Errorf("a token of a key that was withdrawn is %s", got)
	}
	i.rotate("3")
	turned.forward(16 * time.Minute) // nothing asks for the new key, and the old one is noticed to be gone
	settles(t, c, next, "unknown")
}

func TestTokensOfNoKeyAskTheIssuerSeldom(t *testing.T) {
	i, turned := newIssuer(t), new(clock)
	c := callers(t, turned, i.trusts())
	if got := who(t, c, i.token()); got != acme {
		t.Fatal(got)
	}
	for n := range 50 {
		if got := who(t, c, signed(t, jose.ES256, i.key.Key, fmt.Sprint("x", n), i.claims())); got != "unknown" {
			t.Fatal(got)
		}
		who(t, c, signed(t, jose.ES256, newKey(t, "").Key, "", i.claims()))
	}
	if got := i.asked.Load(); got != 2 {
		t.Errorf("it was asked %d times at once", got)
	}
	turned.forward(11 * time.Second)
	for n := range 50 {
		who(t, c, signed(t, jose.ES256, i.key.Key, fmt.Sprint("x", n), i.claims()))
	}
	if got := i.asked.Load(); got != 4 {
		t.Errorf("it was asked %d times in eleven seconds", got)
	}
}

// faults are answers of an issuer that bring no keys, with what is said of them.
func faults(i *issuer, elsewhere string) map[string]http.HandlerFunc {
	at := func(path string, h http.HandlerFunc) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path == path {
				h(w, r)
				return
			}
			_ = json.NewEncoder(w).Encode(map[string]any{"issuer": i.url, "jwks_uri": i.url + "/keys"})
		}
	}
	says := func(text string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) { _, _ = fmt.Fprint(w, text) }
	}
	const discovery = "/.well-known/openid-configuration"
	return map[string]http.HandlerFunc{
		"answers 500":           func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(500) },
		"EOF":                   func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) },
		"more than":             at("/keys", says(strings.Repeat(" ", 2<<20))),
		"100 are taken":         at("/keys", says(`{"keys":[`+strings.Repeat("{},", 100)+"{}]}")),
		"no public key":         at("/keys", says(`{"keys":[]}`)),
		"no JSON":               at("/keys", says("<html>")),
		"the issuer \"" + i.url: at(discovery, says(`{"issuer":"`+i.url+`/","jwks_uri":"`+i.url+`/keys"}`)),
		"another host":          at("/keys", func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, elsewhere, http.StatusFound) }),
		"too far":               at("/keys", func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/keys", http.StatusFound) }),
		"has to be https":       at(discovery, says(`{"issuer":"`+i.url+`","jwks_uri":"http://ci.example/keys"}`)),
	}
}

func TestAnIssuerThatBringsNoKeysIsToldAndAskedAgain(t *testing.T) {
	i := newIssuer(t)
	other := newIssuer(t)
	for want, fault := range faults(i, other.url+"/keys") {
		turned := new(clock)
		c := callers(t, turned, i.trusts())
		i.fail(fault)
		before := i.asked.Load()
		for range 20 {
			if got := who(t, c, i.token()); !strings.HasPrefix(got, "error: ") || !strings.Contains(got, want) {
				t.Errorf("%s, want %s", got, want)
			}
		}
		if n := i.asked.Load() - before; n > 6 {
			t.Errorf("%s: it was asked %d times at once", want, n)
		}
		i.fail(nil)
		turned.forward(2 * time.Second)
		if got := who(t, c, i.token()); got != acme {
			t.Errorf("after %s: %s", want, got)
		}
		i.fail(fault)
		turned.forward(20 * time.Minute)
		for range 5 {
			if got := who(t, c, i.token(map[string]any{"exp": in(time.Hour)})); got != acme {
				t.Errorf("with the keys of before, %s: %s", want, got)
			}
		}
		turned.forward(25 * time.Hour)
		if got := who(t, c, i.token()); !strings.HasPrefix(got, "error: ") {
			t.Errorf("with keys of yesterday, %s: %s", want, got)
		}
		i.fail(nil)
	}
	if other.asked.Load() != 0 {
		t.Error("a redirect to another host was followed")
	}
}

func TestARedirectOnTheSameHostIsFollowed(t *testing.T) {
	i := newIssuer(t)
	c := callers(t, new(clock), i.trusts(func(o *oidc.Issuer) { o.Keys.URL = i.url + "/moved" }))
	i.fail(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/moved" {
			http.Redirect(w, r, "/keys", http.StatusFound)
			return
		}
		_ = json.NewEncoder(w).Encode(map[string]any{"keys": i.offered})
	})
	if got := who(t, c, i.token()); got != acme {
		t.Error(got)
	}
}

func TestAnIssuerThatIsNotThereStopsNothing(t *testing.T) {
	web := httptest.NewServer(nil)
	web.Close()
	var log bytes.Buffer
	i := newIssuer(t)
	gone := i.trusts(func(o *oidc.Issuer) { o.URL = web.URL; o.Keys = oidc.Keys{} })
	c, err := oidc.New(&oidc.Options{Issuers: []oidc.Issuer{gone, i.trusts()}, Log: slog.New(slog.NewTextHandler(&log, nil))})
	if err != nil {
		t.Fatal(err)
	}
	for range 3 {
		if got := who(t, c, i.token(map[string]any{"iss": web.URL})); !strings.Contains(got, "refused") && !strings.Contains(got, "dial") {
			t.Error(got)
		}
	}
	if got := who(t, c, i.token()); got != acme {
		t.Error(got)
	}
	if got := strings.Count(log.String(), "cannot be had"); got != 1 {
		t.Errorf("the log has it %d times: %s", got, log.String())
	}
}

func TestAnIssuerWithASlashAtItsEndIsAnotherThanOneWithout(t *testing.T) {
	i := newIssuer(t)
	bare := i.url
	i.url += "/"
	c := callers(t, new(clock), i.trusts())
	if got := who(t, c, i.token()); got != acme {
		t.Error(got)
	}
	if got := who(t, c, i.token(map[string]any{"iss": bare})); got != "unknown" {
		t.Error(got)
	}
}

func TestATokenForTheIssuerIsShownToItsHostAlone(t *testing.T) {
	i, other := newIssuer(t), newIssuer(t)
	shown := filepath.Join(t.TempDir(), "token")
	if err := os.WriteFile(shown, []byte("pod-1\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	both := filepath.Join(t.TempDir(), "both.pem")
	one, _ := os.ReadFile(i.ca)
	two, _ := os.ReadFile(other.ca)
	if err := os.WriteFile(both, append(one, two...), 0o600); err != nil {
		t.Fatal(err)
	}
	var seen, elsewhere string
	i.fail(func(w http.ResponseWriter, r *http.Request) {
		seen = r.Header.Get("Authorization")
		_ = json.NewEncoder(w).Encode(map[string]any{"issuer": i.url, "jwks_uri": other.url + "/keys"})
	})
	other.fail(func(w http.ResponseWriter, r *http.Request) {
		elsewhere += r.Header.Get("Authorization")
		_ = json.NewEncoder(w).Encode(map[string]any{"keys": i.offered})
	})
	turned := new(clock)
	c := callers(t, turned, i.trusts(func(o *oidc.Issuer) { o.Keys = oidc.Keys{CAFile: both, TokenFile: shown} }))
	if got := who(t, c, i.token()); got != acme || seen != "Bearer pod-1" || elsewhere != "" {
		t.Errorf("%s, %q, %q", got, seen, elsewhere)
	}
	c = callers(t, turned, i.trusts(func(o *oidc.Issuer) { o.Keys = oidc.Keys{URL: other.url + "/keys", CAFile: both, TokenFile: shown} }))
	if got := who(t, c, i.token()); got != acme || elsewhere != "Bearer pod-1" {
		t.Errorf("%s, %q", got, elsewhere)
	}
}

func TestKeysMayBeInAFileThatIsReadAgain(t *testing.T) {
	i, turned := newIssuer(t), new(clock)
	file := filepath.Join(t.TempDir(), "keys.json")
	write := func() {
		text, err := json.Marshal(map[string]any{"keys": i.offered})
		if err == nil {
			err = os.WriteFile(file, text, 0o600)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	write()
	c := callers(t, turned, i.trusts(func(o *oidc.Issuer) { o.URL, o.Keys = "https://ci.example", oidc.Keys{File: file} }))
	as := map[string]any{"iss": "https://ci.example"}
	if got := who(t, c, i.token(as)); got != acme {
		t.Error(got)
	}
	i.rotate("2")
	write()
	turned.forward(11 * time.Second)
	if got := who(t, c, i.token(as)); got != acme || i.asked.Load() != 0 {
		t.Error(got)
	}
}

func TestKeysThatAreKnownOutliveAnotherConfiguration(t *testing.T) {
	i := newIssuer(t)
	first := callers(t, new(clock), i.trusts())
	if got := who(t, first, i.token()); got != acme {
		t.Fatal(got)
	}
	i.fail(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusBadGateway) })
	for want, before := range map[string]*oidc.Callers{"ci2:acme/site": first, "error: ": nil} {
		c, err := oidc.New(&oidc.Options{Issuers: []oidc.Issuer{i.trusts(func(o *oidc.Issuer) { o.Name = "ci2:{repository}" })}, Before: before})
		if err != nil {
			t.Fatal(err)
		}
		if got := who(t, c, i.token()); !strings.HasPrefix(got, want) {
			t.Errorf("%s, want %s", got, want)
		}
	}
}
