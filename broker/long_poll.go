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

// takes is how long an answer of the broker's own may take to be found for a caller that waited for it, and to be written.
const takes = 10 * time.Second

// parting is how long a caller may take to close a connection after its answer.
const parting = time.Second

// waiters counts those who wait on connections that are no longer the server's.
type waiters struct {
	mu   sync.Mutex // guards the fields below
	n    int
	none chan struct{} // closed when n is 0; nil: nobody waits for that
}

func (c *waiters) add(n int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.n += n; c.n == 0 && c.none != nil {
		close(c.none)
		c.none = nil
	}
}

// wait waits until nobody is there any more.
func (c *waiters) wait(ctx context.Context) {
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

// hold has a caller wait for its answer without what net/http has in memory for a connection, which is most of what one takes that
// waits. Its connection ends with the answer. false: it has to wait as others do, over HTTP/2 for example.
func (q *request) hold(l *handout.LongPoll) bool {
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
		defer hangUp(conn)
		waits := await(conn, l)
		q.answerHeld(conn, l, waits)
	}()
	return true
}

// chatter is how much, in bytes, a caller may send that waits for its answer, and before its connection is closed. None of it is served.
const chatter = 64 << 10

// await waits for an answer, and tells whether the caller did so too. It reads from the connection, so that it notices when the
// caller has gone: for the rest the deadline of that is all it needs.
func await(conn net.Conn, l *handout.LongPoll) bool {
	_ = conn.SetReadDeadline(time.Now().Add(l.Most))
	stop := l.Watch(func() { _ = conn.SetReadDeadline(time.Unix(1, 0)) })
	defer stop()
	n, err := conn.Read(make([]byte, 1)) // most send nothing
	if n > 0 {
		err = discard(conn)
	}
	return err == nil || errors.Is(err, os.ErrDeadlineExceeded)
}

// discard reads until the connection ends; no error: there was too much.
func discard(conn net.Conn) error {
	buf := make([]byte, 1<<10)
	for rest := chatter; rest > 0; {
		n, err := conn.Read(buf)
		if err != nil {
			return err
		}
		rest -= n
	}
	return nil
}

// hangUp closes a connection on which the answer was written. With something unread the system would reset it, and the caller might
// lose the answer: it has a moment to close it first.
func hangUp(conn net.Conn) {
	defer func() { _ = conn.Close() }()
	if half, ok := conn.(interface{ CloseWrite() error }); ok && half.CloseWrite() == nil {
		_ = conn.SetReadDeadline(time.Now().Add(parting))
		_ = discard(conn)
	}
}

// answerHeld answers a caller that was held, which may have gone.
func (q *request) answerHeld(conn net.Conn, l *handout.LongPoll, waits bool) {
	a := l.Gone()
	if waits {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(q.r.Context()), takes)
		defer cancel()
		a = l.Now(ctx)
	}
	var w buffered
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

// buffered is an http.ResponseWriter for an answer without a server.
type buffered struct {
	header http.Header
	status int
	body   bytes.Buffer
}

// Header implements http.ResponseWriter.
func (l *buffered) Header() http.Header {
	if l.header == nil {
		l.header = http.Header{}
	}
	return l.header
}

// WriteHeader implements http.ResponseWriter.
func (l *buffered) WriteHeader(status int) { l.status = status }

// Write implements http.ResponseWriter.
func (l *buffered) Write(p []byte) (int, error) { return l.body.Write(p) }

// text is the whole answer, the last one on its connection.
func (l *buffered) text() []byte {
	var b bytes.Buffer
	resp := http.Response{
		ProtoMajor: 1, ProtoMinor: 1, StatusCode: l.status, Header: l.header, Close: true,
		ContentLength: int64(l.body.Len()), Body: io.NopCloser(&l.body),
	}
	_ = resp.Write(&b) // into memory
	return b.Bytes()
}
