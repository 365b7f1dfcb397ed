package ringcx_test

import (
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/ringcx-go/ringcx"
)

// recorder is a RoundTripper that remembers the token of the last request.
type recorder struct{ token string }

func (r *recorder) RoundTrip(req *http.Request) (*http.Response, error) {
	r.token = req.Header.Get("Authorization") + req.Header.Get("X-Auth-Token")
	return &http.Response{StatusCode: http.StatusOK, Body: http.NoBody, Request: req}, nil
}

// ask sends a request through t, and tells whether it was signed and what was wrong.
func ask(t *testing.T, transport *ringcx.Transport, address string) (signed bool, err error) {
	t.Helper()
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	r := &recorder{}
	transport.Base = r
	resp, err := transport.RoundTrip((&http.Request{Method: http.MethodPost, URL: u, Header: http.Header{}, Body: io.NopCloser(strings.NewReader("body"))}).WithContext(t.Context()))
	if err == nil {
		_ = resp.Body.Close()
	}
	return r.token != "", err
}

func TestATokenGoesToTheOriginHoweverItIsWritten(t *testing.T) {
	for _, host := range []string{
		"ringcx.ringcentral.com", "RingCX.RingCentral.com", "ringcx.ringcentral.com:443", "ringcx.ringcentral.com/", "https://ringcx.ringcentral.com",
		"https://ringcx.ringcentral.com/", "https://RINGCX.ringcentral.com:443", "HTTPS://ringcx.ringcentral.com:443/", "https://ringcx.ringcentral.com:",
	} {
		for address, want := range map[string]bool{
			"https://ringcx.ringcentral.com/x": true, "https://RINGCX.RINGCENTRAL.COM/x": true, "https://ringcx.ringcentral.com:443/x": true,
			"https://ringcx.ringcentral.com:/x": true, "https://me@ringcx.ringcentral.com/": true,
			// Other hosts, whatever they look like.
			"https://ringcx.ringcentral.com./x": false, "https://ringcx.ringcentral.com:80/x": false, "https://ringcx.ringcentral.com:8443/x": false,
			"https://ringcx.ringcentral.com.evil.example/": false, "https://evil.example/ringcx.ringcentral.com": false, "https://ringcentral.com/": false,
			"https://xringcx.ringcentral.com/": false, "https://ringcx.ringcentral.com@evil.example/": false, "https://ringcx.ringcentral.com%E3%80%82/": false,
			"https://r\u0130ngcx.ringcentral.com/": false, "https://\uff52ingcx.ringcentral.com/": false, "https://evil.example/?https://ringcx.ringcentral.com": false,
			"http://ringcx.ringcentral.com:8080/": false, "https://evil.example#@ringcx.ringcentral.com": false,
		} {
			if got, err := ask(t, &ringcx.Transport{Source: &numbered{}, Host: host}, address); got != want || err != nil {
				t.Errorf("Host %q, %s: signed %v, %v", host, address, got, err)
			}
		}
		if got, err := ask(t, &ringcx.Transport{Source: &numbered{}, Host: host}, "http://"+strings.TrimSuffix(strings.TrimPrefix(strings.ToLower(host), "https://"), "/")); got || err == nil {
			t.Errorf("Host %q without TLS: signed %v, %v", host, got, err)
		}
	}
}

func TestPortsAndSchemesOfThisMachineAreOriginsToo(t *testing.T) {
	for _, c := range []struct {
		host, address string
		want          bool
	}{
		{"127.0.0.1:8787", "http://127.0.0.1:8787/x", true},
		{"127.0.0.1:8787", "https://127.0.0.1:8787/x", true},
		{"127.0.0.1:8787", "http://127.0.0.1:8788/x", false},
		{"127.0.0.1:8787", "http://localhost:8787/x", false},
		{"localhost", "http://LOCALHOST:80/x", true},
		{"localhost", "http://localhost:443/x", false},
		{"localhost:443", "http://localhost:443/x", true},
		{"http://[::1]:8787/", "http://[::1]:8787/x", true},
		{"http://[::1]:8787/", "https://[::1]:8787/x", false},
		{"http://localhost", "http://localhost/x", true},
		{"http://localhost", "https://localhost/x", false},
		{"https://localhost", "https://localhost:443/x", true},
		{"https://localhost", "http://localhost:443/x", false},
	} {
		if got, err := ask(t, &ringcx.Transport{Source: &numbered{}, Host: c.host}, c.address); got != c.want || err != nil {
			t.Errorf("Host %q, %s: signed %v, %v", c.host, c.address, got, err)
		}
	}
	if got, err := ask(t, &ringcx.Transport{Source: &numbered{}, Host: "https://localhost"}, "http://localhost/x"); got || err == nil {
		t.Errorf("a token for https went over http: %v", err)
	}
}

