package apicmd

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptrace"
	"sync/atomic"

	"github.com/ringcx-go/ringcx"
	"github.com/ringcx-go/ringcx/internal/timeout"
)

// LostError is a call that may have changed something, and whose answer has not come whole: nobody knows whether it was done.
type LostError struct{ *NetError }

// Unwrap is the call without an answer.
func (e *LostError) Unwrap() error { return e.NetError }

// maybeDone is what is to be done about a change of which nobody knows whether it was done.
const maybeDone = "it may have been done all the same: look before it is sent again"

// Hint tells what to do before it is sent again.
func (e *LostError) Hint() string {
	if slow := (*timeout.Error)(nil); errors.As(e.Cause, &slow) {
		return maybeDone + "; --timeout 10m gives the server more time"
	}
	return maybeDone
}

// interrupted is an interrupt that came after a request had left.
type interrupted struct{}

// Error says what came in between.
func (interrupted) Error() string { return "interrupted before an answer came" }

// Unwrap tells it from other failures.
func (interrupted) Unwrap() error { return context.Canceled }

// way is how far a request has come.
type way struct{ left atomic.Bool }

// watch is req, of which way knows when it has left.
func (w *way) watch(req *http.Request) *http.Request {
	trace := &httptrace.ClientTrace{WroteHeaders: func() { w.left.Store(true) }}
	return req.WithContext(httptrace.WithClientTrace(req.Context(), trace))
}

// lost is the error of a request without an answer, as bare has it: a LostError if the request had left. What failed before it,
// such as getting a token, has left nothing in doubt.
func (w *way) lost(req *http.Request, err error) error {
	var vendor *ringcx.Error
	var failed *NetError
	switch {
	case !w.left.Load(), errors.As(err, &vendor), errors.Is(err, ringcx.ErrLoginRequired):
		return err
	case errors.Is(err, context.Canceled):
		return &LostError{&NetError{req.Method, req.URL.Path, interrupted{}}}
	case errors.As(err, &failed):
		return &LostError{failed}
	}
	return err
}
