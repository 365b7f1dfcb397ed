package apicmd

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/ringcx-go/ringcx"
	"github.com/ringcx-go/ringcx/internal/apispec"
	"github.com/ringcx-go/ringcx/internal/timeout"
	"github.com/ringcx-go/ringcx/internal/usage"
	"github.com/ringcx-go/ringcx/internal/wording"
)

// CallError is an answer of the API that is not a success, whatever its status.
type CallError struct {
	Status        int
	Method, Path  string
	Code, Message string // the vendor's; "": it says none

	retryAfter time.Duration
	page       bool           // the answer is a web page
	operation  string         // that was called; "": nobody describes it
	effect     apispec.Effect // what the call does if it is sent again; of one that nobody describes, what its method may do
}

// Error is the call, its status and what the vendor says, in one line.
func (e *CallError) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s %s: %d", e.Method, e.Path, e.Status)
	for _, s := range []string{e.Code, e.Message} {
		if s != "" {
			b.WriteString(" " + s)
		}
	}
	return b.String()
}

// Hint tells what such a status means at this vendor.
func (e *CallError) Hint() string {
	if e.page && e.Status < http.StatusInternalServerError {
		return "paths of the API start with /voice/api/ or /api/; check the path, and the RingCX server in 'ringcx status'"
	}
	if e.Status/100 == 3 {
		return "nothing was sent there; check the path, and the RingCX server in 'ringcx status'"
	}
	if e.Status/100 == 2 && e.effect == apispec.Reads {
		return "nothing was changed: the status is that of a success, and the answer is not what was asked for"
	}
	if e.Status/100 == 2 {
		return "the status is that of a success, and the answer says that it is none: look before it is sent again"
	}
	switch e.Status {
	case http.StatusProxyAuthRequired:
		return "a proxy wants a user and a password: put them into HTTPS_PROXY (HTTP_PROXY for http://), with special characters percent-encoded"
	case http.StatusNetworkAuthenticationRequired:
		return "the network wants a sign-in before it lets anything through: open a browser"
	case http.StatusBadRequest, http.StatusUnprocessableEntity:
		if e.operation != "" {
			return "check the fields: 'ringcx api describe " + e.operation + "' has them"
		}
		return "check the fields against the vendor's description of the operation"
	case http.StatusUnauthorized:
		return "RingCX refused even a new token; run 'ringcx login' and try again"
	case http.StatusForbidden:
		return "the user behind the login lacks the right to do this in RingCX"
	case http.StatusNotFound:
		return "check the path and the ids in it; most paths take a sub-account id, see 'ringcx accounts list'"
	case http.StatusMethodNotAllowed:
		return "check the method against the vendor's description of the operation"
	case http.StatusNotImplemented:
		if e.Code == "sandbox.not.emulated" {
			return "the sandbox has not got this operation, and the vendor has: nothing is wrong with the call"
		}
	case http.StatusTooManyRequests:
		if e.retryAfter == 0 {
			return "the vendor asks for fewer requests; wait a minute"
		}
	}
	if e.Busy() && e.retryAfter > 0 {
		return "the vendor asks to wait " + wording.Span(e.retryAfter)
	}
	if e.Status >= 500 {
		return e.failed()
	}
	return ""
}

// failed tells what to do when the vendor's server failed, which may have been before or after it did what it was asked for.
func (e *CallError) failed() string {
	switch e.effect {
	case apispec.Reads:
		return "the vendor's server failed; try again later"
	case apispec.Sets:
		return "the vendor's server failed; it may have been done all the same, and does no harm when it is sent again"
	}
	return "the vendor's server failed; " + maybeDone
}

// IsPage tells an answer of something that is not the API, such as a proxy.
func (e *CallError) IsPage() bool { return e.page }

// Busy says that the vendor asks for patience.
func (e *CallError) Busy() bool { return usage.IsBusyAnswer(e.Status, e.retryAfter) }