func TestAHostThatCannotBeUnderstoodIsAnErrorOfTheFirstRequest(t *testing.T) {
	for _, host := range []string{
		"", " ", "https://", "ftp://ringcx.ringcentral.com", "https://ringcx.ringcentral.com/voice", "https://u:p@ringcx.ringcentral.com", "http://ringcx.ringcentral.com",
		"//ringcx.ringcentral.com", "ringcx.ringcentral.com/voice", "ringcx.ringcentral.com#", "ringcx.ringcentral.com?", "::1", "https://[::", "ring cx", "https:ringcx.ringcentral.com",
		"https:\\\\ringcx.ringcentral.com", ":443", "x://localhost", "u@ringcx.ringcentral.com",
	} {
		for _, address := range []string{"https://ringcx.ringcentral.com/x", "https://other.example/x"} {
			if signed, err := ask(t, &ringcx.Transport{Source: &numbered{}, Host: host}, address); signed || err == nil || strings.Contains(err.Error(), "u:p") {
				t.Errorf("Host %q: signed %v, %v", host, signed, err)
			}
		}
	}
	if _, err := ask(t, &ringcx.Transport{Host: "ringcx.ringcentral.com"}, "https://ringcx.ringcentral.com/x"); err == nil {
		t.Error("a Transport without a Source signs nothing and says nothing")
	}
	if signed, err := ask(t, &ringcx.Transport{}, "https://ringcx.ringcentral.com/x"); signed || err != nil {
		t.Errorf("a Transport that is not to sign: %v", err)
	}
	client := (&ringcx.Config{Endpoint: ringcx.Endpoint{RingCX: "ringcx.ringcentral.com"}}).Client(&numbered{})
	if resp, err := client.Get("https://ringcx.ringcentral.com/x"); err == nil { //nolint:noctx // nothing is sent
		_ = resp.Body.Close()
		t.Error("a client of an Endpoint that is none signs nothing and says nothing")
	}
}

