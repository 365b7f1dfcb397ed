package apicmd

import (
	"encoding/json"
	"slices"
	"strings"

	"github.com/ringcx-go/ringcx/internal/apispec"
	"github.com/ringcx-go/ringcx/internal/rawjson"
	"github.com/ringcx-go/ringcx/internal/wording"
)

// LeftOut notes which fields of rows nobody describes, for which CSV has no column.
type LeftOut struct {
	schema *apispec.Schema
	names  []string // in the order in which they came
}

// NewLeftOut is one for rows of a schema.
func NewLeftOut(schema *apispec.Schema) *LeftOut { return &LeftOut{schema: schema} }

// See notes the fields of rows.
func (l *LeftOut) See(rows ...json.RawMessage) {
	for _, row := range rows {
		w := &rawjson.Walker{Member: func(name string, _ []byte) bool {
			if l.schema.Field(name) == nil && !slices.Contains(l.names, name) {
				l.names = append(l.names, name)
			}
			return true
		}}
		w.Walk(row)
	}
}

// Tell tells of the fields, if there are any.
func (l *LeftOut) Tell(tell func(text string)) {
	if l.names == nil {
		return
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
	tell("--csv leaves out fields that nobody describes: " + text + "; --json or --jq has them")
}

// leavingOut is a printer of rows as CSV that tells in the end what it leaves out.
type leavingOut struct {
	rowPrinter
	left *LeftOut
	tell func(text string)
}

// noting is a printer of rows that tells what CSV leaves out, if there is somebody to be told.
func (c *Call) noting(p rowPrinter, at *Out) rowPrinter {
	if !c.CSV || at.Note == nil {
		return p
	}
	return &leavingOut{rowPrinter: p, left: NewLeftOut(c.rowSchema()), tell: at.Note}
}

// Write prints rows.
func (l *leavingOut) Write(rows ...json.RawMessage) error {
	l.left.See(rows...)
	return l.rowPrinter.Write(rows...)
}

// End ends what is printed.
func (l *leavingOut) End() error {
	err := l.rowPrinter.End()
	if err == nil {
		l.left.Tell(l.tell)
	}
	return err
}
