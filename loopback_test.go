package ringcx_test

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httptrace"
	"net/url"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"weak"

	"github.com/ringcx-go/ringcx"
)

// vendorHere answers whatever a vendor is asked, and remembers what it was asked.
func vendorHere(t *testing.T, secure bool) (port string, server *httptest.Server) {
	t.Helper()
	h := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = io.WriteString(w, `{"access_token":"a","accessToken":"b","expires_in":3600}`)
	})
	if secure {
		server = httptest.NewUnstartedServer(h)
		server.EnableHTTP2 = true
		server.StartTLS()
	} else {
		server = httptest.NewServer(h)
	}
	t.Cleanup(server.Close)
	_, port, err := net.SplitHostPort(server.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	return port, server
}

// spy is a transport's dialler and proxy, and what they were asked for.
type spy struct {
	mu    sync.Mutex // guards the fields below
	asked []string
	port  string // everything is dialled at this port of 127.0.0.1; "": at what was asked
	fail  string // what cannot be dialled
}

func (s *spy) dial(ctx context.Context, network, address string) (net.Conn, error) {
	s.mu.Lock()
	s.asked = append(s.asked, "dial "+address)
	port, fail := s.port, s.fail
	s.mu.Unlock()
	if address == fail {
		return nil, &net.OpError{Op: "dial", Net: network, Err: errors.New("nobody listens there")}
	}
	if port != "" {
		address = "127.0.0.1:" + port
	}
	return new(net.Dialer).DialContext(ctx, network, address)
}

func (s *spy) proxy(r *http.Request) (*url.URL, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.asked = append(s.asked, "proxy for "+r.URL.Host)
	return nil, nil
}

func (s *spy) take() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	asked := s.asked
	s.asked = nil
	return asked
}

func (s *spy) transport() *http.Transport {
	return &http.Transport{Proxy: s.proxy, DialContext: s.dial, DisableKeepAlives: true}
}

func TestThisMachineIsReachedWithoutAProxyAndWithoutNameServers(t *testing.T) {
	port, _ := vendorHere(t, false)
	for _, host := range []string{"localhost", "LocalHost", "x.localhost", "A.B.LOCALHOST", "127.0.0.1", "127.0.0.2", "[::1]", "[::ffff:127.0.0.1]"} {
		s := &spy{port: port}
		url := "http://" + host + ":" + port
		c := &ringcx.Config{ClientID: "id", ClientSecret: secretValue, Endpoint: ringcx.Endpoint{RingCentral: url, RingCX: url}, HTTPClient: &http.Client{Transport: s.transport()}}
		session := c.NewSession(c.JWT(jwtValue), nil)
		mustToken(t, session) // two token requests
		call(t, session.Client(), url+"/voice/api/v1/admin/users")
		call(t, &http.Client{Transport: &ringcx.Transport{Base: s.transport()}}, url)
		want := net.JoinHostPort(strings.Trim(strings.ToLower(host), "[]"), port)
		if strings.HasSuffix(strings.ToLower(host), "localhost") {
			want = "127.0.0.1:" + port
		}
		if got := s.take(); !slices.Equal(got, slices.Repeat([]string{"dial " + want}, 4)) {
			t.Errorf("%s: %q", host, got)
		}
	}
}

func TestOtherHostsAreReachedAsTheTransportHasIt(t *testing.T) {
	port, _ := vendorHere(t, false)
	for _, host := range []string{"localhost.", "localhost.example", "notlocalhost", "xlocalhost", "127.1", "[::1%25lo]", "10.0.0.1", "[::2]", "l\u0151calhost"} {
		s := &spy{port: port}
		call(t, &http.Client{Transport: &ringcx.Transport{Base: s.transport()}}, "http://"+host+"/")
		if got := s.take(); len(got) != 2 || !strings.HasPrefix(got[0], "proxy for ") {
			t.Errorf("%s: %q", host, got)
		}
		c := &ringcx.Config{ClientID: "id", Endpoint: ringcx.Endpoint{RingCX: "http://" + host}}
		if err := c.Validate(); err == nil {
			t.Errorf("http://%s is taken for this machine", host)
		}
	}
	c := &ringcx.Config{ClientID: "id", Endpoint: ringcx.Endpoint{RingCentral: "https://platform.example"}, HTTPClient: &http.Client{Transport: (&spy{}).transport()}}
	s := &spy{fail: "platform.example:443"}
	c.HTTPClient.Transport = s.transport()
	if _, err := c.JWT(jwtValue).Renew(t.Context(), nil); err == nil {
		t.Error("a host that cannot be dialled answered")
	}
	if got := s.take(); !slices.Equal(got, []string{"proxy for platform.example", "dial platform.example:443"}) {
		t.Errorf("a token request: %q", got)
	}
}

func TestANameOfThisMachineIsTriedAtItsOtherAddressToo(t *testing.T) {
	port, _ := vendorHere(t, false)
	s := &spy{port: port, fail: "127.0.0.1:8787"}
	client := &http.Client{Transport: &ringcx.Transport{Base: s.transport()}}
	call(t, client, "http://localhost:8787/")
	if got := s.take(); !slices.Equal(got, []string{"dial 127.0.0.1:8787", "dial [::1]:8787"}) {
		t.Errorf("%q", got)
	}
	ctx, cancel := context.WithCancel(t.Context())
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://localhost:8787/", nil)
	if err != nil {
		t.Fatal(err)
	}
	cancel()
	if resp, err := client.Do(req); err == nil {
		_ = resp.Body.Close()
		t.Error("a request that was given up was answered")
	}
}

