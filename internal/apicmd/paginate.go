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

// pages prints all rows of a list as one array, row by row as they come; with a filter, what that makes of the rows of each
// page.
func (c *Call) pages(ctx context.Context, base string, lists *Lister, at *Out) error {
	to := terminal.Unfolded(at.Stdout)
	if c.file != nil {
		to = c.file
	}
	progress := at.Progress != nil && (c.file != nil || !at.People)
	if progress {
		defer fmt.Fprint(at.Progress, "\r\x1b[K")
	}
	list := &listing{size: c.PageSize, get: func(page, size int) ([]json.RawMessage, error) {
		c.params.Set("page", fmt.Sprint(page))
		c.params.Set("maxRows", fmt.Sprint(size))
		rows, err := lists.ask(ctx, &ask{c.method, target(base, c.params), c.headers, c.sent}, true)
		return rows, c.named(err)
	}}
	print := &array{to: to, sep: "[\n"}
	err := list.each(func(rows []json.RawMessage) error {
		c.tellMisfits(rows, list.rows-len(rows), at)
		var err error
		if c.filter != nil {
			err = c.filter.Run(ctx, encoded(rows), to, false)
		} else {
			err = print.rows(rows)
		}
		if err == nil && progress {
			fmt.Fprintf(at.Progress, "\r%d rows …", list.rows)
		}
		return err
	})
	if err != nil {
		return list.cut(err)
	}
	if c.filter == nil {
		if err := print.end(); err != nil {
			return err
		}
	}
	if c.file == nil {
		return nil
	}
	return c.file.Commit()
}

// array prints rows as one array.
type array struct {
	to  io.Writer
	sep string // before the next row
}

func (a *array) rows(rows []json.RawMessage) error {
	for _, row := range rows {
		if _, err := fmt.Fprintf(a.to, "%s%s", a.sep, row); err != nil {
			return err
		}
		a.sep = ",\n"
	}
	return nil
}

func (a *array) end() error {
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
