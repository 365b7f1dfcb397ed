package localtls_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"math/big"
	"net"
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

func configOf(t *testing.T, dir string, who localtls.Server, now time.Time) *tls.Config {
	t.Helper()
	config, _, err := localtls.Config(dir, who, now)
	if err != nil {
		t.Fatal(err)
	}
	return config
}

func certificate(t *testing.T, dir string, now time.Time, ips ...net.IP) *tls.Certificate {
	t.Helper()
	return &configOf(t, dir, localtls.Server{IPs: ips}, now).Certificates[0]
}

// served is the certificate that a client gets who asks for a name, as crypto/tls chooses it.
func served(t *testing.T, config *tls.Config, name string) *tls.Certificate {
	t.Helper()
	cert, err := config.GetCertificate(&tls.ClientHelloInfo{ServerName: name})
	if err != nil {
		t.Fatal(err)
	}
	if cert == nil {
		cert = &config.Certificates[0]
	}
	return cert
}

// believes has a client that trusts the certificates in a file connect to a name, and gives what it objects to.
func believes(t *testing.T, config *tls.Config, trust, name string, now time.Time) error {
	t.Helper()
	raw, err := os.ReadFile(trust)
	if err != nil {
		t.Fatal(err)
	}
	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM(raw)
	_, err = served(t, config, name).Leaf.Verify(x509.VerifyOptions{Roots: pool, DNSName: name, CurrentTime: now})
	return err
}

var vendorNames = []string{
	"platform.ringcentral.com", "ringcx.ringcentral.com", "engage.ringcentral.com", "platform.devtest.ringcentral.com",
	"portal.vacd.biz", "portal.virtualacd.biz",
}

func TestACertificateIsGoodForThisMachineAndTheNamesGivenAndNobodyElse(t *testing.T) {
	dir, now := t.TempDir(), time.Now()
	config := configOf(t, dir, localtls.Server{Hosts: []string{"Sandbox", "box.corp.example."}, IPs: []net.IP{net.IPv4(192, 168, 7, 7)}}, now)
	for _, name := range []string{
		"localhost", "box.localhost", "127.0.0.1", "::1", "192.168.7.7", "sandbox", "nightly.sandbox", "box.corp.example", "a.box.corp.example",
	} {
		if err := believes(t, config, localtls.CertFile(dir), name, now); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	for _, name := range append([]string{
		"www.ringcentral.com", "example.com", "corp.example", "192.168.7.8", "8.8.8.8", "otherbox", "a.b.sandbox", "sandbox.example",
	}, vendorNames...) {
		if believes(t, config, localtls.CertFile(dir), name, now) == nil {
			t.Errorf("it is good for %s", name)
		}
	}
	if _, err := os.Stat(localtls.VendorKeyFile(dir)); err == nil {
		t.Error("there is a key for the vendor's names, and nobody asked for them")
	}
}

func TestTheVendorsNamesHaveAnAuthorityOfTheirOwnForThirtyDays(t *testing.T) {
	dir, now := t.TempDir(), time.Now()
	with := localtls.Server{Vendor: true}
	config := configOf(t, dir, with, now)
	for _, name := range append([]string{"localhost"}, vendorNames...) {
		if err := believes(t, config, localtls.TrustFile(dir, true), name, now); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if err := believes(t, config, localtls.CertFile(dir), name, now); (err == nil) != (name == "localhost") {
			t.Errorf("by the ordinary authority, %s: %v", name, err)
		}
	}
	if believes(t, config, localtls.TrustFile(dir, true), "www.ringcentral.com", now) == nil {
		t.Error("it is good for www.ringcentral.com")
	}
	before, err := os.ReadFile(localtls.TrustFile(dir, true))
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		days int
		same bool
	}{{28, true}, {31, false}} {
		then := now.AddDate(0, 0, c.days)
		config, replaced, err := localtls.Config(dir, with, then)
		after, _ := os.ReadFile(localtls.TrustFile(dir, true))
		if err != nil || (string(before) == string(after)) != c.same || (len(replaced) == 0) != c.same {
			t.Errorf("after %d days: %v, another %t, replaced %q", c.days, err, string(before) != string(after), replaced)
			continue
		}
		if err := believes(t, config, localtls.TrustFile(dir, true), "platform.ringcentral.com", then); err != nil {
			t.Errorf("after %d days: %v", c.days, err)
		}
		if end := served(t, config, "platform.ringcentral.com").Leaf.NotAfter; end.After(then.AddDate(0, 0, 31)) {
			t.Errorf("its certificate lives until %v", end)
		}
	}
}

