package ringcx

import (
	"context"
	"errors"
	"net"
	"net/http"
	"net/http/httptrace"
	"sync/atomic"
	"time"
)

// errNoConnection is a token request that was not sent, because there was no connection in time.
var errNoConnection = errors.New("no connection in time")

// do makes a token request. Of one without an answer it tells whether it may have been sent, and sees to it that the next
// goes over another connection.
func (c Config) do(req *http.Request) (*http.Response, failKind, error) {
	ctx, cancel := context.WithCancelCause(req.Context())
	var p progress
	timer := time.AfterFunc(connectTimeout, func() {
		if p.asked.Load() && !p.connected.Load() {
			cancel(errNoConnection)
		}
	})
	defer timer.Stop()
	if _, marked := asking(ctx); !marked {
		ctx = context.WithValue(ctx, tokenMark{}, (*lineage)(nil))
	}
	base := c.transport()
	over := route(base, req.URL, c.AllowHTTP, useToken)
	req = req.WithContext(httptrace.WithClientTrace(ctx, p.trace()))
	if _, ours := over.(*http.Transport); !ours {
		req = asLast(req) // so that the next one goes over another connection
	}
	resp, err := doInTime(ctx, c.httpClient(over), req) //nolint:bodyclose // the caller does
	if err == nil {
		return resp, 0, nil
	}
	kind := p.kind(err)
	if kind != failUnsent {
		giveUp(base, over)
	}
	if cause := context.Cause(ctx); errors.Is(cause, errNoConnection) {
		err = cause
	}
	return nil, kind, withCause(err, req, over, c.now(), c.knownSkew())
}

// errDeaf is a request that a transport of the program's own did not end in time.
var errDeaf error = &deafError{}

type deafError struct{}

func (*deafError) Error() string { return "Config.HTTPClient did not give up in time" }

// Hint tells what to do about it.
func (*deafError) Hint() string {
	return "a transport of Config.HTTPClient must end when the context of its request does, and must not sign requests " +
		"with the session that it makes them for: that waits for itself"
}

// doInTime is client.Do, of which nobody is kept waiting that does not obey ctx.
func doInTime(ctx context.Context, client *http.Client, req *http.Request) (*http.Response, error) {
	type outcome struct {
		resp *http.Response
		err  error
	}
	done := make(chan outcome, 1)
	asker, _ := asking(ctx)
	go func() {
		defer asker.makes()()
		resp, err := client.Do(req) //nolint:bodyclose,gosec // the caller closes; the host is the one of Config
		done <- outcome{resp, err}
	}()
	select {
	case o := <-done:
		return o.resp, o.err
	case <-ctx.Done():
	}
	select {
	case o := <-done:
		return o.resp, o.err
	case <-time.After(maxPause / 2):
	}
	go func() {
		if o := <-done; o.err == nil {
			_ = o.resp.Body.Close()
		}
	}()
	return nil, errDeaf
}

// progress is how far a request has come, as far as the transport tells.
type progress struct{ asked, connected, answered atomic.Bool }

func (p *progress) trace() *httptrace.ClientTrace {
	return &httptrace.ClientTrace{
		GetConn:              func(string) { p.asked.Store(true) },
		GotConn:              func(httptrace.GotConnInfo) { p.connected.Store(true) },
		GotFirstResponseByte: func() { p.answered.Store(true) },
	}
}

// kind sorts what became of a request that brought no answer.
func (p *progress) kind(err error) failKind {
	var before *unsignedError
	switch {
	case errors.As(err, &before), p.asked.Load() && !p.connected.Load(), dialFailed(err):
		return failUnsent
	case p.answered.Load():
		return failLost
	}
	return failSilent
}

// dialFailed tells errors of an attempt to connect, for clients whose transport does not report its connections.
func dialFailed(err error) bool {
	var op *net.OpError
	var dns *net.DNSError
	return errors.As(err, &dns) || errors.As(err, &op) && (op.Op == "dial" || op.Op == "proxyconnect")
}
