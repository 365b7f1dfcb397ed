package sandbox

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

	"github.com/ringcx-go/ringcx/sandbox/internal/instant"
	"github.com/ringcx-go/ringcx/sandbox/internal/journal"
	"github.com/ringcx-go/ringcx/sandbox/internal/model"
	"github.com/ringcx-go/ringcx/sandbox/internal/verdict"
	"github.com/ringcx-go/ringcx/sandbox/internal/wording"
)

// why notes the reason of a refusal; the first one counts.
func (c *call) why(format string, args ...any) {
	if c.refused.Reason == "" {
		c.refused.Reason = fmt.Sprintf(format, args...)
	}
}

// from notes who calls.
func (c *call) from(a *model.App, u *model.User) {
	var all []string
	if a != nil {
		all = append(all, a.Name)
	}
	if u != nil {
		all = append(all, u.First+" "+u.Last)
	}
	if len(all) > 0 {
		c.refused.Caller = strings.Join(all, ", ")
	}
}

// limited notes that a ruling refused the call.
func (c *call) limited(v *ruling) {
	c.note(v.verdict)
	over := fmt.Sprintf("more than %d requests in %s", v.limit, wording.Duration(v.window))
	if v.verdict == verdict.Penalty {
		over = "it came before the penalty was over, which begins anew"
	}
	c.why("%s; the next one is let in %s later, at %s", over, wording.Duration(v.wait.Truncate(time.Second)), v.again.UTC().Format(time.RFC3339))
}

// ago is how long before the call a moment was.
func (c *call) ago(at time.Time) string {
	return wording.Duration(max(c.now.Sub(at), 0).Truncate(time.Second)) + " before"
}

// whyNot notes why an access token of a session is refused.
func (p *platform) whyNot(c *call, sess *session, turn uint32) {
	if sess == nil {
		c.why("the sandbox never gave this token out: it is of another one, or of the time before a reset")
		return
	}
	a, u := p.holder(sess)
	switch {
	case sess.State == sessionRevoked:
		c.why("the session of the token was ended %s, by a logout or with its credential or code", c.ago(sess.Ends.Time()))
	case sess.State == sessionEvicted:
		c.why("a newer login of the same user and app took the place of this session %s: there may be %d", c.ago(sess.Ends.Time()), c.rules.SessionCap)
	case turn != sess.Turn:
		c.why("a refresh replaced the token %s", c.ago(sess.Issued.Time()))
	case instant.Of(c.now) >= sess.Ends:
		c.why("the token ended %s", c.ago(sess.Ends.Time()))
	case !u.Enabled:
		c.why("the user is disabled")
	}
	c.from(a, u)
}

// tokenSent is the token that r brings outside of a form.
func tokenSent(r *http.Request, query url.Values) string {
	token, _ := bearer(r)
	if cookie, err := r.Cookie("access_token"); err == nil && token == "" {
		token = cookie.Value
	}
	return cmp.Or(token, r.Header.Get("X-Auth-Token"), tokenIn(query), query.Get("access_token"))
}

// tokenIn is the token, or what stands for one, that is among parameters.
func tokenIn(in url.Values) string {
	return cmp.Or(in.Get("refresh_token"), in.Get("rcAccessToken"), in.Get("assertion"), in.Get("code"), in.Get("token"))
}

// fingerprint tells tokens from each other: the beginning of the SHA-256 of one.
func fingerprint(token string) string {
	if token == "" {
		return ""
	}
	sum := sha256.Sum256([]byte(token))
	return hex.EncodeToString(sum[:4])
}

// refusalOf is what the log tells about a, nothing unless it refuses.
func (c *call) refusalOf(r *http.Request, a answer) journal.Refusal {
	if a.status < http.StatusBadRequest {
		return journal.Refusal{}
	}
	out := c.refused
	out.Answer = cmp.Or(answerWords(a), out.Answer)
	switch {
	case c.fault != nil:
		out.Reason = "a fault that was ordered: " + c.fault.label()
	case c.isBeyond():
		out.Reason = "the vendor describes this operation, and the sandbox has not got it"
	case out.Reason == "" && a.status == http.StatusNotFound && c.operation == "":
		out.Reason = "nobody describes this path"
	case out.Reason == "" && a.status == http.StatusNotFound && strings.HasSuffix(r.URL.Path, "/"):
		out.Reason = "the path is known without the slash at its end"
	case out.Reason == "" && a.status == http.StatusMethodNotAllowed:
		out.Reason = "the path is known with other methods: " + a.header.Get("Allow")
	case out.Reason == "" && a.header.Get("Content-Type") == typeText:
		out.Reason = out.Answer
	case out.Reason == "":
		code, message, _ := strings.Cut(out.Answer, " ")
		out.Reason = cmp.Or(plainWords[code], plainWords[message], parameterReason(message), message)
	}
	if c.brought == "" {
		c.brought = tokenSent(r, queryOf(r))
	}
	out.Token = fingerprint(c.brought)
	return out
}

// plainWords are the reasons of refusals, by code or message, whose own words help nobody.
var plainWords = map[string]string{
	codeWrong: "no user who may use this app has this name and password",
	"OAU-109": "the redirect URI is none that is registered for the app, letter for letter",
	"OAU-113": "no redirect URI is registered for the app",
	"OAU-146": "the client secret is not that of the app",
	"OAU-153": "the sandbox has no app with this client ID",
	"OAU-251": "the grant type is not one of the app: its auth flow is another, or it gets no refresh tokens",

	"Authentication header value is malformed": "the header Authorization is not Basic with a client ID and a secret",
	"Client authentication is required":        "client ID and secret belong into a header Authorization: Basic; without a secret, client_id into the form",
	"Unsupported Media Type":                   "the body is not a form (application/x-www-form-urlencoded)",
	"Unsupported grant type":                   "grant_type is missing, or none that the vendor has",

	xauthUnknown: "the sandbox never gave this X-Auth-Token out; a token of the exchange goes into a header Authorization: Bearer",
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
func answerWords(a answer) string {
	var e struct {
		Kind        string      `json:"error"`
		Errors      []errorItem `json:"errors"`
		Description string      `json:"error_description"`
		ErrorCode   string      `json:"errorCode"`
		Message     string      `json:"message"`
		General     string      `json:"generalMessage"`
	}
	if len(a.body) > 4<<10 || json.Unmarshal(a.body, &e) != nil {
		if a.header.Get("Content-Type") == typeText && len(a.body) < 200 {
			return string(a.body)
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
