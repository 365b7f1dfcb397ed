package serve

import (
	"errors"
	"io"
	"net/http"
	"time"
)

// What a stranger at the port of a sandbox can hold on to.
const (
	headersMost = 64 << 10         // bytes of the line and the headers of a request; more is answered 431
	headersTime = 10 * time.Second // for them to come
	bodyTime    = 30 * time.Second // for a body to come, and a second for each MiB that it says it has
	bodyTimeMax = 2 * time.Minute
	idleTime    = 2 * time.Minute // that a connection may be open without a request
	stallTime   = time.Minute     // that a client may take nothing of an answer that is ready
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

// headersRead are the headers that are read before a request is refused unseen: with HTTP/2 that ends the connection, and
// nobody learns why.
const headersRead = 2 * headersMost

// inBounds lets h answer requests whose line and headers are not too long.
func inBounds(h http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if headerSize(r) > headersMost {
			w.Header().Set("Connection", "close")
			http.Error(w, "sandbox: the headers of a request can have up to 64 KiB", http.StatusRequestHeaderFieldsTooLarge)
			return
		}
		h.ServeHTTP(w, r)
	})
}

// headerSize is what the line and the headers of r took.
func headerSize(r *http.Request) int {
	size := len(r.Method) + len(r.RequestURI) + len(r.Host) + len("  HTTP/1.1\r\nHost: \r\n\r\n")
	for name, values := range r.Header {
		for _, v := range values {
			size += len(name) + len(v) + len(": \r\n")
		}
	}
	return size
}

// inTime lets h answer requests whose bodies come within a time. An answer may take as long as it likes.
func inTime(h http.Handler, limit func(r *http.Request) time.Duration) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Body != nil && r.Body != http.NoBody {
			conn := http.NewResponseController(w)
			if conn.SetReadDeadline(time.Now().Add(limit(r))) == nil {
				r.Body = &timedBody{r.Body, conn}
			}
		}
		h.ServeHTTP(w, r)
	})
}

// timeOf is how long the body of r may take.
func timeOf(r *http.Request) time.Duration {
	most := (bodyTimeMax - bodyTime) / time.Second
	return bodyTime + time.Second*min(most, time.Duration(max(0, r.ContentLength)>>20))
}

// timedBody lifts the deadline of a connection when all of the body has come: what is read then says whether the client is
// still there.
type timedBody struct {
	io.ReadCloser
	conn *http.ResponseController
}

func (b *timedBody) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	if errors.Is(err, io.EOF) {
		_ = b.conn.SetReadDeadline(time.Time{})
	}
	return n, err
}
