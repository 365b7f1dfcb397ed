package proxy

import (
	"context"
	"errors"
	"io"
	"net/http"
	"sync"
	"sync/atomic"
	"time"
)

const (
	silence = time.Minute
	brief   = 10 * time.Second
	stall   = 5 * time.Minute
	// lingers is how long what is left of a body may take to come after the answer: a caller that still sends when its connection is
	// closed may lose the answer.
	lingers = 5 * time.Second
)

// Body is the body of a request that a server got. It ends with an error when nothing of it comes for too long, and what is left of
// it when the request has been answered keeps its connection for some seconds only.
type Body struct {
	from    io.ReadCloser
	control *http.ResponseController
	silence time.Duration
	brief   time.Duration
	until   time.Time // when all of it must have come; zero: that is not limited
	ended   atomic.Bool
	told    atomic.Pointer[func()] // called when it has come; nil: nobody is told
	broken  atomic.Bool            // it did not end as the request said

	answered atomic.Bool // the answer has begun

	stall  time.Duration
	cancel context.CancelCauseFunc // ends the request
	idle   *time.Timer             // while nobody reads; nil: that is not limited

	reading sync.Mutex // held by who reads, who alone has idle
	mu      sync.Mutex // guards the deadline of the connection, and the field below
	left    bool       // nobody is to read any more
}

// Receive begins to serve r: it is the request and the answer to go on with, in place of r and w, and the body; nil: there is none, and
// they are as they were. [Body.Leave] is to be called when the request was served.
//
// An answer that begins before the body has all come is the last one on its connection of HTTP/1, and waits for nothing: net/http
// would else read the rest before it sends the answer, for as long as that takes.
func (p *Proxy) Receive(w http.ResponseWriter, r *http.Request) (http.ResponseWriter, *http.Request, *Body) {
	if r.Body == nil || r.Body == http.NoBody {
		return w, r, nil
	}
	b := &Body{from: r.Body, control: http.NewResponseController(w), silence: p.Silence, brief: p.Brief}
	ctx, cancel := context.WithCancelCause(r.Context())
	b.stall, b.cancel = p.Stall, cancel
	own := r.WithContext(ctx) // net/http finds by the body of its request that it was not read to its end, and that nothing can follow it
	own.Body = b
	return &early{ResponseWriter: w, body: b, last: r.ProtoMajor == 1}, own, b
}

// errStalled is why a request has ended of whose body the vendor took nothing for too long: over HTTP/1 net/http does not notice
// meanwhile that the caller has gone.
var errStalled = errors.New("the vendor takes nothing of the body")

// rests begins to wait for who reads next, until the answer begins.
func (b *Body) rests() {
	if b.answered.Load() {
		return
	}
	if b.idle == nil {
		b.idle = time.AfterFunc(b.stall, func() {
			if !b.answered.Load() {
				b.cancel(errStalled)
			}
		})
		return
	}
	b.idle.Reset(b.stall)
}

// InTime has all of the body come within [Proxy.Brief]: for one that is short.
func (b *Body) InTime() { b.until = time.Now().Add(min(b.silence, b.brief)) }

// Read implements io.Reader.
func (b *Body) Read(p []byte) (int, error) {
	b.reading.Lock()
	defer b.reading.Unlock()
	if b.ended.Load() {
		return 0, io.EOF
	}
	if b.idle != nil {
		b.idle.Stop()
	}
	until := b.until
	if until.IsZero() {
		until = time.Now().Add(b.silence)
	}
	if !b.wait(until) {
		return 0, http.ErrBodyReadAfterClose
	}
	n, err := b.from.Read(p)
	switch {
	case err == io.EOF: //nolint:errorlint // it comes as it is
		b.end()
	case err == nil && b.until.IsZero():
		b.wait(time.Time{}) // whoever reads may be the one who takes his time
		b.rests()
	case err != nil && !errors.Is(err, http.ErrBodyReadAfterClose):
		b.broken.Store(true)
	}
	return n, err
}

// end ends the wait for the body: the answer may take longer.
func (b *Body) end() {
	b.wait(time.Time{})
	b.ended.Store(true)
	if tell := b.told.Load(); tell != nil {
		(*tell)()
	}
}

// wait says until when the connection is waited for; false: nobody is to read any more. Of what has no deadline there is no silence either.
func (b *Body) wait(until time.Time) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	if !b.left {
		_ = b.control.SetReadDeadline(until)
	}
	return !b.left
}

// Close implements io.Closer: the server closes what it reads from, after the answer.
func (b *Body) Close() error { return nil }

// Leave ends a Read that is under way. What did not come yet is waited for as long as is needed for the answer to arrive. It may be
// called on nil.
func (b *Body) Leave() {
	if b == nil {
		return
	}
	defer b.cancel(nil)
	if b.ended.Load() {
		return
	}
	broken := b.broken.Load() // not by what is done here
	b.mu.Lock()
	b.left = true
	_ = b.control.SetReadDeadline(time.Unix(1, 0))
	b.mu.Unlock()
	b.reading.Lock()
	defer b.reading.Unlock()
	if b.idle != nil {
		b.idle.Stop()
	}
	if !broken && !b.ended.Load() {
		_ = b.control.SetReadDeadline(time.Now().Add(min(b.silence, lingers)))
	}
}

// early is the answer to a request with a body. If it begins before that has all come, it is the last one on its connection of HTTP/1.
type early struct {
	http.ResponseWriter
	body  *Body
	last  bool
	begun bool
}

func (e *early) begin() {
	if !e.begun && e.last && !e.body.ended.Load() {
		e.Header().Set("Connection", "close")
	}
	e.begun = true
	e.body.answered.Store(true)
}

// WriteHeader implements http.ResponseWriter.
func (e *early) WriteHeader(status int) {
	if status >= http.StatusOK {
		e.begin()
	}
	e.ResponseWriter.WriteHeader(status)
}

// Write implements http.ResponseWriter.
func (e *early) Write(p []byte) (int, error) {
	e.begin()
	return e.ResponseWriter.Write(p)
}

// Unwrap is for http.ResponseController.
func (e *early) Unwrap() http.ResponseWriter { return e.ResponseWriter }
