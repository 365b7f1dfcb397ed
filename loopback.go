package ringcx

import (
	"cmp"
	"context"
	"net"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
)

// Requests to this machine stay on it. A name that stands for it is no name server's business, and no proxy sees what is
// sent to it.

// isLoopback tells whether a host can only mean this machine: a loopback address, localhost, or a name below it (RFC 6761,
// section 6.3). A final dot makes another name of it.
func isLoopback(host string) bool {
	if isLocalhost(host) {
		return true
	}
	if !strings.Contains(host, ":") && strings.Trim(host, "0123456789.") != "" {
		return false // a name; ParseAddr would tell it with an error, for each request
	}
	ip, err := netip.ParseAddr(host)
	return err == nil && ip.Zone() == "" && ip.IsLoopback()
}

func isLocalhost(host string) bool {
	const name = "localhost"
	before := len(host) - len(name)
	return before >= 0 && lower(host[before:]) == name && (before == 0 || host[before-1] == '.')
}

// hostProblem tells what is wrong with the URL of a server that gets secrets: it has to be an https origin, or an http one
// on this machine or at the host that is allowed.
func hostProblem(raw, allowed string) string {
	if problem := firstOfKind(raw, func(r, _ rune) bool { return r == ' ' || isHidden(r) }); problem != "" {
		return problem
	}
	u, err := url.Parse(raw)
	if err != nil {
		return cmp.Or(stray(raw), "is not a URL")
	}
	shown := quoteServer(u)
	switch {
	case u.User != nil:
		return "must not hold a user name or password"
	case u.Scheme != "https" && u.Scheme != "http", u.Hostname() == "":
		return shown + " must be of the form https://host"
	case !isHost(u.Hostname()):
		return shown + " must name one host, in ASCII (xn--…), or an address in its usual form"
	case !isPort(u.Port()):
		return shown + " must have a port between 1 and 65535, or none"
	case u.Path != "" || u.RawQuery != "" || u.ForceQuery || strings.Contains(raw, "#"):
		return shown + " must be a host alone, without a path"
	case u.Scheme == "http" && !isLoopback(u.Hostname()) && !isAllowed(u.Hostname(), allowed):
		return shown + " must use https: tokens travel in clear over http"
	}
	return ""
}

// quoteServer is a URL up to its host, for messages: what comes after it, and what is no URL at all, may be a secret that
// landed in the wrong place.
func quoteServer(u *url.URL) string {
	const longest = 24 // of what is shown whole without a host
	s := u.String()
	if u.Hostname() != "" {
		if s = u.Scheme + "://" + u.Host; *u != (url.URL{Scheme: u.Scheme, Host: u.Host}) {
			s += "/…"
		}
	} else if len(s) > longest || u.RawQuery != "" {
		s = s[:min(8, len(s))] + "…"
	}
	return strconv.Quote(s)
}

// isHost tells what can be the host of a URL: an address, or a name of letters, digits, - and _. What ends in a number and is
// no address is taken for one by some, and by others not.
func isHost(host string) bool {
	if _, err := netip.ParseAddr(host); err == nil {
		return true
	}
	last := ""
	for label := range strings.SplitSeq(strings.TrimSuffix(host, "."), ".") {
		if last = lower(label); label == "" || strings.Trim(last, labelCharacters) != "" {
			return false
		}
	}
	_, err := strconv.ParseUint(strings.TrimPrefix(last, "0x"), 16, 64)
	return strings.Trim(last, "0123456789") != "" && (err != nil || !strings.HasPrefix(last, "0x"))
}

const labelCharacters = "abcdefghijklmnopqrstuvwxyz0123456789-_"

func isPort(port string) bool {
	n, err := strconv.ParseUint(port, 10, 16)
	return port == "" || err == nil && n > 0
}

func isAllowed(host, allowed string) bool { return allowed != "" && lower(host) == lower(allowed) }

// vendorDomains are those below which all hosts are the vendor's. They speak TLS.
var vendorDomains = []string{"ringcentral.com", "ringcentral.biz", "vacd.biz", "virtualacd.biz"}

// allowedProblem tells what is wrong with Config.AllowHTTP. A name with letters other than ASCII is none here: what it
// means is decided where it is dialled.
func allowedProblem(host string) string {
	if _, err := netip.ParseAddr(host); host == "" || err == nil {
		return ""
	}
	for label := range strings.SplitSeq(host, ".") {
		if label == "" || strings.Trim(lower(label), labelCharacters) != "" {
			return "is " + strconv.Quote(host) + ", which is not the name of a host alone"
		}
	}
	for _, domain := range vendorDomains {
		if strings.HasSuffix("."+lower(host), "."+domain) {
			return "is " + strconv.Quote(host) + ", a host of the vendor, which is reached over https"
		}
	}
	return ""
}

type dialFunc = func(ctx context.Context, network, address string) (net.Conn, error)

// dialer is the dialler that a transport uses: the newer kind before the older, nil if it has neither.
func dialer(dial dialFunc, old func(network, address string) (net.Conn, error)) dialFunc {
	if dial == nil && old != nil {
		return func(_ context.Context, network, address string) (net.Conn, error) { return old(network, address) }
	}
	return dial
}

// dialHere dials what has a name of this machine at its addresses, and anything else as it is.
func dialHere(dial dialFunc) dialFunc {
	if dial == nil {
		return nil
	}
	return func(ctx context.Context, network, address string) (net.Conn, error) {
		host, port, err := net.SplitHostPort(address)
		if err != nil || !isLocalhost(host) {
			return dial(ctx, network, address)
		}
		conn, err := dial(ctx, network, net.JoinHostPort("127.0.0.1", port))
		if err == nil || ctx.Err() != nil {
			return conn, err
		}
		if conn, err := dial(ctx, network, net.JoinHostPort("::1", port)); err == nil {
			return conn, nil
		}
		return nil, err
	}
}
