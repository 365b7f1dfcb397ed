package apicmd

import (
	"encoding/json"
	"slices"
	"strings"

	"github.com/ringcx-go/ringcx/internal/apispec"
	"github.com/ringcx-go/ringcx/internal/rawjson"
	"github.com/ringcx-go/ringcx/internal/wording"
)

// leavingOut is a printer of rows as CSV that tells in the end which fields of theirs nobody describes, for which it has no
// column.
type leavingOut struct {
	rowPrinter
	schema *apispec.Schema
	names  []string // in the order in which they came
	tell   func(text string)
}

// noting is a printer of rows that tells what CSV leaves out, if there is somebody to be told.
func (c *Call) noting(p rowPrinter, at *Out) rowPrinter {
	if !c.CSV || at.Note == nil {
		return p
	}
	return &leavingOut{rowPrinter: p, schema: c.rowSchema(), tell: at.Note}
}

// Write prints rows.
func (l *leavingOut) Write(rows ...json.RawMessage) error {
	for _, row := range rows {
		w := &rawjson.Walker{Member: func(name string, _ []byte) bool {
			if l.schema.Field(name) == nil && !slices.Contains(l.names, name) {
				l.names = append(l.names, name)
			}
			return true
		}}
		w.Walk(row)
	}
	return l.rowPrinter.Write(rows...)
}

// End ends what is printed.
func (l *leavingOut) End() error {
	if err := l.rowPrinter.End(); err != nil || l.names == nil {
		return err
	}
	const most = 8
	shown := make([]string, 0, most)
	for _, name := range l.names[:min(most, len(l.names))] {
		shown = append(shown, wording.Printable(wording.Clip(name)))
	}
	text := strings.Join(shown, ", ")
	if len(l.names) > most {
		text += " …"
	}
	l.tell("--csv leaves out fields that nobody describes: " + text + "; --json or --jq has them")
	return nil
}
