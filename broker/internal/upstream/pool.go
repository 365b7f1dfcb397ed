package upstream

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	"net/http"
	"slices"
	"strings"
	"time"
)

// sweeps is how often it is looked for connections that are too old, in the time that they may be idle.
const sweeps = 3

// get is a connection for a request: the one that was used last, if it is still there, or a new one.
func (t *Transport) get(req *http.Request) (*conn, error) {
	to := server{req.URL.Scheme, req.URL.Host}
	for {
		c := t.take(to)
		if c == nil {
			return t.dial(req.Context(), to)
		}
		if c.lives(t.base.IdleConnTimeout) {
			return c, nil
		}
		_ = c.Close()
	}
}

func (t *Transport) take(to server) *conn {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.closing = false
	all := t.idle[to]
	if len(all) == 0 {
		return nil
	}
	c := all[len(all)-1]
	all[len(all)-1] = nil
	t.idle[to] = all[:len(all)-1]
	t.kept--
	return c
}

// put keeps c for another request.
func (t *Transport) put(c *conn) {
	c.idleSince = time.Now().Round(0) // by the clock on the wall, which goes on while the machine sleeps
	t.mu.Lock()
	defer t.mu.Unlock()
	all := t.idle[c.to]
	if len(all) >= t.base.MaxIdleConnsPerHost || t.closing {
		_ = c.plain.Close() // which others do not wait for
		return
	}
	t.idle[c.to] = append(all, c)
	t.kept++
	if t.wake == nil {
		t.wake = time.AfterFunc(t.base.IdleConnTimeout/sweeps, t.sweep)
	}
}

// sweep closes what was not used for too long, and comes again while there is any other.
func (t *Transport) sweep() {
	t.drop(time.Now().Round(0))
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.wake = nil; t.kept > 0 {
		t.wake = time.AfterFunc(t.base.IdleConnTimeout/sweeps, t.sweep)
	}
}

// drop closes the connections that have been idle for too long now, or all. One that was used in the future was used before the clock
// was set back.
func (t *Transport) drop(now time.Time) {
	t.mu.Lock()
	var old []*conn
	for to, all := range t.idle {
		t.idle[to] = slices.DeleteFunc(all, func(c *conn) bool {
			gone := now.IsZero() || now.Sub(c.idleSince).Abs() >= t.base.IdleConnTimeout
			if gone {
				old = append(old, c)
			}
			return gone
		})
		if len(t.idle[to]) == 0 {
			delete(t.idle, to)
		}
	}
	t.kept -= len(old)
	t.mu.Unlock()
	for _, c := range old {
		_ = c.Close()
	}
}

// dial makes a connection.
func (t *Transport) dial(ctx context.Context, to server) (*conn, error) {
	dial := t.base.DialContext
	if dial == nil {
		dial = new(net.Dialer).DialContext
	}
	plain, err := dial(ctx, "tcp", address(to))
	if err != nil {
		return nil, err
	}
	if plain == nil {
		return nil, errors.New("no connection was made, and no error")
	}
	watch(plain)
	if to.scheme == "http" {
		return newConn(plain, plain, to)
	}
	config := t.base.TLSClientConfig.Clone()
	if config == nil {
		config = new(tls.Config)
	}
	if config.ServerName == "" {
		config.ServerName, _, _ = net.SplitHostPort(address(to))
	}
	config.NextProtos = []string{"http/1.1"}
	if limit := t.base.TLSHandshakeTimeout; limit > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, limit)
		defer cancel()
	}
	secure := tls.Client(plain, config)
	if err := secure.HandshakeContext(ctx); err != nil {
		_ = plain.Close()
		return nil, err
	}
	return newConn(secure, plain, to)
}

// errUnseen is why a connection is none for this package.
var errUnseen = errors.New("it cannot be seen whether the connection is still there")

// noProtocol is the alert of a server that speaks none of the protocols that it was offered (RFC 7301).
const noProtocol = tls.AlertError(120)

// foreign tells errors that say that connections are to be net/http's. Nothing was sent.
func foreign(err error) bool {
	return errors.Is(err, errUnseen) || err != nil && strings.HasSuffix(err.Error(), noProtocol.Error()) // what TLS returns has no type of its own
}

// address is the host and port of a server.
func address(to server) string {
	if host, port, err := net.SplitHostPort(to.host); err == nil && port != "" {
		return net.JoinHostPort(host, port)
	}
	host := to.host
	if n := len(host); n > 1 && host[n-1] == ':' {
		host = host[:n-1]
	}
	if n := len(host); n > 1 && host[0] == '[' && host[n-1] == ']' {
		host = host[1 : n-1]
	}
	if to.scheme == "https" {
		return net.JoinHostPort(host, "443")
	}
	return net.JoinHostPort(host, "80")
}

// signs are asked for of the other system, which has gone if it gives none.
var signs = net.KeepAliveConfig{Enable: true, Idle: 3 * time.Second, Interval: 2 * time.Second, Count: 3}
