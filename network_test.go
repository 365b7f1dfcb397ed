package ringcx_test

import (
	"bufio"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"errors"
	"fmt"
	"io"
	"log"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/ringcx-go/ringcx"
	"github.com/ringcx-go/ringcx/internal/testservers"
)

// explained is what package ringcx says of a request that brought no answer.
type explained interface {
	error
	Cause() string
	Hint() string
}

// reach logs in at a URL with a client, and returns what went wrong. A call of the API by way of a Transport says the same.
func reach(t *testing.T, at string, transport *http.Transport) (*ringcx.Error, explained) {
	t.Helper()
	t.Cleanup(transport.CloseIdleConnections)
	config := &ringcx.Config{ClientID: "client", Endpoint: ringcx.Endpoint{RingCentral: at, RingCX: at}, HTTPClient: &http.Client{Transport: transport}}
	_, err := config.JWT(jwtValue).Renew(t.Context(), nil)
	var e *ringcx.Error
	var why, also explained
	if !errors.As(err, &e) || !errors.As(err, &why) {
		t.Fatalf("%v has no cause", err)
	}
	if e.Hint() != why.Hint() || !strings.Contains(e.Message, why.Error()) || strings.ContainsAny(e.Error()+e.Hint(), "\n\x1b") {
		t.Errorf("%q with the hint %q, of %q with %q", e.Message, e.Hint(), why, why.Hint())
	}
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, at, nil)
	if err != nil {
		t.Fatal(err)
	}
	_, err = (&ringcx.Transport{Base: transport}).RoundTrip(req) //nolint:bodyclose // there is none
	if !errors.As(err, &also) || also.Cause() != why.Cause() {
		t.Errorf("a call of the API says %v", err)
	}
	return e, why
}

// replying reads a request and answers it with a text.
func replying(text string) func(net.Conn) {
	return func(conn net.Conn) {
		_, _ = http.ReadRequest(bufio.NewReader(conn))
		_, _ = io.WriteString(conn, text)
	}
}

// hello reads what a client of TLS says first, and answers with a text.
func hello(text string) func(net.Conn) {
	return func(conn net.Conn) {
		_, _ = conn.Read(make([]byte, 4096))
		_, _ = io.WriteString(conn, text)
		_, _ = conn.Read(make([]byte, 1))
	}
}

// selfSigned is a certificate for names, from and to a time.
func selfSigned(t *testing.T, from, to time.Duration, names ...string) (tls.Certificate, *x509.CertPool) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{Organization: []string{"Some \x1b[31m\nProxy " + strings.Repeat("x", 500)}},
		NotBefore: time.Now().Add(from), NotAfter: time.Now().Add(to), DNSNames: names,
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign | x509.KeyUsageDigitalSignature,
	}
	if len(names) == 0 {
		template.IPAddresses = []net.IP{net.IPv4(127, 0, 0, 1)}
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	pool := x509.NewCertPool()
	pool.AddCert(cert)
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, pool
}

// secure is a server of TLS that answers nothing but web pages.
func secure(t *testing.T, config *tls.Config) string {
	t.Helper()
	s := httptest.NewUnstartedServer(http.NotFoundHandler())
	s.Config.ErrorLog = log.New(io.Discard, "", 0)
	s.TLS = config
	s.StartTLS()
	t.Cleanup(s.Close)
	return s.Listener.Addr().String()
}

func wantCause(t *testing.T, e *ringcx.Error, why explained, cause, text, hint string) {
	t.Helper()
	if why.Cause() != cause || !strings.Contains(e.Error(), text) || !strings.Contains(e.Hint(), hint) {
		t.Errorf("%s: %v\nhint: %s\nwant %s, %q and %q", why.Cause(), e, e.Hint(), cause, text, hint)
	}
	if strings.Contains(e.Error()+e.Hint()+why.Error()+fmt.Sprintf("%+v %#v", why, e), "canary") {
		t.Errorf("it tells the password: %v, %s", e, e.Hint())
	}
	if len(e.Hint()) > 500 || len(e.Error()) > 600 {
		t.Errorf("it talks: %v, %s", e, e.Hint())
	}
}

