// Package timeout waits for no server for ever, and tells people when it waits.
package timeout

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"github.com/ringcx-go/ringcx/internal/tell"
)

// Silence is how long a server may usually say nothing: until it answers, and within its answer.
const Silence = time.Minute

// Transport is an http.RoundTripper that waits for no server for ever, and says so when it waits.
type Transport struct {
	Base    http.RoundTripper
	Silence time.Duration        // that a server may say nothing
	Whole   func() time.Duration // for request and answer together, in place of Silence, asked for each; nil or 0: there is no such limit
	Tell    *tell.Teller
}

// CloseIdleConnections is what http.Client.CloseIdleConnections calls.
func (t *Transport) CloseIdleConnections() {
	if b, ok := t.Base.(interface{ CloseIdleConnections() }); ok {
		b.CloseIdleConnections()
	}
}

// RoundTrip implements http.RoundTripper.
func (t *Transport) RoundTrip(req *http.Request) (*http.Response, error) {
	w := &watched{tell: t.Tell, host: req.URL.Host, limit: t.Silence, ends: time.Now().Add(t.Silence)}
	if t.Whole != nil {
		if limit := t.Whole(); limit > 0 {
			w.limit, w.whole, w.ends = limit, true, time.Now().Add(limit)
		}
	}
	if at, ok := req.Context().Deadline(); ok && at.Before(w.ends) {
		w.ends = at
	}
	w.ctx, w.cancel = context.WithCancelCause(req.Context())
	w.timer = time.AfterFunc(w.limit, func() { w.cancel(&Error{w.host, w.limit, w.began.Load()}) })
	own := req.WithContext(w.ctx)
	if req.Body != nil && req.Body != http.NoBody {
		own.Body = &upload{req.Body, w}
	}
	quiet := t.Tell.Awaits(w.host+" to answer", w.ends)
	defer quiet()
	resp, err := t.Base.RoundTrip(own)
	if err != nil {
		return nil, w.end(err)
	}
	w.began.Store(true)
	if !w.whole {
		w.timer.Stop()
	}
	resp.Body = &download{ReadCloser: resp.Body, w: w}
	return resp, nil
}

// watched is a request under way.
type watched struct {
	tell   *tell.Teller
	host   string
	limit  time.Duration
	whole  bool // the limit is for request and answer together
	ends   time.Time
	ctx    context.Context
	cancel context.CancelCauseFunc
	timer  *time.Timer
	began  atomic.Bool // the answer
	told   sync.Once
}

// end ends the watch, and is err, or what we have against the server.
func (w *watched) end(err error) error {
	w.timer.Stop()
	var slow *Error
	if errors.As(context.Cause(w.ctx), &slow) {
		err = slow
	}
	w.cancel(nil)
	return err
}

// upload counts what is sent as news.
type upload struct {
	io.ReadCloser
	w *watched
}

func (u *upload) Read(p []byte) (int, error) {
	n, err := u.ReadCloser.Read(p)
	//nolint:errorlint // readers return io.EOF as it is
	if (n > 0 || err == io.EOF) && !u.w.whole && !u.w.began.Load() {
		u.w.timer.Reset(u.w.limit)
	}
	return n, err
}

// download is the body of an answer. Only the server's time counts, not that of its reader.
type download struct {
	io.ReadCloser
	w *watched
}

func (d *download) Read(p []byte) (int, error) {
	until := d.w.ends
	if !d.w.whole {
		until = time.Now().Add(d.w.limit)
		d.w.timer.Reset(d.w.limit)
		defer d.w.timer.Stop()
	}
	timer := time.AfterFunc(tell.Noticeable, func() {
		d.w.told.Do(func() { d.w.tell.InformWait("the rest of the answer of "+d.w.host, until) })
	})
	defer timer.Stop()
	n, err := d.ReadCloser.Read(p)
	if err != nil && err != io.EOF { //nolint:errorlint // readers return it as it is
		err = d.w.end(err)
	}
	return n, err
}

func (d *download) Close() error {
	err := d.ReadCloser.Close()
	_ = d.w.end(nil)
	return err
}

// Error is a server that took longer than it may.
type Error struct {
	host  string
	limit time.Duration
	began bool
}

// Error names the server and the limit.
func (e *Error) Error() string {
	if e.began {
		return fmt.Sprintf("%s did not send its whole answer in time, a limit of %s", e.host, e.limit)
	}
	return fmt.Sprintf("%s did not answer in time, a limit of %s", e.host, e.limit)
}

// Timeout says what net.Error wants to know.
func (e *Error) Timeout() bool { return true }

// Hint tells what to do about it.
func (e *Error) Hint() string {
	return "try again later, or give the server more time with --timeout 10m; what was asked may have been done all the same"
}
