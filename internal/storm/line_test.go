//go:build unix && storm

package storm_test

import (
	"net"
	"sync"
	"testing"

	"github.com/ringcx-go/ringcx/internal/testservers"
)

// line is the way to a server, which can be held up, cut or closed.
type line struct {
	t       *testing.T
	address string // where it is reached
	to      string

	mu      sync.Mutex // guards the fields below
	ends    map[net.Conn]bool
	passes  chan struct{} // closed while what is sent arrives
	accepts bool
	ln      net.Listener // nil: nobody listens
}

// newLine opens a line to an address, until the test ends.
func newLine(t *testing.T, to string) *line {
	t.Helper()
	l := &line{t: t, to: to, address: "127.0.0.1:" + testservers.FreePort(t), ends: map[net.Conn]bool{}, passes: make(chan struct{}), accepts: true}
	close(l.passes)
	must(t, l.listen())
	t.Cleanup(l.shut)
	return l
}

func (l *line) listen() error {
	ln, err := net.Listen("tcp", l.address)
	if err != nil {
		return err
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.ln, l.address = ln, ln.Addr().String()
	go func() {
		for {
			conn, err := ln.Accept()
			if err != nil {
				return
			}
			go l.join(conn)
		}
	}()
	return nil
}

// join leads a connection to the server and back.
func (l *line) join(conn net.Conn) {
	if !l.note(conn) {
		return
	}
	defer l.drop(conn)
	<-l.open()
	server, err := net.Dial("tcp", l.to)
	if err != nil || !l.note(server) {
		return
	}
	defer l.drop(server)
	ended := make(chan struct{}, 2)
	for _, way := range [][2]net.Conn{{conn, server}, {server, conn}} {
		go func() {
			defer func() { ended <- struct{}{} }()
			for b := make([]byte, 16<<10); ; {
				n, err := way[0].Read(b)
				<-l.open()
				if _, e := way[1].Write(b[:n]); err != nil || e != nil {
					return
				}
			}
		}()
	}
	<-ended
}

func (l *line) note(conn net.Conn) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if !l.accepts {
		breakOff(conn)
		return false
	}
	l.ends[conn] = true
	return true
}

func (l *line) drop(conn net.Conn) {
	l.mu.Lock()
	defer l.mu.Unlock()
	delete(l.ends, conn)
	_ = conn.Close()
}

// breakOff ends a connection as a machine does that has lost it.
func breakOff(conn net.Conn) {
	if tcp, ok := conn.(*net.TCPConn); ok {
		_ = tcp.SetLinger(0)
	}
	_ = conn.Close()
}

func (l *line) open() <-chan struct{} {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.passes
}

// stall keeps all that is sent, until the line is mended.
func (l *line) stall() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.passes = make(chan struct{})
}

// cut breaks all connections off, and each that comes, until the line is mended.
func (l *line) cut() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.accepts = false
	for conn := range l.ends {
		breakOff(conn)
	}
}

// fell is cut, and nobody listens: the server is gone.
func (l *line) fell() {
	l.mu.Lock()
	ln := l.ln
	l.ln = nil
	l.mu.Unlock()
	if ln != nil {
		_ = ln.Close()
	}
	l.cut()
}

// mend undoes all of these.
func (l *line) mend() error {
	l.mu.Lock()
	gone := l.ln == nil
	l.accepts = true
	select {
	case <-l.passes:
	default:
		close(l.passes)
	}
	l.mu.Unlock()
	if gone {
		return l.listen()
	}
	return nil
}

func (l *line) shut() {
	l.fell()
	l.mu.Lock()
	defer l.mu.Unlock()
	select {
	case <-l.passes:
	default:
		close(l.passes)
	}
}