func TestWhatIsWrongWithTLSIsTold(t *testing.T) {
	const hour = time.Hour
	good, trust := selfSigned(t, -hour, hour)
	var many []string
	for i := range 50 {
		many = append(many, fmt.Sprintf("n%d.example", i))
	}
	other, trustOther := selfSigned(t, -hour, hour, many...)
	old, trustOld := selfSigned(t, -80*hour, -72*hour)
	young, trustYoung := selfSigned(t, 72*hour+time.Minute, 80*hour)
	plain := httptest.NewServer(nil)
	t.Cleanup(plain.Close)
	limits := &tls.Config{RootCAs: trust, MinVersion: tls.VersionTLS12}
	for name, c := range map[string]struct {
		at                string
		client            *tls.Config
		cause, text, hint string
	}{
		"another name":    {secure(t, &tls.Config{Certificates: []tls.Certificate{other}}), &tls.Config{RootCAs: trustOther}, "tls-name", "(n0.example, n1.example, n2.example and 47 more)", "check RC_SERVER_URL"},
		"ended":           {secure(t, &tls.Config{Certificates: []tls.Certificate{old}}), &tls.Config{RootCAs: trustOld}, "tls-expired", "3 days ago", "check the clock"},
		"not begun":       {secure(t, &tls.Config{Certificates: []tls.Certificate{young}}), &tls.Config{RootCAs: trustYoung}, "tls-early", "3 days before", "set the clock"},
		"self-signed":     {secure(t, &tls.Config{Certificates: []tls.Certificate{good}}), &tls.Config{}, "tls-untrusted", "signed by itself", "SSL_CERT_FILE"},
		"unknown maker":   {secure(t, nil), &tls.Config{}, "tls-untrusted", "trust", "not trusted"},
		"an old version":  {secure(t, &tls.Config{Certificates: []tls.Certificate{good}, MaxVersion: tls.VersionTLS11}), limits, "tls-version", "version of TLS", "TLS 1.2"}, //nolint:gosec // on purpose
		"its certificate": {secure(t, &tls.Config{Certificates: []tls.Certificate{good}, ClientAuth: tls.RequireAnyClientCert, MaxVersion: tls.VersionTLS12}), limits, "tls-refused", "broke the TLS handshake off", "in between"},
		"one of ours":     {testservers.Listen(t, hello("\x15\x03\x03\x00\x02\x02\x74")), limits, "tls-refused", "certificate required", "certificate of this program"},
		"another host":    {testservers.Listen(t, hello("\x15\x03\x03\x00\x02\x02\x70")), limits, "tls-refused", "unrecognized name", "check RC_SERVER_URL"},
		"plain HTTP":      {plain.Listener.Addr().String(), limits, "tls-missing", "plain HTTP", "only a server on this machine"},
		"a mail server":   {testservers.Listen(t, hello("220 mail.example ESMTP\r\n")), limits, "tls-missing", "other than TLS", "port"},
		"an alert":        {testservers.Listen(t, hello("\x15\x03\x03\x00\x02\x02\x28")), limits, "tls-refused", "handshake failure", "in between"},
		"nothing":         {testservers.Listen(t, hello("")), limits, "tcp-timeout", "TLS handshake timeout", "firewall"},
		"a cut":           {testservers.Listen(t, func(conn net.Conn) { _, _ = conn.Read(make([]byte, 16)) }), limits, "cut-off", "", "check the network"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			e, why := reach(t, "https://"+c.at, &http.Transport{TLSClientConfig: c.client, TLSHandshakeTimeout: time.Second})
			wantCause(t, e, why, c.cause, c.text, c.hint)
		})
	}
	ok := secure(t, &tls.Config{Certificates: []tls.Certificate{good}})
	config := &ringcx.Config{ClientID: "client", Endpoint: ringcx.Endpoint{RingCentral: "https://" + ok, RingCX: "https://" + ok}, HTTPClient: &http.Client{Transport: &http.Transport{TLSClientConfig: limits}}}
	_, err := config.JWT(jwtValue).Renew(t.Context(), nil)
	var e *ringcx.Error
	if !errors.As(err, &e) || e.StatusCode != http.StatusNotFound || strings.Contains(e.Error()+e.Hint(), "certificate") {
		t.Errorf("a healthy server: %v", err)
	}
}

func TestWhatTheNetworkSaidIsKeptBehindTheCause(t *testing.T) {
	cert, _ := selfSigned(t, -time.Hour, time.Hour)
	e, _ := reach(t, "https://"+secure(t, &tls.Config{Certificates: []tls.Certificate{cert}}), &http.Transport{})
	var unknown x509.UnknownAuthorityError
	var verification *tls.CertificateVerificationError
	if !errors.As(e, &unknown) || !errors.As(e, &verification) {
		t.Errorf("%v is not of x509 and tls", e)
	}
	closed := httptest.NewServer(nil)
	closed.Close()
	e, _ = reach(t, closed.URL, &http.Transport{})
	var op *net.OpError
	if !errors.As(e, &op) || op.Op != "dial" {
		t.Errorf("%v is not of net", e)
	}
	plain := httptest.NewServer(nil)
	t.Cleanup(plain.Close)
	e, _ = reach(t, strings.Replace(plain.URL, "http:", "https:", 1), &http.Transport{})
	if !errors.Is(e, http.ErrSchemeMismatch) {
		t.Errorf("%v is not what net/http says", e)
	}
	e, why := reach(t, "https://"+testservers.Listen(t, hello("")), &http.Transport{TLSHandshakeTimeout: 10 * time.Millisecond})
	var timeout net.Error
	if !errors.As(e, &timeout) || !timeout.Timeout() {
		t.Errorf("%v (%s) is no timeout", e, why.Cause())
	}
}

