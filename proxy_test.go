package ringcx_test

import (
	"crypto/x509"
	"errors"
	"net"
	"net/url"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/ringcx-go/ringcx"
)

func from(variables map[string]string) func(string) string {
	return func(name string) string { return variables[name] }
}

func TestAVariableThatNamesNoProxyIsToldWithoutWhatItHolds(t *testing.T) {
	for value, want := range map[string]string{
		"http://proxy.example:3128":                 "",
		"https://proxy.example":                     "",
		"socks5://127.0.0.1:1080":                   "",
		"proxy.example:3128":                        "",
		"10.0.0.1:3128":                             "",
		"proxy":                                     "",
		"http://u:p%40canary@proxy.example:3128":    "",
		"http://u:p@canary@proxy.example:3128":      "",
		"http://CORP%5Cu:canary@proxy.example:3128": "",
		"http://прокси.example:3128":                "",
		"http://my_proxy:3128":                      "",
		"http://u:canary%zz@proxy.example:3128":     "percent-encoded",
		"http://u:can/ary@proxy.example:3128":       "percent-encoded",
		"http://u:can#ary@proxy.example:3128":       "percent-encoded",
		"http://u:can?ary@proxy.example:3128":       "percent-encoded",
		`http://CORP\u:canary@proxy.example:3128`:   "percent-encoded",
		"http://u:1234#canary@proxy.example":        "percent-encoded",
		"http://u:cänary@proxy.example":             "percent-encoded",
		"u:can#ary@proxy.example:3128":              "percent-encoded",
		"http://u:can ary@proxy.example:3128":       "space",
		"http://proxy.example:3128\r":               "line break",
		" http://proxy.example:3128":                "space",
		`"http://u:canary@proxy.example:3128"`:      "quotation marks",
		"socks4://u:canary@proxy.example:1080":      "(socks4)",
		"ftp://u:canary@proxy.example":              "(ftp)",
		"htp://proxy.example":                       "(htp)",
		"u:canary://x@proxy.example":                "scheme that cannot be used",
		"http:/proxy.example:3128":                  "lacks the ://",
		"//proxy.example:3128":                      "lacks the ://",
		"http://":                                   "names no host",
		"http://:3128":                              "names no host",
		"http://u:canary@":                          "names no host",
		"http://u:canary@:3128":                     "names no host",
		"http://proxy.example:port":                 "port that is none",
		"http://u:canary@proxy.example:99999":       "port that is none",
		"http://proxy.example:0":                    "port that is none",
		"http://proxy.example:-1":                   "port that is none",
		"http://::1:3128":                           "square brackets",
		"http://[::1:3128":                          "square brackets",
		"http://[proxy.example]:3128":               "square brackets",
		"http://proxy.example:3128/proxy.pac":       "PAC",
		"http://proxy.example:3128/path":            "more behind",
		"http://a:1,http://b:2":                     "one proxy",
		"http=a:1;https=b:2":                        "one proxy",
		"%":                                         "cannot be one",
	} {
		for _, name := range []string{"HTTPS_PROXY", "https_proxy", "HTTP_PROXY"} {
			got := strings.Join(ringcx.ProxyProblems(from(map[string]string{name: value})), "\n")
			if (got == "") != (want == "") || !strings.Contains(got, want) || want != "" && !strings.HasPrefix(got, name+" ") {
				t.Errorf("%s=%q: %q, want %q", name, value, got, want)
			}
			if strings.Contains(got, "can") && strings.Contains(got, "ary") && strings.Contains(got, "canary") || strings.Contains(got, "1234") {
				t.Errorf("%s=%q tells the password: %q", name, value, got)
			}
		}
	}
}

func TestEntriesOfNoProxyThatMatchNothingAreTold(t *testing.T) {
	for entry, want := range map[string]string{
		"*": "", "": "", " , ": "", ".example.com": "", "example.com": "", "*.example.com": "", "10.0.0.0/8": "", "fd00::/8": "", "::1": "", "10.1.2.3": "",
		"example.com:443": "", "[::1]:443": "", " a.example , b.example ": "", "localhost,127.0.0.1": "",
		"a.example b.example":        "commas",
		"a.example;b.example":        "commas",
		"https://a.example":          "scheme",
		"https://u:canary@a.example": "scheme",
		"a.example/path":             "slash",
		"*a.example":                 "star",
		"a.*.example":                "star",
		"10.0.*":                     "star",
		"[::1]":                      "brackets",
		"a.example:8443":             "that port alone",
		"a.example:x":                "port that is none",
		"a.example:":                 "port that is none",
		".":                          "not the name",
		"10.0.0":                     "not the name",
		"<local>":                    "not the name",
	} {
		got := strings.Join(ringcx.ProxyProblems(from(map[string]string{"no_proxy": entry})), "\n")
		if (got == "") != (want == "") || !strings.Contains(got, want) || strings.Contains(got, "canary") {
			t.Errorf("%q: %q, want %q", entry, got, want)
		}
	}
	if got := ringcx.ProxyProblems(from(map[string]string{"NO_PROXY": strings.Repeat("*a,", 100)})); len(got) != 3 {
		t.Errorf("it tells %d", len(got))
	}
	if got := ringcx.ProxyProblems(from(map[string]string{"ALL_PROXY": "x", "HTTPS_PROXY": "x"})); got != nil {
		t.Errorf("HTTPS_PROXY is there: %q", got)
	}
	if got := ringcx.ProxyProblems(from(map[string]string{"ALL_PROXY": "socks5://u:canary@x"})); len(got) != 1 || strings.Contains(got[0], "canary") {
		t.Errorf("ALL_PROXY alone: %q", got)
	}
}

