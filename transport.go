package ringcx

import (
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
)

// Transport is an http.RoundTripper that signs requests to one host. A request that is answered 401 is sent once more
// with a new token, if its body can be sent again (http.NewRequest sees to that for the usual kinds).
//
// Requests to any other host, such as one that a redirect leads to, pass without a token. At a legacy deployment the API
// has no /voice in front of its paths; with a token of one, it is left out of those of requests.
type Transport struct {
	// Source hands out the tokens, usually a [Session]. If it has a method Invalidate(*Token), it is told of tokens
	// that were refused.
	Source TokenSource
	// Host is the host, with its port if it has one, that tokens may go to. It is reached over https, or over http
	// on this machine.
	Host string
	// Base makes the requests; nil: http.DefaultTransport.
	Base http.RoundTripper
	// UserAgent is sent with requests that have none; "": Go's own.
	UserAgent string
}

// Client is an http.Client that sends the tokens of source to the RingCX host, and to no other. [Session.Client] is the
// usual way to one; this one is for an [APIToken] or a source of the program's own.
func (c *Config) Client(source TokenSource) *http.Client {
	t := &Transport{Source: source, UserAgent: c.userAgent()}
	if u, err := url.Parse(c.ringCX()); err == nil {
		t.Host = u.Host
	}
	client := http.Client{}
	if c.HTTPClient != nil {
		client, t.Base = *c.HTTPClient, c.HTTPClient.Transport
	}
	client.Transport = t
	return &client
}

// RoundTrip implements [http.RoundTripper].
func (t *Transport) RoundTrip(req *http.Request) (*http.Response, error) {
	base := t.Base
	if base == nil {
		base = http.DefaultTransport
	}
	if t.Host == "" || req.URL.Host != t.Host {
		return base.RoundTrip(req)
	}
	if req.URL.Scheme != "https" && !isLoopback(req.URL.Hostname()) {
		closeBody(req)
		return nil, fmt.Errorf("refusing to send a token to %s without TLS", req.URL.Host)
	}
	token, err := t.Source.Token(req.Context())
	if err != nil {
		closeBody(req)
		return nil, err
	}
	resp, err := base.RoundTrip(t.sign(req, token))
	if err != nil {
		return nil, err
	}
	session, _ := t.Source.(interface{ Invalidate(*Token) })
	if resp.StatusCode != http.StatusUnauthorized || session == nil {
		t.confirm(token)
		return resp, nil
	}
	session.Invalidate(token)
	return t.again(base, req, resp, token)
}

// again sends req once more if there is another token and the body can be had again; else resp stands.
func (t *Transport) again(base http.RoundTripper, req *http.Request, resp *http.Response, refused *Token) (*http.Response, error) {
	if req.Body != nil && req.Body != http.NoBody && req.GetBody == nil {
		return resp, nil
	}
	token, err := t.Source.Token(req.Context())
	if err != nil {
		drain(resp)
		return nil, fmt.Errorf("the token was refused (401) and could not be renewed: %w", err)
	}
	if token.AccessToken == refused.AccessToken {
		return resp, nil
	}
	repeat := t.sign(req, token)
	if req.GetBody != nil {
		if repeat.Body, err = req.GetBody(); err != nil {
			return resp, nil //nolint:nilerr // the answer in hand is the better one
		}
	}
	drain(resp)
	resp, err = base.RoundTrip(repeat)
	if err == nil && resp.StatusCode != http.StatusUnauthorized {
		t.confirm(token)
	}
	return resp, err
}

// confirm tells a session that the token works. It costs a lock only while that is news, and for tokens that each use prolongs.
func (t *Transport) confirm(token *Token) {
	if s, ok := t.Source.(*Session); ok {
		s.confirm(token)
	}
}

func (t *Transport) sign(req *http.Request, token *Token) *http.Request {
	signed := req.Clone(req.Context())
	if rest, ok := strings.CutPrefix(req.URL.Path, "/voice/api/"); ok && token.Idle > 0 {
		signed.URL.Path, signed.URL.RawPath = "/api/"+rest, strings.TrimPrefix(req.URL.RawPath, "/voice")
	}
	switch {
	case token.TokenType == authTokenType:
		signed.Header.Set(authTokenType, token.AccessToken)
	case wantsCookie(req.URL.Path):
		signed.AddCookie(&http.Cookie{Name: "access_token", Value: token.AccessToken}) //nolint:gosec // of a request, which has no attributes
	default:
		signed.Header.Set("Authorization", "Bearer "+token.AccessToken)
	}
	if t.UserAgent != "" && req.Header.Get("User-Agent") == "" {
		signed.Header.Set("User-Agent", t.UserAgent)
	}
	return signed
}

// wantsCookie tells the two operations that look for the token in a cookie, and do not accept it in a header: the
// summaries for agents and of automatic dialogues, /voice/api/v1/summary/accounts/…/segments/…/{agent|auto}.
func wantsCookie(path string) bool {
	rest, ok := strings.CutPrefix(path, "/voice/api/v1/summary/accounts/")
	parts := strings.Split(rest, "/")
	return ok && len(parts) == 4 && parts[1] == "segments" && (parts[3] == "agent" || parts[3] == "auto")
}

func closeBody(req *http.Request) {
	if req.Body != nil {
		_ = req.Body.Close()
	}
}

// drain lets the connection be used again.
func drain(resp *http.Response) {
	_, _ = io.CopyN(io.Discard, resp.Body, 64<<10)
	_ = resp.Body.Close()
}
