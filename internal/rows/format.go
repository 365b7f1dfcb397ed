package rows

import (
	"encoding/json"
	"slices"
	"strings"

	"github.com/ringcx-go/ringcx/internal/apispec"
	"github.com/ringcx-go/ringcx/internal/jq"
	"github.com/ringcx-go/ringcx/internal/terminal"
	"github.com/ringcx-go/ringcx/internal/usage"
)

// Format is how rows are printed. At most one of its fields is set; with none it is a table on a terminal, and tab-separated
// fields elsewhere.
type Format struct {
	JSON bool   // one array, row by row, as the vendor wrote them
	CSV  bool   // RFC 4180, with a header
	JQ   string // a filter of jq, which gets the array; "": none

	filter *jq.Program
}

// Check refuses two formats, and a filter that does not compile.
func (f *Format) Check() (err error) {
	if f.JSON && f.CSV || f.JQ != "" && (f.JSON || f.CSV) {
		return usage.New("--json, --csv and --jq exclude each other", "give one of them; jq prints CSV with @csv")
	}
	if f.JQ != "" {
		f.filter, err = jq.Compile(f.JQ)
	}
	return err
}

// Given says whether a format was asked for.
func (f *Format) Given() bool { return f.JSON || f.CSV || f.JQ != "" }

// Shape is what is shown of rows of one kind. Fields are named as in JSON; a.b is the field b of the object a.
type Shape struct {
	Columns []terminal.Column // of tables and of tab-separated fields
	Fields  []string          // of CSV; none: those of Columns

	// Marked says which rows have a star in tables on a terminal; nil: none.
	Marked func(json.RawMessage) bool
}

// ShapeOf is the shape of a schema: in CSV all its fields with one value that may be shown, the key and what is a name before the
// others, and in tables the first of them.
func ShapeOf(s *apispec.Schema) Shape {
	const most = 6
	var shape Shape
	var names, others []string
	for _, field := range s.Fields {
		switch {
		case field.Secret, field.WriteOnly, field.Type.Kind != apispec.Scalar && field.Type.Kind != apispec.Closed:
			continue
		case field.Name == s.Key:
		case isName(field.Name):
			names = append(names, field.Name)
		default:
			others = append(others, field.Name)
		}
	}
	if s.Key != "" {
		names = slices.Insert(names, 0, s.Key)
	}
	shape.Fields = append(names, others...)
	for _, name := range shape.Fields[:min(most, len(shape.Fields))] {
		shape.Columns = append(shape.Columns, terminal.Column{Title: Title(name), Field: name})
	}
	return shape
}

func isName(field string) bool {
	return strings.HasSuffix(field, "Name") || field == "name" || strings.HasSuffix(field, "Desc") || field == "description"
}

// Title is a field as the title of a column: AGENT ID of agentId.
func Title(field string) string {
	var b strings.Builder
	for i, c := range field {
		switch {
		case c == '.' || c == '_':
			c = ' '
		case i > 0 && 'A' <= c && c <= 'Z' && 'a' <= field[i-1] && field[i-1] <= 'z':
			b.WriteByte(' ')
		}
		b.WriteRune(c)
	}
	return strings.ToUpper(b.String())
}
