package sandbox

import (
	"errors"
	"io"
	"mime"
	"net/http"
	"net/url"
	"strings"

	"github.com/ringcx-go/ringcx/sandbox/internal/journal"
)

// form is a decoded application/x-www-form-urlencoded body.
type form struct {
	url.Values
	repeated string // name of a parameter that was given twice, if any
}

// Why a body could not be read as a form.
var (
	errNotAForm = errors.New("content type is not application/x-www-form-urlencoded")
	errTooLarge = errors.New("body is too large")
	errBadForm  = errors.New("body is not a valid form")
)

// readForm reads the body of r as a form. The form is usable, and empty, after an error too.
func readForm(r *http.Request) (form, error) {
	f := form{Values: url.Values{}}
	kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil || kind != "application/x-www-form-urlencoded" {
		return f, errNotAForm
	}
	if r.Body == nil {
		return f, nil
	}
	body, err := io.ReadAll(r.Body)
	var tooLarge *http.MaxBytesError
	switch {
	case errors.As(err, &tooLarge):
		return f, errTooLarge
	case err != nil:
		return f, errBadForm
	}
	values, err := parseParams(string(body))
	if err != nil {
		return f, errBadForm
	}
	if c, ok := r.Context().Value(callKey{}).(*call); ok {
		c.sent, c.brought = journal.MaskedParameters(values), tokenIn(values)
	}
	return newForm(values), nil
}

// parseParams reads a form or a query. A semicolon is a character like others, as it is to the vendor's kind of servers and
// to browsers: a password may have one. What could be read is there after an error, too.
func parseParams(text string) (url.Values, error) {
	return url.ParseQuery(strings.ReplaceAll(text, ";", "%3B"))
}

// queryOf are the parameters in the address of r, without those that cannot be read.
func queryOf(r *http.Request) url.Values {
	values, _ := parseParams(r.URL.RawQuery)
	return values
}

func newForm(values url.Values) form {
	f := form{Values: values}
	for name, all := range values {
		if len(all) > 1 {
			f.repeated = name
		}
	}
	return f
}
