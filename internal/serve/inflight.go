package serve

import (
	"io"
	"net/http"
	"regexp"
	"sync"
	"sync/atomic"
)

// inFlight are the bytes of the requests to a sandbox, and to the addresses of its namespaces.
type inFlight struct {
	most  int64
	bytes atomic.Int64
}

// within lets h answer requests as long as they do not hold too much together. One that comes then is told to come again; the
// body of one that is there is then too large.
func (t *inFlight) within(h http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		mine := &heldBody{of: t, answer: w.Header()}
		defer func() { t.bytes.Add(-mine.bytes) }()
		if !mine.take(heldLeast + headerSize(r)) {
			http.Error(w, "sandbox: too much is being sent to it at a time: try again later", http.StatusServiceUnavailable)
			return
		}
		if r.Body != nil && r.Body != http.NoBody {
			mine.ReadCloser, mine.streams, r.Body = r.Body, snapshots().MatchString(r.URL.Path), mine
		}
		h.ServeHTTP(w, r)
	})
}

// snapshots are the paths to which a body comes of which little is held: what is in it has a bound of its own.
var snapshots = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^(/_ns/[^/]+)?/(_sandbox|console/controls)/snapshot$`)
})

// heldBody counts what has come of a body.
type heldBody struct {
	io.ReadCloser
	of     *inFlight
	bytes  int64
	answer http.Header

	streams bool // no more than heldOfStream counts
}

// take reports whether there is room for so many bytes more.
func (b *heldBody) take(n int) bool {
	b.bytes += int64(n)
	most := b.of.most
	if b.bytes > heldSmall {
		most -= most / 4 // which is left to those that bring little
	}
	if b.of.bytes.Add(int64(n)) <= most {
		return true
	}
	b.answer.Set("Connection", "close")
	b.answer.Set("Retry-After", "1")
	return false
}

func (b *heldBody) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	if n > 0 && (!b.streams || b.bytes < heldOfStream) && !b.take(n) {
		return 0, &http.MaxBytesError{Limit: b.bytes}
	}
	return n, err
}
