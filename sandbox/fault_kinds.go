package sandbox

import (
	"bytes"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"slices"
	"strconv"
	"time"

	"github.com/ringcx-go/ringcx/sandbox/internal/endpoint"
)

// Kinds of faults. The first six answer instead of doing what was asked; the others do it. Of these, the first three
// keep the answer from the client.
const (
	faultStatus     = "status"
	faultHTML       = "html"
	faultLarge      = "large"
	faultReset      = "reset"
	faultRetryAfter = "retry-after"
	faultEmpty      = "empty"
	faultDropAnswer = "drop-answer"
	faultTruncate   = "truncate"
	faultGarble     = "garble"
	faultDelay      = "delay"
	faultSkew       = "skew"
)

// faultStatuses are the kinds with their default status; 0 means that the status is not the fault's.
var faultStatuses = map[string]int{
	faultStatus: http.StatusServiceUnavailable, faultHTML: http.StatusOK, faultLarge: http.StatusOK,
	faultRetryAfter: http.StatusTooManyRequests, faultEmpty: http.StatusOK,
	faultReset: 0, faultDropAnswer: 0, faultTruncate: 0, faultGarble: 0, faultDelay: 0, faultSkew: 0,
}

func faultKinds() []string { return slices.Sorted(maps.Keys(faultStatuses)) }

// label is f in a few words, for the log; "" on a good day.
func (f *fault) label() string {
	switch {
	case f == nil:
		return ""
	case f.Status != 0:
		return f.Kind + " " + strconv.Itoa(f.Status)
	case f.Kind == faultDelay:
		return f.Kind + " " + f.Delay.Round(time.Millisecond).String()
	case f.Kind == faultSkew:
		return f.Kind + " " + f.Skew.String()
	}
	return f.Kind
}

// wait holds a delayed request in real time; false if its caller left meanwhile.
func (f *fault) wait(r *http.Request) bool {
	if f == nil || f.Kind != faultDelay {
		return true
	}
	// Only a server that has read the request learns that its caller left.
	body, err := io.ReadAll(io.LimitReader(r.Body, endpoint.BodyLimit+1))
	if err != nil {
		return false
	}
	r.Body = struct {
		io.Reader
		io.Closer
	}{io.MultiReader(bytes.NewReader(body), r.Body), r.Body}
	timer := time.NewTimer(f.Delay)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-r.Context().Done():
		return false
	}
}

// date is what the Date header of an answer says at now.
func (f *fault) date(now time.Time) string {
	if f != nil && f.Kind == faultSkew {
		now = now.Add(f.Skew)
	}
	return now.Format(http.TimeFormat)
}

// instead is the answer that replaces the vendor's, if f is of a kind that keeps the vendor from doing anything. An outage is an error in the shape of the vendor.
func (f *fault) instead(now time.Time, outage func(status int) endpoint.Response) (endpoint.Response, bool) {
	if f == nil {
		return endpoint.Response{}, false
	}
	switch f.Kind {
	case faultStatus:
		return outage(f.Status), true
	case faultRetryAfter:
		a := outage(f.Status)
		switch {
		case f.RetryDate != 0:
			a = a.With("Retry-After", now.Add(f.RetryDate).UTC().Format(http.TimeFormat))
		case f.RetryAfter != "":
			a = a.With("Retry-After", f.RetryAfter)
		}
		return a, true
	case faultHTML:
		return endpoint.NewResponse(f.Status, endpoint.TypeHTML, []byte("<!doctype html><title>Please wait</title><p>Please wait.\n")), true
	case faultLarge:
		head, tail := `{"accessToken":"`, `"}`
		filler := bytes.Repeat([]byte("A"), largeAnswer-len(head)-len(tail))
		return endpoint.NewResponse(f.Status, endpoint.TypeJSON, fmt.Appendf(nil, "%s%s%s", head, filler, tail)), true
	case faultEmpty:
		return endpoint.NewResponse(f.Status, endpoint.TypeJSON, nil), true
	case faultReset:
		return endpoint.NewResponse(0, "", nil), true
	}
	return endpoint.Response{}, false
}

// deliver sends a, or what f leaves of it.
func (f *fault) deliver(a endpoint.Response, w http.ResponseWriter) {
	if f != nil {
		switch f.Kind {
		case faultReset:
			reset(w)
			panic(http.ErrAbortHandler)
		case faultDropAnswer:
			panic(http.ErrAbortHandler)
		case faultTruncate:
			cutShort(a, w)
		case faultGarble:
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
