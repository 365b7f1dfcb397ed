package endpoint

import (
	"bytes"
	"encoding/json"
	"net"
	"net/http"
	"strconv"
	"strings"

	"github.com/ringcx-go/ringcx/sandbox/internal/limit"
)

// Response is a whole response. Endpoints return one, so that limits, faults and the log can look at it before it goes.
type Response struct {
	Status int
	Header http.Header // canonical keys; may be nil
	Body   []byte
}

// Content types.
const (
	TypeJSON = "application/json"
	TypeText = "text/plain"
	TypeHTML = "text/html; charset=utf-8"
)

// NewResponse is a response with a body of a content type; "": it has none.
func NewResponse(status int, contentType string, body []byte) Response {
	a := Response{Status: status, Header: make(http.Header, 8), Body: body}
	if contentType != "" {
		a.Header["Content-Type"] = []string{contentType}
	}
	return a
}

// Text is a response with a text.
func Text(status int, body string) Response { return NewResponse(status, TypeText, []byte(body)) }

// JSON is a response with v as JSON, in which nothing is escaped for HTML.
func JSON(status int, v any) Response {
	var buf bytes.Buffer
	enc := json.NewEncoder(&buf)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return Text(http.StatusInternalServerError, "sandbox: "+err.Error())
	}
	return NewResponse(status, TypeJSON, bytes.TrimSuffix(buf.Bytes(), []byte("\n")))
}

// AsText is a with its JSON called text, which some operations of RingCX document.
func AsText(a Response) Response {
	if a.Status == http.StatusOK {
		return a.With("Content-Type", TypeText)
	}
	return a
}

// With sets a header of a and returns a.
func (a Response) With(key, value string) Response {
	if a.Header == nil {
		a.Header = make(http.Header, 8)
	}
	a.Header.Set(key, value)
	return a
}

// Write sends a. Content-Length is always that of the whole body.
func (a Response) Write(w http.ResponseWriter) {
	h := w.Header()
	for k, v := range a.Header {
		h[k] = v
	}
	if a.Status != http.StatusNoContent {
		h["Content-Length"] = []string{strconv.Itoa(len(a.Body))}
	}
	w.WriteHeader(a.Status)
	_, _ = w.Write(a.Body)
}

// Stamp adds the limit headers of a ruling to a.
func Stamp(v limit.Decision, a Response) Response {
	if a.Header == nil {
		a.Header = make(http.Header, 8)
	}
	v.SetHeaders(a.Header)
	return a
}

// Counted answers with do if a call of key is within the limit of its row, else with tooMany. Both get the headers of that limit.
func (c *Call) Counted(limits *limit.Limits, key string, tooMany, do func() Response) Response {
	ruling := limits.Admit(c.Row.Limit, key, c.Now, c.Rules)
	if !ruling.Admitted {
		c.Limited(&ruling)
		do = tooMany
	}
	return Stamp(ruling, do())
}

// Redirect leads a browser on.
func Redirect(status int, to string) Response {
	return NewResponse(status, "", nil).With("Location", to).With("Referrer-Policy", "no-referrer")
}

// Besides is another host at the port that r came to.
func Besides(r *http.Request, host string) string {
	to := "http://" + host
	if _, port, err := net.SplitHostPort(r.Host); err == nil {
		to += ":" + port
	}
	if r.TLS != nil {
		to = "https" + strings.TrimPrefix(to, "http")
	}
	return to
}
