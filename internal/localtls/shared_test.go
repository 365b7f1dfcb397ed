package localtls_test

import (
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"math/big"
	"net"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/ringcx-go/ringcx/internal/localtls"
)

// authorities are the certificates in a file that is trusted.
func authorities(t *testing.T, path string) (out []*x509.Certificate) {
	t.Helper()
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for block, rest := pem.Decode(raw); block != nil; block, rest = pem.Decode(rest) {
		cert, err := x509.ParseCertificate(block.Bytes)
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, cert)
	}
	return out
}

func keys(dir string) (there []string) {
	for _, path := range localtls.KeyFiles(dir) {
		if _, err := os.Stat(path); err == nil {
			there = append(there, path)
		}
	}
	return there
}

func TestASecondServerOfADirectoryLeavesTheFirstTrusted(t *testing.T) {
	dir, now := t.TempDir(), time.Now()
	first := configOf(t, dir, localtls.Server{Hosts: []string{"one"}}, now)
	for what, who := range map[string]localtls.Server{
		"another name":    {Hosts: []string{"two"}},
		"an address":      {IPs: []net.IP{net.IPv4(203, 0, 113, 5)}},
		"networks":        {Private: true},
		"both names":      {Hosts: []string{"one", "two"}},
		"the vendor's":    {Hosts: []string{"three"}, Vendor: true},
		"the same names":  {Hosts: []string{"one"}},
		"none of its own": {},
	} {
		second := configOf(t, dir, who, now)
		for _, name := range []string{"localhost", "one", "a.one", "127.0.0.1"} {
			if err := believes(t, first, localtls.CertFile(dir), name, now); err != nil {
				t.Errorf("%s: the first at %s: %v", what, name, err)
			}
		}
		for _, name := range append(slices.Clone(who.Hosts), "localhost") {
			if err := believes(t, second, localtls.CertFile(dir), name, now); err != nil {
				t.Errorf("%s: the second at %s: %v", what, name, err)
			}
		}
		if who.Vendor {
			if err := believes(t, first, localtls.TrustFile(dir, true), "one", now); err != nil {
				t.Errorf("%s, by the vendor's file: %v", what, err)
			}
		}
	}
	again := configOf(t, dir, localtls.Server{Hosts: []string{"one"}}, now)
	if !slices.Equal(again.Certificates[0].Certificate[1], first.Certificates[0].Certificate[1]) {
		t.Error("started again as it was, the first has another authority, which who has a copy of the first does not trust")
	}
	if believes(t, first, localtls.CertFile(dir), "two", now) == nil {
		t.Error("the first is trusted as two")
	}
}

func TestTheVendorsServerOfBeforeIsTrustedToTheEndOfItsThirtyDays(t *testing.T) {
	dir, now := t.TempDir(), time.Now()
	first := configOf(t, dir, localtls.Server{Vendor: true}, now)
	then := now.Add(29*24*time.Hour + time.Hour)
	second := configOf(t, dir, localtls.Server{Vendor: true}, then)
	for _, config := range []*tls.Config{first, second} {
		if err := believes(t, config, localtls.TrustFile(dir, true), "portal.vacd.biz", then); err != nil {
			t.Error(err)
		}
	}
	later := now.AddDate(0, 0, 31)
	configOf(t, dir, localtls.Server{Vendor: true}, later)
	if believes(t, first, localtls.TrustFile(dir, true), "portal.vacd.biz", later) == nil || len(keys(dir)) != 2 {
		t.Errorf("the first outlived its authority, of which there is %q", keys(dir))
	}
}

func TestADirectoryKeepsFewAuthorities(t *testing.T) {
	dir, now := t.TempDir(), time.Now()
	for i := range 20 {
		then := now.Add(time.Duration(i) * time.Second)
		config := configOf(t, dir, localtls.Server{Hosts: []string{fmt.Sprintf("box-%d", i)}}, then)
		for _, name := range []string{"localhost", fmt.Sprintf("box-%d", i)} {
			if err := believes(t, config, localtls.CertFile(dir), name, then); err != nil {
				t.Fatalf("%d: %v", i, err)
			}
		}
	}
	all := authorities(t, localtls.CertFile(dir))
	if len(all) != 8 || len(keys(dir)) != 8 {
		t.Errorf("%d are trusted, %d keys", len(all), len(keys(dir)))
	}
	config := configOf(t, dir, localtls.Server{Hosts: []string{"box-0", "box-19"}}, now.Add(time.Minute))
	if err := believes(t, config, localtls.CertFile(dir), "box-0", now.Add(time.Minute)); err != nil || len(authorities(t, localtls.CertFile(dir))) != 8 {
		t.Errorf("the newest does not know the names of all before: %v", err)
	}
	for _, path := range keys(dir) {
		if raw, err := os.ReadFile(path); err != nil || !strings.Contains(string(raw), "PRIVATE KEY") {
			t.Errorf("%s holds no key: %v", path, err)
		}
	}
}

