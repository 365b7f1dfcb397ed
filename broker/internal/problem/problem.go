// Package problem is how the broker says no: RFC 9457, with what RFC 6750 adds.
package problem

import (
	"encoding/json"
	"net/http"
	"strconv"
	"time"
)

// Problem is a request that the broker does not serve. Its texts hold nothing that a caller sent, and no secret.
type Problem struct {
	Status     int
	Detail     string        // a sentence without an end
	Challenge  string        // the header WWW-Authenticate; "": none
	RetryAfter time.Duration // 0: it is not said
}

// Left is the status of a request whose caller was gone before there was an answer. No caller learns of it but one that still reads:
// it is for logs and metrics, which nginx taught to know it.
const Left = 499

// New is a problem with a status.
func New(status int, detail string) *Problem { return &Problem{Status: status, Detail: detail} }

// Error implements error.
func (p *Problem) Error() string { return p.Detail }

// Write answers with p.
func (p *Problem) Write(w http.ResponseWriter) {
	h := w.Header()
	h.Set("Content-Type", "application/problem+json")
	h.Set("Cache-Control", "no-store")
	h.Set("X-Content-Type-Options", "nosniff")
	if p.Challenge != "" {
		h.Set("WWW-Authenticate", p.Challenge)
	}
	SetRetryAfter(h, p.RetryAfter)
	w.WriteHeader(p.Status)
	title := http.StatusText(p.Status)
	if p.Status == Left {
		title = "Client Closed Request"
	}
	body, err := json.Marshal(struct {
		Type   string `json:"type"`
		Title  string `json:"title"`
		Status int    `json:"status"`
		Detail string `json:"detail"`
	}{"about:blank", title, p.Status, p.Detail})
	if err == nil {
		_, _ = w.Write(append(body, '\n'))
	}
}

// SetRetryAfter says in h how long to wait, in seconds, rounded up; nothing if d is 0.
func SetRetryAfter(h http.Header, d time.Duration) {
	if d > 0 {
		h.Set("Retry-After", strconv.FormatInt(int64((d+time.Second-1)/time.Second), 10))
	}
}
