package serve

import (
	"net"
	"sync"
	"time"
)

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

// patient ends connections whose clients take nothing of what is sent to them for some time.
type patient struct {
	net.Listener
	limit time.Duration
}

func (l patient) Accept() (net.Conn, error) {
	conn, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	return &patientConn{conn, l.limit}, nil
}

type patientConn struct {
	net.Conn
	limit time.Duration
}

// NetConn is the connection inside.
func (c *patientConn) NetConn() net.Conn { return c.Conn }

// Write writes a part after the other, so that a large one may take as long as it makes progress.
func (c *patientConn) Write(p []byte) (n int, err error) {
	const part = 64 << 10
	for err == nil && n < len(p) {
		_ = c.SetWriteDeadline(time.Now().Add(c.limit))
		var written int
		written, err = c.Conn.Write(p[n:min(n+part, len(p))])
		n += written
	}
	return n, err
}
