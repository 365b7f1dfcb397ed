package reach_test

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"net"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/ringcx-go/ringcx/store/internal/reach"
)

var words = reach.Words{Dial: "dial", Trust: "trust", NoTLS: "no TLS", ClientCert: "client"}

func TestWhatIsWrongWithAServerIsToldWithWhatHelps(t *testing.T) {
	dated := &x509.Certificate{NotBefore: time.Date(2026, 1, 2, 0, 0, 0, 0, time.UTC), NotAfter: time.Date(2027, 3, 4, 0, 0, 0, 0, time.UTC)}
	named := &x509.Certificate{DNSNames: []string{"a.example", "b.example"}, IPAddresses: []net.IP{net.IPv4(10, 0, 0, 1), net.IPv4(10, 0, 0, 2)}}
	alert := func(text string) error { return &net.OpError{Op: "remote error", Err: errors.New("tls: " + text)} }
	const version = "no version of TLS in common"
	for name, c := range map[string]struct {
		err          error
		text, remedy string
	}{
		"ended":                       {x509.CertificateInvalidError{Cert: dated, Reason: x509.Expired}, "is valid from 2026-01-02 to 2027-03-04", "check the clock"},
		"ended, nobody knows when":    {x509.CertificateInvalidError{Reason: x509.Expired}, "not one that this program trusts", "trust"},
		"for other purposes":          {x509.CertificateInvalidError{Cert: dated, Reason: x509.IncompatibleUsage}, "not one that this program trusts", "trust"},
		"of an unknown maker":         {x509.UnknownAuthorityError{}, "not one that this program trusts", "trust"},
		"not verified":                {&tls.CertificateVerificationError{Err: errors.New("x")}, "not one that this program trusts", "trust"},
		"of many names":               {x509.HostnameError{Certificate: named, Host: "h"}, "another name than h (a.example, b.example, 10.0.0.1 and 1 more)", "name the host"},
		"of no name":                  {x509.HostnameError{Certificate: &x509.Certificate{}, Host: "h"}, "another name than h", "name the host"},
		"it wants a certificate":      {alert("certificate required"), "wants a certificate of its client", "client"},
		"it does not like ours":       {alert("bad certificate"), "wants a certificate of its client", "client"},
		"it does not know ours":       {alert("unknown certificate"), "wants a certificate of its client", "client"},
		"it speaks an old version":    {alert("protocol version not supported"), version, "TLS 1.2"},
		"it breaks off":               {alert("internal error"), "broke the TLS handshake off: tls: internal error", "trust"},
		"it speaks no TLS":            {tls.RecordHeaderError{Msg: "x"}, "speaks no TLS", "no TLS"},
		"nothing in common":           {errors.New("tls: server selected unsupported protocol version 301"), version, "TLS 1.2"},
		"nothing in common, they say": {errors.New("tls: no supported versions satisfy MinVersion"), version, "TLS 1.2"},
		"no such host":                {&net.DNSError{Name: "h", IsNotFound: true}, "no such host: h", "dial"},
		"no name server":              {&net.DNSError{Name: "h", Err: "x"}, "does not tell where h is: x", "name server"},
		"nobody listens":              {&net.OpError{Op: "dial", Err: syscall.ECONNREFUSED}, "connection refused", "dial"},
		"something else":              {io.EOF, "", ""},
		"a read that failed":          {&net.OpError{Op: "read", Err: syscall.ECONNRESET}, "", ""},
	} {
		if got := reach.Of(c.err, words); !strings.Contains(got.Text, c.text) || !strings.Contains(got.Remedy, c.remedy) || (got.Text == "") != (c.text == "") {
			t.Errorf("%s: %q, %q", name, got.Text, got.Remedy)
		}
	}
}

func TestWhatOthersSayIsClipped(t *testing.T) {
	for s, want := range map[string]string{
		"short": "short", "two\nlines": "two lines", strings.Repeat("x", 200): strings.Repeat("x", 200), strings.Repeat("x", 201): strings.Repeat("x", 200) + "…",
		strings.Repeat("x", 199) + "ä": strings.Repeat("x", 199) + "…",
	} {
		if got := reach.Clip(s); got != want {
			t.Errorf("%q became %q", s, got)
		}
	}
}

func TestAServerThatAnswersSoonIsNotAskedWhatItIs(t *testing.T) {
	for name, c := range map[string]struct {
		after  time.Duration
		blamed bool
	}{"soon": {time.Second, false}, "late": {2 * time.Second, true}} {
		synctest.Test(t, func(t *testing.T) {
			blame := errors.New("not the one")
			ctx, end := reach.Meanwhile(t.Context(), func(context.Context) error { return blame })
			time.Sleep(c.after)
			if got := context.Cause(ctx); (got == blame) != c.blamed || !c.blamed && got != nil { //nolint:errorlint // the very same
				t.Errorf("%s: %v", name, got)
			}
			end()
		})
	}
	synctest.Test(t, func(t *testing.T) {
		ctx, end := reach.Meanwhile(t.Context(), func(context.Context) error { return nil })
		time.Sleep(time.Minute)
		if ctx.Err() != nil {
			t.Errorf("who has nothing against it ends it: %v", ctx.Err())
		}
		end()
	})
}
