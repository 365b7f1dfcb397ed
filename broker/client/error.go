package client

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// Error is what the broker refused, or could not do, in its own words, or why there was no answer that is one of a broker. It
// holds no secret.
type Error struct {
	StatusCode int           // HTTP status of the answer, 0 if there was none
	Detail     string        // the broker's words (RFC 9457), or what is wrong with the answer or the way there
	RetryAfter time.Duration // how long the broker asks to wait; 0: it does not say

	place   string
	cause   error
	keyless bool // the client has no key
}

// Error is one line.
func (e *Error) Error() string {
	if e.StatusCode == 0 {
		return fmt.Sprintf("the broker at %s cannot be asked: %s", e.place, e.Detail)
	}
	return fmt.Sprintf("the broker at %s: %d %s", e.place, e.StatusCode, e.Detail)
}

// Temporary reports that the same request may succeed later. One that its caller has cancelled tells nothing of the broker.
func (e *Error) Temporary() bool {
	if e.cancelled() {
		return false
	}
	switch e.StatusCode {
	case 0, http.StatusTooManyRequests, http.StatusBadGateway, http.StatusGatewayTimeout:
		return true
	}
	return e.StatusCode >= http.StatusInternalServerError && e.RetryAfter > 0
}

// Busy reports that nothing is wrong but the time: the broker asks to come again.
func (e *Error) Busy() bool {
	return e.StatusCode == http.StatusTooManyRequests || e.StatusCode == http.StatusServiceUnavailable && e.RetryAfter > 0
}

// Hint is one sentence on what to do, "" if nothing better than the error itself can be said.
func (e *Error) Hint() string {
	switch {
	case errors.Is(e.cause, errKey):
		return "put the key that the broker gave into the file, alone"
	case e.cancelled():
		return ""
	case e.StatusCode == 0 && errors.Is(e.cause, context.DeadlineExceeded):
		return "wait longer for the answer; if there is none, check that the broker runs and that RINGCX_BROKER is its address"
	case e.StatusCode == 0:
		return "check that the broker runs and that RINGCX_BROKER is its address"
	case e.StatusCode == http.StatusUnauthorized && e.keyless:
		return "no key is set, in RINGCX_BROKER_KEY or in a file that RINGCX_BROKER_KEY_FILE names: whoever runs the broker makes one"
	case e.StatusCode == http.StatusUnauthorized:
		return "the key has ended, was revoked, or is another broker's: whoever runs the broker makes a new one for RINGCX_BROKER_KEY or RINGCX_BROKER_KEY_FILE"
	case e.StatusCode == http.StatusForbidden:
		return "whoever runs the broker can allow it with a rule"
	case e.StatusCode == http.StatusMisdirectedRequest:
		return "the broker has to be told that it has this name, or RINGCX_BROKER to be one that it knows"
	case e.StatusCode/100 == 2, e.StatusCode/100 == 3, e.StatusCode == http.StatusNotFound && e.Detail == notABroker:
		return "something else answers there: check RINGCX_BROKER"
	case e.RetryAfter > 0:
		return "try again in " + e.RetryAfter.String()
	case e.StatusCode >= http.StatusInternalServerError:
		return "the broker runs, and its log says more"
	}
	return ""
}

// Unwrap is what the network said; nil if the broker answered.
func (e *Error) Unwrap() error { return e.cause }

// isGone tells that the broker did not answer, or could not do what it usually does: not that it refused.
func isGone(err error) bool {
	var e *Error
	if !errors.As(err, &e) || errors.Is(e.cause, errKey) || e.cancelled() {
		return false
	}
	return e.StatusCode/100 != 4 || e.StatusCode == http.StatusTooManyRequests || e.Detail == notABroker
}

// notABroker is the Detail of answers that no broker gives.
const notABroker = "the answer is not one of a broker"

// cancelled tells that the caller did not want the answer any more.
func (e *Error) cancelled() bool { return e.StatusCode == 0 && errors.Is(e.cause, context.Canceled) }

// unreached is the error of a request without an answer.
func (c *Client) unreached(err error) *Error {
	e := &Error{place: c.place, cause: err, Detail: oneLine(err.Error())}
	var way *net.OpError
	switch {
	case errors.Is(err, context.Canceled):
		e.Detail = "the caller did not wait for the answer"
	case errors.Is(err, context.DeadlineExceeded) && !errors.As(err, &way):
		e.Detail = "it has not answered in time"
	}
	return e
}

// longest is how much of an answer to /token, or of a problem, is read, in bytes.
const longest = 64 << 10

// refusal is an answer that is no success, as an error. It reads the answer.
func (c *Client) refusal(resp *http.Response) *Error {
	e := &Error{StatusCode: resp.StatusCode, place: c.place, RetryAfter: retryAfter(resp.Header), Detail: notABroker, keyless: c.via.Source == nil}
	if resp.StatusCode/100 == 3 {
		e.Detail = "the answer is a redirect, which is not followed"
		return e
	}
	var p struct {
		Detail string `json:"detail"`
	}
	if body, err := io.ReadAll(io.LimitReader(resp.Body, longest)); err == nil && isProblem(resp) && json.Unmarshal(body, &p) == nil && p.Detail != "" {
		e.Detail = oneLine(p.Detail)
	}
	return e
}

// isProblem tells an answer as RFC 9457 has it.
func isProblem(resp *http.Response) bool {
	kind, _, err := mime.ParseMediaType(resp.Header.Get("Content-Type"))
	return err == nil && kind == "application/problem+json" && resp.StatusCode >= http.StatusBadRequest
}

// isBalancers tells an answer of what is before a broker that does not answer it.
func isBalancers(resp *http.Response) bool {
	switch resp.StatusCode {
	case http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout:
		kind, _, err := mime.ParseMediaType(resp.Header.Get("Content-Type"))
		return err != nil || kind != "application/json" && !strings.HasSuffix(kind, "+json")
	}
	return false
}

// retryAfter is how long an answer asks to wait, an hour at most; 0 if it does not say.
func retryAfter(h http.Header) time.Duration {
	n, err := strconv.ParseFloat(h.Get("Retry-After"), 64)
	if err != nil || !(n > 0) {
		return 0
	}
	return time.Duration(min(n, 3600) * float64(time.Second))
}

// oneLine is a text as a line may have it: short, and without what moves the cursor.
func oneLine(s string) string {
	const most = 300
	s = strings.Join(strings.FieldsFunc(s, func(r rune) bool { return r <= ' ' || r == 0x7f }), " ")
	if len(s) > most {
		s = strings.ToValidUTF8(s[:most], "") + "…"
	}
	return strings.Map(func(r rune) rune {
		if strconv.IsPrint(r) {
			return r
		}
		return '?'
	}, s)
}
