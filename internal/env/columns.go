package env

import "strconv"

// Narrow is where a terminal has too few columns for tables: they become blocks, and lines break between words. A wider
// one breaks long lines itself, so that what is copied from it stays one line.
const Narrow = 60

// Columns are those of the terminal, 0 if it does not say.
func (e *Env) Columns() int {
	if e.Width != nil {
		if width := e.Width(); width > 0 {
			return width
		}
	}
	width, _ := strconv.Atoi(e.Getenv("COLUMNS"))
	return max(width, 0)
}

// IsNarrow says whether standard output is a terminal with few columns.
func (e *Env) IsNarrow() bool {
	width := e.Columns()
	return e.OutTerminal && width > 0 && width < Narrow
}

// Draws says whether a line on stderr can be drawn anew.
func (e *Env) Draws() bool { return e.ErrTerminal && e.Getenv("TERM") != "dumb" }
