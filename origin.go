package ringcx

import (
	"cmp"
	"net"
	"net/netip"
	"net/url"
	"strings"
)

// origin is the canonical form of a URL that holds a host alone (RFC 6454, section 4); any other text is left as it is.
// What is another host stays one: a trailing dot counts.
func origin(raw string) string {
	u, err := url.Parse(raw)
	if err != nil || u.Host == "" || u.User != nil || strings.Trim(u.Path, "/") != "" || u.RawQuery != "" || u.ForceQuery || strings.Contains(raw, "#") {
		return raw
	}
	return originOf(u)
}

// originOf is the origin of an absolute URL that was parsed, which has put its scheme into lower case.
func originOf(u *url.URL) string {
	return u.Scheme + "://" + strings.ReplaceAll(hostOf(u), "%", "%25") // a zone of an address is escaped in URLs
}

// hostOf is the host of u in lower case, an IPv6 address in its shortest form, with the port if it is not that of the scheme.
func hostOf(u *url.URL) string {
	host, port := lower(u.Hostname()), u.Port()
	if strings.HasPrefix(port, "0") {
		port = cmp.Or(strings.TrimLeft(port, "0"), "0")
	}
	if port == defaultPorts[u.Scheme] {
		port = ""
	}
	if strings.Contains(host, ":") {
		if ip, err := netip.ParseAddr(host); err == nil {
			host = ip.String()
		}
	}
	switch {
	case port != "":
		return net.JoinHostPort(host, port)
	case strings.Contains(host, ":"):
		return "[" + host + "]"
	}
	return host
}

// placeOf is hostOf, with an IPv4 address that is written as one of IPv6 as what it is dialled as.
func placeOf(u *url.URL) string {
	host := hostOf(u)
	if rest, ok := strings.CutPrefix(host, "[::ffff:"); ok && !strings.Contains(rest, "%") {
		return strings.Replace(rest, "]", "", 1)
	}
	return host
}

// lower is s with A to Z in lower case. The rest stays: what unicode takes for the capital of an ASCII letter is another
// letter in the name of a host.
func lower(s string) string {
	return strings.Map(func(r rune) rune {
		if r >= 'A' && r <= 'Z' {
			return r + 'a' - 'A'
		}
		return r
	}, s)
}

var defaultPorts = map[string]string{"https": "443", "http": "80"}
