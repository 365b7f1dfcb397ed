package ringcx

import (
	"errors"
	"fmt"
	"strings"
	"time"
)

// ErrLoginRequired means that no stored token and no stored credential can bring a new token: a person has to log in.
// Errors that carry it also carry the vendor's reason, when there is one.
var ErrLoginRequired = errors.New("login required")

// ErrTakenOver is in the error of a save that came too late: a [Store] has given the turn to another program, because
// this one was not heard of for too long. A session that meets it begins anew, and usually finds a token there.
var ErrTakenOver = errors.New("another program has taken over")

// Error is a request to a token endpoint that did not bring a token, in the vendor's own code and words. Use
// [errors.As] to get at it. It never holds a secret.
type Error struct {
	Op         string        // what was being done: "log in", "exchange", "refresh", …
	StatusCode int           // HTTP status of the answer, 0 if there was none
	Code       string        // the vendor's code, such as "OAU-213"; "" if it gave none
	Message    string        // the vendor's message, or what was wrong with its answer
	RequestID  string        // the vendor's id of the request (RCRequestId), for its support; "" if it gave none
	RetryAfter time.Duration // how long the vendor, or the ledger of requests, asks to wait; 0: not said

	oauth string // RFC 6749 error, such as "invalid_grant"
	kind  failKind
	cause error
}

// failKind sorts failures by what they say about the token or credential that was sent.
type failKind int

const (
	failRefused failKind = iota // the vendor refused it: an answer that says so
	failLimited                 // the vendor said to come back later; nothing was spent
	failServer                  // the server failed and said so; whether it was spent is unknown
	failLost                    // sent, but no usable answer came back; whether it was spent is unknown
	failUnsent                  // surely not sent
	failForeign                 // something that is not the vendor's API answered
	failSilent                  // sent, but not a byte came back, so it is no news about anything but the way there
)

// hinted is an error that tells what to do about it. All of this package that can are, and a program's own may be.
type hinted interface{ Hint() string }

// Names of what an [Error] was about.
const (
	opLogin        = "log in to RingCentral"
	opRefreshLogin = "refresh the RingCentral token"
	opRevoke       = "revoke the RingCentral session"
	opExchange     = "exchange the RingCentral token"
	opRefresh      = "refresh the RingCX token"
	opDirectLogin  = "log in to RingCX"
	opEnd          = "end the RingCX session"
)

// Error is one line: what was being done, then status, code and message.
func (e *Error) Error() string {
	var b strings.Builder
	b.WriteString(e.Op)
	b.WriteString(":")
	if e.StatusCode != 0 {
		fmt.Fprintf(&b, " %d", e.StatusCode)
	}
	if e.Code != "" {
		fmt.Fprintf(&b, " %s", e.Code)
	}
	fmt.Fprintf(&b, " %s", e.Message)
	if e.RequestID != "" {
		fmt.Fprintf(&b, " (request %s)", e.RequestID)
	}
	if e.RetryAfter > 0 {
		fmt.Fprintf(&b, " (retry after %s)", (e.RetryAfter + time.Second - 1).Truncate(time.Second))
	}
	return printable(b.String()) // a Grant of somebody else's, or an older version, may not have seen to it
}

// Temporary reports that the same request may succeed later: the vendor's limit is used up, its server failed, or it was
// not reached. What the vendor refused, it refuses again.
func (e *Error) Temporary() bool { return e.kind != failRefused }

// Limited reports that nothing is wrong but the time: the vendor, or the ledger of requests, asks to come back when RetryAfter
// is over. Nothing was spent.
func (e *Error) Limited() bool { return e.kind == failLimited }

// Unwrap returns what the network said, if the error came from there.
func (e *Error) Unwrap() error { return e.cause }

// asError is err as an *Error; one from elsewhere, such as a Grant of the program's own, counts as not sent.
func asError(op string, err error) *Error {
	var e *Error
	if errors.As(err, &e) {
		return e
	}
	return &Error{Op: op, Message: oneLine(err.Error()), kind: failUnsent}
}
