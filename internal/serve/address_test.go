package serve_test

import (
	"fmt"
	"net"
	"strings"
	"testing"

	"github.com/ringcx-go/ringcx/internal/serve"
)

func TestNoAddressButTheSandboxsOwnIsBelieved(t *testing.T) {
	const here = "http://127.0.0.1:8787"
	for _, c := range []struct{ base, answer, want string }{
		{here, "http://127.0.0.1:9999", "http://127.0.0.1:9999"},
		{here, "http://127.0.0.1:9999/", "http://127.0.0.1:9999"},
		{here, "http://127.0.0.1:8787/_ns/n", "http://127.0.0.1:8787/_ns/n"},
		{here, "http://localhost:9999", "http://localhost:9999"},
		{here, "http://n.localhost:8787", "http://n.localhost:8787"},
		{"http://[::1]:8787", "http://[::1]:9999", "http://[::1]:9999"},
		{"http://LOCALHOST:8787", "http://127.0.0.1:9999", "http://127.0.0.1:9999"},
		{"http://localhost.:8787", "http://127.0.0.1:9999", "http://127.0.0.1:9999"},
		{"http://x.localhost:8787", "http://127.0.0.1:9999", "http://127.0.0.1:9999"},
		{"http://127.9.9.9:8787", "http://127.0.0.1:9999", "http://127.0.0.1:9999"},
		{"http://127.9.9.9:8787", "http://127.9.9.8:9999", ""},
		{"http://127.0.0.1.:8787", "http://127.0.0.1:9999", ""},
		{"https://Sandbox:8787", "https://127.0.0.1:9999", ""},
		{"https://Sandbox:8787", "https://sandbox:9999", "https://sandbox:9999"},
		{"https://sandbox:8787", "https://n.sandbox:8787", "https://n.sandbox:8787"},
	} {
		if got := serve.NamespaceAddress(c.base, c.answer, "n"); got != c.want {
			t.Errorf("%s at %s: %q, want %q", c.answer, c.base, got, c.want)
		}
	}
	for _, answer := range []string{
		"", "'; touch PWNED; echo '", "http://127.0.0.1:9999/'; touch PWNED; echo '", "http://127.0.0.1:9999/$(touch PWNED)", "http://evil.example",
		"http://127.0.0.1.evil.example:8787", "http://127.0.0.1@evil.example/", "http://evil.example@127.0.0.1:9999", "http://:x@127.0.0.1:9999",
		"https://127.0.0.1:9999", "HTTP://evil.example", "ftp://127.0.0.1:9999", "//127.0.0.1:9999", "127.0.0.1:9999", "/_ns/n", "http:127.0.0.1:9999",
		"http://127.0.0.1:9999?x", "http://127.0.0.1:9999?", "http://127.0.0.1:9999#x", "http://127.0.0.1:9999#", "http://127.0.0.1:9999/_ns/other",
		"http://127.0.0.1:9999/_ns/n/..", "http://127.0.0.1:9999/%5fns/n", "http://127.0.0.1:9999/restapi", "http://127.0.0.1:0", "http://127.0.0.1:65536",
		"http://127.0.0.1:99\n99", "http://127.0.0.1:+80", "http://other.localhost:8787", "http://n.localhost.evil.example", "http://n.evil.localhost:1",
		"http://127.0.0.1.:9999", "http://2130706433:9999", "http://127.1:9999", "http://0x7f.1:9999", "http://127.0.0.2:1", "http://0.0.0.0:1",
		"http://[::ffff:127.0.0.1]:9999", "http://[::1%25lo]:9999", "http://\u2024127.0.0.1:1", "http://ⓛocalhost:1", "http://127.0.0.1:9999\\@evil.example",
		" http://127.0.0.1:9999", "http://127.0.0.1:9999 ", "javascript:alert(1)", "http://127.0.0.1:9999//evil.example",
	} {
		if got := serve.NamespaceAddress(here, answer, "n"); got != "" {
			t.Errorf("%q is believed: %q", answer, got)
		}
	}
	if got := serve.NamespaceAddress(here, "http://127.0.0.1:1/_ns/n/../x", "n/../x"); got != "" {
		t.Errorf("a path is believed as a name: %q", got)
	}
	if got := serve.NamespaceAddress("https://sandbox:1", "https://box:1", "n"); got != "" {
		t.Errorf("another name of a network is believed: %q", got)
	}
}

