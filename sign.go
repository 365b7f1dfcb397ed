package ringcx

import (
	"net/http"
	"strconv"
	"time"
)

// Some troubles show only in passing: in a header of an answer, in a refusal that the next step mends. What they leave
// behind is kept, so that somebody who looks for causes later finds it.

// unspentGone is the vendor's code for a refresh token that it does not know (any more).
const unspentGone = "OAU-213"

// usedUp is how many requests of the app the vendor counts in its minute, by the headers of an answer; 0: it does not
// say.
func usedUp(h http.Header) int {
	limit, err := strconv.Atoi(h.Get("X-Rate-Limit-Limit"))
	remaining, err2 := strconv.Atoi(h.Get("X-Rate-Limit-Remaining"))
	if err != nil || err2 != nil || remaining < 0 || remaining > limit {
		return 0
	}
	if w := h.Get("X-Rate-Limit-Window"); w != "" && w != "60" {
		return 0 // other than ours, and not to be compared
	}
	return limit - remaining
}

// edge is how long before its window a request may have been sent that the vendor still counts.
const edge = 5 * time.Second

// notice compares what the vendor counts with what the ledger knows, after a request was entered. More, or a 429 although
// the ledger allowed the request, means that somebody uses the app who does not share the ledger.
func (l *ledger) notice(used int, e *Error, now time.Time) {
	known := 0
	for _, t := range l.Sent {
		if t.After(now.Add(-time.Minute - edge)) {
			known++
		}
	}
	if used > known || e != nil && e.StatusCode == http.StatusTooManyRequests {
		l.Others = now
	}
}

// missed enters that the vendor does not know a refresh token that was never spent and has not ended. It was pushed out
// by a login over the vendor's cap of sessions, revoked, or spent from a copy of the Store.
func (r *record) missed(a action, e *Error, repeated bool, now time.Time) {
	if a == actRefreshLogin && e.kind == failRefused && e.Code == unspentGone && !repeated {
		r.Evicted = now
	}
}

// asError is the failure as the vendor's error, nil if there is none.
func (f *failure) asError() *Error {
	if f == nil {
		return nil
	}
	if f.origin != nil {
		e := *f.origin
		return &e
	}
	return &Error{
		Op: f.Op, StatusCode: f.StatusCode, Code: printable(f.Code), Message: printable(f.Message), RequestID: printable(f.RequestID),
		oauth: f.OAuth, kind: f.Kind,
	}
}
