package rows

import (
	"bytes"
	"context"
	"encoding/json"
	"io"

	"github.com/ringcx-go/ringcx/internal/terminal"
)

// Writer prints rows as they come.
type Writer struct {
	ctx    context.Context // of the command that prints
	format *Format
	t      *terminal.Terminal
	to     io.Writer
	people bool // to is a terminal
	shape  Shape

	beside map[string]string // values of fields that the rows have not got themselves

	rows  int
	table []map[string]any // rows of a table, which is printed at the end
	all   bytes.Buffer     // the array that a filter gets
}

// mark is the column of stars.
var mark = terminal.Column{Title: " ", Field: "*"}

// To begins a list in a format that Check has passed. It goes to a file, or to standard output if that is nil. ctx ends a
// filter that does not end by itself.
func (f *Format) To(ctx context.Context, t *terminal.Terminal, file io.Writer, shape Shape) *Writer {
	w := &Writer{ctx: ctx, format: f, t: t, to: file, shape: shape}
	if file == nil {
		w.to, w.people = terminal.Unfolded(t.Stdout), t.OutTerminal
	}
	return w
}

// Beside gives the rows that follow a field that they have not got themselves. JSON and filters are without it.
func (w *Writer) Beside(field, value string) *Writer {
	w.beside = map[string]string{field: value}
	return w
}

// cell is the value of a field of a row, or beside it.
func (w *Writer) cell(r row, field string) string {
	if value, beside := w.beside[field]; beside {
		return value
	}
	return r.cell(field)
}

// Write prints rows. A table and CSV have objects only.
func (w *Writer) Write(rows ...json.RawMessage) error {
	for _, raw := range rows {
		if err := w.write(raw); err != nil {
			return err
		}
		w.rows++
	}
	return nil
}

func (w *Writer) write(raw json.RawMessage) error {
	switch {
	case w.format.JQ != "":
		w.all.WriteString(w.between("[", ","))
		w.all.Write(raw)
		return nil
	case w.format.JSON:
		var b bytes.Buffer
		b.WriteString(w.between("[\n  ", ",\n  "))
		if err := json.Indent(&b, raw, "  ", "  "); err != nil {
			return err
		}
		_, err := w.to.Write(b.Bytes())
		return err
	}
	r, err := parse(raw)
	if err != nil {
		return err
	}
	if w.format.CSV {
		return w.csv(r)
	}
	cells := make(map[string]any, len(w.shape.Columns))
	for _, c := range w.shape.Columns {
		cells[c.Field] = w.cell(r, c.Field)
	}
	if w.people {
		if w.shape.Marked != nil && w.shape.Marked(raw) {
			cells[mark.Field] = "*"
		}
		w.table = append(w.table, cells)
		return nil
	}
	return w.t.Fields(w.to, cells, w.shape.Columns)
}

// between is what stands before a row: first before the first one, then before each other.
func (w *Writer) between(first, then string) string {
	if w.rows == 0 {
		return first
	}
	return then
}

// fields are the columns of CSV.
func (w *Writer) fields() []string {
	if len(w.shape.Fields) > 0 {
		return w.shape.Fields
	}
	var fields []string
	for _, c := range w.shape.Columns {
		fields = append(fields, c.Field)
	}
	return fields
}

// csv prints a row, and the header before the first; nil: the header alone.
func (w *Writer) csv(r row) error {
	fields, text := w.fields(), ""
	if w.rows == 0 {
		text = record(fields)
	}
	if r != nil {
		cells := make([]string, len(fields))
		for i, f := range fields {
			cells[i] = w.cell(r, f)
		}
		text += record(cells)
	}
	_, err := io.WriteString(w.to, text)
	return err
}

// End prints what ends the list. A list that broke off is not ended, so that JSON of one is not taken for the whole.
func (w *Writer) End() error {
	switch {
	case w.format.JQ != "":
		w.all.WriteString(w.between("[]", "]"))
		return w.format.filter.Run(w.ctx, w.all.Bytes(), w.to, w.people)
	case w.format.JSON:
		_, err := io.WriteString(w.to, w.between("[]\n", "\n]\n"))
		return err
	case w.format.CSV:
		if w.rows == 0 {
			return w.csv(nil)
		}
	case w.people:
		columns := w.shape.Columns
		if w.shape.Marked != nil {
			columns = append([]terminal.Column{mark}, columns...)
		}
		return w.t.Fitted(w.table, columns)
	}
	return nil
}

// One prints a single object in a format that Check has passed: to people and in a pipe each field with its name, in JSON
// the object itself, which is also what a filter gets, in CSV a list of one row.
func (f *Format) One(ctx context.Context, t *terminal.Terminal, object json.RawMessage, shape Shape) error {
	w := f.To(ctx, t, nil, shape)
	switch {
	case f.JQ != "":
		return f.filter.Run(ctx, object, w.to, w.people)
	case f.JSON:
		var b bytes.Buffer
		if err := json.Indent(&b, object, "", "  "); err != nil {
			return err
		}
		b.WriteByte('\n')
		_, err := w.to.Write(b.Bytes())
		return err
	case f.CSV:
		if err := w.Write(object); err != nil {
			return err
		}
		return w.End()
	}
	r, err := parse(object)
	if err != nil {
		return err
	}
	var lines []map[string]any
	for _, name := range w.fields() {
		if text := r.cell(name); text != "" {
			lines = append(lines, map[string]any{"name": name, "value": text})
		}
	}
	return t.Table(lines, []terminal.Column{{Title: "FIELD", Field: "name"}, {Title: "VALUE", Field: "value"}})
}
