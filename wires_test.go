package ringcx_test

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"sync"
	"testing"
	"time"

	"github.com/ringcx-go/ringcx"
	"github.com/ringcx-go/ringcx/ringcxtest"
)

// half is one direction of a connection. It holds any number of bytes, and loses them while it is cut.
type half struct {
	mu       sync.Mutex // guards the fields below
	changed  *sync.Cond
	held     []byte
	closed   bool
	cut      bool
	deadline time.Time
}

func newHalf() *half {
	h := &half{}
	h.changed = sync.NewCond(&h.mu)
	return h
}

func (h *half) set(f func()) {
	h.mu.Lock()
	defer h.mu.Unlock()
	f()
	h.changed.Broadcast()
}

// wireEnd is one end of a connection in memory.
type wireEnd struct{ in, out *half }

func (w *wireEnd) Read(p []byte) (int, error) {
	h := w.in
	h.mu.Lock()
	defer h.mu.Unlock()
	for len(h.held) == 0 {
		switch {
		case h.closed:
			return 0, io.EOF
		case !h.deadline.IsZero() && !time.Now().Before(h.deadline):
			return 0, os.ErrDeadlineExceeded
		}
		h.changed.Wait()
	}
	n := copy(p, h.held)
	h.held = h.held[n:]
	return n, nil
}

func (w *wireEnd) Write(p []byte) (n int, err error) {
	w.out.set(func() {
		if n = len(p); w.out.closed {
			n, err = 0, net.ErrClosed
		} else if !w.out.cut {
			w.out.held = append(w.out.held, p...)
		}
	})
	return n, err
}

// Close is heard at the other end even if bytes are lost: nobody waits there when the test ends.
func (w *wireEnd) Close() error {
	w.in.set(func() { w.in.closed = true })
	w.out.set(func() { w.out.closed = true })
	return nil
}

func (w *wireEnd) SetReadDeadline(t time.Time) error {
	w.in.set(func() { w.in.deadline = t })
	if !t.IsZero() {
		time.AfterFunc(time.Until(t), func() { w.in.set(func() {}) })
	}
	return nil
}

func (w *wireEnd) SetWriteDeadline(time.Time) error { return nil }

func (w *wireEnd) SetDeadline(t time.Time) error { return w.SetReadDeadline(t) }

func (w *wireEnd) LocalAddr() net.Addr { return &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 1} }

func (w *wireEnd) RemoteAddr() net.Addr { return &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 443} }

// wires are a server's connections.
type wires struct {
	accepted chan net.Conn
	closed   chan struct{}
	once     sync.Once
}

func (w *wires) Accept() (net.Conn, error) {
	select {
	case c := <-w.accepted:
		return c, nil
	case <-w.closed:
		return nil, net.ErrClosed
	}
}

func (w *wires) Close() error {
	w.once.Do(func() { close(w.closed) })
	return nil
}

func (w *wires) Addr() net.Addr { return &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 443} }

// way is how one program reaches a server.
type way struct {
	to *wires

	mu    sync.Mutex // guards the fields below
	conns []*wireEnd // the program's ends
	down  bool       // no connection is made, and no attempt fails
}

func (y *way) dial(ctx context.Context, _, _ string) (net.Conn, error) {
	up, down := newHalf(), newHalf()
	y.mu.Lock()
	blocked := y.down
	mine := &wireEnd{in: down, out: up}
	y.conns = append(y.conns, mine)
	y.mu.Unlock()
	if blocked {
		<-ctx.Done()
		return nil, &net.OpError{Op: "dial", Err: ctx.Err()}
	}
	select {
	case y.to.accepted <- &wireEnd{in: up, out: down}:
		return mine, nil
	case <-y.to.closed:
		return nil, &net.OpError{Op: "dial", Err: errors.New("connection refused")}
	}
}

// forget lets all connections so far go silent, towards the server, back, or both ways.
func (y *way) forget(up, down bool) {
	y.mu.Lock()
	defer y.mu.Unlock()
	for _, c := range y.conns {
		if up {
			c.out.set(func() { c.out.cut = true })
		}
		if down {
			c.in.set(func() { c.in.cut = true })
		}
	}
}

// made is how many connections were asked for.
func (y *way) made() int {
	y.mu.Lock()
	defer y.mu.Unlock()
	return len(y.conns)
}

const distant = "https://example.com" // for which httptest has a certificate

// distantVendor is a sandbox behind TLS, in the bubble of the test. reach makes a transport to it.
func distantVendor(t *testing.T, http2 bool) (v *ringcxtest.Server, reach func() (*http.Transport, *way)) {
	t.Helper()
	v = newVendor(t)
	return v, distantServer(t, v, http2)
}

func distantServer(t *testing.T, h http.Handler, http2 bool) (reach func() (*http.Transport, *way)) {
	t.Helper()
	w := &wires{accepted: make(chan net.Conn), closed: make(chan struct{})}
	server := &httptest.Server{Listener: w, EnableHTTP2: http2, Config: &http.Server{Handler: h, ErrorLog: log.New(io.Discard, "", 0), ReadHeaderTimeout: time.Hour}}
	server.StartTLS()
	t.Cleanup(server.Close)
	roots := server.Client().Transport.(*http.Transport).TLSClientConfig.RootCAs
	return func() (*http.Transport, *way) {
		y := &way{to: w}
		return &http.Transport{
			DialContext: y.dial, ForceAttemptHTTP2: true, TLSClientConfig: &tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS12},
		}, y
	}
}

// sessionOver is a session of v's demo user that reaches it with base. Its connections are closed when the test ends.
func sessionOver(t *testing.T, v *ringcxtest.Server, base http.RoundTripper, store ringcx.Store) *ringcx.Session {
	t.Helper()
	c := v.Config()
	c.Endpoint, c.HTTPClient = ringcx.Endpoint{RingCentral: distant, RingCX: distant}, &http.Client{Transport: base}
	s := c.NewSession(c.JWT(v.Demo().JWT), &ringcx.SessionOptions{Store: store, Key: "k"})
	t.Cleanup(s.Client().CloseIdleConnections)
	return s
}

// open is how many connections are open.
func (y *way) open() int {
	y.mu.Lock()
	defer y.mu.Unlock()
	n := 0
	for _, c := range y.conns {
		c.in.set(func() {
			if !c.in.closed {
				n++
			}
		})
	}
	return n
}
