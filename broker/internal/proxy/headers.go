package proxy

import (
	"net/http"
	"strings"
)

// private are headers of a request that are the caller's and the broker's business, or that could make the vendor take the
// request for another one. Those that belong to one connection go too.
var private = map[string]bool{
	"Authorization": true, "X-Auth-Token": true, "Cookie": true, "Cookie2": true, "Ringcx-Profile": true,
	"True-Client-Ip": true, "Via": true, "Max-Forwards": true, "X-Host": true, "X-Method-Override": true, "X-Rewrite-Url": true,
	"Expect": true, "Host": true, "Idempotency-Key": true, "X-Idempotency-Key": true, "Origin": true, "Referer": true,
	"Connection": true, "Keep-Alive": true, "Te": true, "Trailer": true, "Transfer-Encoding": true, "Upgrade": true,
	"Http2-Settings": true,
}

// families are beginnings of names that are private too, by their first letter.
var families = [...][]string{
	'C': {"Cf-"}, 'F': {"Forwarded", "Fastly-"}, 'P': {"Proxy"}, 'R': {"Remote-"}, 'S': {"Sec-"},
	'X': {"X-Forwarded", "X-Real-", "X-Remote-", "X-Client-", "X-Cluster-", "X-Origin", "X-Proxy", "X-Envoy-", "X-Http-Method"},
}

// familiar tells names of a family.
func familiar(name string) bool {
	if name == "" || int(name[0]) >= len(families) {
		return false
	}
	for _, start := range families[name[0]] {
		if strings.HasPrefix(name, start) {
			return true
		}
	}
	return false
}

// strip takes from h what is private.
func strip(h http.Header) {
	for _, v := range h["Connection"] {
		for name := range strings.SplitSeq(v, ",") {
			h.Del(strings.TrimSpace(name))
		}
	}
	for name := range h {
		if private[name] || familiar(name) || odd(name) {
			delete(h, name)
		}
	}
}

// odd tells names that some servers take for another one, as _ for -.
func odd(name string) bool { return strings.ContainsAny(name, "_. ") }

// answered takes from the headers of an answer what binds a browser, or would let one in.
func answered(h http.Header) {
	for name := range h {
		if strings.HasPrefix(name, "Access-Control-") || name == "Set-Cookie" || name == "Set-Cookie2" || name == "Alt-Svc" ||
			name == "Clear-Site-Data" || name == "Strict-Transport-Security" || strings.HasPrefix(name, "Proxy-") {
			delete(h, name)
		}
	}
}
