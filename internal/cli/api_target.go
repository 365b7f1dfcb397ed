package cli

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"github.com/ringcx-go/ringcx/internal/operations"
)

var methodName = regexp.MustCompile(`^[A-Za-z]{3,10}$`)

// target finds method and path in the arguments.
func (c *call) target(args []string) error {
	if len(args) == 1 {
		op, ok := operations.Find(args[0])
		if !ok {
			return &usageError{fmt.Sprintf("%q is not an operation of the RingCX API", clip(args[0])), "give a method and a path, such as: ringcx api GET /voice/api/v1/admin/accounts"}
		}
		c.method, c.path, c.query = op.Method, op.Path, op.Query
		return c.checkPage()
	}
	c.method, c.path = strings.ToUpper(args[0]), args[1]
	switch {
	case !methodName.MatchString(args[0]):
		return &usageError{fmt.Sprintf("%q is not a method", clip(args[0])), "the method comes first: ringcx api GET /voice/api/v1/admin/accounts"}
	case strings.Contains(c.path, "://"):
		return &usageError{"give the path alone; the token goes to the configured RingCX server only", "leave out the https://host part, and use --ringcx-server-url for another server"}
	case !strings.HasPrefix(c.path, "/") || strings.HasPrefix(c.path, "//"):
		return &usageError{fmt.Sprintf("the path %q must start with one /", c.path), "such as /voice/api/v1/admin/accounts"}
	}
	path, _, _ := strings.Cut(c.path, "?")
	if err := checkPath(path); err != nil {
		return err
	}
	return c.checkPage()
}

// checkPage refuses what would have no effect, or another than it says.
func (c *call) checkPage() error {
	switch {
	case c.paginate && (c.method != http.MethodGet || c.input != ""):
		return &usageError{"--paginate is for GET without a body", "leave --paginate out"}
	case c.paginate && c.header:
		return &usageError{"--paginate and --include exclude each other: the pages have headers of their own", "give one of them"}
	case c.pageSize < 1 || c.pageSize > 10000:
		return &usageError{"--page-size must be between 1 and 10000", "leave it out for 100"}
	case c.sized && !c.paginate:
		return &usageError{"--page-size is for --paginate", "add --paginate, or ask for one page with -f page=0 -f maxRows=10"}
	}
	return nil
}

// checkQuery refuses parameters that --paginate sets.
func (c *call) checkQuery(query url.Values) error {
	for _, name := range []string{"page", "maxRows"} {
		if c.paginate && query.Has(name) {
			return &usageError{fmt.Sprintf("--paginate and the parameter %s exclude each other", name), "leave one of them out; --page-size is for the number of rows"}
		}
	}
	return nil
}

// field of the command line.
type field struct {
	name  string
	value any
}

// text is the value as a path or query takes it.
func (f field) text() string {
	if s, ok := f.value.(string); ok {
		return s
	}
	b, err := json.Marshal(f.value)
	if err != nil {
		return fmt.Sprint(f.value)
	}
	return string(b)
}

func (c *call) parseFields() ([]field, error) {
	var fields []field
	for _, raw := range c.fields {
		name, value, ok := strings.Cut(raw, "=")
		if !ok || name == "" {
			return nil, &usageError{fmt.Sprintf("the field %q is not of the form name=value", clip(name)), "such as -f accountId=21000001"}
		}
		fields = append(fields, field{name, value})
	}
	for _, raw := range c.typed {
		name, value, ok := strings.Cut(raw, "=")
		var v any
		dec := json.NewDecoder(strings.NewReader(value))
		dec.UseNumber()
		if !ok || name == "" || dec.Decode(&v) != nil || dec.More() {
			return nil, &usageError{fmt.Sprintf("the field %q is not of the form name=JSON", clip(name)), "such as -F maxRows=10; -f takes text as it is"}
		}
		fields = append(fields, field{name, v})
	}
	return fields, nil
}

func (c *call) inQuery(name string) bool {
	return c.method == http.MethodGet || c.method == http.MethodDelete || slices.Contains(c.query, name)
}

// pages prints all rows of a list as one array, row by row as they come.
func (c *call) pages(client *http.Client, base string, query url.Values) error {
	progress := c.ErrTerminal && !c.OutTerminal
	if progress {
		defer fmt.Fprint(trusted(c.Stderr), "\r\x1b[K")
	}
	list := &listing{size: c.pageSize, get: func(page, size int) ([]json.RawMessage, error) {
		query.Set("page", fmt.Sprint(page))
		query.Set("maxRows", fmt.Sprint(size))
		return c.rows(client, target(base, query), true)
	}}
	sep := "[\n"
	err := list.each(func(rows []json.RawMessage) error {
		for _, row := range rows {
			if _, err := fmt.Fprintf(c.Stdout, "%s%s", sep, row); err != nil {
				return err
			}
			sep = ",\n"
		}
		if progress {
			fmt.Fprintf(trusted(c.Stderr), "\r%d rows …", list.rows)
		}
		return nil
	})
	if err != nil {
		return list.cut(err)
	}
	if list.rows == 0 {
		_, err = fmt.Fprintln(c.Stdout, "[]")
		return err
	}
	_, err = fmt.Fprintln(c.Stdout, "\n]")
	return err
}
