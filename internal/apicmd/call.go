// Package apicmd calls operations of the RingCX API as a command line names them: it understands a path or the name of an
// operation, puts fields where they belong, passes answers on as they come, and gets lists page by page.
package apicmd

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"strings"

	"github.com/ringcx-go/ringcx/internal/apispec"
	"github.com/ringcx-go/ringcx/internal/outfile"
	"github.com/ringcx-go/ringcx/internal/usage"
	"github.com/ringcx-go/ringcx/internal/wording"
)

// Call is one call of the API as a command line has it. Prepare finds what is wrong with it, Run does it.
type Call struct {
	Args                []string // [METHOD] PATH, or OPERATION
	Fields, TypedFields []string // name=value, as text and as JSON
	Headers             []string // Name: value
	Input, Output       string   // files of the body and the answer; "-": Stdin and standard output, "": none
	InputGiven          bool     // Input was named, if only as ""
	Paginate, Include   bool     // get all pages of a list; print status and headers, too
	PageSize            int      // rows per page with Paginate
	Sized               bool     // PageSize was given
	Stdin               io.Reader

	method, path string
	query        []string // parameters that go into the query whatever the method
	headers      http.Header
	file         *outfile.File // where the answer goes; nil: standard output

	filled string // the path with its fields
	params url.Values
	body   []byte
}

// Out is where an answer goes, if not to a file.
type Out struct {
	Stdout   io.Writer
	People   bool      // Stdout is a terminal
	Progress io.Writer // where the number of rows so far is drawn; nil: nowhere
}

// Prepare finds what is wrong with the call before anything is asked of anybody, and begins the file of its answer. Discard is
// called in the end.
func (c *Call) Prepare() (err error) {
	if err := c.target(c.Args); err != nil {
		return err
	}
	if c.filled, c.params, c.body, err = c.build(); err != nil {
		return err
	}
	if c.Output != "" && c.Output != "-" {
		c.file, err = outfile.New(c.Output)
	}
	return err
}

// Discard removes what was written of an answer that has not come whole.
func (c *Call) Discard() {
	if c.file != nil {
		c.file.Discard()
	}
}

// Changes reports whether the call may change something, so that its answer is told even if it cannot be printed.
func (c *Call) Changes() bool { return c.method != http.MethodGet }

// Run sends the call to the API at base, and passes on the answer: to the file of Output if it is a success, else to at.
func (c *Call) Run(ctx context.Context, base string, lists *Lister, at *Out) error {
	if c.Paginate {
		return c.pages(ctx, base+c.filled, lists, at)
	}
	req, err := c.request(ctx, target(base+c.filled, c.params), c.body)
	if err != nil {
		return err
	}
	return c.deliver(lists.Client, req, at)
}

// build fills the path and decides where each field goes.
func (c *Call) build() (path string, query url.Values, body []byte, err error) {
	path, rest, _ := strings.Cut(c.path, "?")
	if query, err = url.ParseQuery(rest); err != nil {
		return "", nil, nil, usage.New("the query of the path cannot be read", "quote the path, and use -f name=value for parameters")
	}
	if c.headers, err = parseHeaders(c.Headers); err != nil {
		return "", nil, nil, err
	}
	object, filled := make(map[string]any), make(map[string]bool)
	fields, err := c.parseFields()
	if err != nil {
		return "", nil, nil, err
	}
	for _, f := range fields {
		text := f.text()
		_, again := object[f.name]
		switch {
		case filled[f.name], again:
			return "", nil, nil, usage.New(fmt.Sprintf("the field %q is given twice, and there is one place for it", wording.Clip(f.name)), `give it once; a list is JSON: -F 'name=["a","b"]'`)
		case strings.Contains(path, "{"+f.name+"}"):
			filled[f.name] = true
			if path, err = apispec.Fill(path, f.name, text); err != nil {
				return "", nil, nil, usage.New(wording.OneLine(err.Error()), "give one id or name; it may hold no / \\ ; ? # and be no . or ..")
			}
		case c.inQuery(f.name):
			query.Add(f.name, text)
		default:
			object[f.name] = f.value
		}
	}
	if _, open, found := strings.Cut(path, "{"); found {
		name, _, _ := strings.Cut(open, "}")
		return "", nil, nil, usage.New("the path needs a value for "+name, "add -f "+name+"=…")
	}
	if err := cmp.Or(checkPath(path), c.checkQuery(query)); err != nil {
		return "", nil, nil, err
	}
	if c.Input != "" {
		if len(object) > 0 {
			return "", nil, nil, usage.New("--input and fields of a body exclude each other", "put everything into the input")
		}
		body, err = c.readInput()
	} else if len(object) > 0 {
		body, err = json.Marshal(object)
	}
	return path, query, body, err
}

func (c *Call) request(ctx context.Context, url string, body []byte) (*http.Request, error) {
	var in io.Reader
	if body != nil {
		in = bytes.NewReader(body)
	}
	req, err := http.NewRequestWithContext(ctx, c.method, url, in)
	if err != nil {
		return nil, usage.New("the path cannot be called", "give it as the vendor's documentation does, such as /voice/api/v1/admin/accounts")
	}
	req.Header.Set("Accept", "application/json, */*")
	if body != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	maps.Copy(req.Header, c.headers)
	return req, nil
}

func target(url string, query url.Values) string {
	if len(query) == 0 {
		return url
	}
	return url + "?" + query.Encode()
}