func TestTheDefaultTransportOfAProgramIsReachedPastTheProxyToo(t *testing.T) {
	port, _ := vendorHere(t, false)
	s := &spy{port: port}
	old := http.DefaultTransport
	http.DefaultTransport = s.transport()
	defer func() { http.DefaultTransport = old }()
	url := "http://x.localhost:" + port
	c := &ringcx.Config{ClientID: "id", Endpoint: ringcx.Endpoint{RingCentral: url, RingCX: url}}
	session := c.NewSession(c.JWT(jwtValue), nil)
	mustToken(t, session)
	call(t, session.Client(), url)
	if got := s.take(); !slices.Equal(got, slices.Repeat([]string{"dial 127.0.0.1:" + port}, 3)) {
		t.Errorf("%q", got)
	}
}

// protocol is the protocol of an answer, and whether its connection had been used before.
func protocol(t *testing.T, client *http.Client, url string) (proto string, reused bool) {
	t.Helper()
	ctx := httptrace.WithClientTrace(t.Context(), &httptrace.ClientTrace{GotConn: func(c httptrace.GotConnInfo) { reused = c.Reused }})
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := client.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	_, _ = io.Copy(io.Discard, resp.Body)
	_ = resp.Body.Close()
	return resp.Proto, reused
}

func TestConnectionsToThisMachineAreKeptAndClosedLikeOthers(t *testing.T) {
	plain, server := vendorHere(t, false)
	secure, tlsServer := vendorHere(t, true)
	roots := tlsServer.Client().Transport.(*http.Transport).TLSClientConfig.RootCAs
	trusting := func() *tls.Config {
		return &tls.Config{RootCAs: roots, ServerName: "example.com", MinVersion: tls.VersionTLS12}
	}
	for name, c := range map[string]struct {
		base  http.RoundTripper
		url   string
		proto string
	}{
		"a name":                {&http.Transport{}, "http://localhost:" + plain, "HTTP/1.1"},
		"an address":            {&http.Transport{Proxy: http.ProxyFromEnvironment}, server.URL, "HTTP/1.1"},
		"an address, no proxy":  {&http.Transport{}, server.URL, "HTTP/1.1"},
		"TLS of the program":    {&http.Transport{TLSClientConfig: trusting()}, "https://x.localhost:" + secure, "HTTP/1.1"},
		"TLS, HTTP/2":           {&http.Transport{TLSClientConfig: trusting(), ForceAttemptHTTP2: true}, "https://x.localhost:" + secure, "HTTP/2.0"},
		"TLS, without HTTP/2":   {&http.Transport{TLSClientConfig: trusting(), ForceAttemptHTTP2: true, TLSNextProto: map[string]func(string, *tls.Conn) http.RoundTripper{}}, "https://x.localhost:" + secure, "HTTP/1.1"},
		"a dialler for TLS":     {&http.Transport{DialTLSContext: (&tls.Dialer{Config: trusting()}).DialContext}, "https://x.localhost:" + secure, "HTTP/1.1"},
		"an old dialler":        {&http.Transport{Dial: net.Dial}, "http://x.localhost:" + plain, "HTTP/1.1"}, //nolint:staticcheck // it may still be set
		"of httptest":           {tlsServer.Client().Transport, tlsServer.URL, "HTTP/2.0"},
		"a stranger's, wrapped": {wrapped{&http.Transport{}}, server.URL, "HTTP/1.1"},
	} {
		t.Run(name, func(t *testing.T) {
			client := (&ringcx.Config{Endpoint: ringcx.Endpoint{RingCX: c.url}, HTTPClient: &http.Client{Transport: c.base}}).Client(ringcx.APIToken("aws80:1"))
			for i, want := range []bool{false, true, false} {
				if i == 2 {
					client.CloseIdleConnections()
				}
				if proto, reused := protocol(t, client, c.url); proto != c.proto || reused != want {
					t.Errorf("request %d: %s, over a connection that was used before: %v", i+1, proto, reused)
				}
			}
		})
	}
}

// wrapped is a RoundTripper of the program's own.
type wrapped struct{ *http.Transport }

func TestAZeroTransportSpeaksHTTP2ToThisMachineAsItDoesToOthers(t *testing.T) {
	port, server := vendorHere(t, true)
	base := &http.Transport{}
	base.Clone() // makes it decide for HTTP/2, as its first request would
	base.TLSClientConfig.RootCAs, base.TLSClientConfig.ServerName = server.Client().Transport.(*http.Transport).TLSClientConfig.RootCAs, "example.com"
	for _, client := range []*http.Client{{Transport: base}, {Transport: &ringcx.Transport{Base: base}}} {
		if proto, _ := protocol(t, client, "https://localhost:"+port); proto != "HTTP/2.0" {
			t.Errorf("%s", proto)
		}
	}
}

func TestATransportThatIsGoneTakesItsConnectionsAlong(t *testing.T) {
	port, _ := vendorHere(t, false)
	gone := func() weak.Pointer[http.Transport] {
		base := &http.Transport{}
		call(t, &http.Client{Transport: &ringcx.Transport{Base: base}}, "http://localhost:"+port)
		if !ringcx.HasPools(weak.Make(base)) {
			t.Fatal("nothing was kept, so this test shows nothing")
		}
		return weak.Make(base)
	}()
	for range 1000 {
		if runtime.GC(); !ringcx.HasPools(gone) {
			return
		}
		runtime.Gosched()
	}
	t.Error("what was made from a transport that is gone is kept")
}
