package cli

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"github.com/ringcx-go/ringcx/internal/operations"
)

// call is the command line of ringcx api.
type call struct {
	*app
	method, path     string
	query            []string // parameters that go into the query whatever the method
	fields, typed    []string
	input            string
	paginate, header bool
	pageSize         int
	sized            bool // pageSize was given
}

func (a *app) api() *cobra.Command {
	c := &call{app: a}
	cmd := &cobra.Command{
		Use: "api METHOD PATH | OPERATION", Short: "Call the RingCX API with a token that works",
		Long: `Calls the RingCX API and prints the answer. What to call is a method and a path, or the name of an operation as the
vendor's API description gives it. Fields fill the {parameters} of the path first; what is left goes into the query of
a GET or DELETE, or where the operation says so, and else into a JSON body.

The answer goes to stdout as it came, indented on a terminal. An error of the API is exit code 1, its body on
stdout; one that asks for patience (429, or 503 with Retry-After) is 75. --paginate waits as long as it is asked to, if
--max-wait lets it.`,
		Example: `  ringcx api GET /voice/api/v1/admin/accounts
  ringcx api getAgentGroupList -f accountId=21000001 --paginate
  ringcx api POST /voice/api/v1/admin/accounts/{accountId}/agentGroups -f accountId=21000001 -f groupName=Sales`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) != 1 && len(args) != 2 {
				return &usageError{"api takes a method and a path, or the name of an operation", "such as: ringcx api GET /voice/api/v1/admin/accounts"}
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			c.sized = cmd.Flags().Changed("page-size")
			if err := c.target(args); err != nil {
				return err
			}
			return c.run()
		},
	}
	f := cmd.Flags()
	f.StringArrayVarP(&c.fields, "field", "f", nil, "a field as text, `name=value`")
	f.StringArrayVarP(&c.typed, "typed-field", "F", nil, "a field as JSON (number, true, null, list …), `name=value`")
	f.StringVar(&c.input, "input", "", "send `FILE` as the body, - for standard input")
	f.BoolVar(&c.paginate, "paginate", false, "get all pages of a list")
	f.IntVar(&c.pageSize, "page-size", 100, "rows per page with --paginate")
	f.BoolVarP(&c.header, "include", "i", false, "print status and headers too")
	return cmd
}

func (c *call) run() error {
	session, acc, err := c.signedIn()
	if err != nil {
		return err
	}
	path, query, body, err := c.build()
	if err != nil {
		return err
	}
	base := acc.config.Endpoint.Canonical().RingCX
	if c.paginate {
		return c.pages(session.Client(), base+path, query)
	}
	r, err := c.send(session.Client(), target(base+path, query), body)
	if err != nil {
		return err
	}
	if c.header {
		if err := c.printHeader(r); err != nil {
			return err
		}
	}
	if err := c.print(r); err != nil {
		return err
	}
	switch {
	case r.code/100 != 2, r.isPage():
		return r.err()
	case r.isDamaged():
		return fmt.Errorf("%s %s: the answer is damaged: it should be JSON, and is not", r.request.Method, r.request.URL.Path)
	}
	return nil
}

// build fills the path and decides where each field goes.
func (c *call) build() (path string, query url.Values, body []byte, err error) {
	path, rest, _ := strings.Cut(c.path, "?")
	if query, err = url.ParseQuery(rest); err != nil {
		return "", nil, nil, &usageError{"the query of the path cannot be read", "quote the path, and use -f name=value for parameters"}
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
			return "", nil, nil, &usageError{fmt.Sprintf("the field %q is given twice, and there is one place for it", clip(f.name)), `give it once; a list is JSON: -F 'name=["a","b"]'`}
		case strings.Contains(path, "{"+f.name+"}"):
			filled[f.name] = true
			if path, err = operations.Fill(path, f.name, text); err != nil {
				return "", nil, nil, &usageError{oneLine(err.Error()), "give one id or name; it may hold no / \\ ; ? # and be no . or .."}
			}
		case c.inQuery(f.name):
			query.Add(f.name, text)
		default:
			object[f.name] = f.value
		}
	}
	if _, open, found := strings.Cut(path, "{"); found {
		name, _, _ := strings.Cut(open, "}")
		return "", nil, nil, &usageError{"the path needs a value for " + name, "add -f " + name + "=…"}
	}
	if err := cmp.Or(checkPath(path), c.checkQuery(query)); err != nil {
		return "", nil, nil, err
	}
	if c.input != "" {
		if len(object) > 0 {
			return "", nil, nil, &usageError{"--input and fields of a body exclude each other", "put everything into the input"}
		}
		body, err = c.readInput()
	} else if len(object) > 0 {
		body, err = json.Marshal(object)
	}
	return path, query, body, err
}

func checkPath(path string) error {
	if operations.OfPlatform(path) {
		return &usageError{"paths under /restapi belong to the RingCentral platform, which takes another token", "ringcx api calls the RingCX API: /voice/api/… and /api/…"}
	}
	if err := operations.CheckPath(path); err != nil {
		return &usageError{"the path " + oneLine(err.Error()), "give the path as it is to be called, such as /voice/api/v1/admin/accounts"}
	}
	return nil
}

func (c *call) readInput() ([]byte, error) {
	if c.input == "-" {
		return io.ReadAll(c.Stdin)
	}
	data, err := os.ReadFile(c.input)
	if err != nil {
		return nil, &usageError{err.Error(), "--input names a file with the body, or - for standard input"}
	}
	return data, nil
}

func (c *call) send(client *http.Client, url string, body []byte) (*reply, error) {
	var in io.Reader
	if body != nil {
		in = bytes.NewReader(body)
	}
	req, err := http.NewRequestWithContext(c.Context, c.method, url, in)
	if err != nil {
		return nil, &usageError{"the path cannot be called", "give it as the vendor's documentation does, such as /voice/api/v1/admin/accounts"}
	}
	req.Header.Set("Accept", "application/json, */*")
	if body != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	return fetch(client, req)
}

func target(url string, query url.Values) string {
	if len(query) == 0 {
		return url
	}
	return url + "?" + query.Encode()
}

// print writes the answer as it came, indented for people if it is JSON.
func (c *call) print(r *reply) error {
	answer := r.body
	if c.OutTerminal && strings.Contains(r.header.Get("Content-Type"), "json") {
		var b bytes.Buffer
		if json.Indent(&b, answer, "", "  ") == nil {
			answer = b.Bytes()
		}
	}
	if _, err := c.Stdout.Write(answer); err != nil {
		return err
	}
	if len(answer) > 0 && answer[len(answer)-1] != '\n' && c.OutTerminal {
		_, err := fmt.Fprintln(c.Stdout)
		return err
	}
	return nil
}

func (c *call) printHeader(r *reply) error {
	if _, err := fmt.Fprintf(c.Stdout, "%s %s\n", r.proto, r.status); err != nil {
		return err
	}
	if err := r.header.Write(c.Stdout); err != nil {
		return err
	}
	_, err := fmt.Fprintln(c.Stdout)
	return err
}
