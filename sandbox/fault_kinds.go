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
	"strings"
	"time"
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
	body, err := io.ReadAll(io.LimitReader(r.Body, bodyLimit+1))
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

// instead is the answer that replaces the vendor's, if f is of a kind that keeps the vendor from doing anything.
func (f *fault) instead(c *call, r *http.Request) (answer, bool) {
	if f == nil {
		return answer{}, false
	}
	switch f.Kind {
	case faultStatus:
		return f.outage(c, r), true
	case faultRetryAfter:
		a := f.outage(c, r)
		switch {
		case f.RetryDate != 0:
			a = a.with("Retry-After", c.now.Add(f.RetryDate).UTC().Format(http.TimeFormat))
		case f.RetryAfter != "":
			a = a.with("Retry-After", f.RetryAfter)
		}
		return a, true
	case faultHTML:
		return newAnswer(f.Status, typeHTML, []byte("<!doctype html><title>Please wait</title><p>Please wait.\n")), true
	case faultLarge:
		head, tail := `{"accessToken":"`, `"}`
		filler := bytes.Repeat([]byte("A"), largeAnswer-len(head)-len(tail))
		return newAnswer(f.Status, typeJSON, fmt.Appendf(nil, "%s%s%s", head, filler, tail)), true
	case faultEmpty:
		return newAnswer(f.Status, typeJSON, nil), true
	case faultReset:
		return newAnswer(0, "", nil), true
	}
	return answer{}, false
}

// outage is an error of f's status in the shape of the vendor that r went to.
func (f *fault) outage(c *call, r *http.Request) answer {
	text, path := http.StatusText(f.Status), r.URL.Path
	switch {
	case f.Status == http.StatusTooManyRequests:
		return tooMany(c, r)
	case strings.HasPrefix(path, "/restapi/oauth/"):
		return jsonAnswer(f.Status, map[string]string{
			"message": text, "error": strings.ReplaceAll(strings.ToLower(text), " ", "_"), "error_description": text,
		})
	case strings.HasPrefix(path, "/restapi/"):
		return apiError(f.Status, "CMN-201", text)
	}
	return textAnswer(f.Status, text)
}

// tooMany is the 429 of an operation with the headers of its limit. One that has none, and a path that there is not, is
// answered with those of the operations beside it.
func tooMany(c *call, r *http.Request) answer {
	a, what := rateExceeded(), limitAuth
	switch path := r.URL.Path; {
	case strings.HasPrefix(path, "/restapi/oauth/"):
	case isPlatform(path):
		what = limitLight
	case strings.HasPrefix(path, "/api/auth/"):
		a, what = cxTooMany(c, r), limitExchanges
	default:
		a, what = cxTooMany(c, r), limitReads
	}
	if c.op != nil && c.op.limit != uncounted && limitKinds[c.op.limit].allowed(c.rules).limit > 0 {
		what = c.op.limit
	}
	kind := limitKinds[what]
	return ruling{group: kind.group, allowance: kind.allowed(c.rules), admitted: true}.stamp(a)
}

// deliver sends a, or what f leaves of it.
func (f *fault) deliver(a answer, w http.ResponseWriter) {
	if f != nil {
		switch f.Kind {
		case faultReset:
			reset(w)
			panic(http.ErrAbortHandler)
		case faultDropAnswer:
			panic(http.ErrAbortHandler)
		case faultTruncate:
			a.cut(w)
		case faultGarble:
			a.body = garbled(a.body)
		}
	}
	a.write(w)
}

// cut sends the first half of a and breaks off.
func (a answer) cut(w http.ResponseWriter) {
	for k, v := range a.header {
		w.Header()[k] = v
	}
	w.Header().Set("Content-Length", strconv.Itoa(len(a.body)))
	w.WriteHeader(a.status)
	_, _ = w.Write(a.body[:len(a.body)/2])
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
