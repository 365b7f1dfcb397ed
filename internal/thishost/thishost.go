// Package thishost tells which hosts of addresses are this machine, whoever resolves them. The root package has the same rule
// in loopback.go and imports nothing of ours; a test holds both together.
//
// Hosts are as url.URL.Hostname has them: without a port, and without brackets. No name is resolved. Addresses in other
// spellings (127.1, 2130706433, 0x7f.1) are none here, nor are those of all interfaces (0.0.0.0, ::), to which one can listen
// but which say nothing of who is there.
package thishost

import (
	"net/netip"
	"strings"
)

// Is tells whether a host can only be this machine: a loopback address, localhost, or a name below it. It is right where
// names are dialled by ringcx.Transport or alike, which ask no name server and no proxy for them.
func Is(host string) bool { return Name(host) || Address(host) }

// Name tells whether a host is localhost or a name below it (RFC 6761, section 6.3), in letters of any case. With a final dot
// it is another name: resolvers and proxies do not agree on it.
func Name(host string) bool {
	const name = "localhost"
	before := len(host) - len(name)
	return before >= 0 && strings.EqualFold(host[before:], name) && (before == 0 || before > 1 && host[before-1] == '.')
}

// Localhost tells whether a host is the name localhost itself, in letters of any case. It is for places where names are left
// to the resolver of a system, or of a browser: not all know of names below it.
func Localhost(host string) bool { return len(host) == len("localhost") && Name(host) }

// Address tells whether a host is a loopback address, also one of IPv4 in the form of IPv6 (::ffff:127.0.0.1). One with a zone
// is none: clients and proxies do not agree on it.
func Address(host string) bool {
	ip, err := netip.ParseAddr(host)
	return err == nil && ip.Zone() == "" && ip.IsLoopback()
}
