package apicmd

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"

	"github.com/ringcx-go/ringcx/internal/terminal"
	"github.com/ringcx-go/ringcx/internal/usage"
)

// pages prints all rows of a list as they come: as one array, as CSV or a table, or with a filter what that makes of the rows of
// each page.
func (c *Call) pages(ctx context.Context, base string, lists *Lister, at *Out) error {
	progress := at.Progress != nil && (c.file != nil || !at.People || c.isTable(at))
	erase := func() {
		if progress {
			fmt.Fprint(at.Progress, "\r\x1b[K")
			progress = false
		}
	}
	defer func() { erase() }()
	list := &listing{size: c.PageSize, key: c.rowKey(), get: func(page, size int) ([]json.RawMessage, error) {
		c.params.Set("page", fmt.Sprint(page))
		c.params.Set("maxRows", fmt.Sprint(size))
		rows, err := lists.ask(ctx, &ask{c.method, target(base, c.params), c.headers, c.sent})
		return rows, c.named(err)
	}}
	printer := c.rowPrinter(ctx, at)
	err := list.each(func(rows []json.RawMessage) error {
		c.tellMisfits(rows, list.rows-len(rows), at)
		if err := printer.Write(rows...); err != nil {
			return err
		}
		if progress {
			fmt.Fprintf(at.Progress, "\r%d rows …", list.rows)
		}
		return nil
	})
	if err != nil {
		return list.cut(err)
	}
	erase()
	if err := printer.End(); err != nil || c.file == nil {
		return err
	}
	return c.file.Commit()
}

// rowKey is the field that tells rows apart, "" if nobody says.
func (c *Call) rowKey() string {
	if s := c.rowSchema(); s != nil {
		return s.Key
	}
	return ""
}

// rowPrinter prints rows, page by page.
type rowPrinter interface {
	Write(rows ...json.RawMessage) error
	End() error
}

func (c *Call) rowPrinter(ctx context.Context, at *Out) rowPrinter {
	to := terminal.Unfolded(at.Stdout)
	if c.file != nil {
		to = c.file
	}
	switch {
	case c.filter != nil:
		return filtering(func(rows []json.RawMessage) error { return c.filtered(ctx, encoded(rows), to, false) })
	case c.CSV || c.isTable(at):
		return c.noting(at.Rows(c.fileOrNil(), c.rowSchema()), at)
	}
	return &array{to: to, sep: "[\n"}
}

// filtering prints what a filter makes of the rows of each page.
type filtering func(rows []json.RawMessage) error

// Write prints what the filter makes of rows.
func (f filtering) Write(rows ...json.RawMessage) error { return f(rows) }

// End does nothing.
func (f filtering) End() error { return nil }

// array prints rows as one array.
type array struct {
	to  io.Writer
	sep string // before the next row
}

// Write prints rows.
func (a *array) Write(rows ...json.RawMessage) error {
	for _, row := range rows {
		if _, err := fmt.Fprintf(a.to, "%s%s", a.sep, row); err != nil {
			return err
		}
		a.sep = ",\n"
	}
	return nil
}

// End prints the end of the array.
func (a *array) End() error {
	end := "\n]\n"
	if a.sep == "[\n" {
		end = "[]\n"
	}
	_, err := io.WriteString(a.to, end)
	return err
}

// ask is a request for a page.
type ask struct {
	method, address string
	headers         http.Header // besides our own
	body            content
}

func (q *ask) request(ctx context.Context) (*http.Request, error) {
	var in io.Reader
	if q.body.bytes != nil {
		in = bytes.NewReader(q.body.bytes)
	}
	req, err := http.NewRequestWithContext(ctx, q.method, q.address, in)
	if err != nil {
		return nil, usage.New("the path cannot be called", "give it as the vendor's documentation does, such as /voice/api/v1/admin/accounts")
	}
	req.Header.Set("Accept", "application/json")
	if q.body.bytes != nil {
		req.Header.Set("Content-Type", q.body.kind)
	}
	maps.Copy(req.Header, q.headers)
	return req, nil
}
