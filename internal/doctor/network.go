package doctor

import (
	"bytes"
	"context"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

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
