package sandbox

import (
	"bytes"
	"encoding/json"
	"net/http"
	"strconv"
)

// answer is a whole response. Endpoints return one, so that limits, faults and the log can look at it before it goes.
type answer struct {
	status int
	header http.Header // canonical keys; may be nil
	body   []byte
}

const (
	typeJSON = "application/json"
	typeText = "text/plain"
	typeHTML = "text/html; charset=utf-8"
)

func newAnswer(status int, contentType string, body []byte) answer {
	a := answer{status: status, header: make(http.Header, 8), body: body}
	if contentType != "" {
		a.header["Content-Type"] = []string{contentType}
	}
	return a
}

func textAnswer(status int, body string) answer { return newAnswer(status, typeText, []byte(body)) }

func jsonAnswer(status int, v any) answer {
	var buf bytes.Buffer
	enc := json.NewEncoder(&buf)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return textAnswer(http.StatusInternalServerError, "sandbox: "+err.Error())
	}
	return newAnswer(status, typeJSON, bytes.TrimSuffix(buf.Bytes(), []byte("\n")))
}

// asText is a with its JSON called text, which some operations of RingCX document.
func asText(a answer) answer {
	if a.status == http.StatusOK {
		return a.with("Content-Type", typeText)
	}
	return a
}

// with sets a header of a and returns a.
func (a answer) with(key, value string) answer {
	if a.header == nil {
		a.header = make(http.Header, 8)
	}
	a.header.Set(key, value)
	return a
}

// write sends a. Content-Length is always that of the whole body.
func (a answer) write(w http.ResponseWriter) {
	h := w.Header()
	for k, v := range a.header {
		h[k] = v
	}
	if a.status != http.StatusNoContent {
		h["Content-Length"] = []string{strconv.Itoa(len(a.body))}
	}
	w.WriteHeader(a.status)
	_, _ = w.Write(a.body)
}
