//go:build unix

package main_test

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"math/big"
	"net/http"
	"net/http/httptest"
	"net/http/httptrace"
	"net/url"
	"os"
	"path/filepath"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
)

func writeFile(t *testing.T, path string, text []byte) {
	t.Helper()
	if err := os.WriteFile(path, text, 0o600); err != nil {
		t.Fatal(err)
	}
}

func asPEM(der []byte) []byte {
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
}

// issuedBy makes a certificate for clients that an authority has signed, with changes.
func issuedBy(t *testing.T, authority tls.Certificate, change func(*x509.Certificate)) tls.Certificate {
	t.Helper()
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	made := &x509.Certificate{
		SerialNumber: big.NewInt(time.Now().UnixNano()), NotBefore: time.Now().Add(-2 * time.Hour), NotAfter: time.Now().Add(time.Hour),
		KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth},
	}
	change(made)
	der, err := x509.CreateCertificate(rand.Reader, made, authority.Leaf, private.Public(), authority.PrivateKey)
	if err != nil {
		t.Fatal(err)
	}
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: private}
}

func TestACertificateLetsInIfItsAuthorityNameUseAndTimeFit(t *testing.T) {
	t.Parallel()
	u := newUnit(t)
	in := func(name string) string { return filepath.Join(filepath.Dir(u.config), name) }
	server := identified(t, "broker.internal", in("tls.crt"), in("tls.key"))
	authority, other := identified(t, "authority", in("callers.crt"), in("callers.key")), identified(t, "authority", in("other.crt"), in("other.key"))
	writeFile(t, u.config, fmt.Appendf(nil, "linger = \"0s\"\n[[listen]]\naddress = %q\ntls = true\n[tls]\ncert = \"tls.crt\"\nkey = \"tls.key\"\nclient_ca = \"callers.crt\"\n"+
		"[tls.callers]\n\"worker\" = \"worker\"\n\"spiffe://cluster/web\" = \"web\"\n", u.address))
	named := func(name string) func(*x509.Certificate) {
		return func(c *x509.Certificate) { c.DNSNames = []string{name} }
	}
	uri := func(text string) func(*x509.Certificate) {
		return func(c *x509.Certificate) { c.URIs = []*url.URL{{Scheme: "spiffe", Host: "cluster", Path: text}} }
	}
	broker := u.start()
	for _, c := range []struct {
		what   string
		of     tls.Certificate
		change func(*x509.Certificate)
		want   int // 0: no connection
	}{
		{"its DNS name", authority, named("worker"), http.StatusOK},
		{"its URI", authority, uri("/web"), http.StatusOK},
		{"its common name", authority, func(c *x509.Certificate) { c.Subject = pkix.Name{CommonName: "worker"} }, http.StatusOK},
		{"another URI", authority, uri("/web/other"), http.StatusUnauthorized},
		{"another name in capitals", authority, named("WORKER"), http.StatusUnauthorized},
		{"another name, and the common name of a caller", authority, func(c *x509.Certificate) {
			c.DNSNames, c.Subject = []string{"guest"}, pkix.Name{CommonName: "worker"}
		}, http.StatusUnauthorized},
		{"another authority of that name", other, named("worker"), 0},
		{"a time that has been", authority, func(c *x509.Certificate) { named("worker")(c); c.NotAfter = time.Now().Add(-time.Hour) }, 0},
		{"a time to come", authority, func(c *x509.Certificate) { named("worker")(c); c.NotBefore = time.Now().Add(30 * time.Minute) }, 0},
		{"the use of servers", authority, func(c *x509.Certificate) {
			named("worker")(c)
			c.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}
		}, 0},
	} {
		status, _, err := u.over(server, issuedBy(t, c.of, c.change))
		// A client that knows the broker's authorities sends no certificate of another: it is nobody then.
		if status != c.want && (c.want != 0 || status != http.StatusUnauthorized) {
			t.Errorf("%s: %d %v, want %d", c.what, status, err, c.want)
		}
	}
	u.stop(broker)
}

