package ringcx_test

import (
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"errors"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/ringcx-go/ringcx"
)

// wantCauseOf wants what is told of an error of a request to vendor.example.
func wantCauseOf(t *testing.T, err error, proxy *url.URL, id, says, advises string) {
	t.Helper()
	gotID, text, hint := ringcx.CauseOf(err, "vendor.example", proxy, time.Now(), 0, nil)
	if gotID != id || !strings.Contains(text, says) || !strings.Contains(hint, advises) {
		t.Errorf("%v: %s %q, hint %q; want %s, %q and %q", err, gotID, text, hint, id, says, advises)
	}
}

func TestACertificateForAnotherNameIsToldWithTheNamesItHas(t *testing.T) {
	for name, c := range map[string]struct {
		cert *x509.Certificate
		want string
	}{
		"one name":            {&x509.Certificate{DNSNames: []string{"a.example"}, Subject: pkix.Name{CommonName: "common"}}, "another name (a.example), made by"},
		"three":               {&x509.Certificate{DNSNames: []string{"a.example", "b.example", "c.example"}}, "(a.example, b.example, c.example), made by"},
		"a name and a number": {&x509.Certificate{DNSNames: []string{"a.example"}, IPAddresses: []net.IP{net.IPv4(10, 0, 0, 1)}}, "(a.example, 10.0.0.1), made by"},
		"an old one":          {&x509.Certificate{Subject: pkix.Name{CommonName: "common"}}, "another name (common), made by"},
		"none":                {&x509.Certificate{}, "another name, made by an unnamed authority"},
		"its maker by name":   {&x509.Certificate{Issuer: pkix.Name{CommonName: "Maker"}}, "another name, made by Maker"},
	} {
		t.Run(name, func(t *testing.T) {
			wantCauseOf(t, x509.HostnameError{Certificate: c.cert, Host: "vendor.example"}, nil, "tls-name", c.want, "captive portal")
		})
	}
}

func TestACertificateThatIsNoGoodForAnotherReasonThanItsDateIsNotBlamedOnAClock(t *testing.T) {
	cert := &x509.Certificate{NotAfter: time.Now().Add(-time.Hour)}
	for _, reason := range []x509.InvalidReason{x509.NotAuthorizedToSign, x509.IncompatibleUsage, x509.TooManyIntermediates} {
		wantCauseOf(t, x509.CertificateInvalidError{Cert: cert, Reason: reason}, nil, "tls-untrusted", "cannot be used", "not trusted")
	}
	wantCauseOf(t, x509.CertificateInvalidError{Reason: x509.Expired}, nil, "tls-untrusted", "cannot be used", "not trusted")
	wantCauseOf(t, x509.CertificateInvalidError{Cert: cert, Reason: x509.Expired}, nil, "tls-expired", "has ended", "check the clock")
}

func TestACertificateThatWasRevokedIsToldAsSuch(t *testing.T) {
	revoked := &tls.CertificateVerificationError{Err: errors.New("certificate is revoked")}
	wantCauseOf(t, revoked, nil, "tls-revoked", "was revoked", "do not send a secret there")
	wantCauseOf(t, &tls.CertificateVerificationError{Err: errors.New("something else")}, nil, "tls-untrusted", "not one that this system trusts", "not trusted")
}

func TestTheTimeThatACertificateIsOffIsToldInWordsThatFit(t *testing.T) {
	for d, want := range map[time.Duration]string{
		30 * time.Second: "30 seconds ago", 5 * time.Minute: "5 minutes ago", 5 * time.Hour: "5 hours ago", 47 * time.Hour: "47 hours ago", 50 * time.Hour: "2 days ago",
	} {
		now := time.Now()
		cert := &x509.Certificate{NotAfter: now.Add(-d)}
		if _, text, _ := ringcx.CauseOf(x509.CertificateInvalidError{Cert: cert, Reason: x509.Expired}, "h", nil, now, 0, nil); !strings.Contains(text, want) {
			t.Errorf("%s: %q", d, text)
		}
	}
}

func TestWhatAProxySaysInWordsIsUnderstood(t *testing.T) {
	proxy := &url.URL{Scheme: "http", Host: "p:1"}
	for said, c := range map[string]struct{ id, says, advises string }{
		"Internal Server Error":           {"proxy-refused", "it cannot reach it", "the proxy's own network"},
		"Gateway Timeout":                 {"proxy-refused", "it cannot reach it", "the proxy's own network"},
		"Not Implemented":                 {"proxy-refused", "does not let", "a web server and no proxy"},
		"Not Found":                       {"proxy-refused", "does not let", "a web server and no proxy"},
		"Bad Request":                     {"proxy-refused", "does not let", "want TLS"},
		"Network Authentication Required": {"portal", "wants a sign-in to the network", "open a browser"},
		"Proxy Authentication Required":   {"proxy-auth", "wants a user and a password", "http://user:password@host:port"},
		"socks connect: no acceptable authentication methods": {"proxy-auth", "wants a user and a password", "http://user:password@host:port"},
		"username/password authentication failed":             {"proxy-auth", "wants a user and a password", "http://user:password@host:port"},
		"I'm a teapot": {"proxy-refused", "does not let", "have the proxy let it through"},
	} {
		wantCauseOf(t, errors.New(said), proxy, c.id, c.says, c.advises)
	}
	named := &url.URL{Scheme: "http", Host: "p:1", Path: "/"} // as many write it
	wantCauseOf(t, errors.New(http.StatusText(http.StatusForbidden)), named, "proxy-refused", "the proxy p:1 does not let", "")
}

