package endpoint

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/ringcx-go/ringcx/sandbox/internal/journal"
	"github.com/ringcx-go/ringcx/sandbox/internal/limit"
	"github.com/ringcx-go/ringcx/sandbox/internal/verdict"
	"github.com/ringcx-go/ringcx/sandbox/internal/wording"
)

// Why notes the reason of a refusal; the first one counts.
func (c *Call) Why(format string, args ...any) {
	if c.Refused.Reason == "" {
		c.Refused.Reason = fmt.Sprintf(format, args...)
	}
}

// Limited notes that a ruling refused the call.
func (c *Call) Limited(v *limit.Decision) {
	c.Note(v.Verdict)
	over := fmt.Sprintf("more than %d requests in %s", v.Limit, wording.Duration(v.Window))
	if v.Verdict == verdict.Penalty {
		over = "it came before the penalty was over, which begins anew"
	}
	c.Why("%s; the next one is let in %s later, at %s", over, wording.Duration(v.Wait.Truncate(time.Second)), v.Again.UTC().Format(time.RFC3339))
}

// Ago is how long before the call a moment was.
func (c *Call) Ago(at time.Time) string {
	return wording.Duration(max(c.Now.Sub(at), 0).Truncate(time.Second)) + " before"
}

// tokenSent is the token that r brings outside of a form.
func tokenSent(r *http.Request, query url.Values) string {
	token, _ := Bearer(r)
	if cookie, err := r.Cookie("access_token"); err == nil && token == "" {
		token = cookie.Value
	}
	return cmp.Or(token, r.Header.Get("X-Auth-Token"), tokenIn(query), query.Get("access_token"))
}

// tokenIn is the token, or what stands for one, that is among parameters.
func tokenIn(in url.Values) string {
	return cmp.Or(in.Get("refresh_token"), in.Get("rcAccessToken"), in.Get("assertion"), in.Get("code"), in.Get("token"))
}

// Fingerprint tells tokens from each other: the beginning of the SHA-256 of one.
func Fingerprint(token string) string {
	if token == "" {
		return ""
	}
	sum := sha256.Sum256([]byte(token))
	return hex.EncodeToString(sum[:4])
}

// refusalOf is what the log tells about a, nothing unless it refuses.
func (c *Call) refusalOf(r *http.Request, a Response) journal.Refusal {
	if a.Status < http.StatusBadRequest {
		return journal.Refusal{}
	}
	out := c.Refused
	out.Answer = cmp.Or(answerWords(a), out.Answer)
	switch {
	case c.Fault != "":
		out.Reason = "a fault that was ordered: " + c.Fault
	case c.IsBeyond():
		out.Reason = "the vendor describes this operation, and the sandbox has not got it"
	case out.Reason == "" && a.Status == http.StatusNotFound && c.Operation == "":
		out.Reason = "nobody describes this path"
	case out.Reason == "" && a.Status == http.StatusNotFound && strings.HasSuffix(r.URL.Path, "/"):
		out.Reason = "the path is known without the slash at its end"
	case out.Reason == "" && a.Status == http.StatusMethodNotAllowed:
		out.Reason = "the path is known with other methods: " + a.Header.Get("Allow")
	case out.Reason == "" && a.Header.Get("Content-Type") == TypeText:
		out.Reason = out.Answer
	case out.Reason == "":
		code, message, _ := strings.Cut(out.Answer, " ")
		out.Reason = cmp.Or(plainWords[code], plainWords[message], parameterReason(message), message)
	}
	if c.brought == "" {
		c.brought = tokenSent(r, Query(r))
	}
	out.Token = Fingerprint(c.brought)
	return out
}

// plainWords are the reasons of refusals, by code or message, whose own words help nobody.
var plainWords = map[string]string{
	"OAU-140": "no user who may use this app has this name and password",
	"OAU-109": "the redirect URI is none that is registered for the app, letter for letter",
	"OAU-113": "no redirect URI is registered for the app",
	"OAU-146": "the client secret is not that of the app",
	"OAU-153": "the sandbox has no app with this client ID",
	"OAU-251": "the grant type is not one of the app: its auth flow is another, or it gets no refresh tokens",

	"Authentication header value is malformed": "the header Authorization is not Basic with a client ID and a secret",
	"Client authentication is required":        "client ID and secret belong into a header Authorization: Basic; without a secret, client_id into the form",
	"Unsupported Media Type":                   "the body is not a form (application/x-www-form-urlencoded)",
	"Unsupported grant type":                   "grant_type is missing, or none that the vendor has",

	"The X-Auth-Token is not valid": "the sandbox never gave this X-Auth-Token out; a token of the exchange goes into a header Authorization: Bearer",
}

// parameterReason is why the message of CMN-101 came, which names the parameter alone.
func parameterReason(message string) string {
	name, ok := strings.CutPrefix(message, "Parameter [")
	name, is := strings.CutSuffix(name, "] value is invalid")
	if !ok || !is {
		return ""
	}
	return name + " is missing, or has a value that makes no sense"
}

// answerWords are code and message of an error of either vendor. What was sent, which some messages repeat, is left out.
func answerWords(a Response) string {
	var e struct {
		Kind   string `json:"error"`
		Errors []struct {
			ErrorCode string `json:"errorCode"`
		} `json:"errors"`
		Description string `json:"error_description"`
		ErrorCode   string `json:"errorCode"`
		Message     string `json:"message"`
		General     string `json:"generalMessage"`
	}
	if len(a.Body) > 4<<10 || json.Unmarshal(a.Body, &e) != nil {
		if a.Header.Get("Content-Type") == TypeText && len(a.Body) < 200 {
			return string(a.Body)
		}
		return ""
	}
	code := cmp.Or(e.ErrorCode, e.Kind)
	if len(e.Errors) > 0 {
		code = e.Errors[0].ErrorCode
	}
	message, _, _ := strings.Cut(cmp.Or(e.Message, e.General, e.Description), ": ")
	return strings.TrimSpace(code + " " + message)
}
