package sandbox

import (
	"bytes"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"time"
)

// fault is a bad day armed over POST /_sandbox/faults: the next matching requests get it. The methods of a nil fault
// do what a good day does.
type fault struct {
	path, method string // path may end in "*"; method "" matches all
	left         int
	kind         string
	status       int
	retryAfter   string
	delay        time.Duration
}

// Kinds of faults. The first five answer instead of doing what was asked; the next two do it and lose the answer.
const (
	faultStatus     = "status"
	faultHTML       = "html"
	faultLarge      = "large"
	faultReset      = "reset"
	faultRetryAfter = "retry-after"
	faultDropAnswer = "drop-answer"
	faultTruncate   = "truncate"
	faultDelay      = "delay"
)

// faultStatuses are the kinds with their default status; 0 means that the status is not the fault's.
var faultStatuses = map[string]int{
	faultStatus: http.StatusServiceUnavailable, faultHTML: http.StatusOK, faultLarge: http.StatusOK,
	faultRetryAfter: http.StatusTooManyRequests, faultReset: 0, faultDropAnswer: 0, faultTruncate: 0, faultDelay: 0,
}

// faultList holds the armed faults, first armed first served. Its lock guards them.
type faultList struct {
	mu    sync.Mutex
	armed []*fault
}

func (l *faultList) arm(f *fault) int {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.armed = append(l.armed, f)
	return len(l.armed)
}

func (l *faultList) clear() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.armed = nil
}

// list copies the armed faults.
func (l *faultList) list() []fault {
	l.mu.Lock()
	defer l.mu.Unlock()
	out := make([]fault, 0, len(l.armed))
	for _, f := range l.armed {
		out = append(out, *f)
	}
	return out
}

func (l *faultList) size() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return len(l.armed)
}

// take is the fault for r, or nil, and counts it as used.
func (l *faultList) take(r *http.Request) *fault {
	l.mu.Lock()
	defer l.mu.Unlock()
	for i, f := range l.armed {
		if !f.matches(r) {
			continue
		}
		if f.left--; f.left <= 0 {
			l.armed = append(l.armed[:i:i], l.armed[i+1:]...)
		}
		return f
	}
	return nil
}

func (f *fault) matches(r *http.Request) bool {
	if f.method != "" && f.method != r.Method {
		return false
	}
	if prefix, ok := strings.CutSuffix(f.path, "*"); ok {
		return strings.HasPrefix(r.URL.Path, prefix)
	}
	return f.path == r.URL.Path
}

// wait holds a delayed request in real time; false if its caller left meanwhile.
func (f *fault) wait(r *http.Request) bool {
	if f == nil || f.kind != faultDelay {
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
	timer := time.NewTimer(f.delay)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-r.Context().Done():
		return false
	}
}

// instead is the answer that replaces the vendor's, if f is of a kind that keeps the vendor from doing anything.
func (f *fault) instead(r *http.Request) (answer, bool) {
	if f == nil {
		return answer{}, false
	}
	switch f.kind {
	case faultStatus:
		return f.outage(r), true
	case faultRetryAfter:
		a := f.outage(r)
		if f.retryAfter != "" {
			a = a.with("Retry-After", f.retryAfter)
		}
		return a, true
	case faultHTML:
		return newAnswer(f.status, typeHTML, []byte("<!doctype html><title>Please wait</title><p>Please wait.\n")), true
	case faultLarge:
		head, tail := `{"accessToken":"`, `"}`
		filler := bytes.Repeat([]byte("A"), largeAnswer-len(head)-len(tail))
		return newAnswer(f.status, typeJSON, fmt.Appendf(nil, "%s%s%s", head, filler, tail)), true
	case faultReset:
		return newAnswer(0, "", nil), true
	}
	return answer{}, false
}

// outage is an error of f's status in the shape of the vendor that r went to.
func (f *fault) outage(r *http.Request) answer {
	text := http.StatusText(f.status)
	if f.status == http.StatusTooManyRequests {
		if isPlatform(r.URL.Path) {
			return rateExceeded()
		}
		return cxRateExceeded()
	}
	if strings.HasPrefix(r.URL.Path, "/restapi/oauth/") {
		return jsonAnswer(f.status, map[string]string{
			"message": text, "error": strings.ReplaceAll(strings.ToLower(text), " ", "_"), "error_description": text,
		})
	}
	if strings.HasPrefix(r.URL.Path, "/restapi/") {
		return apiError(f.status, "CMN-201", text)
	}
	return textAnswer(f.status, text)
}

// deliver sends a, or what f leaves of it.
func (f *fault) deliver(a answer, w http.ResponseWriter) {
	if f != nil {
		switch f.kind {
		case faultReset:
			reset(w)
			panic(http.ErrAbortHandler)
		case faultDropAnswer:
			panic(http.ErrAbortHandler)
		case faultTruncate:
			whole := len(a.body)
			a.header.Set("Content-Length", fmt.Sprint(whole))
			for k, v := range a.header {
				w.Header()[k] = v
			}
			w.WriteHeader(a.status)
			_, _ = w.Write(a.body[:whole/2])
			_ = http.NewResponseController(w).Flush()
			panic(http.ErrAbortHandler)
		}
	}
	a.write(w)
}

// reset cuts the connection under w so that its peer sees a reset, where the transport allows that.
func reset(w http.ResponseWriter) {
	conn, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		return
	}
	inner := conn
	if t, ok := conn.(interface{ NetConn() net.Conn }); ok {
		inner = t.NetConn()
	}
	if tcp, ok := inner.(*net.TCPConn); ok {
		_ = tcp.SetLinger(0)
	}
	_ = inner.Close()
}
