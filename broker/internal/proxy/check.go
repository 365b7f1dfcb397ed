// Package proxy forwards requests to the vendor with the right token, and refuses what must not be forwarded.
package proxy

import (
	"net"
	"net/http"
	"net/netip"
	"os"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/ringcx-go/ringcx/broker/internal/problem"
	"github.com/ringcx-go/ringcx/internal/apispec"
	"github.com/ringcx-go/ringcx/internal/thishost"
)

// Hosts are the names that the broker answers to, besides addresses and localhost: a web page whose name is made to lead to the
// broker (DNS rebinding) cannot come under one of these.
type Hosts []string

// Local is h with the name that this machine calls itself. Whoever can make a page come under it can answer for the machine.
func (h Hosts) Local() Hosts {
	name, err := os.Hostname()
	if err != nil || name == "" {
		return h
	}
	return append(slices.Clip(h), name)
}

// Admit refuses requests that no program sends: of browsers for pages of another origin, for other hosts, to be a tunnel, or with
// a target that could mean two things.
func (h Hosts) Admit(r *http.Request) *problem.Problem {
	switch {
	case r.Method == http.MethodConnect || r.Method == http.MethodTrace:
		return problem.New(http.StatusMethodNotAllowed, "the broker is no tunnel, and repeats no requests")
	case !capitals(r.Method): // to some servers post is POST, to rules and limits it is not
		return problem.New(http.StatusMethodNotAllowed, "the method of the request must be a word in capital letters")
	case !strings.HasPrefix(r.RequestURI, "/") || r.URL.Host != "" || r.URL.Scheme != "":
		return problem.New(http.StatusBadRequest, "the target of the request must be a path")
	case !h.knows(r.Host):
		return problem.New(http.StatusMisdirectedRequest, "the broker does not answer to this host")
	case r.Header["Origin"] != nil || crossSite(r.Header["Sec-Fetch-Site"]):
		return problem.New(http.StatusForbidden, "the broker does not serve web pages")
	case changes(r.Header):
		return problem.New(http.StatusNotImplemented, "the broker changes to no other protocol")
	}
	return nil
}

func capitals(method string) bool {
	for i := range len(method) {
		if method[i] < 'A' || method[i] > 'Z' {
			return false
		}
	}
	return method != ""
}

// crossSite tells values of Sec-Fetch-Site that are of a page: none but the address bar sends "none".
func crossSite(values []string) bool {
	return len(values) > 1 || len(values) == 1 && values[0] != "none" && values[0] != "same-origin"
}

// changes tells requests that need another protocol. HTTP/2 without TLS they only offer, as HTTP clients of Java and PHP do with each
// request: such an offer may be passed over (RFC 9110, section 7.8), and goes no further.
func changes(h http.Header) bool {
	offered := h["Upgrade"]
	if len(offered) == 0 {
		return listed(h["Connection"], "upgrade")
	}
	for _, v := range offered {
		for name := range strings.SplitSeq(v, ",") {
			if !strings.EqualFold(strings.TrimSpace(name), "h2c") {
				return true
			}
		}
	}
	return false
}

func listed(values []string, name string) bool {
	for _, v := range values {
		for s := range strings.SplitSeq(v, ",") {
			if strings.EqualFold(strings.TrimSpace(s), name) {
				return true
			}
		}
	}
	return false
}

func (h Hosts) knows(host string) bool {
	name := host
	if at, _, err := net.SplitHostPort(host); err == nil {
		name = at
	}
	name = strings.TrimSuffix(strings.ToLower(strings.Trim(name, "[]")), ".") // a name may end in the root of all names
	if _, err := netip.ParseAddr(name); err == nil || thishost.Name(name) {
		return true
	}
	for _, known := range h {
		known = strings.TrimSuffix(known, ".")
		if strings.EqualFold(known, name) || strings.EqualFold(known, host) {
			return true
		}
	}
	return false
}

// longest is the longest path and the longest query that are forwarded, in bytes.
const longest = 16 << 10

