package doctor

import (
	"net/http"
	"slices"
	"strings"

	"github.com/ringcx-go/ringcx"
	"github.com/ringcx-go/ringcx/internal/thishost"
	"github.com/ringcx-go/ringcx/internal/timeout"
)

// proxyOf is the proxy that a client takes for a request. One without a transport of its own takes that of the
// environment.
func proxyOf(client *http.Client, req *http.Request) string {
	proxy := http.ProxyFromEnvironment
	base := client.Transport
	if t, ok := base.(*timeout.Transport); ok {
		base = t.Base
	}
	if t, ok := base.(*ringcx.Transport); ok {
		if base = t.Base; reachedDirectly(req.URL.Hostname(), t.AllowHTTP) {
			return ""
		}
	}
	if t, ok := base.(*http.Transport); ok {
		proxy = t.Proxy
	}
	if proxy == nil {
		return ""
	}
	u, err := proxy(req)
	if err != nil {
		return unreadable
	}
	if u == nil {
		return ""
	}
	return u.Host
}

// reachedDirectly tells the hosts that package ringcx asks no proxy for.
func reachedDirectly(host, allowed string) bool {
	return thishost.Is(host) || allowed != "" && strings.EqualFold(host, allowed)
}

// judgeProxies tells of variables that name a proxy, or no proxy, wrongly. While everything is reached they do no harm.
func judgeProxies(f *Facts) []Finding {
	tell := note
	if slices.ContainsFunc(f.contacts, func(c contact) bool { return c.err != nil }) {
		tell = problem
	}
	var all []Finding
	for _, text := range f.proxies {
		name, _, _ := strings.Cut(text, " ")
		switch strings.ToUpper(name) {
		case "NO_PROXY":
			all = append(all, note("no-proxy", "write names of hosts and domains, separated by commas, such as .example.com,10.0.0.0/8", "%s", text))
		case "ALL_PROXY":
			all = append(all, note("proxy-unused", "set HTTPS_PROXY if a proxy is needed here", "%s", text))
		default:
			all = append(all, tell("proxy-unreadable", "set "+name+" to http://host:port, or unset it", "%s", text))
		}
	}
	return all
}
