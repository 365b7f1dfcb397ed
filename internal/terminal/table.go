package terminal

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"

	"github.com/ringcx-go/ringcx/internal/wording"
)

// Column of a table: its title and the field of the answer it shows.
type Column struct{ Title, Field string }

// Table prints aligned columns with titles on a terminal, a block for each row where that is narrow, and bare
// tab-separated fields to a program.
func (t *Terminal) Table(rows []map[string]any, columns []Column) error {
	if t.IsNarrow() {
		return t.Blocks(rows, columns)
	}
	w := t.Stdout
	flush := func() error { return nil }
	if t.OutTerminal {
		tw := tabwriter.NewWriter(t.Stdout, 0, 0, 2, ' ', 0)
		w, flush = tw, tw.Flush
		titles := make([]string, len(columns))
		for i, c := range columns {
			titles[i] = c.Title
		}
		if _, err := fmt.Fprintln(w, strings.Join(titles, "\t")); err != nil {
			return err
		}
	}
	for _, row := range rows {
		if err := t.Fields(w, row, columns); err != nil {
			return err
		}
	}
	return flush()
}

// Fields writes a row as tab-separated fields.
func (t *Terminal) Fields(w io.Writer, row map[string]any, columns []Column) error {
	_, err := fmt.Fprintln(w, strings.Join(t.cells(row, columns), "\t"))
	return err
}

// cells are the fields of a row, each in one line, and harmless on a terminal before the columns are measured.
func (t *Terminal) cells(row map[string]any, columns []Column) []string {
	cells := make([]string, len(columns))
	for i, c := range columns {
		if v := row[c.Field]; v != nil {
			cells[i] = strings.Join(strings.Fields(fmt.Sprint(v)), " ")
		}
		if t.OutTerminal {
			cells[i] = wording.Printable(cells[i])
		}
	}
	return cells
}

// Blocks prints each row below the other, a line for each field that it has.
func (t *Terminal) Blocks(rows []map[string]any, columns []Column) error {
	for n, row := range rows {
		if n > 0 {
			if _, err := fmt.Fprintln(t.Stdout); err != nil {
				return err
			}
		}
		for i, cell := range t.cells(row, columns) {
			if cell == "" {
				continue
			}
			if title := strings.TrimSpace(columns[i].Title); title != "" { // the mark of a row has none
				cell = title + ": " + cell
			}
			if _, err := fmt.Fprintln(t.Stdout, cell); err != nil {
				return err
			}
		}
	}
	return nil
}

// WriteJSON writes v indented, for people and programs. On a terminal its lines are not broken.
func WriteJSON(w io.Writer, v any) error {
	enc := json.NewEncoder(Unfolded(w))
	enc.SetIndent("", "  ")
	enc.SetEscapeHTML(false)
	return enc.Encode(v)
}