// CheckTarget refuses paths and queries that may mean another thing to the vendor, or to something before it, than to the
// broker's policy.
func CheckTarget(r *http.Request) *problem.Problem {
	path, query := r.URL.EscapedPath(), r.URL.RawQuery
	bad := func(why string) *problem.Problem {
		return problem.New(http.StatusBadRequest, "the path of the request "+why)
	}
	asked, _, _ := strings.Cut(r.RequestURI, "?")
	switch {
	case asked != path || strings.Contains(r.RequestURI, "#"):
		return bad("holds a character that must be percent-encoded")
	case len(path) > longest || len(query) > longest:
		return problem.New(http.StatusRequestURITooLong, "the target of the request is too long")
	case !utf8.ValidString(r.URL.Path):
		return bad("is no UTF-8")
	case doubly(path):
		return bad("is encoded twice")
	}
	if err := apispec.CheckPath(path); err != nil {
		return bad(err.Error())
	}
	if trimmed(r.URL.Path) {
		return bad("has a segment that begins or ends with a blank, or ends with a dot")
	}
	return checkQuery(query)
}

// trimmed tells paths with a segment of which some server cuts something off.
func trimmed(path string) bool {
	for s := range strings.SplitSeq(path, "/") {
		if s != strings.TrimSpace(s) || strings.HasSuffix(s, ".") {
			return true
		}
	}
	return false
}

// doubly tells paths in which a percent sign is encoded before what would then be an encoding.
func doubly(path string) bool {
	for {
		i := strings.Index(path, "%25")
		if i < 0 {
			return false
		}
		path = path[i+3:]
		if len(path) >= 2 && isHex(path[0]) && isHex(path[1]) || strings.HasPrefix(path, "%") {
			return true
		}
	}
}

func isHex(c byte) bool {
	return c >= '0' && c <= '9' || c >= 'a' && c <= 'f' || c >= 'A' && c <= 'F'
}

// secretParameters are the names under which servers take a token, or another method, from a query.
var secretParameters = []string{"access_token", "accesstoken", "x-auth-token", "_method", "token", "bearer_token", "authorization"}

func checkQuery(query string) *problem.Problem {
	bad := func(why string) *problem.Problem {
		return problem.New(http.StatusBadRequest, "the query of the request "+why)
	}
	for i := 0; i < len(query); i++ {
		switch c := query[i]; {
		case c <= ' ' || c >= 0x7f || c == ';' || c == '\\' || c == '#':
			return bad("holds a character that must be percent-encoded")
		case c == '%' && (i+2 >= len(query) || !isHex(query[i+1]) || !isHex(query[i+2])):
			return bad("holds a percent sign that encodes nothing")
		case c == '%' && query[i+1] < '2' || c == '%' && query[i+1] == '7' && (query[i+2]|0x20) == 'f':
			if code := query[i+1 : i+3]; code != "0A" && code != "0a" && code != "0D" && code != "0d" && code != "09" {
				return bad("holds a control character")
			}
		}
	}
	for rest := query; rest != ""; {
		var pair string
		pair, rest, _ = strings.Cut(rest, "&")
		name, _, _ := strings.Cut(pair, "=")
		for _, secret := range secretParameters {
			if len(name) >= len(secret) && strings.EqualFold(plain(name), secret) {
				return bad("holds a token, or a method: they belong elsewhere")
			}
		}
	}
	return nil
}

// plain takes one percent encoding away.
func plain(s string) string {
	if !strings.Contains(s, "%") {
		return s
	}
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] == '%' && i+2 < len(s) && isHex(s[i+1]) && isHex(s[i+2]) {
			b.WriteByte(unhex(s[i+1])<<4 | unhex(s[i+2]))
			i += 2
			continue
		}
		b.WriteByte(s[i])
	}
	return b.String()
}

func unhex(c byte) byte {
	if c > '9' {
		return c&^0x20 - 'A' + 10
	}
	return c - '0'
}