func TestAHostIsUnderstoodHoweverItIsSpelledOrRefused(t *testing.T) {
	for _, c := range []struct{ host, address string }{
		{"127.0.0.1:08787", "http://127.0.0.1:8787/x"},
		{"127.0.0.1:8787", "http://127.0.0.1:008787/x"},
		{"https://ringcx.ringcentral.com:0443", "https://ringcx.ringcentral.com/x"},
		{"ringcx.ringcentral.com", "https://ringcx.ringcentral.com:00443/x"},
		{"http://localhost:080", "http://localhost/x"},
		{"[::ffff:7f00:1]:8787", "http://127.0.0.1:8787/x"},
		{"[::ffff:127.0.0.1]:8787", "http://127.0.0.1:8787/x"},
		{"127.0.0.1:8787", "http://[::FFFF:7F00:1]:8787/x"},
		{"[::ffff:7f00:1]:8787", "http://[0:0:0:0:0:ffff:127.0.0.1]:8787/x"},
		{"[0::0:1]:8787", "http://[::1]:8787/x"},
		{"https://10.0.0.1", "https://10.0.0.1:443/x"},
		{"https://my_box.example.:65535", "https://my_box.example.:65535/x"},
		{"https://xn--bcher-kva.example", "https://xn--bcher-kva.example/x"},
		{"0x.example", "https://0x.example/x"},
		{"1.2.3.example", "https://1.2.3.example/x"},
	} {
		if signed, err := ask(t, &ringcx.Transport{Source: &numbered{}, Host: c.host}, c.address); !signed || err != nil {
			t.Errorf("Host %q, %s: signed %v, %v", c.host, c.address, signed, err)
		}
	}
	for _, host := range []string{
		"*", "https://*", "https://*.ringcentral.com", "https://a,b", "a,b", "a b.example", "ringcx.ringcentral.com,other.example", "https://a|b", "https://a..b", "https://.", "https://.a",
		"localhost:0", "localhost:00", "localhost:65536", "localhost:99999", "localhost:4294967376", "https://ringcx.ringcentral.com:65979", "http://127.0.0.1:0",
		"https://127.1", "https://2130706433", "https://0x7f.1", "https://0x7f000001", "https://127.0.0.01", "https://0177.0.0.1", "https://256.0.0.1", "https://127.0.0.1.", "https://a.0x1",
		"https://b\u00fccher.example", "https://ringcx\u200b.ringcentral.com", "https://ringcx\u3002ringcentral.com", "https://[::1%25]", "https://[1.2.3.4]", "https://(a)", "https://a$b", "https://a%2cb",
	} {
		if signed, err := ask(t, &ringcx.Transport{Source: &numbered{}, Host: host}, "https://ringcx.ringcentral.com/x"); signed || err == nil {
			t.Errorf("Host %q: signed %v, %v", host, signed, err)
		}
		if !strings.Contains(host, "://") {
			host = "https://" + host
		}
		if err := (ringcx.Config{ClientID: "id", Endpoint: ringcx.Endpoint{RingCX: host}}).Validate(); err == nil {
			t.Errorf("an Endpoint at %q is valid", host)
		}
	}
	// What is another place is none of those.
	for host, address := range map[string]string{"[::ffff:127.0.0.1]:8787": "http://[::1]:8787/x", "127.0.0.1:8787": "http://[::7f00:1]:8787/x", "localhost:8787": "http://localhost:80787/x", "127.0.0.1": "http://[::ffff:127.0.0.2]/x"} {
		if signed, err := ask(t, &ringcx.Transport{Source: &numbered{}, Host: host}, address); signed || err != nil {
			t.Errorf("Host %q, %s: signed %v, %v", host, address, signed, err)
		}
	}
}

func TestTheHostOfATransportMayBeCorrected(t *testing.T) {
	transport := &ringcx.Transport{Source: &numbered{}, Host: "one.example"}
	for _, host := range []string{"one.example", "two.example", "one.example"} {
		transport.Host = host
		if signed, err := ask(t, transport, "https://"+host); !signed || err != nil {
			t.Errorf("%s: %v", host, err)
		}
	}
}

func TestOneHostMayBeReachedWithoutTLSIfItIsNamed(t *testing.T) {
	for allowed, hosts := range map[string]map[string]bool{
		"sandbox": {
			"sandbox:8787": true, "SANDBOX": true, "sandbox": true, "sandbox.": false, "sandbox.example": false, "x.sandbox": false, "sandbox2": false,
			"localhost": true, "ringcx.ringcentral.com": false,
		},
		"Sandbox":           {"sandbox": true},
		"box.internal":      {"box.internal:80": true, "internal": false},
		"10.0.0.1":          {"10.0.0.1:8787": true, "10.0.0.2": false},
		"fd00::1":           {"[fd00::1]:8787": true, "[fd00::2]": false},
		"":                  {"sandbox": false, "localhost": true},
		"myringcentral.com": {"myringcentral.com": true},
	} {
		for host, want := range hosts {
			c := &ringcx.Config{ClientID: "id", Endpoint: ringcx.Endpoint{RingCentral: "http://" + host, RingCX: "http://" + host}, AllowHTTP: allowed}
			if err := c.Validate(); (err == nil) != want {
				t.Errorf("%q allowed, http://%s: %v", allowed, host, err)
			}
			signed, err := ask(t, &ringcx.Transport{Source: &numbered{}, Host: "http://" + host, AllowHTTP: allowed}, "http://"+host+"/x")
			if signed != want || (err == nil) != want {
				t.Errorf("%q allowed, a Transport to http://%s: signed %v, %v", allowed, host, signed, err)
			}
		}
	}
}

