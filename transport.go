package ringcx

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"sync/atomic"
	"time"
)

// Transport is an http.RoundTripper that signs requests to one host. A request that is answered 401 is sent once more
// with a new token, if its body can be sent again (http.NewRequest sees to that for the usual kinds).
//
// Requests to any other host pass without a token; what else they hold passes too. It does not see whether a request comes
// from a redirect: [Config.Client] makes clients that follow none to another host. Where the connection goes decides, which
// is URL.Host of a request, not its Host. At a legacy deployment the API has no /voice in front of its paths; with a token of
// one, it is left out of those of requests.
type Transport struct {
	// Source hands out the tokens, usually a [Session]. If it is [Informed], it is told what became of them; if it has the
	// method Invalidate(*Token) alone, of those that were refused. With neither a Source nor a Host nothing is signed.
	Source TokenSource
	// Host is the host that tokens may go to: a name with its port if it has one, or an origin such as https://host.
	// It is reached over https, or over http on this machine or if AllowHTTP names it. Any other text is an error of
	// every request.
	Host string
	// Base makes the requests; nil: http.DefaultTransport. If it is an *http.Transport, its settings are used with
	// connections of our own, as Config.HTTPClient says.
	Base http.RoundTripper
	// UserAgent is sent with requests that have none; "": Go's own.
	UserAgent string
	// AllowHTTP is as in [Config].
	AllowHTTP string

	known   atomic.Pointer[target] // Host as last understood, nil before
	last    lastBearer             // of the last request that had one
	limited bool                   // it waits for an answer to begin for headerTimeout at most
	suspect atomic.Bool            // the last request of a transport that is not net/http's brought no answer
}

// RoundTrip implements [http.RoundTripper].
func (t *Transport) RoundTrip(req *http.Request) (*http.Response, error) {
	purpose := t.purpose(req)
	if t.Source == nil && t.Host == "" {
		return t.send(req, purpose)
	}
	to := t.target()
	switch {
	case t.Source == nil:
		closeBody(req)
		return nil, errors.New("sign a request: the Transport has no Source of tokens")
	case to.problem != "":
		closeBody(req)
		return nil, fmt.Errorf("sign a request: the Transport's %s", to.problem)
	case !to.meant(req.URL):
		return t.send(req, purpose)
	case req.URL.Scheme != "https" && to.refuse:
		closeBody(req)
		return nil, fmt.Errorf("refusing to send a token to %s without TLS", oneLine(req.URL.Host))
	}
	token, err := t.token(req, purpose)
	if err != nil {
		closeBody(req)
		return nil, err
	}
	resp, err := t.send(signed(req, token, &t.last, t.UserAgent), purpose)
	if err != nil || resp == nil { // net/http says what to think of a base that brings neither
		return nil, err
	}
	if resp.StatusCode != http.StatusUnauthorized {
		t.confirm(token)
		return resp, nil
	}
	told, ok := t.Source.(invalidator)
	if !ok {
		return resp, nil
	}
	told.Invalidate(token)
	return t.again(req, resp, token, purpose)
}

// invalidator is the part of [Informed] that a Source may have alone.
type invalidator interface{ Invalidate(t *Token) }

// CloseIdleConnections closes the connections of Base, and those that were made with its settings, that nobody uses, as
// http.Client.CloseIdleConnections wants it.
func (t *Transport) CloseIdleConnections() {
	closeIdle(t.Base)
}

// purpose is what req is for.
func (t *Transport) purpose(req *http.Request) use {
	if _, marked := asking(req.Context()); marked {
		return useToken
	}
	if t.limited {
		return useClient
	}
	return useAPI
}

// settling is how long HTTP/2 may need to notice that nobody waits for an answer any more.
const settling = 10 * time.Millisecond

// loaded is when the program began. How long ago that is takes half as long to tell as what time it is, for every request.
var loaded = time.Now()

// send sends a request as it is. After one without an answer the next goes over another connection, as far as that can be
// had.
func (t *Transport) send(req *http.Request, purpose use) (*http.Response, error) {
	over, start := route(t.Base, req.URL, t.AllowHTTP, purpose), time.Since(loaded)
	_, ours := over.(*http.Transport)
	if t.suspect.Load() {
		req = asLast(req)
	}
	resp, err := roundTrip(over, req, purpose, ours)
	silent := err != nil && (purpose == useToken || time.Since(loaded)-start >= pingAfter)
	if silent && !ours && purpose != useToken {
		<-time.After(settling)
	}
	if silent {
		giveUp(t.Base, over)
	}
	if suspect := silent && !ours; suspect != t.suspect.Load() {
		t.suspect.Store(suspect)
	}
	if err != nil {
		err = withCause(err, req, over, time.Now(), 0)
	}
	return resp, err
}

// token is one to sign req with.
func (t *Transport) token(req *http.Request, purpose use) (*Token, error) {
	if purpose != useToken {
		return t.fromSource(req)
	}
	asker, _ := asking(req.Context())
	if s, ok := t.Source.(*Session); ok && asker != nil && s.renewer.sameAs(asker) {
		return nil, errSignsItself
	}
	token, err := t.fromSource(req)
	if err != nil {
		err = &unsignedError{err}
	}
	return token, err
}

// fromSource is what the Source hands out, which may be a program's own.
func (t *Transport) fromSource(req *http.Request) (*Token, error) {
	token, err := t.Source.Token(req.Context())
	if err == nil && (token == nil || token.AccessToken == "") {
		err = errors.New("sign a request: the Transport's Source brought no token")
	}
	return token, err
}

// again sends req once more if there is another token and the body can be had again; else resp stands.
func (t *Transport) again(req *http.Request, resp *http.Response, refused *Token, purpose use) (*http.Response, error) {
	if req.Body != nil && req.Body != http.NoBody && req.GetBody == nil {
		return resp, nil
	}
	token, err := t.fromSource(req)
	if err != nil {
		drain(resp)
		return nil, fmt.Errorf("the token was refused (401) and could not be renewed: %w", err)
	}
	if token.AccessToken == refused.AccessToken {
		return resp, nil
	}
	repeat := signed(req, token, &t.last, t.UserAgent)
	if req.GetBody != nil {
		if repeat.Body, err = req.GetBody(); err != nil {
			return resp, nil //nolint:nilerr // the answer in hand is the better one
		}
	}
	drain(resp)
	resp, err = t.send(repeat, purpose)
	if err == nil && resp != nil && resp.StatusCode != http.StatusUnauthorized {
		t.confirm(token)
	}
	return resp, err
}

// confirm tells the Source that the token works.
func (t *Transport) confirm(token *Token) {
	if told, ok := t.Source.(Informed); ok {
		told.Confirm(token)
	}
}

func closeBody(req *http.Request) {
	if req.Body != nil {
		_ = req.Body.Close()
	}
}

// drain lets the connection be used again.
func drain(resp *http.Response) {
	if resp.Body == nil { // of a base that is not net/http's
		return
	}
	_, _ = io.CopyN(io.Discard, resp.Body, 64<<10)
	_ = resp.Body.Close()
}

func (t *Transport) target() *target {
	g := t.known.Load()
	if g == nil || g.host != t.Host || g.allowed != t.AllowHTTP {
		g = newTarget(t.Host, t.AllowHTTP)
		t.known.Store(g)
	}
	return g
}
