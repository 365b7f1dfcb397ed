package oidc_test

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"

	"github.com/ringcx-go/ringcx/broker"
	"github.com/ringcx-go/ringcx/broker/oidc"
)

// issuer is one with discovery and keys that change, at a real listener with TLS.
type issuer struct {
	t      testing.TB
	url    string // as its discovery document says
	ca     string // file
	asked  atomic.Int32
	faulty atomic.Pointer[http.HandlerFunc] // answers in its place; nil: nothing does

	mu      sync.Mutex
	key     *jose.JSONWebKey // that signs
	offered []any            // keys as they are published
}

func newIssuer(t testing.TB) *issuer {
	t.Helper()
	i := &issuer{t: t}
	web := httptest.NewTLSServer(i)
	t.Cleanup(web.Close)
	i.url, i.ca = web.URL, filepath.Join(t.TempDir(), "ca.pem")
	if err := os.WriteFile(i.ca, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: web.Certificate().Raw}), 0o600); err != nil {
		t.Fatal(err)
	}
	i.rotate("1")
	return i
}

func newKey(t testing.TB, id string) *jose.JSONWebKey {
	t.Helper()
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return &jose.JSONWebKey{Key: private, KeyID: id, Algorithm: "ES256", Use: "sig"}
}

// rotate has the issuer sign with a new key, and publish it alone.
func (i *issuer) rotate(id string) {
	key := newKey(i.t, id)
	i.mu.Lock()
	defer i.mu.Unlock()
	i.key, i.offered = key, []any{key.Public()}
}

func (i *issuer) offer(keys ...any) {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.offered = keys
}

// fail has h answer in place of the issuer; nil: the issuer does again.
func (i *issuer) fail(h http.HandlerFunc) {
	if h == nil {
		i.faulty.Store(nil)
		return
	}
	i.faulty.Store(&h)
}

func (i *issuer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	i.asked.Add(1)
	if h := i.faulty.Load(); h != nil {
		(*h)(w, r)
		return
	}
	i.mu.Lock()
	defer i.mu.Unlock()
	switch r.URL.Path {
	case "/.well-known/openid-configuration":
		_ = json.NewEncoder(w).Encode(map[string]any{"issuer": i.url, "jwks_uri": strings.TrimSuffix(i.url, "/") + "/keys", "id_token_signing_alg_values_supported": []string{"ES256"}})
	case "/keys":
		_ = json.NewEncoder(w).Encode(map[string]any{"keys": i.offered})
	default:
		http.NotFound(w, r)
	}
}

// claims are those of a job, with changes; nil takes a claim away.
func (i *issuer) claims(change ...map[string]any) map[string]any {
	now := time.Now()
	c := map[string]any{
		"iss": i.url, "aud": "ringcx-broker", "sub": "job", "iat": now.Unix(), "exp": now.Add(5 * time.Minute).Unix(),
		"repository": "acme/site", "ref": "refs/heads/main",
	}
	for _, m := range change {
		maps.Copy(c, m)
		maps.DeleteFunc(c, func(_ string, v any) bool { return v == nil })
	}
	return c
}

// token is one that the issuer signs.
func (i *issuer) token(change ...map[string]any) string {
	i.mu.Lock()
	defer i.mu.Unlock()
	return signed(i.t, jose.ES256, i.key.Key, i.key.KeyID, i.claims(change...))
}

func signed(t testing.TB, alg jose.SignatureAlgorithm, key any, id string, claims map[string]any) string {
	t.Helper()
	opts := new(jose.SignerOptions).WithType("JWT")
	if id != "" {
		opts = opts.WithHeader("kid", id)
	}
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: alg, Key: key}, opts)
	if err != nil {
		t.Fatal(err)
	}
	text, err := json.Marshal(claims)
	if err != nil {
		t.Fatal(err)
	}
	jws, err := signer.Sign(text)
	if err != nil {
		t.Fatal(err)
	}
	token, err := jws.CompactSerialize()
	if err != nil {
		t.Fatal(err)
	}
	return token
}

// trusts is an issuer as it is trusted: jobs of acme on main.
func (i *issuer) trusts(change ...func(*oidc.Issuer)) oidc.Issuer {
	o := oidc.Issuer{
		URL: i.url, Audiences: []string{"ringcx-broker"}, Name: "ci:{repository}", Profile: "main",
		Claims: map[string][]string{"repository": {"acme/*"}, "ref": {"refs/heads/main", "refs/tags/*"}}, Keys: oidc.Keys{CAFile: i.ca},
	}
	for _, f := range change {
		f(&o)
	}
	return o
}

// clock is one that is turned by hand.
type clock struct{ ahead atomic.Int64 }

func (c *clock) now() time.Time           { return time.Now().Add(time.Duration(c.ahead.Load())) }
func (c *clock) forward(by time.Duration) { c.ahead.Add(int64(by)) }

func callers(t testing.TB, c *clock, issuers ...oidc.Issuer) *oidc.Callers {
	t.Helper()
	all, err := oidc.New(&oidc.Options{Issuers: issuers, Now: c.now})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// who is the name of who shows a token; "unknown", or "error: " and why it cannot be told.
func who(t testing.TB, c *oidc.Callers, token string) string {
	t.Helper()
	found, err := c.Authenticate(httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/token", nil), token)
	switch {
	case errors.Is(err, broker.ErrUnknown):
		return "unknown"
	case err != nil:
		return "error: " + err.Error()
	}
	return found.Name
}

// pemOf is a public key as anybody may know it.
func pemOf(t testing.TB, key crypto.PublicKey) []byte {
	t.Helper()
	der, err := json.Marshal(jose.JSONWebKey{Key: key})
	if err != nil {
		t.Fatal(err)
	}
	return fmt.Append(nil, string(der))
}
