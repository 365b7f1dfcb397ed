package doctor

import (
	"bytes"
	"context"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/ringcx-go/ringcx"
	"github.com/ringcx-go/ringcx/internal/timeout"
	"github.com/ringcx-go/ringcx/internal/usage"
	"github.com/ringcx-go/ringcx/internal/wording"
)

// contact is what came of asking one of the vendor's hosts for a public page, which costs nothing.
type contact struct {
	name     string // "RingCentral" or "RingCX"
	variable string // where its address comes from
	host     string
	server   string // its address
	via      string // the proxy in between, "" if none
	err      error  // no answer came
	answer   speaker
	redirect string
	status   int
	issuer   string        // of the certificate
	skew     time.Duration // how far the host's clock is ahead of ours
	dated    bool          // the host told the time
}

// speaker is who an answer sounds like.
type speaker string

const (
	speaksPlatform speaker = "RingCentral"
	speaksRingCX   speaker = "RingCX"
	speaksHTML     speaker = "a web site"
	speaksOther    speaker = "something unknown"
)

const contactTimeout = 5 * time.Second

// visit asks both hosts at the same time. A host whose name already tells that it is wrong is left alone.
func (a *gatherer) visit(f *Facts) {
	base := a.NewClient()
	if base == nil {
		base = http.DefaultClient
	}
	client := *base
	client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	all := []contact{
		{name: "RingCentral", variable: "RC_SERVER_URL"}, {name: "RingCX", variable: "RINGCX_SERVER_URL"},
	}
	urls := []string{f.servers.RingCentral + "/restapi", f.servers.RingCX + "/voice/api/v1/admin/accounts"}
	var wg sync.WaitGroup
	for i, c := range all {
		all[i].server = urls[i]
		if u, err := url.Parse(urls[i]); err != nil || u.Host == "" || misnamed(c.name, u.Hostname()) != nil && !f.password {
			all[i].name = ""
			continue
		}
		wg.Go(func() { all[i].ask(a.Context, &client, urls[i]) })
	}
	wg.Wait()
	f.contacts = slices.DeleteFunc(all, func(c contact) bool { return c.name == "" })
}

func (c *contact) ask(ctx context.Context, client *http.Client, address string) {
	ctx, cancel := context.WithTimeout(ctx, contactTimeout)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		c.err = err
		return
	}
	c.host = req.URL.Host
	req.Close = true // what one connection met must not be mended by another try of its own
	c.via = proxyOf(client, req)
	req.Header.Set("Accept", "application/json")
	start := time.Now()
	resp, err := client.Do(req)
	if err != nil {
		c.err = err
		return
	}
	defer func() { _ = resp.Body.Close() }()
	way := time.Since(start)
	body, err := io.ReadAll(io.LimitReader(resp.Body, 64<<10))
	if err != nil {
		c.err = err
		return
	}
	c.status, c.answer, c.redirect = resp.StatusCode, whoSpeaks(resp, body), resp.Header.Get("Location")
	if date, err := http.ParseTime(resp.Header.Get("Date")); err == nil {
		c.skew, c.dated = date.Add(500*time.Millisecond).Sub(start.Add(way/2)), true
	}
	if resp.TLS != nil && len(resp.TLS.PeerCertificates) > 0 {
		c.issuer = issuerOf(resp.TLS.PeerCertificates[0])
	}
}

func issuerOf(cert *x509.Certificate) string {
	return wording.First(strings.Join(cert.Issuer.Organization, ", "), cert.Issuer.CommonName, "an unnamed authority")
}

// unreadable stands for the address of a proxy that is none. It may hold a password, so it is not shown.
const unreadable = "?"

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
	host = strings.ToLower(host)
	ip := net.ParseIP(host)
	return host == "localhost" || strings.HasSuffix(host, ".localhost") || ip != nil && ip.IsLoopback() || allowed != "" && host == strings.ToLower(allowed)
}

// whoSpeaks tells whose answer it is. The platform has error codes of its own and an id on each answer; RingCX refuses a
// call without a token with 401, in text or JSON, or 403.
func whoSpeaks(resp *http.Response, body []byte) speaker {
	var v struct {
		APIVersions []any  `json:"apiVersions"`
		ErrorCode   string `json:"errorCode"`
		General     string `json:"generalMessage"`
	}
	kind := resp.Header.Get("Content-Type")
	known := json.Unmarshal(body, &v) == nil
	switch {
	case strings.Contains(kind, "html"), bytes.HasPrefix(bytes.TrimSpace(body), []byte("<")):
		return speaksHTML
	case known && (v.APIVersions != nil || strings.HasPrefix(v.ErrorCode, "CMN-") || strings.HasPrefix(v.ErrorCode, "AGW-") || strings.HasPrefix(v.ErrorCode, "OAU-")):
		return speaksPlatform
	case known && v.General != "", resp.StatusCode == http.StatusUnauthorized, resp.StatusCode == http.StatusForbidden:
		return speaksRingCX
	}
	return speaksOther
}

