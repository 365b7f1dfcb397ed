// Package upstream sends requests to the vendor. A request with a short body, or none, is written and its answer read by the goroutine
// that asks, over a connection of HTTP/1.1 that is kept; net/http's own transport has two more goroutines for each connection, which cost
// as much as a half of all that a broker does with a request. What is written and read is still written and read by net/http.
package upstream

import (
	"context"
	"io"
	"net/http"
	"sync"
	"sync/atomic"
	"time"
)

// Short is the longest request, headers and body, in bytes, that is written before the answer is read. So much fits into what systems buffer
// for a connection: a server that answers such a request without reading it is not waited for.
const Short = 16 << 10

// Transport is an http.RoundTripper, safe for concurrent use. What it does not send itself goes through a transport of net/http with
// the same settings: longer requests, what a proxy is configured for, and everything where the settings say how connections come about,
// where it cannot be seen whether one is still there, or where the server speaks HTTP/2 only.
type Transport struct {
	base *http.Transport
	own  atomic.Bool // connections are left to this package

	mu      sync.Mutex         // guards the fields below
	idle    map[server][]*conn // the last one was used last
	kept    int
	closing bool        // what is in use now is not kept
	wake    *time.Timer // while any is idle
}

// server is whom a connection is to.
type server struct{ scheme, host string }

// New makes a transport with the settings of base, which it goes on to use.
func New(base *http.Transport) *Transport {
	//nolint:staticcheck // what a program still sets counts
	left := base.DialTLSContext == nil && base.DialTLS == nil && base.Dial == nil && base.MaxConnsPerHost == 0 &&
		!base.DisableKeepAlives && base.DisableCompression && base.IdleConnTimeout > 0 && (base.Protocols == nil || base.Protocols.HTTP1())
	t := &Transport{base: base, idle: map[server][]*conn{}}
	t.own.Store(left && tells)
	return t
}

// CloseIdleConnections closes the connections that nobody uses, and those in use when they are free, if none is asked for before.
func (t *Transport) CloseIdleConnections() {
	t.base.CloseIdleConnections()
	t.mu.Lock()
	t.closing = true
	t.mu.Unlock()
	t.drop(time.Time{})
}

// RoundTrip implements http.RoundTripper. As in net/http, a request that changes nothing is sent again, over a new connection, if the one that had
// been kept turns out to have ended; others are not.
func (t *Transport) RoundTrip(req *http.Request) (*http.Response, error) {
	if !t.sends(req) {
		return t.base.RoundTrip(req)
	}
	if err := req.Context().Err(); err != nil {
		closeBody(req)
		return nil, err
	}
	c, err := t.get(req)
	if foreign(err) {
		t.own.Store(false)
		return t.base.RoundTrip(req)
	}
	if err != nil {
		closeBody(req)
		return nil, err
	}
	resp, err := t.ask(c, req)
	if err == nil || !c.hadEnded(err) || req.Context().Err() != nil || !repeats(req) {
		return resp, err
	}
	return t.again(c.to, req, err)
}

// again sends a request once more, over a new connection, because it failed. That there is none does not mean that nothing was sent.
func (t *Transport) again(to server, req *http.Request, failed error) (*http.Response, error) {
	if req.GetBody != nil {
		again := *req
		var err error
		if again.Body, err = req.GetBody(); err != nil {
			return nil, failed
		}
		req = &again
	}
	c, err := t.dial(req.Context(), to)
	if err != nil {
		closeBody(req)
		return nil, failed
	}
	return t.ask(c, req)
}

// sends tells requests that are not for net/http's transport.
func (t *Transport) sends(req *http.Request) bool {
	if !t.own.Load() || req.URL == nil || req.URL.Scheme != "http" && req.URL.Scheme != "https" || !ascii(req.URL.Host) || req.Close {
		return false
	}
	if req.Body != nil && req.Body != http.NoBody && req.ContentLength <= 0 || size(req) > Short {
		return false
	}
	if t.base.Proxy == nil {
		return true
	}
	through, err := t.base.Proxy(req)
	return through == nil && err == nil
}

// size is about how long a request is.
func size(req *http.Request) int64 {
	n := req.ContentLength + int64(len(req.URL.Path)+len(req.URL.RawPath)+len(req.URL.RawQuery))
	for name, values := range req.Header {
		for _, v := range values {
			n += int64(len(name) + len(v))
		}
	}
	return n
}

func ascii(host string) bool {
	for i := range len(host) {
		if host[i] >= 0x80 {
			return false
		}
	}
	return host != ""
}

// repeats tells requests that net/http sends again when a connection that was kept had ended: those that change nothing.
func repeats(req *http.Request) bool {
	switch req.Method {
	case http.MethodGet, http.MethodHead, http.MethodOptions, "":
		return req.Body == nil || req.Body == http.NoBody || req.GetBody != nil
	}
	return false
}

func closeBody(req *http.Request) {
	if req.Body != nil {
		_ = req.Body.Close()
	}
}

// ask sends a request over c, which is its alone until the answer has been read.
func (t *Transport) ask(c *conn, req *http.Request) (*http.Response, error) {
	ctx := req.Context()
	c.stop = context.AfterFunc(ctx, c.interrupt)
	resp, err := c.exchange(req, t.base)
	if err != nil {
		c.stop()
		_ = c.plain.Close() // TLS would say so, and wait for who does not read
		if ended := ctx.Err(); ended != nil {
			err = ended
		}
		return nil, err
	}
	lasts := !resp.Close && resp.StatusCode != http.StatusSwitchingProtocols
	if resp.Body == http.NoBody || resp.StatusCode == http.StatusSwitchingProtocols {
		resp.Body = http.NoBody
		t.done(c, lasts)
		return resp, nil
	}
	resp.Body = &body{from: resp.Body, ctx: ctx, transport: t, conn: c, lasts: lasts}
	return resp, nil
}

// done has c be used for another request, or closes it.
func (t *Transport) done(c *conn, lasts bool) {
	if !c.stop() || !lasts || c.in.Buffered() > 0 {
		_ = c.plain.Close()
		return
	}
	c.stop = nil
	t.put(c)
}

// body is that of an answer. With its end the connection is free. Like most readers it is for one goroutine.
type body struct {
	from      io.ReadCloser
	ctx       context.Context //nolint:containedctx // what ends the connection ends the body
	transport *Transport
	conn      *conn
	lasts     bool

	ended error // what further reads answer; nil: it has not ended
}

// Read implements io.Reader.
func (b *body) Read(p []byte) (int, error) {
	if b.ended != nil {
		return 0, b.ended
	}
	n, err := b.from.Read(p)
	if err == nil {
		return n, nil
	}
	complete := err == io.EOF //nolint:errorlint // as it comes
	if ended := b.ctx.Err(); ended != nil && !complete {
		err = ended
	}
	b.ended = err
	b.transport.done(b.conn, complete && b.lasts)
	return n, err
}

// Close implements io.Closer. What was not read is not waited for: the connection ends.
func (b *body) Close() error {
	if b.ended == nil {
		b.ended = http.ErrBodyReadAfterClose
		b.transport.done(b.conn, false)
	}
	return nil
}
