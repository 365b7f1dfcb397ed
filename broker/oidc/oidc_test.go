package oidc_test

import (
	"crypto/ecdsa"
	"crypto/rand"
	"crypto/rsa"
	"encoding/base64"
	"log/slog"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"

	"github.com/ringcx-go/ringcx/broker/oidc"
)

func in(d time.Duration) int64 { return time.Now().Add(d).Unix() }

func TestATokenOfATrustedIssuerLetsInAndNoOtherDoes(t *testing.T) {
	i, other := newIssuer(t), newIssuer(t)
	c := callers(t, new(clock), i.trusts(), other.trusts(func(o *oidc.Issuer) { o.Name = "other:{repository}" }))
	good := i.token()
	if got := who(t, c, good); got != "ci:acme/site" {
		t.Fatal(got)
	}
	parts := strings.Split(good, ".")
	none := base64.RawURLEncoding.EncodeToString([]byte(`{"alg":"none","typ":"JWT"}`))
	public := &i.key.Key.(*ecdsa.PrivateKey).PublicKey
	for what, token := range map[string]string{
		"no token":                        "",
		"a key":                           "rcxb_0123456789abcdef_" + strings.Repeat("A", 43),
		"another audience":                i.token(map[string]any{"aud": "ringcx"}),
		"no audience":                     i.token(map[string]any{"aud": nil}),
		"another issuer's key":            signed(t, jose.ES256, other.key.Key, other.key.KeyID, i.claims()),
		"another issuer by our key":       i.token(map[string]any{"iss": other.url}),
		"an issuer that is not trusted":   i.token(map[string]any{"iss": "https://other.example"}),
		"an issuer with a / at its end":   i.token(map[string]any{"iss": i.url + "/"}),
		"no issuer":                       i.token(map[string]any{"iss": nil}),
		"an end that has been":            i.token(map[string]any{"exp": in(-time.Minute), "iat": in(-2 * time.Minute)}),
		"no end":                          i.token(map[string]any{"exp": nil}),
		"an end that is far":              i.token(map[string]any{"exp": in(25 * time.Hour)}),
		"a life that is long":             i.token(map[string]any{"exp": in(time.Hour), "iat": in(-24 * time.Hour)}),
		"a beginning that is to come":     i.token(map[string]any{"nbf": in(time.Minute)}),
		"a signature of the future":       i.token(map[string]any{"iat": in(time.Minute)}),
		"a claim that does not fit":       i.token(map[string]any{"repository": "evil/acme/site"}),
		"a claim in capitals":             i.token(map[string]any{"repository": "ACME/site"}),
		"a branch that is another":        i.token(map[string]any{"ref": "refs/heads/mainly"}),
		"no claim":                        i.token(map[string]any{"ref": nil}),
		"a claim that is an object":       i.token(map[string]any{"ref": map[string]any{"refs/heads/main": true}}),
		"a name that is a list":           i.token(map[string]any{"repository": []string{"acme/site"}}),
		"a name that is too long":         i.token(map[string]any{"repository": "acme/" + strings.Repeat("x", 200)}),
		"alg none":                        none + "." + parts[1] + ".",
		"alg none, and a signature":       none + "." + parts[1] + "." + parts[2],
		"HS256 with the public key":       signed(t, jose.HS256, pemOf(t, public), "1", i.claims()),
		"a signature of another":          parts[0] + "." + parts[1] + "." + strings.Split(i.token(map[string]any{"sub": "x"}), ".")[2],
		"no signature":                    parts[0] + "." + parts[1] + ".",
		"a token in four parts":           good + ".x",
		"a token that is 20 kB":           i.token(map[string]any{"x": strings.Repeat("x", 20<<10)}),
		"a token with a space":            good + " ",
		"a claim that is a number":        i.token(map[string]any{"ref": 3}),
		"an end that is a text":           i.token(map[string]any{"exp": "soon"}),
		"a key that is named and another": signed(t, jose.ES256, newKey(t, "1").Key, "1", i.claims()),
	} {
		if got := who(t, c, token); got != "unknown" {
			t.Errorf("%s: %s", what, got)
		}
	}
	if got := who(t, c, other.token()); got != "other:acme/site" {
		t.Error(got)
	}
}

