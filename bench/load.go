package main

import (
	"bytes"
	"errors"
	"fmt"
	"net"
	"strconv"
	"sync"
	"time"
)

const (
	senders     = 2  // goroutines of the load generator
	connections = 16 // of each sender
)

// script is what one connection sends: it is given the body of the last answer, nil at first, and answers the next
// request, nil for the end.
type script func(answer []byte) []byte

// always sends the same request.
func always(request []byte) script { return func([]byte) []byte { return request } }

// load keeps connections to an address busy, each with a script of its own, for a time or until all scripts end. It
// answers how many answers came. Each sender writes to all its connections before it reads from any of them: that
// saves it most of the waiting, which would cost the server processor time on the same machine.
func load(address string, d time.Duration, newScript func(n int) script) (answers int, err error) {
	var all sync.WaitGroup
	counts, failed := make([]int, senders), make([]error, senders)
	end := time.Now().Add(d)
	for i := range senders {
		all.Go(func() {
			conns, err := dial(address, func(n int) script { return newScript(i*connections + n) })
			for len(conns) > 0 && err == nil && time.Now().Before(end) {
				var n int
				n, conns, err = turn(conns)
				counts[i] += n
			}
			for _, c := range conns {
				_ = c.Close()
			}
			failed[i] = err
		})
	}
	all.Wait()
	for _, n := range counts {
		answers += n
	}
	return answers, errors.Join(failed...)
}

// lean is a connection that knows as much of HTTP as a load generator needs.
type lean struct {
	net.Conn
	script  script
	request []byte
	buf     []byte
}

func dial(address string, newScript func(n int) script) (conns []*lean, err error) {
	for n := range connections {
		s := newScript(n)
		request := s(nil)
		if request == nil {
			continue
		}
		c, err := newLean(address, s)
		if err != nil {
			return conns, err
		}
		c.request = request
		conns = append(conns, c)
	}
	return conns, nil
}

func newLean(address string, s script) (*lean, error) {
	conn, err := net.Dial("tcp", address) //nolint:noctx // loopback
	return &lean{Conn: conn, script: s, buf: make([]byte, 64<<10)}, err
}

// turn has every connection send one request and read its answer; those whose script has ended are closed and left out.
func turn(conns []*lean) (answers int, live []*lean, err error) {
	for _, c := range conns {
		if _, err := c.Write(c.request); err != nil {
			return answers, conns, err
		}
	}
	live = conns[:0]
	for _, c := range conns {
		body, err := c.answer()
		if err != nil {
			return answers, conns, err
		}
		answers++
		if c.request = c.script(body); c.request == nil {
			_ = c.Close()
			continue
		}
		live = append(live, c)
	}
	return answers, live, nil
}

var (
	headEnd = []byte("\r\n\r\n")
	length  = []byte("\r\nContent-Length: ")
)

// answer reads an answer 200 and gives its body, which is good until the next one.
func (c *lean) answer() ([]byte, error) {
	for n, size := 0, 0; ; {
		if n == len(c.buf) {
			return nil, fmt.Errorf("an answer is longer than %d bytes", n)
		}
		more, err := c.Read(c.buf[n:])
		if err != nil {
			return nil, fmt.Errorf("reading an answer: %w", err)
		}
		n += more
		if size == 0 {
			if size, err = wholeSize(c.buf[:n]); err != nil {
				return nil, err
			}
		}
		if size > 0 && n >= size {
			return c.buf[bytes.Index(c.buf, headEnd)+len(headEnd) : size], nil
		}
	}
}

// wholeSize is the size of an answer with its head, 0 while the head is not there yet.
func wholeSize(start []byte) (int, error) {
	end := bytes.Index(start, headEnd)
	if end < 0 {
		return 0, nil
	}
	_, value, found := bytes.Cut(start[:end+2], length)
	value, _, _ = bytes.Cut(value, headEnd[:2])
	n, err := strconv.Atoi(string(value))
	if !found || err != nil || !bytes.HasPrefix(start, []byte("HTTP/1.1 200 ")) {
		return 0, fmt.Errorf("not an answer 200 of a known length:\n%s", start[:min(len(start), 500)])
	}
	return end + len(headEnd) + n, nil
}