// retryAfter is how long an answer asks to wait: at least a second, at most a day, 0 if it does not say. A date is on the
// server's clock.
func retryAfter(h http.Header) time.Duration {
	const least, most = time.Second, 24 * time.Hour
	text := strings.TrimSpace(h.Get("Retry-After"))
	if seconds, err := strconv.ParseFloat(text, 64); err == nil {
		if !(seconds >= 0) {
			return 0
		}
		return max(least, time.Duration(min(seconds, most.Seconds())*float64(time.Second)))
	}
	at, err := http.ParseTime(text)
	if err != nil {
		return 0
	}
	now := time.Now()
	if date, err := http.ParseTime(h.Get("Date")); err == nil {
		now = date
	}
	return max(least, min(at.Sub(now), most))
}

// effectOf is what a request may do of which nothing but its method is known.
func effectOf(method string) apispec.Effect {
	if method == http.MethodGet || method == http.MethodHead {
		return apispec.Reads
	}
	return apispec.Acts
}

// Err is the answer as an error, whatever it says.
func (r *Reply) Err() error {
	e := &CallError{
		Method: r.Request.Method, Path: r.Request.URL.Path, Status: r.Code, retryAfter: retryAfter(r.header), page: r.IsPage(),
		effect: effectOf(r.Request.Method),
	}
	if r.reads {
		e.effect = apispec.Reads
	}
	var v struct {
		ErrorCode      string `json:"errorCode"`
		GeneralMessage string `json:"generalMessage"`
		Message        string `json:"message"`
		Details        string `json:"details"`
	}
	text := strings.Join(strings.Fields(string(r.Body[:min(len(r.Body), 200)])), " ")
	switch {
	case json.Unmarshal(r.Body, &v) == nil && wording.First(v.GeneralMessage, v.Message) != "":
		e.Code, e.Message = v.ErrorCode, wording.First(v.GeneralMessage, v.Message)
		if v.Details != "" && v.Details != e.Message {
			e.Message += ": " + v.Details
		}
	case e.page || strings.HasPrefix(text, "<"):
		e.Message = "answered a web page (HTML) where data was expected"
	case r.Code/100 == 3:
		e.Message = r.redirect()
	default:
		e.Message = wording.First(text, http.StatusText(r.Code))
	}
	e.Code, e.Message = wording.Said(e.Code), wording.Said(e.Message)
	return e
}

// redirect says that the answer leads somewhere, and was not followed.
func (r *Reply) redirect() string {
	if to := r.header.Get("Location"); to != "" {
		return "answered with a redirect to " + to + ", which is not followed"
	}
	return wording.First(http.StatusText(r.Code), "answered with a redirect") + ", which leads nowhere"
}

// NetError is a call that brought no answer.
type NetError struct {
	Method, Path string
	Cause        error
}

// Error is the call and why there was no answer, in one line.
func (e *NetError) Error() string {
	return wording.Said(fmt.Sprintf("%s %s: %s", e.Method, e.Path, e.Cause))
}

// Unwrap is why there was none.
func (e *NetError) Unwrap() error { return e.Cause }

// Hint tells where to look.
func (e *NetError) Hint() string {
	var slow *timeout.Error
	if errors.As(e.Cause, &slow) {
		return slow.Hint()
	}
	var known usage.Explained
	if errors.As(e.Cause, &known) {
		return known.Hint()
	}
	return "check the network, and the RingCX server in 'ringcx status'"
}

var errCut = errors.New("the connection was cut before an answer came")

// bare takes the URL that net/http puts around an error away. The engine's own errors stand as they are.
func bare(req *http.Request, err error) error {
	var u *url.Error
	if errors.As(err, &u) {
		err = u.Err
	}
	if errors.Is(err, context.Canceled) {
		return err
	}
	var slow *timeout.Error
	var vendor *ringcx.Error
	if errors.As(err, &slow) && !errors.As(err, &vendor) {
		return &NetError{req.Method, req.URL.Path, err}
	}
	var hinted interface{ Hint() string }
	if isHinted := errors.As(err, &hinted); isHinted || errors.Is(err, ringcx.ErrLoginRequired) {
		if known, ofNetwork := hinted.(usage.Explained); ofNetwork {
			return &NetError{req.Method, req.URL.Path, known}
		}
		return err // such as a broker's, which says why the network failed, and where
	}
	var op *net.OpError
	if errors.As(err, &op) && op.Op != "dial" {
		err = op.Err
	}
	if errors.Is(err, io.EOF) {
		err = errCut
	}
	return &NetError{req.Method, req.URL.Path, err}
}