// reissued is another certificate of an authority, with the same key.
func reissued(t *testing.T, authority tls.Certificate) []byte {
	t.Helper()
	next := *authority.Leaf
	next.SerialNumber = big.NewInt(time.Now().UnixNano())
	key, ok := authority.PrivateKey.(*ecdsa.PrivateKey)
	if !ok {
		t.Fatal("the key is another")
	}
	der, err := x509.CreateCertificate(rand.Reader, &next, &next, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	return der
}

func TestAnOpenConnectionIsThatOfACallerOnlyWhileItsAuthorityIsTrusted(t *testing.T) {
	t.Parallel()
	u := newUnit(t)
	in := func(name string) string { return filepath.Join(filepath.Dir(u.config), name) }
	server := identified(t, "broker.internal", in("tls.crt"), in("tls.key"))
	authority, other := identified(t, "authority", in("callers.crt"), in("callers.key")), identified(t, "authority", in("other.crt"), in("other.key"))
	writeFile(t, u.config, fmt.Appendf(nil, "linger = \"0s\"\n[[listen]]\naddress = %q\ntls = true\n[tls]\ncert = \"tls.crt\"\nkey = \"tls.key\"\nclient_ca = \"callers.crt\"\n"+
		"[tls.callers]\n\"worker\" = \"worker\"\n", u.address))
	broker := u.start()
	trusted := x509.NewCertPool()
	trusted.AddCert(server.Leaf)
	worker := issuedBy(t, authority, func(c *x509.Certificate) { c.DNSNames = []string{"worker"} })
	client := &http.Client{Transport: &http.Transport{
		TLSClientConfig: &tls.Config{RootCAs: trusted, ServerName: "broker.internal", Certificates: []tls.Certificate{worker}, MinVersion: tls.VersionTLS12},
	}}
	defer client.CloseIdleConnections()
	opened := 0
	is := func(want int, when string) {
		t.Helper()
		ctx := httptrace.WithClientTrace(t.Context(), &httptrace.ClientTrace{GotConn: func(c httptrace.GotConnInfo) {
			if !c.Reused {
				opened++
			}
		}})
		if err := u.asks(ctx, client, want); err != nil || opened != 1 {
			t.Errorf("%s: %v, %d connections", when, err, opened)
		}
	}
	trust := func(authorities ...[]byte) {
		t.Helper()
		var text []byte
		for _, der := range authorities {
			text = append(text, asPEM(der)...)
		}
		writeFile(t, in("callers.crt"), text)
		if err := broker.Process.Signal(syscall.SIGHUP); err != nil {
			t.Fatal(err)
		}
		u.await("RELOADING=1")
		u.await("READY=1")
	}
	is(http.StatusOK, "at first")
	trust(other.Leaf.Raw, authority.Leaf.Raw)
	is(http.StatusOK, "with another authority beside its own")
	trust(reissued(t, authority))
	is(http.StatusOK, "with another certificate of its authority")
	trust(other.Leaf.Raw)
	is(http.StatusUnauthorized, "without its authority")
	trust(authority.Leaf.Raw)
	is(http.StatusOK, "with it again")
	u.stop(broker)
}

// asks sends GET /token over TLS, and wants a status.
func (u *unit) asks(ctx context.Context, client *http.Client, want int) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "https://"+u.address+"/token", nil)
	if err != nil {
		return err
	}
	resp, err := client.Do(req)
	if err != nil {
		return err
	}
	_, err = io.Copy(io.Discard, resp.Body)
	if err = errors.Join(err, resp.Body.Close()); err == nil && resp.StatusCode != want {
		err = fmt.Errorf("it is answered %d, want %d", resp.StatusCode, want)
	}
	return err
}

// newTokens starts an issuer, whose certificate is in ca, and returns what signs its tokens. It has no keys while down is set.
func newTokens(t *testing.T, ca string, down *atomic.Bool) (address string, token func(repository string) string) {
	t.Helper()
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.ES256, Key: jose.JSONWebKey{Key: private, KeyID: "1"}}, nil)
	if err != nil {
		t.Fatal(err)
	}
	web := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch {
		case down.Load():
			w.WriteHeader(http.StatusBadGateway)
		case r.URL.Path == "/keys":
			_ = json.NewEncoder(w).Encode(jose.JSONWebKeySet{Keys: []jose.JSONWebKey{{Key: private.Public(), KeyID: "1"}}})
		default:
			_ = json.NewEncoder(w).Encode(map[string]any{"issuer": address, "jwks_uri": address + "/keys"})
		}
	}))
	t.Cleanup(web.Close)
	address = web.URL
	writeFile(t, ca, asPEM(web.Certificate().Raw))
	return address, func(repository string) string {
		text, err := json.Marshal(map[string]any{"iss": address, "aud": "broker", "exp": time.Now().Add(time.Minute).Unix(), "repository": repository})
		if err != nil {
			t.Fatal(err)
		}
		jws, err := signer.Sign(text)
		if err != nil {
			t.Fatal(err)
		}
		signed, err := jws.CompactSerialize()
		if err != nil {
			t.Fatal(err)
		}
		return signed
	}
}

func TestAJobIsLetInByItsTokenAndAnIssuerThatIsDownStopsNothing(t *testing.T) {
	t.Parallel()
	u := newUnit(t)
	var down atomic.Bool
	issuer, token := newTokens(t, filepath.Join(filepath.Dir(u.config), "issuer.crt"), &down)
	writeFile(t, u.config, fmt.Appendf(nil, "linger = \"0s\"\n[[listen]]\naddress = %q\n[[oidc]]\nissuer = %q\naudience = [\"broker\"]\nname = \"ci:{repository}\"\nca = \"issuer.crt\"\n"+
		"[oidc.claims]\nrepository = \"acme/*\"\n[[rule]]\ncaller = \"ci:acme/site\"\npath = \"/token\"\n", u.address, issuer))
	status := func(token string) int {
		t.Helper()
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://"+u.address+"/token", nil)
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Authorization", "Bearer "+token)
		resp, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		_ = resp.Body.Close()
		return resp.StatusCode
	}
	broker := u.start()
	for repository, want := range map[string]int{"acme/site": http.StatusOK, "acme/other": http.StatusForbidden, "evil/site": http.StatusUnauthorized} {
		if got := status(token(repository)); got != want {
			t.Errorf("%s: %d, want %d", repository, got, want)
		}
	}
	down.Store(true)
	if err := broker.Process.Signal(syscall.SIGHUP); err != nil {
		t.Fatal(err)
	}
	u.await("RELOADING=1")
	u.await("READY=1")
	if got := status(token("acme/site")); got != http.StatusOK {
		t.Errorf("with keys of before it was read again: %d", got)
	}
	u.stop(broker)
	broker = u.start()
	if got := status(token("acme/site")); got != http.StatusServiceUnavailable {
		t.Errorf("started while the issuer is down: %d", got)
	}
	u.stop(broker)
}
