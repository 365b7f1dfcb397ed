package localtls_test

import (
	"bufio"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/ringcx-go/ringcx/internal/localtls"
)

func trusted(t *testing.T, dir string) *x509.CertPool {
	t.Helper()
	raw, err := os.ReadFile(localtls.CertFile(dir))
	if err != nil {
		t.Fatal(err)
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(raw) {
		t.Fatal("there is no certificate in it")
	}
	return pool
}

func certificate(t *testing.T, dir string, now time.Time, ips ...net.IP) *tls.Certificate {
	t.Helper()
	cert, err := localtls.Certificate(dir, ips, now)
	if err != nil {
		t.Fatal(err)
	}
	return cert
}

func TestACertificateIsGoodForThisMachineAndTheVendorAndNobodyElse(t *testing.T) {
	dir, now := t.TempDir(), time.Now()
	cert := certificate(t, dir, now, net.IPv4(192, 168, 7, 7))
	check := func(name string) error {
		_, err := cert.Leaf.Verify(x509.VerifyOptions{Roots: trusted(t, dir), DNSName: name, CurrentTime: now})
		return err
	}
	for _, name := range []string{
		"localhost", "box.localhost", "127.0.0.1", "::1", "192.168.7.7",
		"platform.ringcentral.com", "ringcx.ringcentral.com", "engage.ringcentral.com",
	} {
		if err := check(name); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	for _, name := range []string{"www.ringcentral.com", "example.com", "192.168.7.8"} {
		if check(name) == nil {
			t.Errorf("it is good for %s", name)
		}
	}
	ca, err := os.ReadFile(localtls.CertFile(dir))
	if err != nil || strings.Contains(string(ca), "PRIVATE KEY") {
		t.Errorf("what clients trust holds a key, or %v", err)
	}
	if runtime.GOOS == "windows" {
		return
	}
	info, err := os.Stat(localtls.KeyFile(dir))
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("mode of the key: %v, %v", info.Mode(), err)
	}
}

func TestEachNameBelowLocalhostHasACertificateThatNamesIt(t *testing.T) {
	dir, now := t.TempDir(), time.Now()
	certificate(t, dir, now)
	named, err := localtls.ForNames(dir, now)
	if err != nil {
		t.Fatal(err)
	}
	for asked, want := range map[string]string{
		"nightly.localhost": "nightly.localhost", "Nightly.LOCALHOST": "nightly.localhost",
		"localhost": "", "a.b.localhost": "", "ringcx.ringcentral.com": "", "example.com": "", "": "",
	} {
		cert, err := named(&tls.ClientHelloInfo{ServerName: asked})
		if err != nil || (cert != nil) != (want != "") {
			t.Errorf("%s: %v, %v", asked, cert, err)
		}
		if cert == nil {
			continue
		}
		_, err = cert.Leaf.Verify(x509.VerifyOptions{Roots: trusted(t, dir), DNSName: want, CurrentTime: now})
		if err != nil || !slices.Equal(cert.Leaf.DNSNames, []string{want}) {
			t.Errorf("%s: for %q, %v", asked, cert.Leaf.DNSNames, err)
		}
	}
}

func TestTheAuthorityStaysUntilItsTimeIsOver(t *testing.T) {
	dir, now := t.TempDir(), time.Now()
	first := certificate(t, dir, now)
	pool := trusted(t, dir)
	later := now.AddDate(8, 0, 0)
	second := certificate(t, dir, later)
	if _, err := second.Leaf.Verify(x509.VerifyOptions{Roots: pool, CurrentTime: later}); err != nil {
		t.Errorf("who trusted it at first does not eight years later: %v", err)
	}
	if first.Leaf.Equal(second.Leaf) {
		t.Error("the certificate was kept")
	}
	end := now.AddDate(11, 0, 0)
	third := certificate(t, dir, end)
	if _, err := third.Leaf.Verify(x509.VerifyOptions{Roots: trusted(t, dir), CurrentTime: end}); err != nil {
		t.Errorf("after eleven years: %v", err)
	}
	if _, err := third.Leaf.Verify(x509.VerifyOptions{Roots: pool, CurrentTime: end}); err == nil {
		t.Error("the authority outlived itself")
	}
}

func TestOfAuthoritiesThatAreMadeTogetherOneStays(t *testing.T) {
	dir := t.TempDir()
	certs := make([]*tls.Certificate, 16)
	var all sync.WaitGroup
	for i := range certs {
		all.Go(func() {
			var err error
			if certs[i], err = localtls.Certificate(dir, nil, time.Now()); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	for _, c := range certs {
		if c == nil {
			t.Fatal("one was not made")
		}
		if _, err := c.Leaf.Verify(x509.VerifyOptions{Roots: trusted(t, dir), DNSName: "localhost"}); err != nil {
			t.Error(err)
		}
	}
	if left, err := filepath.Glob(filepath.Join(dir, ".*")); err != nil || len(left) > 0 {
		t.Errorf("left behind: %q, %v", left, err)
	}
}

func TestAFileThatIsNoAuthorityIsSaidSoAndKept(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(localtls.KeyFile(dir), []byte("something else"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := localtls.Certificate(dir, nil, time.Now()); err == nil || !strings.Contains(err.Error(), localtls.KeyFile(dir)) {
		t.Errorf("error %v", err)
	}
	if raw, err := os.ReadFile(localtls.KeyFile(dir)); err != nil || string(raw) != "something else" {
		t.Errorf("it was changed: %q, %v", raw, err)
	}
}

// serve tells each request how it came.
func serve(t *testing.T) (address, dir string) {
	t.Helper()
	dir = t.TempDir()
	config := &tls.Config{
		Certificates: []tls.Certificate{*certificate(t, dir, time.Now())}, NextProtos: []string{"h2", "http/1.1"}, MinVersion: tls.VersionTLS12,
	}
	below, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ln := localtls.Listener(below, config)
	server := &http.Server{
		ReadHeaderTimeout: time.Minute, TLSConfig: config,
		Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			how := "plain"
			if r.TLS != nil {
				how = "TLS"
			}
			_, _ = io.WriteString(w, how+" "+r.Proto)
		}),
	}
	served := make(chan error, 1)
	go func() { served <- server.Serve(ln) }()
	t.Cleanup(func() {
		_ = server.Close()
		if err := <-served; !errors.Is(err, http.ErrServerClosed) {
			t.Errorf("serving ended with %v", err)
		}
	})
	return below.Addr().String(), dir
}

func TestOnePortSpeaksBothAndASilentConnectionKeepsNobodyWaiting(t *testing.T) {
	address, dir := serve(t)
	silent, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = silent.Close() }()
	for _, c := range []struct {
		url  string
		h2   bool
		want string
	}{
		{"http://" + address, false, "plain HTTP/1.1"},
		{"https://" + address, false, "TLS HTTP/1.1"},
		{"https://" + address, true, "TLS HTTP/2.0"},
	} {
		transport := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: trusted(t, dir), MinVersion: tls.VersionTLS12}, ForceAttemptHTTP2: c.h2}
		resp, err := (&http.Client{Transport: transport}).Get(c.url)
		if err != nil {
			t.Errorf("%s: %v", c.url, err)
			continue
		}
		got, _ := io.ReadAll(resp.Body)
		resp.Body.Close()
		transport.CloseIdleConnections()
		if string(got) != c.want {
			t.Errorf("%s: %s, want %s", c.url, got, c.want)
		}
	}
	if _, err := io.WriteString(silent, "GET / HTTP/1.0\r\n\r\n"); err != nil {
		t.Fatal(err)
	}
	if line, err := bufio.NewReader(silent).ReadString('\n'); err != nil || !strings.Contains(line, "200") {
		t.Errorf("the silent one spoke at last, and heard %q, %v", line, err)
	}
}
