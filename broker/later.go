package broker

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"os"
	"sync"
	"time"

	"github.com/ringcx-go/ringcx/broker/internal/handout"
)

// takes is how long an answer may take to be written to a caller that waited for it.
const takes = 10 * time.Second

// crowd counts those who wait on connections that are no longer the server's.
type crowd struct {
	mu   sync.Mutex // guards the fields below
	n    int
	none chan struct{} // closed when n is 0; nil: nobody waits for that
}

func (c *crowd) add(n int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.n += n; c.n == 0 && c.none != nil {
		close(c.none)
		c.none = nil
	}
}

// wait waits until nobody is there any more.
func (c *crowd) wait(ctx context.Context) {
	c.mu.Lock()
	if c.n == 0 {
		c.mu.Unlock()
		return
	}
	if c.none == nil {
		c.none = make(chan struct{})
	}
	none := c.none
	c.mu.Unlock()
	select {
	case <-none:
	case <-ctx.Done():
	}
}

// later has a caller wait for its answer without what net/http has in memory for a connection, which is most of what one takes that
// waits. Its connection ends with the answer. false: it has to wait as others do, over HTTP/2 for example.
func (q *request) later(l *handout.Later) bool {
	if !q.r.ProtoAtLeast(1, 1) || q.r.ProtoMajor != 1 || q.r.Method != http.MethodGet || q.r.Body != http.NoBody {
		return false
	}
	conn, _, err := http.NewResponseController(&q.w).Hijack()
	if err != nil {
		return false
	}
	q.w = answer{}
	q.b.waiting.add(1)
	go func() {
		defer q.b.waiting.add(-1)
		defer func() { _ = conn.Close() }()
		waits := await(conn, l)
		q.answerLater(conn, l, waits)
	}()
	return true
}

// await waits for an answer, and tells whether the caller did so too. It reads from the connection, so that it notices when the
// caller has gone: for the rest the deadline of that is all it needs.
func await(conn net.Conn, l *handout.Later) bool {
	_ = conn.SetReadDeadline(time.Now().Add(l.Most))
	stop := l.Watch(func() { _ = conn.SetReadDeadline(time.Unix(1, 0)) })
	defer stop()
	n, err := conn.Read(make([]byte, 1))
	return n > 0 || errors.Is(err, os.ErrDeadlineExceeded)
}

func (q *request) answerLater(conn net.Conn, l *handout.Later, waits bool) {
	a := l.Gone()
	if waits {
		a = l.Now(context.WithoutCancel(q.r.Context()))
	}
	var w late
	if err := q.writeOwn(a); err != nil {
		unwritten(q, err).Write(&w)
	} else {
		q.countOwn(a)
		a.Write(&w)
	}
	w.Header().Set("Date", time.Now().UTC().Format(http.TimeFormat))
	_ = conn.SetWriteDeadline(time.Now().Add(takes))
	_, _ = conn.Write(w.text())
}

// late is an http.ResponseWriter for an answer without a server.
type late struct {
	header http.Header
	status int
	body   bytes.Buffer
}

// Header implements http.ResponseWriter.
func (l *late) Header() http.Header {
	if l.header == nil {
		l.header = http.Header{}
	}
	return l.header
}

// WriteHeader implements http.ResponseWriter.
func (l *late) WriteHeader(status int) { l.status = status }

// Write implements http.ResponseWriter.
func (l *late) Write(p []byte) (int, error) { return l.body.Write(p) }

// text is the whole answer, the last one on its connection.
func (l *late) text() []byte {
	var b bytes.Buffer
	resp := http.Response{
		ProtoMajor: 1, ProtoMinor: 1, StatusCode: l.status, Header: l.header, Close: true,
		ContentLength: int64(l.body.Len()), Body: io.NopCloser(&l.body),
	}
	_ = resp.Write(&b) // into memory
	return b.Bytes()
}