func FuzzAnAddressThatIsBelievedIsOfTheHostAsked(f *testing.F) {
	f.Add("http://127.0.0.1:9999/_ns/n")
	f.Add("http://127.0.0.1@evil.example:80/'")
	f.Fuzz(func(t *testing.T, answer string) {
		got := serve.NamespaceAddress("http://127.0.0.1:8787", answer, "n")
		if got == "" {
			return
		}
		rest, ok := strings.CutPrefix(got, "http://")
		rest = strings.TrimSuffix(rest, "/_ns/n")
		host, port, err := net.SplitHostPort(rest)
		if err != nil {
			host, port = rest, "80"
		}
		if !ok || strings.Trim(port, "0123456789") != "" || host != "127.0.0.1" && host != "localhost" && host != "n.localhost" && strings.Trim(host, "[]") != "::1" {
			t.Errorf("%q became %q", answer, got)
		}
	})
}

func TestASandboxIsReachedAtAnAddressThatLeadsToIt(t *testing.T) {
	for host, want := range map[string]string{
		"": "127.0.0.1", "0.0.0.0": "127.0.0.1", "::": "127.0.0.1", "0:0::0": "127.0.0.1", "::%lo": "127.0.0.1", "::ffff:0.0.0.0": "127.0.0.1",
		"127.0.0.1": "127.0.0.1", "::1": "::1", "0:0::1": "::1", "::1%lo": "::1", "::ffff:127.0.0.1": "127.0.0.1", "::ffff:192.0.2.1": "192.0.2.1",
		"192.0.2.1": "192.0.2.1", "fe80::1%eth0": "fe80::1%eth0", "sandbox": "sandbox", "LOCALHOST": "LOCALHOST",
	} {
		if got := serve.Reachable(host); got != want {
			t.Errorf("%q: %q, want %q", host, got, want)
		}
	}
}

func TestThePasswordTravelsInClearOnThisMachineOrWhereTheUserAllowsIt(t *testing.T) {
	for _, c := range []struct {
		address, allowed string
		may, said        bool
	}{
		{"http://127.0.0.1:8787", "", true, false},
		{"http://127.9.9.9:8787", "", true, false},
		{"http://[::1]:8787", "", true, false},
		{"http://[::ffff:127.0.0.1]:8787", "", true, false},
		{"http://LOCALHOST:8787", "", true, false},
		{"http://nightly.localhost:8787", "", true, false},
		{"https://sandbox:8787", "", true, false},
		{"https://192.0.2.1:8787", "", true, false},
		{"http://sandbox:8787", "sandbox", true, true},
		{"http://SANDBOX:8787", "sandbox", true, true},
		{"http://192.0.2.1:8787", "192.0.2.1", true, true},
		{"http://sandbox:8787", "", false, false},
		{"http://192.0.2.1:8787", "", false, false},
		{"http://[fe80::1%25eth0]:8787", "", false, false},
		{"http://sandbox:8787", "other", false, false},
		{"http://nightly.sandbox:8787", "sandbox", false, false},
		{"http://sandbox.example:8787", "sandbox", false, false},
		{"http://sandbox:8787", "sandbox:8787", false, false},
		{"http://sandbox.:8787", "sandbox", false, false},
		{"http://localhost.example:8787", "", false, false},
		{"http://127.0.0.1.example:8787", "", false, false},
		{"http://xlocalhost:8787", "", false, false},
		{"http://2130706433:8787", "", false, false},
		{"http://0x7f.1:8787", "", false, false},
		{"http://0.0.0.0:8787", "", false, false},
		{"http://localhost.:8787", "", true, false},
		{"http://X.Localhost.:8787", "", true, false},
		{"http://[::1%25lo]:8787", "", true, false},
		{"http://127.0.0.1.:8787", "", false, false},
	} {
		var said strings.Builder
		tell := func(format string, values ...any) { fmt.Fprintf(&said, format, values...) }
		err := serve.MaySendPassword(&serve.Request{AllowHTTP: c.allowed, Tell: tell}, c.address)
		if (err == nil) != c.may || strings.Contains(said.String(), "travels in clear") != c.said {
			t.Errorf("%s, %q allowed: %v, said %q", c.address, c.allowed, err, said.String())
		}
	}
}