// signedBy has the key in a file sign for anything, as somebody who got hold of it could.
func signedBy(t *testing.T, keyFile, name string) error {
	t.Helper()
	raw, err := os.ReadFile(keyFile)
	if err != nil {
		t.Fatal(err)
	}
	pair, err := tls.X509KeyPair(raw, raw)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}
	if ip := net.ParseIP(name); ip != nil {
		template.IPAddresses = []net.IP{ip}
	} else {
		template.DNSNames = []string{name}
	}
	leaf, err := x509.CreateCertificate(rand.Reader, template, pair.Leaf, pair.Leaf.PublicKey, pair.PrivateKey)
	if err != nil {
		t.Fatal(err)
	}
	cert, err := x509.ParseCertificate(leaf)
	if err != nil {
		t.Fatal(err)
	}
	pool := x509.NewCertPool()
	pool.AddCert(pair.Leaf)
	_, err = cert.Verify(x509.VerifyOptions{Roots: pool, DNSName: name})
	return err
}

func TestAKeyThatGetsLostIsGoodForNothingElse(t *testing.T) {
	dir, open := t.TempDir(), t.TempDir()
	configOf(t, dir, localtls.Server{Hosts: []string{"sandbox"}, IPs: []net.IP{net.IPv4(203, 0, 113, 5), net.IPv4(10, 7, 7, 7)}, Vendor: true}, time.Now())
	configOf(t, open, localtls.Server{Private: true}, time.Now())
	for _, c := range []struct {
		file      string
		good, bad []string
	}{
		{
			localtls.KeyFile(dir),
			[]string{"localhost", "a.b.localhost", "127.0.0.9", "::1", "sandbox", "a.sandbox", "10.7.7.7", "203.0.113.5"},
			append([]string{
				"10.1.2.3", "192.168.1.1", "169.254.169.254", "fd00::1", "fe80::1", "0.0.0.0", "128.0.0.1", "::2",
				"8.8.8.8", "2001:4860:4860::8888", "203.0.113.6", "example.com", "sandbox.example", "com", "172.32.0.1",
			}, vendorNames...),
		},
		{
			localtls.KeyFile(open),
			[]string{"localhost", "127.0.0.9", "10.1.2.3", "172.31.0.1", "192.168.1.1", "fd00::1"},
			append([]string{"8.8.8.8", "172.32.0.1", "192.169.0.1", "11.0.0.1", "2001:4860:4860::8888", "sandbox"}, vendorNames...),
		},
		{
			localtls.VendorKeyFile(dir),
			vendorNames,
			[]string{"localhost", "127.0.0.1", "::1", "10.1.2.3", "8.8.8.8", "sandbox", "www.ringcentral.com", "ringcentral.com", "vacd.biz", "example.com"},
		},
	} {
		for _, name := range c.good {
			if err := signedBy(t, c.file, name); err != nil {
				t.Errorf("%s, %s: %v", filepath.Base(c.file), name, err)
			}
		}
		for _, name := range c.bad {
			if signedBy(t, c.file, name) == nil {
				t.Errorf("%s can sign for %s", filepath.Base(c.file), name)
			}
		}
	}
}

func TestCertificatesAreForEverybodyAndKeysForTheirOwner(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("modes say nothing there")
	}
	dir := filepath.Join(t.TempDir(), "new", "ca")
	undo := umask(0o077)
	config, _, err := localtls.Config(dir, localtls.Server{Vendor: true}, time.Now())
	undo()
	if err != nil || config == nil {
		t.Fatal(err)
	}
	for path, want := range map[string]os.FileMode{
		dir: 0o755, localtls.CertFile(dir): 0o644, localtls.TrustFile(dir, true): 0o644, localtls.KeyFile(dir): 0o600, localtls.VendorKeyFile(dir): 0o600,
	} {
		info, err := os.Stat(path)
		if err != nil || info.Mode().Perm() != want {
			t.Errorf("%s: %v, %v, want %o", path, info.Mode(), err, want)
		}
		if raw, _ := os.ReadFile(path); want == 0o644 && strings.Contains(string(raw), "PRIVATE KEY") {
			t.Errorf("%s holds a key", path)
		}
	}
}

