package ringcx

import (
	"net/url"
	"strings"
)

// target is what Host of a Transport means.
type target struct {
	host, allowed string // of which it is made
	problem       string // why it means nothing, "" if it means something

	secure, clear string // the host as URLs of https and of http have it; "": not reached so
	refuse        bool   // what goes to clear is to be refused: it holds a token, and no TLS
}

func newTarget(host, allowed string) *target {
	g := &target{host: host, allowed: allowed}
	raw, isURL := host, strings.Contains(host, "://")
	if !isURL {
		raw = "https://" + host
	}
	u, err := url.Parse(raw)
	if host == "" {
		g.problem = "Host is missing"
	} else if problem := allowedProblem(allowed); problem != "" {
		g.problem = "AllowHTTP " + problem
	} else if problem := hostProblem(origin(raw), allowed); problem != "" || err != nil {
		g.problem = "Host " + problem
	}
	if g.problem != "" {
		return g
	}
	if u.Scheme == "https" {
		g.secure = placeOf(u)
	}
	g.clear = placeOf(&url.URL{Scheme: "http", Host: u.Host})
	g.refuse = isURL && u.Scheme == "https" || !isLoopback(u.Hostname()) && !isAllowed(u.Hostname(), allowed)
	return g
}

// meant tells whether u is at the host.
func (g *target) meant(u *url.URL) bool {
	host := g.secure
	if u.Scheme != "https" {
		host = g.clear
	}
	return host != "" && (u.Host == host || placeOf(u) == host)
}
