package api

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"
	"unicode"
)

// Error is an answer that refuses a request. Get it with [errors.As]. It has no secrets of the request.
type Error struct {
	Status     int    // of HTTP; 200 and the like if an answer with that status holds an error
	Code       string // such as access.denied.exception; "" if the answer has none, as with 401
	Message    string // what the answer says, "" if nothing
	Details    string // what it says besides, "" if nothing
	Method     string
	Path       string        // secret parameters are names in braces, and the query is left out
	Invalid    []Invalid     // the fields that were refused
	RetryAfter time.Duration // how long not to ask again; 0: the answer does not say
}

// Invalid is a field that was refused.
type Invalid struct{ Field, Message string }

// Error is one line: the request, the status, and what the answer says.
func (e *Error) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "api: %s %s: %d", e.Method, e.Path, e.Status)
	if text := http.StatusText(e.Status); text != "" {
		b.WriteString(" " + text)
	}
	for _, s := range []string{e.Code, e.Message, e.Details} {
		if s != "" {
			b.WriteString(": " + s)
		}
	}
	for _, i := range e.Invalid {
		fmt.Fprintf(&b, "; %s: %s", i.Field, i.Message)
	}
	return b.String()
}

// maxRefusal is how much of a refusal is read, and maxSaid how much of a text of it is kept.
const (
	maxRefusal = 64 << 10
	maxSaid    = 500
)

// refused reads an answer whose status refuses the request.
func (r *request) refused(resp *http.Response, payload []byte) *Error {
	defer resp.Body.Close()
	data, _ := io.ReadAll(io.LimitReader(resp.Body, maxRefusal)) // what came is better than nothing
	return r.refusal(resp, data, payload)
}

// refusal is an answer that refuses the request, whatever its status.
func (r *request) refusal(resp *http.Response, data, payload []byte) *Error {
	r.secrets = append(r.secrets, secretsIn(payload)...)
	e := &Error{Status: resp.StatusCode, Method: r.method, Path: r.shown, RetryAfter: retryAfter(resp.Header)}
	var body struct {
		ErrorCode, Error                                   json.RawMessage
		GeneralMessage, Message, DeveloperMessage, Details string
		ValidationErrors                                   []struct{ AttributeName, Message string }
	}
	if err := json.Unmarshal(data, &body); err != nil && !strings.HasPrefix(strings.TrimSpace(string(data)), "{") {
		body.Message = string(data)
		if strings.Contains(resp.Header.Get("Content-Type"), "html") {
			body.Message = "" // a page of something in between
		}
	}
	var inner struct {
		Code    json.RawMessage
		Message string
	}
	if json.Unmarshal(body.Error, &inner) != nil {
		inner.Message = scalar(body.Error)
	}
	e.Code = r.said(firstOf(scalar(body.ErrorCode), scalar(inner.Code)))
	e.Message = r.said(firstOf(body.GeneralMessage, body.Message, body.DeveloperMessage, inner.Message))
	if e.Details = r.said(body.Details); e.Details == e.Message {
		e.Details = ""
	}
	for _, v := range body.ValidationErrors {
		e.Invalid = append(e.Invalid, Invalid{r.said(v.AttributeName), r.said(v.Message)})
	}
	return e
}

// said is a text of an answer, without what must not be shown.
func (r *request) said(s string) string {
	for _, secret := range r.secrets {
		for _, form := range []string{secret, url.QueryEscape(secret), url.PathEscape(secret)} {
			s = strings.ReplaceAll(s, form, "(secret)")
		}
	}
	s = strings.Map(func(c rune) rune {
		if !unicode.IsPrint(c) {
			return ' '
		}
		return c
	}, strings.TrimSpace(s))
	if len(s) > maxSaid {
		s = strings.ToValidUTF8(s[:maxSaid], "") + "…"
	}
	return s
}

// secretsIn are the secret texts of a body that was sent as JSON.
func secretsIn(payload []byte) (all []string) {
	var body any
	if json.Unmarshal(payload, &body) != nil {
		return nil // a form, whose secrets are known
	}
	var in func(v any, secret bool)
	in = func(v any, secret bool) {
		switch v := v.(type) {
		case map[string]any:
			for name, member := range v {
				in(member, secret || secretNames[name])
			}
		case []any:
			for _, elem := range v {
				in(elem, secret)
			}
		case string:
			if secret && v != "" {
				all = append(all, v)
			}
		}
	}
	in(body, false)
	return all
}

// scalar is a text or a number of JSON as a text, "" for what is neither.
func scalar(raw json.RawMessage) string {
	if len(raw) == 0 || !strings.ContainsRune(`"-0123456789`, rune(raw[0])) {
		return ""
	}
	var text string
	_ = unmarshal(raw, &text) // it is valid
	return text
}

func firstOf(texts ...string) string {
	for _, s := range texts {
		if s != "" {
			return s
		}
	}
	return ""
}
