// Package apicmd calls operations of the RingCX API as a command line names them: it understands a path or the name of an
// operation, puts fields where they belong, passes answers on as they come, and gets lists page by page.
package apicmd

import (
	"bytes"
	"context"
	"errors"
	"io"
	"maps"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/ringcx-go/ringcx/internal/apispec"
	"github.com/ringcx-go/ringcx/internal/jq"
	"github.com/ringcx-go/ringcx/internal/outfile"
	"github.com/ringcx-go/ringcx/internal/rows"
	"github.com/ringcx-go/ringcx/internal/usage"
)

// Call is one call of the API as a command line has it. Prepare finds what is wrong with it, Run does it.
type Call struct {
	Args                []string                          // [METHOD] PATH, or OPERATION
	Operation           *apispec.Operation                // the operation, which then Args do not say; nil: they do
	Fields, TypedFields []string                          // name=value, as text and as JSON
	Headers             []string                          // Name: value
	Input, Output       string                            // files of the body and the answer; "-": Stdin and standard output, "": none
	InputGiven          bool                              // Input was named, if only as ""
	Paginate, Include   bool                              // get all pages of a list; print status and headers, too
	PageSize            int                               // rows per page with Paginate
	Sized               bool                              // PageSize was given
	JQ                  string                            // an expression that filters the answer; "": none
	CSV, JSON           bool                              // the answer is printed as CSV; as JSON, on a terminal too
	FilterTime          time.Duration                     // how long JQ may take for an answer or a page; 0: as long as it likes
	Unchecked           bool                              // what is not as described is sent all the same
	DryRun              bool                              // the request is shown and not sent
	Account             func() (string, error)            // the sub-account, asked for if the path needs one and no field gives it; nil: nobody knows
	AccountChecked      bool                              // Account tells of the one that a field or the path gives, so that it is checked
	Late                map[string]func() (string, error) // other parameters of the path that are found out when everything else is right
	Partial             bool                              // the body is a part of what is sent in the end, and need not have what that needs
	Stdin               io.Reader

	method, path string
	op           *apispec.Operation // what is called; nil: nobody describes it
	flags        []field            // of the operation
	headers      http.Header
	file         *outfile.File // where the answer goes; nil: standard output
	filter       *jq.Program
	stdinRead    bool
	subaccount   string // that a field puts into the path, or that stands there; "": none
	told         bool   // that an answer is not as described
	toldUTF8     bool   // that one is no UTF-8

	filled string // the path with its fields, but perhaps for the account
	params url.Values
	form   url.Values // what sent has, if it is a form of the operation
	sent   content
}

// content is the body of a request.
type content struct {
	kind  string // its Content-Type
	bytes []byte // nil: there is no body
	file  string // the name of the file in it; "": it is none
	size  int    // of that file
	typ   *apispec.Type
}

// Out is where an answer goes, if not to a file.
type Out struct {
	Stdout io.Writer
	Warn   func(text string) // tells what is odd about an answer; nil: nothing is looked for
	Note   func(text string) // tells what is not printed of it; nil: nobody wants to know

	// Check says why an answer that has the status of a success is none, of which Body may be the begin; nil: the status is
	// believed. What it refuses is passed on as an error of the API is.
	Check func(r *Reply) error

	// Rows prints rows of a schema: CSV if that is asked for, else a table. They go to a file, or to Stdout if that is nil.
	// nil: tables are JSON.
	Rows     func(file io.Writer, schema *apispec.Schema) *rows.Writer
	People   bool      // Stdout is a terminal
	Progress io.Writer // where the number of rows so far is drawn; nil: nowhere
}

// Prepare finds what is wrong with the call before anything is asked of anybody, and begins the file of its answer. Discard is
// called in the end.
func (c *Call) Prepare() (err error) {
	if c.JQ != "" {
		if c.filter, err = jq.Compile(c.JQ); err != nil {
			return err
		}
	}
	if err := c.target(c.Args); err != nil {
		return err
	}
	if err := c.build(); err != nil {
		return err
	}
	if c.Output != "" && c.Output != "-" && !c.DryRun {
		c.file, err = outfile.New(c.Output)
	}
	return err
}

// Body is the body as it will be sent, if it is JSON or a form; nil: there is none.
func (c *Call) Body() []byte { return c.sent.bytes }

// SetBody replaces a body, which is not checked any more.
func (c *Call) SetBody(data []byte) { c.sent.kind, c.sent.bytes = kindJSON, data }

// Discard removes what was written of an answer that has not come whole.
func (c *Call) Discard() {
	if c.file != nil {
		c.file.Discard()
	}
}

// Changes reports whether the call may change something, so that its answer is told even if it cannot be printed.
func (c *Call) Changes() bool {
	return c.effect() != apispec.Reads
}

// effect is what the call does if it is sent again.
func (c *Call) effect() apispec.Effect {
	if c.op != nil {
		return c.op.Effect
	}
	return effectOf(c.method)
}

// Run sends the call to the API at base, and passes on the answer: to the file of Output if it is a success, else to at.
func (c *Call) Run(ctx context.Context, base string, lists *Lister, at *Out) error {
	if err := c.fillLater(); err != nil {
		return err
	}
	if c.Paginate {
		return c.pages(ctx, base+c.filled, lists, at)
	}
	req, err := c.request(ctx, target(base+c.filled, c.params))
	if err != nil {
		return err
	}
	return c.named(c.deliver(lists.Client, req, at))
}

// named has an error say which operation was called, and not what is secret in its path.
func (c *Call) named(err error) error {
	if err == nil {
		return nil
	}
	hidden := strings.Contains(c.shownPath(), masked)
	if refused := (*CallError)(nil); errors.As(err, &refused) {
		refused.effect = c.effect()
		if c.op != nil {
			refused.operation = c.op.ID
		}
		if hidden {
			refused.Path = c.shownPath()
		}
	}
	if failed := (*NetError)(nil); errors.As(err, &failed) && hidden {
		failed.Path = c.shownPath()
	}
	return err
}

func (c *Call) request(ctx context.Context, url string) (*http.Request, error) {
	var in io.Reader
	if c.sent.bytes != nil {
		in = bytes.NewReader(c.sent.bytes)
	}
	req, err := http.NewRequestWithContext(ctx, c.method, url, in)
	if err != nil {
		return nil, usage.New("the path cannot be called", "give it as the vendor's documentation does, such as /voice/api/v1/admin/accounts")
	}
	req.Header.Set("Accept", "application/json, */*")
	if c.sent.bytes != nil {
		req.Header.Set("Content-Type", c.sent.kind)
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