func TestTheLogSaysOnceAMinuteWhyATokenIsRefused(t *testing.T) {
	i, other := newIssuer(t), newIssuer(t)
	for want, token := range map[string]string{
		"aud is none of the audiences": i.token(map[string]any{"aud": "evil\nlevel=ERROR"}), "it has expired": i.token(map[string]any{"exp": in(-time.Minute), "iat": in(-2 * time.Minute)}),
		"the claim ref is none of": i.token(map[string]any{"ref": "refs/heads/evil"}), "it is not good yet": i.token(map[string]any{"iat": in(time.Minute)}),
		"it lives longer than max_life": i.token(map[string]any{"exp": in(25 * time.Hour)}), "it is none that a key of the issuer has signed": signed(t, jose.ES256, other.key.Key, "evil", i.claims()),
		"a claim of the name is missing": i.token(map[string]any{"repository": "acme/" + strings.Repeat("evil", 60)}),
		"":                               signed(t, jose.ES256, other.key.Key, "evil", i.claims(map[string]any{"iss": "https://evil.example"})),
	} {
		var said strings.Builder
		at := new(clock)
		c, err := oidc.New(&oidc.Options{Issuers: []oidc.Issuer{i.trusts()}, Now: at.now, Log: slog.New(slog.NewTextHandler(&said, nil))})
		if err != nil {
			t.Fatal(err)
		}
		for range 3 {
			if got := who(t, c, token); got != "unknown" {
				t.Errorf("%s: %s", want, got)
			}
		}
		text := said.String()
		if want == "" && text != "" || want != "" && (strings.Count(text, "is refused") != 1 || !strings.Contains(text, want)) || strings.Contains(text, "evil") {
			t.Errorf("%q is said, want %q", text, want)
		}
		if at.forward(time.Minute); want == "it has expired" && (who(t, c, token) != "unknown" || strings.Count(said.String(), want) != 2) {
			t.Errorf("a minute later: %q", said.String())
		}
	}
}

func TestATokenMayBeForSeveralAndClocksMayDiffer(t *testing.T) {
	i := newIssuer(t)
	c := callers(t, new(clock), i.trusts())
	for what, change := range map[string]map[string]any{
		"several audiences":      {"aud": []string{"x", "ringcx-broker"}},
		"a clock that is off":    {"nbf": in(20 * time.Second), "iat": in(20 * time.Second), "exp": in(time.Minute)},
		"an end just now":        {"exp": in(-10 * time.Second)},
		"a tag":                  {"ref": "refs/tags/v1/x"},
		"one claim of a list":    {"ref": []any{"x", 3, "refs/heads/main"}},
		"no time of a signature": {"iat": nil},
	} {
		if got := who(t, c, i.token(change)); got != "ci:acme/site" {
			t.Errorf("%s: %s", what, got)
		}
	}
}

func TestACallerIsKnownUntilItsTokenEnds(t *testing.T) {
	i := newIssuer(t)
	c := callers(t, new(clock), i.trusts())
	token := i.token()
	found, err := c.Authenticate(httptest.NewRequest("GET", "/", nil), token)
	if err != nil {
		t.Fatal(err)
	}
	left := time.Until(found.Until)
	if found.Profile != "main" || !strings.HasPrefix(found.ID, "jwt ") || strings.Contains(token, found.ID[4:]) || left > 5*time.Minute+30*time.Second || left < 5*time.Minute {
		t.Errorf("%+v", found)
	}
}

func TestOfSeveralWithOneIssuerTheFirstWhoseClaimsFitCounts(t *testing.T) {
	i := newIssuer(t)
	c := callers(t, new(clock),
		i.trusts(func(o *oidc.Issuer) { o.Name, o.Claims = "deploy", map[string][]string{"environment": {"production"}} }),
		i.trusts(func(o *oidc.Issuer) { o.Algorithms = []string{"RS256"}; o.Name = "rsa" }),
		i.trusts())
	if got := who(t, c, i.token()); got != "ci:acme/site" {
		t.Error(got)
	}
	if got := who(t, c, i.token(map[string]any{"environment": "production"})); got != "deploy" {
		t.Error(got)
	}
	if got := i.asked.Load(); got != 2 {
		t.Errorf("the issuer was asked %d times: discovery and keys are two", got)
	}
}

func TestClaimsWithinClaimsAreFound(t *testing.T) {
	i := newIssuer(t)
	c := callers(t, new(clock), i.trusts(func(o *oidc.Issuer) {
		o.Name = "k8s:{kubernetes.io.namespace}:{kubernetes.io.serviceaccount.name}"
		o.Claims = map[string][]string{"kubernetes.io.namespace": {"prod"}}
	}))
	pod := func(namespace, name any) string {
		return i.token(map[string]any{"kubernetes.io": map[string]any{"namespace": namespace, "serviceaccount": map[string]any{"name": name}}})
	}
	for token, want := range map[string]string{
		pod("prod", "web"): "k8s:prod:web", pod("prod", "a:b c%é"): "k8s:prod:a%3Ab%20c%25%C3%A9", pod("prod", 7): "k8s:prod:7",
		pod("test", "web"): "unknown", pod("prod", ""): "unknown", pod("prod", nil): "unknown", i.token(map[string]any{"kubernetes.io": "prod"}): "unknown",
	} {
		if got := who(t, c, token); got != want {
			t.Errorf("%s, want %s", got, want)
		}
	}
}

