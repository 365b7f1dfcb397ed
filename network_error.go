package ringcx

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	"net/http"
	"net/url"
	"time"
)

// networkError is a request that brought no answer, with the cause in words, which are in network_tcp.go, network_tls.go and
// network_proxy.go. What the network said is kept behind it.
type networkError struct {
	err error
	cause
}

// Error says what is wrong.
func (e *networkError) Error() string { return e.text }

// Hint says what to do about it.
func (e *networkError) Hint() string { return e.hint }

// Cause names the kind of trouble, as 'ringcx doctor' does.
func (e *networkError) Cause() string { return e.id }

// Unwrap returns what the network said.
func (e *networkError) Unwrap() error { return e.err }

// Timeout and Temporary are for programs that ask as package net has it.
func (e *networkError) Timeout() bool {
	var t interface{ Timeout() bool }
	return errors.As(e.err, &t) && t.Timeout()
}

// Temporary is as net.Error has it.
func (e *networkError) Temporary() bool {
	var t interface{ Temporary() bool }
	return errors.As(e.err, &t) && t.Temporary()
}

// withCause gives an error of the network its cause. What has one, and what the caller gave up, stays as it is.
func withCause(err error, req *http.Request, base http.RoundTripper, now time.Time, skew time.Duration) error {
	var known *networkError
	var told hinted
	if errors.As(err, &known) || errors.As(err, &told) || errors.Is(err, context.Canceled) {
		return err
	}
	var u *url.Error
	if errors.As(err, &u) && u.Op != "parse" {
		err = u.Err
	}
	var record tls.RecordHeaderError
	var op *net.OpError
	if errors.As(err, &record) && !errors.As(err, &op) && string(record.RecordHeader[:]) == "HTTP/" {
		err = http.ErrSchemeMismatch // as http.Client has it
	}
	w := wayOf(req, base, err)
	w.now, w.skew = now, skew
	return &networkError{err, causeOf(err, w)}
}

// causeOf tells why a request brought no answer, from what the transport said and how it went. It is a function of these
// alone.
func causeOf(err error, w way) cause {
	var c cause
	var op *net.OpError
	switch isOp := errors.As(err, &op); {
	case w.unread:
		return cause{"proxy-unreadable", "the address of the proxy" + w.named() + " cannot be read", w.proxyForm()}
	case w.proxy != nil && w.setting != nil && proxyProblem(w.value()) != "":
		return cause{"proxy-unreadable", w.variable() + " " + proxyProblem(w.value()), w.proxyForm()}
	case isOp && op.Op == "proxyconnect":
		return unreachableProxy(op.Err, w)
	}
	switch c = tlsCause(err, w, w.host); {
	case c.id == "tls-missing" && w.proxy != nil:
		return cause{
			"proxy-refused", "what comes through " + w.who() + " is not TLS with " + w.host,
			"what listens there may be a web server and no proxy, or lead to a page of its own: check " + w.place() + nothingLost,
		}
	case c.id != "" && w.proxy != nil:
		c.text += ", by way of " + w.who()
	case w.proxy != nil:
		return refusedByProxy(err, w)
	case c.id == "":
		c = tcpCause(err, w)
	}
	if w.proxy == nil && w.secure {
		if ignored := w.ignored(); ignored != "" {
			c.hint = ignored
		}
	}
	return c
}
