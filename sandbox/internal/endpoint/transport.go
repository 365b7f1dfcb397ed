package endpoint

import (
	"crypto/tls"
	"net/http"
	"strings"

	"github.com/ringcx-go/ringcx/sandbox/internal/verdict"
)

// vendorDomain is what the names of all hosts of the vendor end in.
const vendorDomain = ".ringcentral.com"

// IsVendorHost reports whether name is a host of the vendor.
func IsVendorHost(name string) bool {
	start := len(name) - len(vendorDomain)
	return start > 0 && strings.EqualFold(name[start:], vendorDomain)
}

// HostName is the name in a Host header, without port and final dot.
func HostName(host string) string {
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

// InspectTransport notes requests that the vendor would not have got, or another server of it. What a proxy in front
// says about TLS is believed. With tlsOnly, nothing is to come without TLS.
func (c *Call) InspectTransport(r *http.Request, tlsOnly bool) {
	name := HostName(r.Host)
	vendors := IsVendorHost(name)
	switch {
	case r.Method == http.MethodConnect: // taken for a proxy, before the TLS
	case r.TLS == nil:
		if tlsOnly || vendors && r.Header.Get("X-Forwarded-Proto") != "https" {
			c.Note(verdict.Plain)
		}
	case oldTLS(r):
		c.Note(verdict.OldTLS)
	case r.ProtoMajor == 1 && r.TLS.ServerName != "" && !strings.EqualFold(name, strings.TrimSuffix(r.TLS.ServerName, ".")):
		// Not so with HTTP/2, where a connection is good for every host that its certificate names.
		c.Note(verdict.ServerName)
	}
	if vendors && misdirected(name, r.URL.Path) {
		c.Note(verdict.OtherVendor)
	}
}

// RefuseTransport is the answer to a request that no server of the vendor would talk to, if r is one.
func RefuseTransport(r *http.Request, tlsOnly bool) (Response, bool) {
	switch {
	case tlsOnly && r.TLS == nil:
		return Text(http.StatusBadRequest, "Client sent an HTTP request to an HTTPS server."), true
	case oldTLS(r):
		return Text(http.StatusBadRequest, "TLS below 1.2 is not spoken here."), true
	}
	return Response{}, false
}
