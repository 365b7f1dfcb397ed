package serve

import (
	"net"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"sync"
)

// namespaceAddress is the address that a sandbox at base gave for a namespace, in a spelling of ours; "" if it leads
// elsewhere: to another scheme or host than asked or with anything in it but a port or the path of that namespace.
func namespaceAddress(base *url.URL, answer, name string) string {
	u, err := url.Parse(answer)
	if err != nil || !oneLabel().MatchString(name) || u.Scheme != base.Scheme || u.Opaque != "" || u.User != nil || strings.ContainsAny(answer, "?#") {
		return ""
	}
	host, asked := strings.ToLower(u.Hostname()), strings.ToLower(base.Hostname())
	switch {
	case host == asked, host == name+"."+asked, meansHere(asked) && (here[host] || host == name+".localhost"):
	default:
		return ""
	}
	out := url.URL{Scheme: base.Scheme, Host: host}
	if strings.Contains(host, ":") {
		out.Host = "[" + host + "]"
	}
	if u.Port() != "" {
		if !isPort(u.Port()) {
			return ""
		}
		out.Host = net.JoinHostPort(host, u.Port())
	}
	switch path := strings.TrimSuffix(u.EscapedPath(), "/"); path {
	case "":
	case "/_ns/" + name:
		out.Path = path
	default:
		return ""
	}
	return out.String()
}

// here are the hosts by which a sandbox calls this machine when it was asked there: exactly these, since it is an answer that
// is judged, not what a person wrote.
var here = map[string]bool{"localhost": true, "127.0.0.1": true, "::1": true}

var oneLabel = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^[a-z0-9-]{1,63}$`) })

func isPort(text string) bool {
	n, err := strconv.ParseUint(text, 10, 16)
	return err == nil && n > 0
}
