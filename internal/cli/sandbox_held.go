package cli

import (
	"io"
	"net"
	"net/http"
	"regexp"
	"sync"
	"sync/atomic"
)

// What strangers can hold on to together.
const (
	heldMost        = 64 << 20 // bytes of all requests that are on their way or being answered
	heldLeast       = 4 << 10  // that each of them counts besides its headers and what has come of its body
	heldOfStream    = 1 << 20  // of a body that is read piece by piece
	heldSmall       = 80 << 10 // that a request may hold when the large ones already hold too much
	connectionsMost = 1_024    // one more waits until another ends
	streamsMost     = 100      // requests at a time on a connection of HTTP/2
	windowMost      = 64 << 10 // bytes of bodies that a connection of HTTP/2 may bring before they are read
)

// inFlight are the bytes of the requests to a sandbox, and to the addresses of its namespaces.
type inFlight struct {
	most  int64
	bytes atomic.Int64
}

// within lets h answer requests as long as they do not hold too much together. One that comes then is told to come again; the
// body of one that is there is then too large.
func (t *inFlight) within(h http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		mine := &heldBody{of: t, answer: w.Header()}
		defer func() { t.bytes.Add(-mine.bytes) }()
		if !mine.take(heldLeast + headerSize(r)) {
			http.Error(w, "sandbox: too much is being sent to it at a time: try again later", http.StatusServiceUnavailable)
			return
		}
		if r.Body != nil && r.Body != http.NoBody {
			mine.ReadCloser, mine.streams, r.Body = r.Body, snapshots().MatchString(r.URL.Path), mine
		}
		h.ServeHTTP(w, r)
	})
}

// snapshots are the paths to which a body comes of which little is held: what is in it has a bound of its own.
var snapshots = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^(/_ns/[^/]+)?/(_sandbox|console/controls)/snapshot$`)
})

// heldBody counts what has come of a body.
type heldBody struct {
	io.ReadCloser
	of     *inFlight
	bytes  int64
	answer http.Header

	streams bool // no more than heldOfStream counts
}

// take reports whether there is room for so many bytes more.
func (b *heldBody) take(n int) bool {
	b.bytes += int64(n)
	most := b.of.most
	if b.bytes > heldSmall {
		most -= most / 4 // which is left to those that bring little
	}
	if b.of.bytes.Add(int64(n)) <= most {
		return true
	}
	b.answer.Set("Connection", "close")
	b.answer.Set("Retry-After", "1")
	return false
}

func (b *heldBody) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	if n > 0 && (!b.streams || b.bytes < heldOfStream) && !b.take(n) {
		return 0, &http.MaxBytesError{Limit: b.bytes}
	}
	return n, err
}

// crowd lets so many connections be open at a time, whichever listener they come to.
type crowd chan struct{}

// of is ln, on which a connection waits while there are too many.
func (c crowd) of(ln net.Listener) net.Listener {
	return &crowdListener{Listener: ln, crowd: c, closed: make(chan struct{})}
}

type crowdListener struct {
	net.Listener
	crowd  crowd
	closed chan struct{}
	once   sync.Once // closes it
}

func (l *crowdListener) Accept() (net.Conn, error) {
	conn, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	select {
	case l.crowd <- struct{}{}:
		return &crowdConn{Conn: conn, crowd: l.crowd}, nil
	case <-l.closed:
		_ = conn.Close()
		return nil, net.ErrClosed
	}
}

func (l *crowdListener) Close() error {
	l.once.Do(func() { close(l.closed) })
	return l.Listener.Close()
}

type crowdConn struct {
	net.Conn
	crowd crowd
	once  sync.Once // leaves it
}

// NetConn is the connection inside.
func (c *crowdConn) NetConn() net.Conn { return c.Conn }

func (c *crowdConn) Close() error {
	err := c.Conn.Close()
	c.once.Do(func() { <-c.crowd })
	return err
}
