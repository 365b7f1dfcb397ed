package ringcx

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"sync"
	"time"
)

// headerError is an answer that did not begin in time.
type headerError struct{}

func (*headerError) Error() string {
	return "the answer did not begin within " + headerTimeout.String()
}

// Timeout says what net.Error wants to know.
func (*headerError) Timeout() bool { return true }

// Hint tells what to do about it.
func (*headerError) Hint() string {
	return "try again later; what was asked may have been done all the same. " +
		"A program that wants to wait longer makes a ringcx.Transport of its own"
}

// roundTrip is over.RoundTrip with the limit that purpose has. A pool of our own knows it, but for what goes on while a body
// is sent.
func roundTrip(over http.RoundTripper, req *http.Request, purpose use, ours bool) (*http.Response, error) {
	if purpose != useClient {
		return over.RoundTrip(req)
	}
	if !ours || req.Body != nil && req.Body != http.NoBody {
		return patient(over, req)
	}
	start := time.Now()
	resp, err := over.RoundTrip(req)
	var timeout net.Error
	if errors.As(err, &timeout) && timeout.Timeout() && req.Context().Err() == nil && time.Since(start) >= headerTimeout {
		err = &headerError{}
	}
	return resp, err
}

// patient makes a request over base and waits for the beginning of its answer, but not for ever. Each part of a body that is
// sent begins the wait anew.
func patient(base http.RoundTripper, req *http.Request) (*http.Response, error) {
	ctx, cancel := context.WithCancelCause(req.Context())
	w := &headerWait{timer: time.AfterFunc(headerTimeout, func() { cancel(&headerError{}) })}
	own := req.WithContext(ctx)
	if req.Body != nil && req.Body != http.NoBody {
		own.Body = &sending{req.Body, w}
	}
	resp, err := base.RoundTrip(own)
	w.end()
	if err != nil || resp == nil || resp.Body == nil { // net/http says what to think of a base that brings neither
		var slow *headerError
		if errors.As(context.Cause(ctx), &slow) {
			err = slow
		}
		if cancel(nil); err != nil {
			return nil, err
		}
		return resp, nil
	}
	if _, both := resp.Body.(io.Writer); !both { // else it speaks another protocol now, and goes on as long as its caller
		resp.Body = &receiving{resp.Body, cancel}
	}
	return resp, nil
}

type headerWait struct {
	mu    sync.Mutex // guards the fields below
	timer *time.Timer
	over  bool
}

func (w *headerWait) again() {
	w.mu.Lock()
	defer w.mu.Unlock()
	if !w.over {
		w.timer.Reset(headerTimeout)
	}
}

func (w *headerWait) end() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.over = true
	w.timer.Stop()
}

// sending is the body of a request under way.
type sending struct {
	io.ReadCloser
	wait *headerWait
}

func (s *sending) Read(p []byte) (int, error) {
	n, err := s.ReadCloser.Read(p)
	s.wait.again()
	return n, err
}

// receiving is the body of an answer, with which its context ends.
type receiving struct {
	io.ReadCloser
	cancel context.CancelCauseFunc
}

func (r *receiving) Read(p []byte) (int, error) {
	n, err := r.ReadCloser.Read(p)
	if err != nil {
		r.cancel(nil)
	}
	return n, err
}

func (r *receiving) Close() error {
	err := r.ReadCloser.Close()
	r.cancel(nil)
	return err
}
