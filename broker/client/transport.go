package client

import (
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
)

// RoundTrip sends a request to the broker in place of the host that it is for, with the caller's key, and without a token or a
// cookie of its own. Bodies stream both ways.
//
// What the broker itself refuses is an [Error], unless it says when to come again: such an answer (429, 503), and all of the
// vendor's, are returned as they come. With a fallback a request that only reads goes to the vendor where the broker cannot serve it
// (503), not where a limit is used up (429), and where what is before the broker says that there is none: 502, 503 or 504 and no JSON,
// which neither the broker nor an operation of the vendor's answers. A request that changes something may have reached the vendor then,
// and its answer is returned. A redirect of the vendor's to another host is an error: it is nothing for the broker.
func (c *Client) RoundTrip(req *http.Request) (*http.Response, error) {
	if from := req.Response; from != nil && from.Request != nil && !same(from.Request.URL, req.URL) {
		closeBody(req)
		return nil, fmt.Errorf("refusing to follow a redirect to %s: it is not where the request was for", req.URL.Host)
	}
	resp, err := c.send(req)
	if err != nil {
		if again := c.directly(req, err); again != nil {
			return c.direct.RoundTrip(again)
		}
		return nil, c.unreached(err)
	}
	resp.Request = req
	if isProblem(resp) && resp.StatusCode == http.StatusServiceUnavailable {
		if again := c.directly(req, nil); again != nil {
			_ = resp.Body.Close()
			return c.alone.RoundTrip(again)
		}
	}
	if isBalancers(resp) && (req.Method == http.MethodGet || req.Method == http.MethodHead) {
		if again := c.directly(req, nil); again != nil {
			_ = resp.Body.Close()
			return c.direct.RoundTrip(again)
		}
	}
	if isProblem(resp) && resp.Header.Get("Retry-After") == "" {
		defer func() { _ = resp.Body.Close() }()
		return nil, c.refusal(resp)
	}
	return resp, nil
}

// send sends a request to the broker.
func (c *Client) send(req *http.Request) (*http.Response, error) {
	u := *req.URL
	u.Scheme, u.Host, _ = strings.Cut(c.origin, "://")
	out := req.WithContext(req.Context())
	out.URL, out.Host, out.Response = &u, "", nil
	if out.Header = req.Header.Clone(); out.Header == nil {
		out.Header = http.Header{}
	}
	for _, name := range []string{"Authorization", "X-Auth-Token", "Cookie"} {
		out.Header.Del(name)
	}
	if c.profile != "" {
		out.Header.Set("RingCX-Profile", c.profile)
	}
	return c.via.RoundTrip(out)
}

// directly is a request that the broker did not get, as err tells, or that changes nothing, for the vendor; nil: it may not go there.
func (c *Client) directly(req *http.Request, err error) *http.Request {
	var op *net.OpError
	unsent := errors.As(err, &op) && op.Op == "dial" || req.Method == http.MethodGet || req.Method == http.MethodHead
	if c.direct == nil || req.Context().Err() != nil || !unsent || errors.Is(err, errKey) {
		return nil
	}
	if vendor, err := url.Parse(c.vendor); err != nil || !same(vendor, req.URL) {
		return nil
	}
	again := req.Clone(req.Context())
	again.Header.Del("Authorization")
	if req.Body == nil || req.Body == http.NoBody {
		return again
	}
	if req.GetBody == nil {
		return nil
	}
	var body io.ReadCloser
	if body, err = req.GetBody(); err != nil {
		return nil
	}
	again.Body = body
	return again
}

// same tells whether two addresses are of one origin.
func same(a, b *url.URL) bool {
	return a.Scheme == b.Scheme && strings.EqualFold(a.Hostname(), b.Hostname()) && port(a) == port(b)
}

func port(u *url.URL) string {
	if p := u.Port(); p != "" {
		return p
	}
	return u.Scheme // the one that it has anyway
}

func closeBody(req *http.Request) {
	if req.Body != nil {
		_ = req.Body.Close()
	}
}
