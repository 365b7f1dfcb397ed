package serve

import (
	"net"
	"net/http"
	"net/url"
	"time"
)

// InTime is how a sandbox bounds the time of bodies, and TimeOf what it is.
var (
	InTime = inTime
	TimeOf = timeOf
)

// Patient is how it bounds the time of answers.
func Patient(ln net.Listener, limit time.Duration) net.Listener { return patient{ln, limit} }

// Within is how it bounds what requests hold together.
func Within(most int64, h http.Handler) http.Handler { return (&inFlight{most: most}).within(h) }

// NamespaceAddress is what is believed of an answer of a sandbox at base; "" if nothing.
func NamespaceAddress(base, answer, name string) string {
	u, err := url.Parse(base)
	if err != nil {
		return ""
	}
	return namespaceAddress(u, answer, name)
}

// MaySendPassword says why the password of a sandbox's console is not sent to an address, nil if it is.
func MaySendPassword(r *Request, address string) error {
	u, err := url.Parse(address)
	if err != nil {
		return err
	}
	return (&inquiry{Request: r, base: u}).maySendPassword(address)
}

// Reachable is a host that programs on this machine can connect to.
var Reachable = reachable
