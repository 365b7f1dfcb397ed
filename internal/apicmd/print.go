package apicmd

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"

	"github.com/ringcx-go/ringcx/internal/apispec"
	"github.com/ringcx-go/ringcx/internal/jq"
	"github.com/ringcx-go/ringcx/internal/terminal"
	"github.com/ringcx-go/ringcx/internal/usage"
)

// checkFormat refuses formats that exclude each other, or that the answer cannot have.
func (c *Call) checkFormat() error {
	switch {
	case c.CSV && c.JSON || c.JQ != "" && (c.CSV || c.JSON):
		return usage.New("--json, --csv and --jq exclude each other", "give one of them; jq prints CSV with @csv")
	case c.CSV && c.Include:
		return usage.New("--csv and --include exclude each other", "give one of them")
	case c.CSV && c.rowSchema() == nil && c.op == nil:
		return usage.New("--csv is for lists of objects, and nobody describes what this path answers", "leave it out, or use --jq with @csv")
	case c.CSV && c.rowSchema() == nil:
		return usage.New("--csv is for lists of objects, and "+c.op.ID+" answers none", "leave it out, or use --jq with @csv")
	}
	return nil
}

// rowSchema is the schema of the rows that the call is answered with, nil if it is not described as a list of objects.
func (c *Call) rowSchema() *apispec.Schema {
	if c.op == nil || len(c.op.Answers) == 0 {
		return nil
	}
	t := c.op.Answers[0].Type
	if t == nil || t.Kind != apispec.Array || t.Elem.Kind != apispec.Object {
		return nil
	}
	return apispec.Default().Schema(t.Elem.Name)
}

// isTable tells whether people are shown a table.
func (c *Call) isTable(at *Out) bool {
	return at.People && at.Rows != nil && c.file == nil && !c.CSV && !c.JSON && !c.Include && c.filter == nil && c.rowSchema() != nil
}

// print writes an answer as it was asked for, and says whether it is what it says that it is.
func (c *Call) print(to io.Writer, r *Reply, rest io.Reader, at *Out, failed bool) (sound bool, err error) {
	people := at.People && to == at.Stdout
	rows := c.CSV || c.isTable(at) && bytes.HasPrefix(bytes.TrimSpace(r.Body), []byte("["))
	if failed || c.filter == nil && !rows {
		return pass(to, r, rest, people, people || failed && to == at.Stdout)
	}
	answer, err := whole(r, rest)
	switch {
	case err != nil:
		return true, err
	case c.filter == nil:
		return c.printRows(to, r, answer, at)
	case len(answer) == 0:
		return true, nil
	}
	return true, c.filtered(r.Request.Context(), answer, terminal.Unfolded(to), people)
}

// filtered writes what the filter makes of an answer, for which it has as long as FilterTime.
func (c *Call) filtered(ctx context.Context, answer []byte, to io.Writer, people bool) error {
	if c.FilterTime <= 0 {
		return c.filter.Run(ctx, answer, to, people)
	}
	within, cancel := context.WithTimeout(ctx, c.FilterTime)
	defer cancel()
	err := c.filter.Run(within, answer, to, people)
	if errors.Is(err, context.DeadlineExceeded) && ctx.Err() == nil {
		return &jq.Error{Cause: fmt.Errorf("it took longer than the %s of --timeout", c.FilterTime)}
	}
	return err
}

// whole reads an answer to its end, as filters and tables need it.
func whole(r *Reply, rest io.Reader) ([]byte, error) {
	more, err := io.ReadAll(io.LimitReader(rest, maxListing-looked+1))
	all := slices.Concat(r.Body, more)
	switch {
	case err != nil:
		return nil, bare(r.Request, brokeOff(err))
	case len(all) > maxListing:
		return nil, fmt.Errorf("%s %s: the answer is larger than the %d MiB that --jq, --csv and tables take", r.Request.Method, r.Request.URL.Path, maxListing>>20)
	}
	return all, nil
}

// printRows writes an answer as rows. One of which no table can be made is shown to people as it is.
func (c *Call) printRows(to io.Writer, r *Reply, answer []byte, at *Out) (sound bool, err error) {
	var rows []json.RawMessage
	if len(answer) > 0 && json.Unmarshal(answer, &rows) != nil || slices.ContainsFunc(rows, func(row json.RawMessage) bool { return row[0] != '{' }) {
		if c.CSV && !json.Valid(answer) && r.isJSON() {
			return false, nil
		}
		if c.CSV {
			return true, errors.New("the answer is no list of objects, of which --csv could be made")
		}
		r.Body = answer[:min(len(answer), looked)]
		return pass(to, r, bytes.NewReader(answer[len(r.Body):]), at.People, at.People)
	}
	w := c.noting(at.Rows(c.fileOrNil(), c.rowSchema()), at)
	if err := w.Write(rows...); err != nil {
		return true, err
	}
	return true, w.End()
}

// fileOrNil is the file of the answer; nil: standard output.
func (c *Call) fileOrNil() io.Writer {
	if c.file == nil {
		return nil
	}
	return c.file
}
