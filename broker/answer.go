package broker

import (
	"net/http"
	"time"
)

// answer notes what is answered, and says when it is the last one on its connection.
type answer struct {
	http.ResponseWriter
	ending <-chan struct{}
	brief  time.Duration // how long one of the broker's own may take to be read
	vendor bool          // it is the vendor's, and may take as long as it takes
	begun  bool
	status int
	sent   int64
}

// begin is called before the header is written: a request that came before the broker was to end may be answered after.
func (a *answer) begin() {
	if a.begun {
		return
	}
	a.begun = true
	if isClosed(a.ending) {
		a.Header().Set("Connection", "close") // whoever comes again comes to another
	}
	if !a.vendor {
		_ = http.NewResponseController(a.ResponseWriter).SetWriteDeadline(time.Now().Add(a.brief)) // of this answer alone
	}
}

// WriteHeader implements http.ResponseWriter.
func (a *answer) WriteHeader(status int) {
	if status >= http.StatusOK {
		a.begin()
		a.status = status
	}
	a.ResponseWriter.WriteHeader(status)
}

// Write implements http.ResponseWriter.
func (a *answer) Write(p []byte) (int, error) {
	a.begin()
	n, err := a.ResponseWriter.Write(p)
	a.sent += int64(n)
	return n, err
}

// Unwrap is for http.ResponseController.
func (a *answer) Unwrap() http.ResponseWriter { return a.ResponseWriter }

func isClosed(c <-chan struct{}) bool {
	select {
	case <-c:
		return true
	default:
		return false
	}
}
