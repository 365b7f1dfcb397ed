package sandbox

import (
	"crypto/tls"
	"net/http"
	"strings"

	"github.com/ringcx-go/ringcx/sandbox/internal/verdict"
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
			c.note(verdict.Plain)
		}
	case oldTLS(r):
		c.note(verdict.OldTLS)
	case r.ProtoMajor == 1 && r.TLS.ServerName != "" && !strings.EqualFold(name, strings.TrimSuffix(r.TLS.ServerName, ".")):
		// Not so with HTTP/2, where a connection is good for every host that its certificate names.
		c.note(verdict.ServerName)
	}
	if vendors && misdirected(name, r.URL.Path) {
		c.note(verdict.OtherVendor)
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
