package caller

import (
	"net"
	"net/http"
	"net/netip"
	"strings"

	"github.com/ringcx-go/ringcx/internal/thishost"
)

// NewOwnedPeer is NewPeer, and of a connection of this machine also whose it is, where the system tells.
func NewOwnedPeer(conn net.Conn) *Peer {
	p := NewPeer(conn)
	if c, ok := conn.(*net.TCPConn); ok && p.Remote == "loopback" {
		p.UID, p.Known = owner(c)
	}
	return p
}

// Stranger tells a connection of this machine that is known to be of a user who has no name here.
func (p *Peers) Stranger(r *http.Request) bool {
	peer := PeerOf(r.Context())
	_, known := p.Users[peer.UID]
	return peer.Remote == "loopback" && peer.Known && !known
}

// browserHeaders are of browsers. To addresses of this machine they send Sec-Fetch-Site with whatever a page causes, and no page can
// leave it out; the others are of browsers of before (Safari until 16.4). Which page a browser acts for is not asked: none needs
// the broker. Sec-Fetch-Mode alone is of fetch in Node.js, which is a program like others.
var browserHeaders = []string{"Sec-Fetch-Site", "Sec-Fetch-Dest", "Sec-Fetch-User", "Origin", "Referer", "Cookie"}

// plain tells a request that no web page can have caused: a browser of the same user is a process of that user, and acts for
// whoever wrote the page. Of addresses only those of this machine count: pages reach 0.0.0.0 without the headers above.
func plain(r *http.Request) bool {
	for _, name := range browserHeaders {
		if r.Header[name] != nil {
			return false
		}
	}
	return LocalHost(r.Host)
}

// LocalHost tells whether a request asks for an address of this machine that only it reaches, or for localhost, with a port or without.
// It is stricter than elsewhere: to an address of IPv4 in the form of IPv6 pages send no Sec-Fetch-Site, as to 0.0.0.0, and
// names below localhost are a name server's business for some browsers.
func LocalHost(host string) bool {
	if at, _, err := net.SplitHostPort(host); err == nil {
		host = at
	}
	host = strings.Trim(host, "[]")
	ip, _ := netip.ParseAddr(host)
	return thishost.Address(host) && !ip.Is4In6() || thishost.Localhost(host)
}
