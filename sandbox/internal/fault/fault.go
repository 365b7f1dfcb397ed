package fault

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"time"

	"github.com/ringcx-go/ringcx/sandbox/internal/endpoint"
)

// Fault is what happens to a request on a bad day. The methods of a nil fault do what a good day does.
type Fault struct {
	Kind       string        `json:"kind"`
	Status     int           `json:"status,omitempty"`
	RetryAfter string        `json:"retryAfter,omitempty"`
	RetryDate  time.Duration `json:"retryDate,omitempty"` // 0: Retry-After is RetryAfter; else it is a date so far ahead
	Delay      time.Duration `json:"delay,omitempty"`
	Skew       time.Duration `json:"skew,omitempty"`
}

// Label is f in a few words, for the log; "" on a good day.
func (f *Fault) Label() string {
	switch {
	case f == nil:
		return ""
	case f.Status != 0:
		return f.Kind + " " + strconv.Itoa(f.Status)
	case f.Kind == Delay:
		return f.Kind + " " + f.Delay.Round(time.Millisecond).String()
	case f.Kind == Skew:
		return f.Kind + " " + f.Skew.String()
	}
	return f.Kind
}

// Wait holds a delayed request in real time; false if its caller left meanwhile.
func (f *Fault) Wait(r *http.Request) bool {
	if f == nil || f.Kind != Delay {
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

// Date is what the Date header of an answer says at now.
func (f *Fault) Date(now time.Time) string {
	if f != nil && f.Kind == Skew {
		now = now.Add(f.Skew)
	}
	return now.Format(http.TimeFormat)
}

// Instead is the answer that replaces the vendor's, if f is of a kind that keeps the vendor from doing anything. outage makes
// an error of a status in the shape of the vendor.
func (f *Fault) Instead(now time.Time, outage func(status int) endpoint.Response) (endpoint.Response, bool) {
	if f == nil {
		return endpoint.Response{}, false
	}
	switch f.Kind {
	case Status:
		return outage(f.Status), true
	case RetryAfter:
		a := outage(f.Status)
		switch {
		case f.RetryDate != 0:
			a = a.With("Retry-After", now.Add(f.RetryDate).UTC().Format(http.TimeFormat))
		case f.RetryAfter != "":
			a = a.With("Retry-After", f.RetryAfter)
		}
		return a, true
	case HTML:
		return endpoint.NewResponse(f.Status, endpoint.TypeHTML, []byte("<!doctype html><title>Please wait</title><p>Please wait.\n")), true
	case Large:
		head, tail := `{"accessToken":"`, `"}`
		filler := bytes.Repeat([]byte("A"), largeAnswer-len(head)-len(tail))
		return endpoint.NewResponse(f.Status, endpoint.TypeJSON, fmt.Appendf(nil, "%s%s%s", head, filler, tail)), true
	case Empty:
		return endpoint.NewResponse(f.Status, endpoint.TypeJSON, nil), true
	case Reset:
		return endpoint.NewResponse(0, "", nil), true
	}
	return endpoint.Response{}, false
}
