package cli

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"os"
	"strings"
	"unicode/utf8"

	"github.com/spf13/cobra"

	"github.com/ringcx-go/ringcx/internal/operations"
	"github.com/ringcx-go/ringcx/internal/outfile"
	"github.com/ringcx-go/ringcx/internal/terminal"
	"github.com/ringcx-go/ringcx/internal/usage"
	"github.com/ringcx-go/ringcx/internal/wording"
)

// call is the command line of ringcx api.
type call struct {
	*app
	method, path     string
	query            []string // parameters that go into the query whatever the method
	fields, typed    []string
	headerLines      []string
	headers          http.Header // what they say
	input, output    string
	inputGiven       bool
	paginate, header bool
	pageSize         int
	sized            bool          // pageSize was given
	file             *outfile.File // where the answer goes; nil: standard output
}

func (a *app) api() *cobra.Command {
	c := &call{app: a}
	cmd := &cobra.Command{
		Use: "api [METHOD] PATH | OPERATION", Short: "Call the RingCX API with a token that works",
		Long: `Calls the RingCX API and prints the answer. What to call is a path, with a method before it unless it is GET, or the
name of an operation as the vendor's API description gives it. Fields fill the {parameters} of the path first; what is
left goes into the query of a GET or DELETE, or where the operation says so, and else into a JSON body.

The answer goes to stdout as it comes, whatever its size; a short one is indented on a terminal. --output FILE keeps it
for you alone, and changes nothing there unless the whole answer has come. An error of the API is exit code 1, its body
on stdout; one that asks for patience (429, or 503 with Retry-After) is 75. --paginate waits as long as it is asked to,
if --max-wait lets it.

Git Bash takes a path that begins with / for a file of Windows, which is seen through. Where it is not, leave out the
first /, or set MSYS_NO_PATHCONV=1.`,
		Example: `  ringcx api /voice/api/v1/admin/accounts
  ringcx api getAgentGroupList -f accountId=21000001 --paginate
  ringcx api POST /voice/api/v1/admin/accounts/{accountId}/agentGroups -f accountId=21000001 -f groupName=Sales
  ringcx api /voice/api/v1/admin/users -H 'Accept: application/json' --output users.json`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) != 1 && len(args) != 2 {
				return usage.New("api takes a path, a method and a path, or the name of an operation", "such as: ringcx api /voice/api/v1/admin/accounts")
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			c.sized, c.inputGiven = cmd.Flags().Changed("page-size"), cmd.Flags().Changed("input")
			return c.run(args)
		},
	}
	f := cmd.Flags()
	f.StringArrayVarP(&c.fields, "field", "f", nil, "a field as text, `name=value`")
	f.StringArrayVarP(&c.typed, "typed-field", "F", nil, "a field as JSON (number, true, null, list …), `name=value`")
	f.StringArrayVarP(&c.headerLines, "header", "H", nil, "a header of the request, `Name: value`; may be given several times")
	f.StringVar(&c.input, "input", "", "send `FILE` as the body, - for standard input")
	f.StringVar(&c.output, "output", "", "write the answer to `FILE`, which only you can read, - for standard output")
	f.BoolVar(&c.paginate, "paginate", false, "get all pages of a list")
	f.IntVar(&c.pageSize, "page-size", 100, "rows per page with --paginate")
	f.BoolVarP(&c.header, "include", "i", false, "print status and headers too")
	return cmd
}

// run finds what is wrong with the command line before anything is asked of anybody.
func (c *call) run(args []string) error {
	if err := c.target(args); err != nil {
		return err
	}
	path, query, body, err := c.build()
	if err != nil {
		return err
	}
	if c.output != "" && c.output != "-" {
		if c.file, err = outfile.New(c.output); err != nil {
			return err
		}
		defer c.file.Discard()
	}
	session, acc, err := c.signedIn()
	if err != nil {
		return err
	}
	base := acc.config.Endpoint.Canonical().RingCX
	if c.paginate {
		return c.pages(session.Client(), base+path, query)
	}
	req, err := c.request(target(base+path, query), body)
	if err != nil {
		return err
	}
	if c.method != http.MethodGet {
		defer terminal.HoldPipe()() // what was made, and cannot be printed, is told on stderr
	}
	return c.deliver(session.Client(), req)
}

// build fills the path and decides where each field goes.
func (c *call) build() (path string, query url.Values, body []byte, err error) {
	path, rest, _ := strings.Cut(c.path, "?")
	if query, err = url.ParseQuery(rest); err != nil {
		return "", nil, nil, usage.New("the query of the path cannot be read", "quote the path, and use -f name=value for parameters")
	}
	if c.headers, err = parseHeaders(c.headerLines); err != nil {
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
			if path, err = operations.Fill(path, f.name, text); err != nil {
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
	if c.input != "" {
		if len(object) > 0 {
			return "", nil, nil, usage.New("--input and fields of a body exclude each other", "put everything into the input")
		}
		body, err = c.readInput()
	} else if len(object) > 0 {
		body, err = json.Marshal(object)
	}
	return path, query, body, err
}

func checkPath(path string) error {
	if operations.OfPlatform(path) {
		return usage.New("paths under /restapi belong to the RingCentral platform, which takes another token", "'ringcx api' calls the RingCX API: /voice/api/… and /api/…")
	}
	if err := operations.CheckPath(path); err != nil {
		return usage.New("the path "+wording.OneLine(err.Error()), "give the path as it is to be called, such as /voice/api/v1/admin/accounts")
	}
	return nil
}

// readInput is the body. What is sent as JSON has to be JSON; nothing may be sent as it.
func (c *call) readInput() ([]byte, error) {
	if c.input == "-" {
		data, err := io.ReadAll(c.Stdin)
		if err != nil {
			return nil, err
		}
		return data, c.checkBody(data)
	}
	data, err := os.ReadFile(c.input)
	if err != nil {
		return nil, usage.New(err.Error(), "--input names a file with the body, or - for standard input")
	}
	return data, c.checkBody(data)
}

func (c *call) checkBody(data []byte) error {
	const hint = "mend it, or say what it is, such as -H 'Content-Type: text/csv'"
	kind := wording.First(c.headers.Get("Content-Type"), "application/json")
	switch {
	case len(data) == 0 || !strings.Contains(strings.ToLower(kind), "json") || json.Valid(data) && utf8.Valid(data):
		return nil
	case bytes.HasPrefix(data, []byte("\xef\xbb\xbf")):
		return usage.New("the body of --input begins with a byte order mark, which JSON has not", "save it as UTF-8 without BOM")
	case bytes.HasPrefix(data, []byte("\xff\xfe")), bytes.HasPrefix(data, []byte("\xfe\xff")):
		return usage.New("the body of --input is UTF-16, and JSON is UTF-8", "save it as UTF-8; in PowerShell: Out-File -Encoding ascii")
	}
	return usage.New("the body of --input is not JSON", hint)
}

func (c *call) request(url string, body []byte) (*http.Request, error) {
	var in io.Reader
	if body != nil {
		in = bytes.NewReader(body)
	}
	req, err := http.NewRequestWithContext(c.Context, c.method, url, in)
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
