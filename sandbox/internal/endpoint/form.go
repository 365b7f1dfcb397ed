package endpoint

import (
	"errors"
	"io"
	"mime"
	"net/http"
	"net/url"
	"strings"

	"github.com/ringcx-go/ringcx/sandbox/internal/journal"
)

// Form is a decoded application/x-www-form-urlencoded body.
type Form struct {
	url.Values
	Repeated string // name of a parameter that was given twice, if any
}

// Bounds of this program, not of the vendor.
const (
	TextMost = 2 << 10 // bytes of a text that is remembered as it was sent
	NameMost = 256     // bytes of a name, or a password, that is
)

// Why a body could not be read as a form.
var (
	ErrNotAForm = errors.New("content type is not application/x-www-form-urlencoded")
	ErrTooLarge = errors.New("body is too large")
	errBadForm  = errors.New("body is not a valid form")
)

// ReadForm reads the body of r, of at most [BodyLimit] bytes, as the form that [Call.Form] gives. It waits for the sender of r,
// and is called before the transaction for that reason.
func (c *Call) ReadForm(r *http.Request) {
	form, err := readForm(r)
	if c.form, c.formErr = &form, err; err == nil {
		c.sent, c.brought = journal.MaskedParameters(form.Values), tokenIn(form.Values)
	}
}

// Form is the body of the request as a form, or ErrNotAForm, ErrTooLarge or another error if it is none. The form is usable,
// and empty, after an error too. It panics unless the row of the operation says that there is a form.
func (c *Call) Form() (Form, error) { return *c.form, c.formErr }

// readForm reads the body of r as a form.
func readForm(r *http.Request) (Form, error) {
	f := Form{Values: url.Values{}}
	kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil || kind != "application/x-www-form-urlencoded" {
		return f, ErrNotAForm
	}
	if r.Body == nil {
		return f, nil
	}
	body, err := io.ReadAll(r.Body)
	var tooLarge *http.MaxBytesError
	switch {
	case errors.As(err, &tooLarge):
		return f, ErrTooLarge
	case err != nil:
		return f, errBadForm
	}
	values, err := ParseParams(string(body))
	if err != nil {
		return f, errBadForm
	}
	return NewForm(values), nil
}

// ParseParams reads a form or a query. A semicolon is a character like others, as it is to the vendor's kind of servers and
// to browsers: a password may have one. What could be read is there after an error, too.
func ParseParams(text string) (url.Values, error) {
	return url.ParseQuery(strings.ReplaceAll(text, ";", "%3B"))
}

// Query are the parameters in the address of r, without those that cannot be read.
func Query(r *http.Request) url.Values {
	values, _ := ParseParams(r.URL.RawQuery)
	return values
}

// NewForm is the form of values that were read already.
func NewForm(values url.Values) Form {
	f := Form{Values: values}
	for name, all := range values {
		if len(all) > 1 {
			f.Repeated = name
		}
	}
	return f
}
