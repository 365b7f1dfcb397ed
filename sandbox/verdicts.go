package sandbox

import (
	"crypto/tls"
	"net/http"
	"strings"
)

// Verdicts: what a vendor would frown at, word for word. Tests of other people compare them. docs/sandbox.md says what
// each means and what helps. No program that does as the vendor documents gets one, but for the last, which is about the
// sandbox.
const (
	verdictReplay         = "refresh token replayed"
	verdictSixth          = "sixth request in a minute"
	verdictExcess         = "request over the limit"
	verdictPenalty        = "request inside a penalty"
	verdictTokenURL       = "token in a URL"
	verdictPasswordURL    = "password in a URL"
	verdictWrongKind      = "RingCentral token used as RingCX token"
	verdictSecret         = "secret in the body"
	verdictUserAgent      = "missing User-Agent"
	verdictHeader         = "Authorization header where RingCX wants a cookie"
	verdictCodeTwice      = "authorization code used twice"
	verdictPKCE           = "PKCE missing"
	verdictPublicBasic    = "Basic header of an app without a secret"
	verdictExchangePolled = "fourth exchange in a row while the token was good"
	verdictLoginPolled    = "sixth login in a row while the token was good"
	verdictExpiredAgain   = "expired token sent again and again"
	verdictPlain          = "request without TLS"
	verdictOldTLS         = "TLS below 1.2"
	verdictServerName     = "Host is not the TLS server name"
	verdictOtherVendor    = "path of the other vendor"
	verdictNotEmulated    = "operation that the sandbox does not emulate"
)

// vendorDomain is what the names of all hosts of the vendor end in.
const vendorDomain = ".ringcentral.com"

// isVendorHost reports whether name is a host of the vendor.
func isVendorHost(name string) bool {
	start := len(name) - len(vendorDomain)
	return start > 0 && strings.EqualFold(name[start:], vendorDomain)
}

// hostName is the name in a Host header, without port and final dot.
func hostName(host string) string {
	if i := strings.LastIndexByte(host, ':'); i >= 0 && !strings.HasSuffix(host, "]") {
		host = host[:i]
	}
	return strings.TrimSuffix(host, ".")
}

// misdirected reports whether the host that was named is that of the other vendor.
func misdirected(host, path string) bool {
	server, _, _ := strings.Cut(host, ".")
	switch {
	case strings.EqualFold(server, "platform"):
		return strings.HasPrefix(path, "/voice/api/") || strings.HasPrefix(path, "/api/")
	case strings.EqualFold(server, "ringcx"), strings.EqualFold(server, "engage"):
		return path == "/restapi" || strings.HasPrefix(path, "/restapi/")
	}
	return false
}

func oldTLS(r *http.Request) bool { return r.TLS != nil && r.TLS.Version < tls.VersionTLS12 }

// inspectTransport notes requests that the vendor would not have got, or another server of it. What a proxy in front
// says about TLS is believed.
func (s *Server) inspectTransport(c *call, r *http.Request) {
	name := hostName(r.Host)
	vendors := isVendorHost(name)
	switch {
	case r.Method == http.MethodConnect: // taken for a proxy, before the TLS
	case r.TLS == nil:
		if s.opts.TLSOnly || vendors && r.Header.Get("X-Forwarded-Proto") != "https" {
			c.note(verdictPlain)
		}
	case oldTLS(r):
		c.note(verdictOldTLS)
	case r.ProtoMajor == 1 && r.TLS.ServerName != "" && !strings.EqualFold(name, strings.TrimSuffix(r.TLS.ServerName, ".")):
		// Not so with HTTP/2, where a connection is good for every host that its certificate names.
		c.note(verdictServerName)
	}
	if vendors && misdirected(name, r.URL.Path) {
		c.note(verdictOtherVendor)
	}
}

// refuseTransport is the answer to a request that no server of the vendor would talk to, if r is one.
func (s *Server) refuseTransport(r *http.Request) (answer, bool) {
	switch {
	case s.opts.TLSOnly && r.TLS == nil:
		return textAnswer(http.StatusBadRequest, "Client sent an HTTP request to an HTTPS server."), true
	case oldTLS(r):
		return textAnswer(http.StatusBadRequest, "TLS below 1.2 is not spoken here."), true
	}
	return answer{}, false
}