// older makes the authority of an earlier version: for ten years, with the vendor's names and any address.
func older(t *testing.T, dir string, now time.Time) {
	t.Helper()
	left(t, dir, &x509.Certificate{
		SerialNumber: big.NewInt(7), NotBefore: now, NotAfter: now.AddDate(10, 0, 0), IsCA: true, BasicConstraintsValid: true, MaxPathLenZero: true,
		KeyUsage: x509.KeyUsageCertSign, PermittedDNSDomains: []string{"localhost", "ringcentral.com"}, PermittedDNSDomainsCritical: true,
	})
}

// left makes an authority as somebody else left it in a directory.
func left(t *testing.T, dir string, template *x509.Certificate) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	cert, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	private, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	public := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: cert})
	err = errors.Join(
		os.WriteFile(localtls.CertFile(dir), public, 0o600),
		os.WriteFile(localtls.KeyFile(dir), append(public, pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: private})...), 0o600),
	)
	if err != nil {
		t.Fatal(err)
	}
}

func TestAnAuthorityThatMaySignForMoreOrTooLittleIsNotTheLastAndThatIsSaid(t *testing.T) {
	dir, now := t.TempDir(), time.Now()
	older(t, dir, now)
	for _, c := range []struct {
		what     string
		who      localtls.Server
		replaced bool
	}{
		{"the one of an earlier version", localtls.Server{}, true},
		{"the same again", localtls.Server{}, false},
		{"a new name", localtls.Server{Hosts: []string{"sandbox"}}, true},
		{"another new name", localtls.Server{Hosts: []string{"box"}}, true},
		{"the first name, which it kept", localtls.Server{Hosts: []string{"sandbox"}}, false},
		{"no name", localtls.Server{}, false},
		{"private networks", localtls.Server{Private: true}, true},
		{"no private networks", localtls.Server{}, false},
		{"a private address", localtls.Server{IPs: []net.IP{net.IPv4(10, 1, 2, 3)}}, false},
		{"a public address", localtls.Server{IPs: []net.IP{net.IPv4(203, 0, 113, 5)}}, true},
		{"another public address", localtls.Server{IPs: []net.IP{net.ParseIP("2001:db8::5")}}, true},
		{"the first public address, which it kept", localtls.Server{IPs: []net.IP{net.IPv4(203, 0, 113, 5)}}, false},
		{"private networks, which it kept", localtls.Server{Private: true}, false},
		{"the vendor's names, of which there was no authority", localtls.Server{Vendor: true}, false},
	} {
		config, replaced, err := localtls.Config(dir, c.who, now)
		if err != nil || (len(replaced) == 1) != c.replaced {
			t.Fatalf("%s: replaced %q, %v", c.what, replaced, err)
		}
		if err := believes(t, config, localtls.CertFile(dir), "localhost", now); err != nil {
			t.Errorf("%s: %v", c.what, err)
		}
		for _, path := range localtls.KeyFiles(dir) {
			if _, err := os.Stat(path); err == nil && strings.HasPrefix(filepath.Base(path), "authority") && signedBy(t, path, "platform.ringcentral.com") == nil {
				t.Errorf("%s: %s is good for the vendor", c.what, path)
			}
		}
	}
}

func TestEachNameBelowAHostHasACertificateThatNamesIt(t *testing.T) {
	dir, now := t.TempDir(), time.Now()
	config := configOf(t, dir, localtls.Server{Hosts: []string{"sandbox"}, Vendor: true}, now)
	for asked, want := range map[string]string{
		"nightly.localhost": "nightly.localhost", "Nightly.LOCALHOST": "nightly.localhost", "nightly.sandbox": "nightly.sandbox", "n.localhost.": "n.localhost",
		"localhost": "", "sandbox": "", "a.b.localhost": "", "example.com": "", "": "", ".localhost": "", "a b.localhost": "", "x.platform.ringcentral.com": "",
	} {
		cert, err := config.GetCertificate(&tls.ClientHelloInfo{ServerName: asked})
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
	older(t, dir, time.Now()) // which all of them find
	certs := make([]*tls.Certificate, 16)
	var all sync.WaitGroup
	for i := range certs {
		all.Go(func() {
			config, _, err := localtls.Config(dir, localtls.Server{}, time.Now())
			if err != nil {
				t.Error(err)
				return
			}
			certs[i] = &config.Certificates[0]
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
	if _, _, err := localtls.Config(dir, localtls.Server{}, time.Now()); err == nil || !strings.Contains(err.Error(), localtls.KeyFile(dir)) {
		t.Errorf("error %v", err)
	}
	if raw, err := os.ReadFile(localtls.KeyFile(dir)); err != nil || string(raw) != "something else" {
		t.Errorf("it was changed: %q, %v", raw, err)
	}
}
