package ringcx

import (
	"net/http"
	"strings"
	"time"
)

// answerError turns an answer that is not a success, or only calls itself one, into an Error. Both envelopes of the platform, the RingCX error
// object and plain text are understood; unknown fields are ignored. How it is printed is in error.go.
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

// kindOfCode is what an error without a status of its own says, by the vendor's code or by that of RFC 6749.
func kindOfCode(code, oauth string) failKind {
	switch {
	case strings.HasPrefix(code, "CMN-30"), code == "CMN-310", oauth == "slow_down":
		return failLimited
	case strings.HasPrefix(code, "CMN-20"), code == "unknown.exception", oauth == "server_error", oauth == "temporarily_unavailable":
		return failServer
	}
	return failRefused
}