func TestRSAKeysCountIfTheyAreLongEnough(t *testing.T) {
	i := newIssuer(t)
	long, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	t.Setenv("GODEBUG", "rsa1024min=0")
	short, err := rsa.GenerateKey(rand.Reader, 1024)
	if err != nil {
		t.Fatal(err)
	}
	i.offer(jose.JSONWebKey{Key: &long.PublicKey, KeyID: "long"}, jose.JSONWebKey{Key: &short.PublicKey, KeyID: "short"},
		jose.JSONWebKey{Key: []byte("a secret that both know, and that is long enough"), KeyID: "both"},
		jose.JSONWebKey{Key: i.key.Public().Key, KeyID: "other", Use: "enc"}, map[string]any{"kty": "new", "kid": "x"})
	c := callers(t, new(clock), i.trusts())
	for token, want := range map[string]string{
		signed(t, jose.RS256, long, "long", i.claims()): "ci:acme/site", signed(t, jose.PS512, long, "long", i.claims()): "ci:acme/site",
		signed(t, jose.RS256, long, "", i.claims()):                                                           "ci:acme/site",
		signed(t, jose.RS256, short, "short", i.claims()):                                                     "unknown",
		signed(t, jose.ES256, i.key.Key, "other", i.claims()):                                                 "unknown",
		signed(t, jose.HS256, []byte("a secret that both know, and that is long enough"), "both", i.claims()): "unknown",
	} {
		if got := who(t, c, token); got != want {
			t.Errorf("%s, want %s: %s", got, want, token)
		}
	}
}

func TestWhatCannotBeTrustedIsRefusedAtTheStart(t *testing.T) {
	i := newIssuer(t)
	for want, change := range map[string]func(*oidc.Issuer){
		"https":                   func(o *oidc.Issuer) { o.URL = "http://ci.example" },
		"no URL":                  func(o *oidc.Issuer) { o.URL = "ci.example" },
		"without a user":          func(o *oidc.Issuer) { o.URL = "https://a:b@ci.example" },
		"audience is missing":     func(o *oidc.Issuer) { o.Audiences = nil },
		"no claim is asked for":   func(o *oidc.Issuer) { o.Claims = nil },
		"empty value":             func(o *oidc.Issuer) { o.Claims = map[string][]string{"sub": {}} },
		`"HS256" is no algorithm`: func(o *oidc.Issuer) { o.Algorithms = []string{"HS256"} },
		`"none" is no algorithm`:  func(o *oidc.Issuer) { o.Algorithms = []string{"none"} },
		"five minutes":            func(o *oidc.Issuer) { o.Skew = time.Hour },
		"no colon before":         func(o *oidc.Issuer) { o.Name = "{repository}" },
		"without a colon between": func(o *oidc.Issuer) { o.Name = "ci:{repository}/{ref}" },
		"not closed":              func(o *oidc.Issuer) { o.Name = "ci:{repository" },
		"name is missing":         func(o *oidc.Issuer) { o.Name = "" },
		"a space":                 func(o *oidc.Issuer) { o.Name = "the job" },
		"place of the keys":       func(o *oidc.Issuer) { o.Keys.URL = "http://ci.example/keys" },
		"not both":                func(o *oidc.Issuer) { o.Keys.URL, o.Keys.File = "https://ci.example", "x" },
		"no such file":            func(o *oidc.Issuer) { o.Keys.CAFile = "/nothing" },
		"open /nothing":           func(o *oidc.Issuer) { o.Keys = oidc.Keys{File: "/nothing"} },
		"is no JSON":              func(o *oidc.Issuer) { o.Keys = oidc.Keys{File: i.ca} },
		"need no authority":       func(o *oidc.Issuer) { o.Keys.File = i.ca },
	} {
		if _, err := oidc.New(&oidc.Options{Issuers: []oidc.Issuer{i.trusts(change)}}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %s", err, want)
		}
	}
	for _, change := range []func(*oidc.Issuer){
		func(o *oidc.Issuer) { o.URL = "http://127.0.0.1:1/x" }, func(o *oidc.Issuer) { o.Name = "deploy" }, func(o *oidc.Issuer) { o.Algorithms = []string{"EdDSA"} },
	} {
		if _, err := oidc.New(&oidc.Options{Issuers: []oidc.Issuer{i.trusts(change)}}); err != nil {
			t.Error(err)
		}
	}
	if i.asked.Load() != 0 {
		t.Error("the issuer was asked")
	}
}

func TestKeysComeInClearFromWhereNoProxyIsAsked(t *testing.T) {
	i := newIssuer(t)
	for host, want := range map[string]bool{
		"localhost": true, "127.0.0.1": true, "127.9.9.9": true, "[::1]": true, "[::ffff:127.0.0.1]": true,
		"LOCALHOST": false, "Localhost": false, "localhost.": false, "x.localhost": false, "[::1%25lo]": false, "0.0.0.0": false, "[::]": false,
		"2130706433": false, "0x7f.1": false, "localhost.example.com": false, "": false,
	} {
		for _, change := range []func(*oidc.Issuer){
			func(o *oidc.Issuer) { o.URL = "http://" + host + ":1" }, func(o *oidc.Issuer) { o.Keys.URL = "http://" + host + ":1/keys" },
		} {
			if _, err := oidc.New(&oidc.Options{Issuers: []oidc.Issuer{i.trusts(change)}}); (err == nil) != want {
				t.Errorf("%q: %v", host, err)
			}
		}
	}
}