// judgeNetwork tells what is between us and the vendor.
func judgeNetwork(f *Facts) []Finding {
	all := judgeProxies(f)
	for _, c := range f.contacts {
		switch c.status {
		case http.StatusProxyAuthRequired:
			all = append(all, problem("proxy-auth", "put user and password into HTTPS_PROXY (HTTP_PROXY for http://), with special characters percent-encoded",
				"a proxy before the %s server %s wants a user and a password (407)", c.name, c.host))
		case http.StatusNetworkAuthenticationRequired:
			all = append(all, problem("portal", "open a browser and sign in to the network", "the network before the %s server %s wants a sign-in (511)", c.name, c.host))
		}
		if c.err == nil {
			continue
		}
		if one := c.trouble(f.startSandbox); one.ID != "proxy-unreadable" || len(f.proxies) == 0 {
			all = append(all, one)
		}
	}
	return all
}

func fineNetwork(f *Facts) string {
	var parts []string
	for _, c := range f.contacts {
		part := c.host + " answers"
		if c.issuer != "" {
			part += ", certificate by " + c.issuer
		}
		if c.via != "" {
			part += ", by way of the proxy " + c.via
		}
		parts = append(parts, part)
	}
	return strings.Join(slices.Compact(parts), "; ")
}

// trouble puts a cause to an answer that never came.
func (c *contact) trouble(startSandbox func(server string) string) Finding {
	var known usage.Explained
	switch {
	case c.via == unreadable:
		return problem("proxy-unreadable", "set HTTPS_PROXY to http://host:port, or unset it", "the address of the proxy in HTTPS_PROXY cannot be read")
	case !errors.As(c.err, &known):
		return problem("cut-off", "try again; if it stays, something between here and the vendor cuts the connection",
			"the %s server %s gave no answer: %s", c.name, c.host, wording.Said(plain(c.err)))
	}
	fix := strings.ReplaceAll(strings.TrimSuffix(known.Hint(), "; nothing stored was lost"), "RC_SERVER_URL and RINGCX_SERVER_URL", c.variable)
	text := known.Error()
	switch known.Cause() {
	case "dns":
		text = fmt.Sprintf("the name of the %s server, %s, leads nowhere: %s", c.name, c.host, text)
	case "tcp", "not-http":
		start := ""
		if known.Cause() == "tcp" && startSandbox != nil {
			start = startSandbox(c.server)
		}
		if start != "" {
			fix = "if it is a sandbox, start it with " + start + "; or check " + c.variable
		} else if fix == "check the network and the host" {
			fix = "check " + c.variable + ", the network and the firewall"
		}
		text = fmt.Sprintf("the %s server %s cannot be reached: %s", c.name, c.host, text)
	case "tcp-timeout":
		text = fmt.Sprintf("the %s server %s does not answer within %s", c.name, c.host, wording.Span(contactTimeout))
	case "cut-off":
		fix = "try again; if it stays, something between here and the vendor cuts the connection"
		text = fmt.Sprintf("the %s server %s gave no answer: %s", c.name, c.host, text)
	}
	return problem(known.Cause(), fix, "%s", text)
}

// plain is a network error without the URL around it.
func plain(err error) string {
	var u *url.Error
	if errors.As(err, &u) {
		err = u.Err
	}
	return fmt.Sprint(err)
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

// maxSkew is a difference of clocks worth a word. Tokens do not depend on it.
const maxSkew = 30 * time.Second

func judgeClock(f *Facts) []Finding {
	var worst time.Duration
	host := ""
	for _, c := range f.contacts {
		if c.dated && c.skew.Abs() > worst.Abs() {
			worst, host = c.skew, c.host
		}
	}
	if worst.Abs() <= maxSkew {
		return nil
	}
	return []Finding{note("clock-skew", "switch on time synchronization (timedatectl set-ntp true)",
		"this machine's clock is %s, by the word of %s; tokens are kept all the same, certificates may not be", wording.Skewed(worst.Seconds()), host)}
}

func fineClock(f *Facts) string {
	for _, c := range f.contacts {
		if c.dated {
			return "the clock agrees with the vendor's"
		}
	}
	return ""
}