// behind is a transport that asks for hosts that are nowhere, by way of a proxy.
func behind(proxy string) *http.Transport {
	u, err := url.Parse(proxy)
	if err != nil {
		panic(err)
	}
	return &http.Transport{Proxy: http.ProxyURL(u), TLSHandshakeTimeout: time.Second, ResponseHeaderTimeout: time.Second}
}

func TestWhatAProxyDoesIsNotBlamedOnTheVendor(t *testing.T) {
	cert, _ := selfSigned(t, -time.Hour, time.Hour)
	closed := httptest.NewServer(nil)
	closed.Close()
	answer := func(line string) string {
		return testservers.Listen(t, replying("HTTP/1.1 "+line+"\r\nContent-Length: 0\r\n\r\n"))
	}
	secured := secure(t, &tls.Config{Certificates: []tls.Certificate{cert}})
	for name, c := range map[string]struct{ proxy, cause, text, hint string }{
		"nobody listens":        {"http://u:canary@" + closed.Listener.Addr().String(), "proxy-unreachable", "the proxy 127.0.0.1", "the proxy of this program's client"},
		"it is nowhere":         {"http://u:canary@proxy.invalid:3128", "proxy-unreachable", "the proxy proxy.invalid:3128 cannot be reached: ", "the proxy of this program's client"},
		"it wants a password":   {"http://" + answer("407 Proxy Authentication Required"), "proxy-auth", "wants a user and a password", "@ as %40"},
		"in words of its own":   {"http://" + answer("407 authenticationrequired"), "proxy-auth", "wants a user and a password", "http://user:password@host:port"},
		"it wants another":      {"http://u:canary@" + answer("407 Proxy Authentication Required"), "proxy-auth", "refuses the user and the password", "percent-encoded"},
		"it forbids":            {"http://" + answer("403 Forbidden"), "proxy-refused", "does not let vendor.example through: Forbidden", "NO_PROXY"},
		"it cannot reach it":    {"http://" + answer("502 Bad Gateway"), "proxy-refused", "it cannot reach it", "NO_PROXY"},
		"it is busy":            {"http://" + answer("503 Service Unavailable"), "proxy-refused", "it cannot reach it", "NO_PROXY"},
		"it is a web server":    {"http://" + answer("405 Method Not Allowed"), "proxy-refused", "does not let", "web server"},
		"it says odd things":    {"http://" + answer("499 \x1b[31mno\x07 "+strings.Repeat("x", 3000)), "proxy-refused", "does not let", "NO_PROXY"},
		"it says a number":      {"http://" + answer("407"), "proxy-auth", "wants a user and a password: Proxy Authentication Required", "http://user:password@host:port"},
		"in its own language":   {"http://" + answer("407 Zugriff verweigert"), "proxy-auth", "wants a user and a password: Zugriff verweigert", "http://user:password@host:port"},
		"not its own 407":       {"http://" + answer("403 nein"), "proxy-refused", "does not let vendor.example through: nein", "NO_PROXY"},
		"a gateway's number":    {"http://" + answer("504"), "proxy-refused", "it cannot reach it (Gateway Timeout)", "NO_PROXY"},
		"it closes":             {"http://" + testservers.Listen(t, replying("")), "proxy-closed", "closed the connection", "NO_PROXY"},
		"it lets in, and stops": {"http://" + answer("200 OK"), "proxy-closed", "behind it", "NO_PROXY"},
		"it is a web page":      {"http://" + testservers.Listen(t, replying("HTTP/1.1 200 OK\r\n\r\n<html>")), "proxy-closed", "behind it", "NO_PROXY"},
		"it speaks HTTP/2":      {"http://" + testservers.Listen(t, replying("\x00\x00\x06\x04\x00\x00\x00\x00\x00\x00\x03\x00\x00\x00\x64\r\n")), "proxy-refused", "HTTP/1.1", "socks5"},
		"it speaks TLS":         {"http://" + testservers.Listen(t, hello("\x15\x03\x01\x00\x02\x02\x16\r\n")), "proxy-tls", "speaks TLS", "https:// and not http://"},
		"it speaks none":        {"https://u:canary@" + answer("200 OK"), "proxy-tls", "does not speak TLS", "http:// and not https://"},
		"of an unknown maker":   {"https://u:canary@" + secured, "proxy-tls", "the certificate of the proxy 127.0.0.1", "the way to the proxy"},
		"it is of SOCKS":        {"socks5://u:canary@" + testservers.Listen(t, hello("\x05\xff")), "proxy-auth", "refuses the user", "percent-encoded"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			e, why := reach(t, "https://vendor.example", behind(c.proxy))
			wantCause(t, e, why, c.cause, c.text, c.hint)
		})
	}
}
