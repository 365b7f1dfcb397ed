package fault

import (
	"bytes"
	"net"
	"net/http"
	"strconv"

	"github.com/ringcx-go/ringcx/sandbox/internal/endpoint"
)

// Deliver sends a, or what f leaves of it.
func (f *Fault) Deliver(a endpoint.Response, w http.ResponseWriter) {
	if f != nil {
		switch f.Kind {
		case Reset:
			reset(w)
			panic(http.ErrAbortHandler)
		case DropAnswer:
			panic(http.ErrAbortHandler)
		case Truncate:
			cutShort(a, w)
		case Garble:
			a.Body = garbled(a.Body)
		}
	}
	a.Write(w)
}

// cutShort sends the first half of a and breaks off.
func cutShort(a endpoint.Response, w http.ResponseWriter) {
	for k, v := range a.Header {
		w.Header()[k] = v
	}
	w.Header().Set("Content-Length", strconv.Itoa(len(a.Body)))
	w.WriteHeader(a.Status)
	_, _ = w.Write(a.Body[:len(a.Body)/2])
	_ = http.NewResponseController(w).Flush()
	panic(http.ErrAbortHandler)
}

// garbled is as long as body, and no JSON: NUL may be nowhere in it.
func garbled(body []byte) []byte {
	out := bytes.Clone(body)
	if middle := len(out) / 2; middle < len(out) {
		clear(out[middle:min(middle+8, len(out))])
	}
	return out
}

// reset cuts the connection under w so that its peer sees a reset, where the transport allows that.
func reset(w http.ResponseWriter) {
	conn, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		return
	}
	inner := conn
	for t, ok := conn.(interface{ NetConn() net.Conn }); ok; t, ok = inner.(interface{ NetConn() net.Conn }) {
		inner = t.NetConn() // TLS, and what else may be in between
	}
	if tcp, ok := inner.(*net.TCPConn); ok {
		_ = tcp.SetLinger(0)
	}
	_ = inner.Close()
	_ = conn.Close() // for those that count connections
}
