package sandbox_test

import (
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"strings"
	"testing"

	"github.com/ringcx-go/ringcx/sandbox"
)

// Whatever a Host header says, a control plane that answers to it was named, or is at an address, for browsers too.
func FuzzTheNameOfARequest(f *testing.F) {
	for _, host := range []string{
		"localhost:8787", "a.localhost.", "[::1]:80", "127.0.0.1", "box.test", "evil.example", "localhost@evil.example", "[::1]evil.example",
		"::1", "[::1%25.evil.example]", "localhost:80:evil.example", "", ".", "[localhost]", "0.0.0.0:80", "[::]", "[::ffff:7f00:1]", "127.0.0.1.evil.example",
	} {
		f.Add(host)
	}
	s, err := sandbox.New(&sandbox.Options{Hosts: []string{"box.test"}})
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, host string) {
		r := httptest.NewRequest(http.MethodGet, "/console/", nil)
		r.Host = host
		w := httptest.NewRecorder()
		if s.ServeHTTP(w, r); w.Code == http.StatusMisdirectedRequest {
			return
		}
		ip, err := netip.ParseAddr(host)
		if err == nil && ip.Zone() == "" && !ip.IsUnspecified() && !ip.Is4In6() {
			return
		}
		at, err := url.Parse("http://" + host + "/")
		if err != nil {
			t.Fatalf("%q is answered %d, and no browser can come with it: %v", host, w.Code, err)
		}
		name := strings.TrimSuffix(strings.ToLower(at.Hostname()), ".")
		ip, notAnAddress := netip.ParseAddr(name)
		if ip.IsUnspecified() || ip.Is4In6() {
			t.Fatalf("%q is answered %d, and is another address in disguise", host, w.Code)
		}
		if name != "localhost" && name != "box.test" && !strings.HasSuffix(name, ".localhost") && notAnAddress != nil {
			t.Fatalf("%q is answered %d", host, w.Code)
		}
	})
}