func TestVariablesThatLeadNoRequestToAProxyAreInTheHintOfItsFailure(t *testing.T) {
	refused := &net.OpError{Op: "dial", Err: syscall.ECONNREFUSED}
	for name, c := range map[string]struct {
		variables map[string]string
		want      string
	}{
		"none":                 {nil, "check the network and the host"},
		"a broken one":         {map[string]string{"HTTPS_PROXY": "http://u:can#ary@h"}, "HTTPS_PROXY has a user or a password"},
		"in small letters":     {map[string]string{"https_proxy": "http://h:port"}, "https_proxy has a port"},
		"another's":            {map[string]string{"HTTP_PROXY": "http://h:1"}, "set HTTPS_PROXY if"},
		"of all":               {map[string]string{"ALL_PROXY": "http://h:1"}, "ALL_PROXY is not read"},
		"and an exception":     {map[string]string{"HTTPS_PROXY": "http://h:1", "NO_PROXY": "*"}, "NO_PROXY has the host reached without the proxy of HTTPS_PROXY"},
		"a broken one of http": {map[string]string{"HTTP_PROXY": "http://h:port"}, "HTTP_PROXY is for http://"},
	} {
		_, _, hint := ringcx.CauseOf(refused, "vendor.example", nil, time.Now(), 0, c.variables)
		if !strings.Contains(hint, c.want) || strings.Contains(hint, "ary@") {
			t.Errorf("%s: %q, want %q", name, hint, c.want)
		}
	}
}

func TestAProxyIsNamedByItsVariable(t *testing.T) {
	good := map[string]string{"https_proxy": "http://u:canary@proxy.example:1"}
	for name, c := range map[string]struct {
		err            error
		variables      map[string]string
		id, text, hint string
	}{
		"unreachable":   {&net.OpError{Op: "proxyconnect", Err: &net.OpError{Op: "dial", Err: syscall.ECONNREFUSED}}, good, "proxy-unreachable", "the proxy proxy.example:1, which https_proxy names, cannot be reached: connection refused", "unset https_proxy"},
		"nowhere":       {&net.OpError{Op: "proxyconnect", Err: &net.OpError{Op: "dial", Err: &net.DNSError{Err: "no such host", Name: "proxy.example", IsNotFound: true}}}, good, "proxy-unreachable", "no such host", "check https_proxy"},
		"a login":       {errors.New("Proxy Authentication Required"), good, "proxy-auth", "refuses the user and the password of https_proxy", "percent-encoded"},
		"an entry":      {errors.New("Forbidden"), map[string]string{"https_proxy": "http://p:1", "NO_PROXY": "*vendor.example"}, "proxy-refused", "Forbidden", `NO_PROXY has "*vendor.example"`},
		"a scheme":      {errors.New("EOF"), map[string]string{"HTTPS_PROXY": "socks4://u:canary@p:1"}, "proxy-unreadable", "HTTPS_PROXY begins with a scheme (socks4)", "http://host:port"},
		"a certificate": {x509.UnknownAuthorityError{}, good, "tls-untrusted", "trusts, by way of the proxy proxy.example:1", "company proxy"},
	} {
		proxy := &url.URL{Scheme: "http", User: url.UserPassword("u", "canary"), Host: "proxy.example:1"}
		id, text, hint := ringcx.CauseOf(c.err, "vendor.example", proxy, time.Now(), 0, c.variables)
		if id != c.id || !strings.Contains(text, c.text) || !strings.Contains(hint, c.hint) || strings.Contains(text+hint, "canary") {
			t.Errorf("%s: %s %q, hint %q", name, id, text, hint)
		}
	}
	parts := &url.URL{Scheme: "http", Host: "u:1234", Fragment: "canary@proxy.example"}
	id, text, hint := ringcx.CauseOf(&net.OpError{Op: "proxyconnect", Err: &net.OpError{Op: "dial", Addr: &net.TCPAddr{Port: 1234}, Err: errors.New("u:1234 canary")}}, "vendor.example", parts, time.Now(), 0,
		map[string]string{"HTTPS_PROXY": "http://u:1234#canary@proxy.example"})
	if id != "proxy-unreadable" || strings.Contains(text+hint, "1234") || strings.Contains(text+hint, "canary") {
		t.Errorf("parts of a password: %s %q %q", id, text, hint)
	}
}

