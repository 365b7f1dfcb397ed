package terminal

import (
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/clipperhouse/displaywidth"

	"github.com/ringcx-go/ringcx/internal/env"
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
	if !t.OutTerminal {
		for _, row := range rows {
			if err := t.Fields(t.Stdout, row, columns); err != nil {
				return err
			}
		}
		return nil
	}
	return t.align(t.lines(rows, columns))
}

// lines are the titles and the cells below them.
func (t *Terminal) lines(rows []map[string]any, columns []Column) [][]string {
	lines := [][]string{make([]string, len(columns))}
	for i, c := range columns {
		lines[0][i] = c.Title
	}
	for _, row := range rows {
		lines = append(lines, t.cells(row, columns))
	}
	return lines
}

// between are the spaces between two columns.
const between = "  "

// align writes lines of cells below each other.
func (t *Terminal) align(lines [][]string) error {
	widths := widthsOf(lines)
	for _, cells := range lines {
		var b strings.Builder
		for i, cell := range cells {
			b.WriteString(cell)
			if i < len(cells)-1 {
				b.WriteString(strings.Repeat(" ", widths[i]-textWidth(cell)) + between)
			}
		}
		if _, err := fmt.Fprintln(t.Stdout, b.String()); err != nil {
			return err
		}
	}
	return nil
}

// widthsOf are the columns of the terminal that each column of a table takes.
func widthsOf(lines [][]string) []int {
	widths := make([]int, len(lines[0]))
	for _, cells := range lines {
		for i, cell := range cells {
			widths[i] = max(widths[i], textWidth(cell))
		}
	}
	return widths
}

// Fitted is Table, on a terminal with cells that are cut, the longest first, as far as the table is wider than that. An ellipsis
// stands for what is cut, so it is for lists of things of which each can be shown whole.
func (t *Terminal) Fitted(rows []map[string]any, columns []Column) error {
	width := t.Columns()
	if !t.OutTerminal || width < env.Narrow {
		return t.Table(rows, columns)
	}
	lines := t.lines(rows, columns)
	most := widest(widthsOf(lines), width-len(between)*(len(columns)-1))
	for _, cells := range lines {
		for i, cell := range cells {
			cells[i] = displaywidth.TruncateString(cell, most, "…")
		}
	}
	return t.align(lines)
}

// widest is how wide a cell may be for all columns to fit into a room; no less than what tells one cell from another.
func widest(widths []int, room int) int {
	const least = 8
	most := slices.Max(widths)
	for ; most > least; most-- {
		sum := 0
		for _, w := range widths {
			sum += min(w, most)
		}
		if sum <= room {
			break
		}
	}
	return most
}

// Fields writes a row as tab-separated fields.
func (t *Terminal) Fields(w io.Writer, row map[string]any, columns []Column) error {
	_, err := fmt.Fprintln(w, strings.Join(t.cells(row, columns), "\t"))
	return err
}

// cells are the fields of a row, each in one line, and harmless on a terminal, which is where less, head and files bring what goes
// into a pipe. Programs that need each byte have JSON and CSV.
func (t *Terminal) cells(row map[string]any, columns []Column) []string {
	cells := make([]string, len(columns))
	for i, c := range columns {
		if v := row[c.Field]; v != nil {
			cells[i] = strings.Join(strings.Fields(fmt.Sprint(v)), " ")
		}
		cells[i] = wording.Printable(cells[i])
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