func TestNoAuthorityIsForNamesBelowWhichOthersHaveTheirs(t *testing.T) {
	for _, name := range []string{
		"co.uk", "github.io", "s3.amazonaws.com", "google.com", "box.company.com", "sandbox.de", "x.y.zip", "foo.arpa", "test.com", "local.net", "example.com",
		"internal.example.com", "xn--p1ai.com", "a.localhost.com", "sandbox.xn--p1ai", "a.corp", "project_default.com", "net1.de",
	} {
		if localtls.Certifiable(name) {
			t.Errorf("%s is certifiable", name)
		}
		dir := t.TempDir()
		if _, _, err := localtls.Config(dir, localtls.Server{Hosts: []string{name}}, time.Now()); err == nil || len(keys(dir)) > 0 {
			t.Errorf("%s: %v, with the keys %q", name, err, keys(dir))
		}
	}
	for _, name := range []string{"internal", "local", "lan", "home.arpa", "home.arpa.", "LOCAL", "svc", "svc.cluster.local", "uk", "corp", "app", "db"} {
		if spelt, err := localtls.HostName(name); err != nil || localtls.Certifiable(spelt) {
			t.Errorf("%s is no host (%v), or can have a certificate", name, err)
		}
	}
	dir := t.TempDir()
	good := []string{"sandbox", "ring_cx-box", "box.internal", "box.local", "a.b.lan", "box.test", "box.example", "box.home.arpa", "sandbox.ns.svc.cluster.local", "sandbox.ns.svc", "sandbox.project_default", "box.net1"}
	config := configOf(t, dir, localtls.Server{Hosts: good}, time.Now())
	for _, name := range good {
		if err := believes(t, config, localtls.CertFile(dir), name, time.Now()); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestAnAuthorityOfBeforeForAPublicNameIsForgotten(t *testing.T) {
	for _, c := range []struct {
		names []string
		nets  []string
		stays bool
	}{
		{[]string{"localhost", "box"}, []string{"127.0.0.0/8", "::1/128"}, true},
		{[]string{"localhost", "co.uk"}, []string{"127.0.0.0/8", "::1/128"}, false},
		{[]string{"localhost", "internal"}, []string{"127.0.0.0/8", "::1/128"}, false},
		{[]string{"localhost", ".box"}, []string{"127.0.0.0/8", "::1/128"}, false},
		{[]string{"localhost", "www.ringcentral.com"}, []string{"127.0.0.0/8", "::1/128"}, false},
		{[]string{"localhost"}, nil, false}, // for every address
	} {
		dir, now := t.TempDir(), time.Now()
		template := &x509.Certificate{
			SerialNumber: big.NewInt(7), NotBefore: now, NotAfter: now.AddDate(10, 0, 0), IsCA: true, BasicConstraintsValid: true, MaxPathLenZero: true,
			KeyUsage: x509.KeyUsageCertSign, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
			PermittedDNSDomains: c.names, PermittedDNSDomainsCritical: true,
		}
		for _, text := range c.nets {
			_, n, err := net.ParseCIDR(text)
			if err != nil {
				t.Fatal(err)
			}
			template.PermittedIPRanges = append(template.PermittedIPRanges, n)
		}
		left(t, dir, template)
		before := authorities(t, localtls.CertFile(dir))[0]
		configOf(t, dir, localtls.Server{}, now)
		after := authorities(t, localtls.CertFile(dir))
		if len(after) != 1 || after[0].Equal(before) != c.stays || len(keys(dir)) != 1 {
			t.Errorf("%q: stays %t, %d are trusted", c.names, after[0].Equal(before), len(after))
		}
	}
}