func TestTheVendorsHostsAreNeverReachedWithoutTLS(t *testing.T) {
	for _, allowed := range []string{
		"ringcentral.com", "ringcx.ringcentral.com", "RingCX.RingCentral.Com", "ringcx.ringcentral.com.", "engage.ringcentral.com", "platform.devtest.ringcentral.com",
		"platform.ringcentral.biz", "portal.vacd.biz", "portal.virtualacd.biz.", "VACD.biz", "..ringcentral.com", "a..ringcentral.com",
		"*", "*.example", "sandbox:8787", "http://sandbox", "sandbox/", "sand box", " sandbox", "sandbox,other", "[fd00::1]", ".", "sandbox.", "r\u0131ngcentral.com",
		"\uff52ingcentral.com", "ringcentral\u3002com", "%72ingcentral.com", "sandbox\n",
	} {
		c := &ringcx.Config{ClientID: "id", AllowHTTP: allowed}
		err := c.Validate()
		if err == nil {
			t.Errorf("%q is allowed", allowed)
			continue
		}
		if _, err := ask(t, &ringcx.Transport{Source: &numbered{}, Host: "https://ringcx.ringcentral.com", AllowHTTP: allowed}, "https://ringcx.ringcentral.com/x"); err == nil {
			t.Errorf("a Transport takes %q", allowed)
		}
		if _, err := c.NewSession(c.JWT("a.b.c"), nil).Token(t.Context()); err == nil {
			t.Errorf("a session takes %q", allowed)
		}
	}
}

func TestWhatIsAllowedInClearReachesTheSessionAndItsClient(t *testing.T) {
	port, _ := vendorHere(t, false)
	s := &spy{port: port}
	c := &ringcx.Config{
		ClientID: "id", ClientSecret: secretValue, Endpoint: ringcx.Endpoint{RingCentral: "http://sandbox:8787", RingCX: "http://sandbox:8787"}, AllowHTTP: "sandbox",
		HTTPClient: &http.Client{Transport: s.transport()},
	}
	session := c.NewSession(c.JWT(jwtValue), nil)
	mustToken(t, session)
	call(t, session.Client(), "http://sandbox:8787/voice/api/v1/admin/users")
	if got := strings.Join(s.take(), ", "); got != "dial sandbox:8787, dial sandbox:8787, dial sandbox:8787" {
		t.Errorf("%s: a proxy sees what travels in clear", got)
	}
	resp, err := session.Client().Get("http://other:8787/") //nolint:noctx // answered at once
	if err != nil {
		t.Fatal(err)
	}
	_ = resp.Body.Close()
	if got := strings.Join(s.take(), ", "); got != "proxy for other:8787, dial other:8787" {
		t.Errorf("another host: %s", got)
	}
}

func FuzzATokenGoesToOneOrigin(f *testing.F) {
	for _, seed := range []string{"https://ringcx.ringcentral.com/x", "https://RINGCX.ringcentral.com:443", "http://ringcx.ringcentral.com", "https://ringcx.ringcentral.com.:443", "https://u@[ringcx.ringcentral.com]/"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, address string) {
		u, err := url.Parse(address)
		if err != nil {
			return
		}
		r := &recorder{}
		transport := &ringcx.Transport{Source: &numbered{}, Host: "ringcx.ringcentral.com", Base: r}
		resp, err := transport.RoundTrip((&http.Request{Method: http.MethodGet, URL: u, Header: http.Header{}}).WithContext(t.Context()))
		if err == nil {
			_ = resp.Body.Close()
		}
		at := u.Scheme == "https" && asciiLower(u.Hostname()) == "ringcx.ringcentral.com" && (u.Port() == "" || u.Port() == "443")
		if signed := r.token != ""; signed != at {
			t.Errorf("%q: signed %v", address, signed)
		}
	})
}

func asciiLower(s string) string {
	b := []byte(s)
	for i, c := range b {
		if 'A' <= c && c <= 'Z' {
			b[i] += 'a' - 'A'
		}
	}
	return string(b)
}
