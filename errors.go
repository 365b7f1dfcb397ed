package ringcx

import (
	"errors"
	"fmt"
	"net/http"
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

// answerError turns an answer that is not a success, or only calls itself one, into an Error. Both envelopes of the platform, the RingCX error
// object and plain text are understood; unknown fields are ignored.
func answerError(op string, resp *http.Response, body []byte, now time.Time, secrets []string) *Error {
	e := &Error{
		Op: op, StatusCode: resp.StatusCode,
		RequestID:  resp.Header.Get("RCRequestId"),
		RetryAfter: parseRetryAfter(resp.Header, now),
	}
	body = []byte(scrub(string(body), secrets)) // before anything is cut off, which would hide a secret's beginning
	known := e.parse(body)
	switch {
	case resp.StatusCode/100 == 2:
		e.kind = kindOfCode(e.Code, e.oauth)
	case resp.StatusCode == http.StatusTooManyRequests:
		e.kind = failLimited
	case resp.StatusCode == http.StatusServiceUnavailable && e.RetryAfter > 0:
		e.kind = failLimited
	case resp.StatusCode >= 500, resp.StatusCode == http.StatusRequestTimeout:
		e.kind = failServer
	case !refusal(resp.StatusCode) || !known && !plainText(resp, body):
		e.kind = failForeign
	}
	if e.Message == "" {
		e.Message = describe(resp, body)
	}
	e.Message = oneLine(scrub(e.Message, secrets))
	e.Code = oneLine(scrub(e.Code, secrets))
	e.RequestID = oneLine(scrub(e.RequestID, secrets))
	return e
}

// parse reads the error bodies of the platform (OAuth envelope, API envelope) and of RingCX, and reports whether it
// found one.
func (e *Error) parse(body []byte) bool {
	a := readTokens(body)
	e.oauth, e.Code = a.text("error"), a.code()
	e.Message = firstOf(a.first("errors").text("message"), a.text("error_description"), a.text("message"), a.text("generalMessage"), e.oauth, a.text("errorCode"))
	if more := a.text("details"); more != "" && more != e.Message {
		e.Message += ": " + more
	}
	return e.Code != "" || e.Message != ""
}

// plainText tells the short text answers RingCX gives, such as "Jwt is expired", from pages of something in between.
func plainText(resp *http.Response, body []byte) bool {
	return len(body) < 512 && !isHTML(resp, body) && !strings.HasPrefix(strings.TrimSpace(string(body)), "{") &&
		resp.StatusCode != http.StatusNotFound
}

// refusal tells the statuses with which the vendor's documentation lets a token endpoint refuse.
func refusal(status int) bool {
	switch status {
	case http.StatusBadRequest, http.StatusUnauthorized, http.StatusForbidden, http.StatusNotFound:
		return true
	}
	return false
}

// describe puts an answer without a message into words.
func describe(resp *http.Response, body []byte) string {
	switch {
	case resp.StatusCode/100 == 3:
		return "answered with a redirect" + whither(resp) + ", which is not followed because the request holds a secret"
	case isHTML(resp, body):
		return "answered a web page (HTML) where JSON was expected"
	case len(body) == 0:
		return http.StatusText(resp.StatusCode)
	default:
		return http.StatusText(resp.StatusCode) + ": " + string(body[:min(len(body), 200)])
	}
}

// whither names the host that a redirect leads to, as far as it can be known.
func whither(resp *http.Response) string {
	to, err := resp.Location()
	if err != nil {
		return ""
	}
	return " to " + originOf(to)
}

// scrub removes secrets that a server echoes.
func scrub(s string, secrets []string) string {
	for _, secret := range secrets {
		if len(secret) >= 4 {
			s = strings.ReplaceAll(s, secret, "[secret]")
		}
	}
	return s
}
