package localtls

import (
	"crypto/tls"
	"net"
	"sync"
	"time"
)

// handshake is the first byte of a connection that speaks TLS.
const handshake = 22

// patience is how long a connection may take to say its first byte.
const patience = 10 * time.Second

// Listener speaks TLS on the connections of ln that begin so. The others come as they are, so that a server can tell
// whoever forgot the s of https.
func Listener(ln net.Listener, config *tls.Config) net.Listener {
	l := &listener{Listener: ln, config: config, found: make(chan accepted), closed: make(chan struct{})}
	go l.run()
	return l
}

type listener struct {
	net.Listener
	config *tls.Config
	found  chan accepted
	closed chan struct{}
	once   sync.Once // closes it
}

type accepted struct {
	conn net.Conn
	err  error
}

func (l *listener) Accept() (net.Conn, error) {
	select {
	case a := <-l.found:
		return a.conn, a.err
	case <-l.closed:
		return nil, net.ErrClosed
	}
}

func (l *listener) Close() error {
	l.once.Do(func() { close(l.closed) })
	return l.Listener.Close()
}

// run hands out connections when they have begun to speak, so that a silent one keeps nobody waiting.
func (l *listener) run() {
	for {
		conn, err := l.Listener.Accept()
		if err == nil {
			go l.begin(conn)
			continue
		}
		select {
		case l.found <- accepted{nil, err}:
		case <-l.closed:
			return
		}
	}
}

func (l *listener) begin(conn net.Conn) {
	b := &begun{Conn: conn}
	_ = conn.SetReadDeadline(time.Now().Add(patience))
	if n, err := conn.Read(b.first[:]); n == 0 || err != nil {
		_ = conn.Close()
		return
	}
	_ = conn.SetReadDeadline(time.Time{})
	var out net.Conn = b
	if b.first[0] == handshake {
		out = tls.Server(b, l.config)
	}
	select {
	case l.found <- accepted{out, nil}:
	case <-l.closed:
		_ = conn.Close()
	}
}

// begun is a connection whose first byte was read already.
type begun struct {
	net.Conn
	first [1]byte
	taken bool
}

// NetConn is the connection below, as in [tls.Conn].
func (b *begun) NetConn() net.Conn { return b.Conn }

func (b *begun) Read(p []byte) (int, error) {
	if !b.taken && len(p) > 0 {
		b.taken = true
		return copy(p, b.first[:]), nil
	}
	return b.Conn.Read(p)
}