func TestNamesAndWaysThatLeadNowhereAreToldApart(t *testing.T) {
	for name, c := range map[string]struct {
		err            error
		id, text, hint string
	}{
		"no such host":     {&net.DNSError{Err: "no such host", IsNotFound: true}, "dns", "no such host", "name is unknown"},
		"a failing server": {&net.DNSError{Err: "server misbehaving", IsTemporary: true}, "dns", "the name server failed", "name server"},
		"a silent one":     {&net.DNSError{Err: "i/o timeout", IsTimeout: true}, "dns", "did not answer in time", "name server"},
		"no network":       {&net.DNSError{Err: "dial udp 10.0.0.1:53: connect: network is unreachable"}, "dns", "no name server can be reached", "online"},
		"no resolver":      {&net.DNSError{Err: "read udp 127.0.0.1:53: read: connection refused"}, "dns", "no name server listens", "online"},
		"refused":          {&net.OpError{Op: "dial", Err: syscall.ECONNREFUSED}, "tcp", "connection refused", "check the network and the host"},
		"no IPv4":          {&net.OpError{Op: "dial", Addr: &net.TCPAddr{IP: net.IPv4(1, 2, 3, 4)}, Err: syscall.ENETUNREACH}, "tcp", "(over IPv4)", "of the other kind"},
		"no IPv6":          {&net.OpError{Op: "dial", Addr: &net.TCPAddr{IP: net.ParseIP("2001:db8::1")}, Err: syscall.ENETUNREACH}, "tcp", "(over IPv6)", "of the other kind"},
		"no address":       {&net.AddrError{Err: "no suitable address", Addr: "x"}, "tcp", "no suitable address", "IPv6 only"},
		"forbidden":        {&net.OpError{Op: "dial", Err: syscall.EPERM}, "tcp", "not permitted", "firewall"},
		"too many files":   {&net.OpError{Op: "dial", Err: syscall.EMFILE}, "tcp", "too many open files", "ulimit"},
		"reset":            {&net.OpError{Op: "read", Err: syscall.ECONNRESET}, "cut-off", "reset by peer", "nothing stored was lost"},
		"on Windows":       {&net.OpError{Op: "dial", Err: syscall.Errno(10061)}, "tcp", "connection refused", "check the network"},
	} {
		id, text, hint := ringcx.CauseOf(c.err, "vendor.example", nil, time.Now(), 0, nil)
		if id != c.id || !strings.Contains(text, c.text) || !strings.Contains(hint, c.hint) {
			t.Errorf("%s: %s %q, hint %q", name, id, text, hint)
		}
	}
}

func TestAClockThatTheVendorDoesNotAgreeWithIsTold(t *testing.T) {
	now := time.Date(2030, 1, 10, 0, 0, 0, 0, time.UTC)
	cert := &x509.Certificate{NotBefore: now.Add(-48 * time.Hour), NotAfter: now.Add(-24 * time.Hour)}
	err := x509.CertificateInvalidError{Cert: cert, Reason: x509.Expired}
	if _, _, hint := ringcx.CauseOf(err, "h", nil, now, -72*time.Hour, nil); !strings.Contains(hint, "set the clock of this machine: it is 3 days ahead") {
		t.Errorf("ahead: %q", hint)
	}
	if _, _, hint := ringcx.CauseOf(err, "h", nil, now.Add(-72*time.Hour), 72*time.Hour, nil); !strings.Contains(hint, "it is 3 days behind") {
		t.Errorf("behind: %q", hint)
	}
	if _, _, hint := ringcx.CauseOf(err, "h", nil, now, 0, nil); strings.Contains(hint, "ahead") {
		t.Errorf("unknown: %q", hint)
	}
}

// What package net/http cannot read it passes over, so it has to be told; and nothing of a value is told but its scheme.
func FuzzProxyVariables(f *testing.F) {
	for _, seed := range []string{"http://u:hunter22@h:1", "http://u:hun#ter22@h", "::", "http://[", "http://h:1/hunter22", "socks4://h", "\"x\"", "http://\x00", "%\x80"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, value string) {
		got := strings.Join(ringcx.ProxyProblems(from(map[string]string{"HTTPS_PROXY": value})), "")
		_, err := url.Parse(value)
		_, again := url.Parse("http://" + value)
		if err != nil && again != nil && value != "" && got == "" {
			t.Errorf("%q cannot be read, and nothing is told", value)
		}
		if strings.Contains(value, "hunter22") && strings.Contains(got, "hunter22") {
			t.Errorf("%q is told: %s", value, got)
		}
	})
}