func TestWhatTheNetworkSaysIsToldWithoutAUserAndAPassword(t *testing.T) {
	for said, want := range map[string]string{
		`odd: https://u:canary@vendor.example/path`: "odd: https://vendor.example/path",
		`odd: https://vendor.example/path`:          "odd: https://vendor.example/path",
		`odd: u@vendor.example`:                     "odd: u@vendor.example",
	} {
		wantCauseOf(t, errors.New(said), nil, "cut-off", want, "")
		if _, text, hint := ringcx.CauseOf(errors.New(said), "h", nil, time.Now(), 0, nil); strings.Contains(text+hint, "canary") {
			t.Errorf("it tells the password: %q, %q", text, hint)
		}
	}
}

func TestASchemeOfAProxyMayBeInCapitals(t *testing.T) {
	for _, value := range []string{"HTTP://proxy.example:3128", "Socks5://proxy.example", "hTTps://proxy.example"} {
		if got := ringcx.ProxyProblems(from(map[string]string{"HTTPS_PROXY": value})); got != nil {
			t.Errorf("%s: %q", value, got)
		}
	}
}

func TestACodeThatIsANumberIsReadAsItIsWritten(t *testing.T) {
	for code, want := range map[string]string{`7`: "7", `-7`: "-7", `-12`: "-12", `1.5`: "1.5", `"7"`: "7", `[7]`: "", `true`: ""} {
		resp := &http.Response{StatusCode: http.StatusBadRequest, Header: http.Header{"Content-Type": {"application/json"}}}
		err := ringcx.AnswerError("do", resp, []byte(`{"errorCode":`+code+`,"message":"no"}`), time.Now(), nil)
		if err.Code != want {
			t.Errorf("%s: %q", code, err.Code)
		}
	}
}

func TestAnErrorTellsTheDetailsToo(t *testing.T) {
	resp := &http.Response{StatusCode: http.StatusBadRequest, Header: http.Header{}}
	for body, want := range map[string]string{
		`{"message":"no","details":"not today"}`: "no: not today",
		`{"message":"no","details":"no"}`:        "no",
		`{"message":"no"}`:                       "no",
	} {
		if err := ringcx.AnswerError("do", resp, []byte(body), time.Now(), nil); err.Message != want {
			t.Errorf("%s: %q", body, err.Message)
		}
	}
}

func TestWhatTheNetworkSaysIsToldWithoutTheAddresses(t *testing.T) {
	here, there := &net.TCPAddr{IP: net.IPv4(10, 0, 0, 1), Port: 4711}, &net.TCPAddr{IP: net.IPv4(10, 0, 0, 2), Port: 443}
	for want, said := range map[string]error{
		"connection reset by peer":                        &net.OpError{Op: "read", Net: "tcp", Source: here, Addr: there, Err: os.NewSyscallError("read", syscall.ECONNRESET)},
		"use of closed network connection":                &net.OpError{Op: "read", Net: "tcp", Source: here, Addr: there, Err: net.ErrClosed},
		"broken pipe":                                     &net.OpError{Op: "write", Net: "tcp", Source: here, Addr: there, Err: os.NewSyscallError("write", syscall.EPIPE)},
		"the connection was cut before an answer came":    &net.OpError{Op: "read", Net: "tcp", Source: here, Addr: there, Err: io.EOF},
		"an address that cannot be read":                  &url.Error{Op: "parse", URL: "http://u:canary@x:y", Err: errors.New("invalid port")},
		"something else, such as a full moon at 10.0.0.3": errors.New("something else, such as a full moon at 10.0.0.3"),
	} {
		if _, text, _ := ringcx.CauseOf(said, "vendor.example", nil, time.Now(), 0, nil); text != want {
			t.Errorf("%v: %q, want %q", said, text, want)
		}
	}
}

func TestWhatDoesNotSpeakHTTPIsToldSo(t *testing.T) {
	broken := errors.New("net/http: HTTP/1.x transport connection broken: malformed HTTP response \"220 mail.example\"")
	wantCauseOf(t, broken, nil, "not-http", "does not speak HTTP", "the port above all")
}

func TestWhatIsNoTLSBehindAProxyIsTheProxysDoing(t *testing.T) {
	proxy := &url.URL{Scheme: "http", Host: "p:1"}
	for _, err := range []error{tls.RecordHeaderError{Msg: "first record does not look like a TLS handshake"}, http.ErrSchemeMismatch} {
		wantCauseOf(t, err, proxy, "proxy-refused", "what comes through the proxy p:1 is not TLS with vendor.example", "a web server and no proxy")
		wantCauseOf(t, err, nil, "tls-missing", "vendor.example answers", "does not speak TLS there") // control
	}
}

func TestARefreshTokenIsNotSpentOverAConnectionThatWasNeverTrusted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v, reach := distantVendor(t, true)
		store := new(ringcx.Memory)
		base, _ := reach()
		mustToken(t, sessionOver(t, v, base, store))
		time.Sleep(6 * time.Minute)
		strange, _ := reach()
		strange.TLSClientConfig = &tls.Config{RootCAs: x509.NewCertPool(), MinVersion: tls.VersionTLS12}
		var untrusted x509.UnknownAuthorityError
		if token, err := sessionOver(t, v, strange, store).Token(t.Context()); !errors.As(err, &untrusted) {
			t.Fatalf("%v, %v", token, err)
		}
		n := len(v.Paths())
		mustToken(t, sessionOver(t, v, base, store))
		wantAsked(t, v, n, refreshPath)
	})
}
