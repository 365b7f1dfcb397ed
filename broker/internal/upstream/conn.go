package upstream

import (
	"bufio"
	"errors"
	"math"
	"net"
	"net/http"
	"net/http/httptrace"
	"net/textproto"
	"os"
	"syscall"
	"time"
)

// conn is a connection, of one request at a time.
type conn struct {
	net.Conn
	to  server
	in  *bufio.Reader
	out *bufio.Writer

	plain net.Conn        // what is below TLS, or the same
	raw   syscall.RawConn // of plain
	peek  peek

	room      int64       // bytes that may still come before the body
	asked     time.Time   // when the latest request was written
	got       bool        // of an answer to it
	used      bool        // a request before this one was answered
	idleSince time.Time   // by the clock on the wall
	stop      func() bool // ends the watch over the context of the latest request
}

// newConn is for c, which is plain or TLS over it.
func newConn(c, plain net.Conn, to server) (*conn, error) {
	s, ok := plain.(syscall.Conn)
	if !ok {
		_ = plain.Close()
		return nil, errUnseen
	}
	raw, err := s.SyscallConn()
	if err != nil {
		_ = plain.Close()
		return nil, err
	}
	n := &conn{Conn: c, plain: plain, to: to, raw: raw}
	n.in, n.out = bufio.NewReader(n), bufio.NewWriter(c)
	n.peek.f = n.peek.look
	return n, nil
}

// headerBytes is how long the headers of an answer may be in all, as net/http has it.
const headerBytes = 10 << 20

// errHeaders is the end of an answer whose headers have none.
var errHeaders = errors.New("the headers of the answer are too long")

// Read implements io.Reader, for the buffer.
func (c *conn) Read(p []byte) (int, error) {
	if c.room <= 0 {
		return 0, errHeaders
	}
	n, err := c.Conn.Read(p[:min(int64(len(p)), c.room)])
	c.room -= int64(n)
	c.got = c.got || n > 0
	return n, err
}

// interrupt ends what waits for the connection, which is of no use after it.
func (c *conn) interrupt() { _ = c.SetDeadline(time.Unix(1, 0)) }

// lives tells whether a connection that nobody used is still there, and brought nothing that nobody asked for.
func (c *conn) lives(idle time.Duration) bool {
	if time.Now().Round(0).Sub(c.idleSince).Abs() >= idle || c.raw.Read(c.peek.f) != nil || !c.peek.silent {
		return false
	}
	if c.Conn == c.plain {
		return true
	}
	// TLS may have taken more off the wire than was read of it.
	_ = c.SetReadDeadline(time.Unix(1, 0))
	c.room = 1
	_, err := c.in.Peek(1)
	_ = c.SetReadDeadline(time.Time{})
	return errors.Is(err, os.ErrDeadlineExceeded)
}

// soon is how soon a connection that had ended before says so: what is sent again arrives little later than it would have.
const soon = 2 * time.Second

// hadEnded tells whether err, of the latest request, only says that a connection that was kept had ended before.
func (c *conn) hadEnded(err error) bool {
	return c.used && !c.got && time.Since(c.asked) < soon && !errors.Is(err, os.ErrDeadlineExceeded)
}

// last is how long a server that takes no more of a request may take to say why.
const last = time.Second

// exchange writes a request and reads the beginning of its answer. settings has the limits.
func (c *conn) exchange(req *http.Request, settings *http.Transport) (*http.Response, error) {
	limit := settings.ResponseHeaderTimeout
	c.got, c.room, c.asked = false, headerBytes, time.Now()
	if most := settings.MaxResponseHeaderBytes; most > 0 {
		c.room = most
	}
	unsent := req.Write(c.out)
	if unsent == nil {
		unsent = c.out.Flush()
	}
	if unsent != nil {
		limit = last
	}
	if limit > 0 {
		c.until(req, time.Now().Add(limit))
	}
	resp, err := c.answer(req)
	switch {
	case err != nil && unsent != nil:
		return nil, unsent
	case err != nil:
		return nil, err
	case unsent != nil:
		resp.Close = true
	}
	if limit > 0 {
		c.until(req, time.Time{})
	}
	c.used, c.room = true, math.MaxInt64
	return resp, nil
}

// until says how long an answer is waited for. If the request has ended meanwhile, nothing is.
func (c *conn) until(req *http.Request, t time.Time) {
	_ = c.SetReadDeadline(t)
	if req.Context().Err() != nil {
		c.interrupt()
	}
}

// answer reads the beginning of an answer, after those that only say that there will be one.
func (c *conn) answer(req *http.Request) (*http.Response, error) {
	for {
		resp, err := http.ReadResponse(c.in, req)
		if err != nil {
			return nil, err
		}
		if code := resp.StatusCode; code < 100 || code >= http.StatusOK || code == http.StatusSwitchingProtocols {
			return resp, nil
		}
		if trace := httptrace.ContextClientTrace(req.Context()); trace != nil && trace.Got1xxResponse != nil {
			if err := trace.Got1xxResponse(resp.StatusCode, textproto.MIMEHeader(resp.Header)); err != nil {
				return nil, err
			}
		}
	}
}
