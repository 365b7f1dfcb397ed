package rows

import (
	"bytes"
	"encoding/json"
	"errors"
	"strings"
)

// errNoObject is a row that has no fields.
var errNoObject = errors.New("the answer is not a list of objects")

// row is an object whose fields are as they were written.
type row map[string]json.RawMessage

func parse(raw json.RawMessage) (row, error) {
	var r row
	if json.Unmarshal(raw, &r) != nil || r == nil {
		return nil, errNoObject
	}
	return r, nil
}

// cell is the value of a field: texts without quotes, numbers digit by digit as the vendor wrote them, objects and lists as
// JSON, and "" for null and for what is not there.
func (r row) cell(field string) string {
	v, found := r[field]
	if head, rest, nested := strings.Cut(field, "."); !found && nested {
		if in, err := parse(r[head]); err == nil {
			return in.cell(rest)
		}
		return ""
	}
	return Text(v)
}

// Field is the field of an object as a cell shows it; "" also if raw is no object.
func Field(raw json.RawMessage, name string) string {
	r, _ := parse(raw)
	return r.cell(name)
}

// Text is a JSON value as a cell of a table or of CSV shows it.
func Text(v json.RawMessage) string {
	v = bytes.TrimSpace(v)
	switch {
	case len(v) == 0 || v[0] == 'n':
		return ""
	case v[0] == '"':
		var s string
		_ = json.Unmarshal(v, &s)
		return s
	case v[0] == '{' || v[0] == '[':
		var b bytes.Buffer
		if json.Compact(&b, v) == nil {
			return b.String()
		}
	}
	return string(v)
}
