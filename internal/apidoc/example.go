package apidoc

import (
	"encoding/json"
	"slices"
	"strings"

	"github.com/ringcx-go/ringcx/internal/apispec"
)

// exampleAccount is the sub-account of examples.
const exampleAccount = "21000001"

// Example is a value of a type that the description allows, to be filled in: what requests must have, and what they may. Of
// objects in it all is there unless that is much, and else what requests must have. What answers alone have is left out.
func Example(d *apispec.Description, t *apispec.Type) any { return (&example{d: d}).of(t, nil) }

type example struct{ d *apispec.Description }

// member is a field of an object, which keeps its place.
type member struct {
	name  string
	value any
}

// members is an object whose names stay in their order.
type members []member

// MarshalJSON implements json.Marshaler.
func (m members) MarshalJSON() ([]byte, error) {
	out := []byte{'{'}
	for i, f := range m {
		if i > 0 {
			out = append(out, ',')
		}
		name, err := json.Marshal(f.name)
		if err != nil {
			return nil, err
		}
		value, err := json.Marshal(f.value)
		if err != nil {
			return nil, err
		}
		out = append(append(append(out, name...), ':'), value...)
	}
	return append(out, '}'), nil
}

// of is a value of a type inside the named objects.
func (e *example) of(t *apispec.Type, above []string) any {
	switch t.Kind {
	case apispec.Array:
		if t.Elem.Kind == apispec.Object && (len(above) > 1 || len(above) == 1 && !e.whole(e.d.Schema(t.Elem.Name), above[0])) {
			return []any{}
		}
		return []any{e.of(t.Elem, above)}
	case apispec.Map:
		return members{}
	case apispec.Closed:
		return e.d.Values(t.Name).List[0]
	case apispec.Object:
		return e.object(e.d.Schema(t.Name), above)
	}
	return scalar(t.Name)
}

// object has all that a request may have at the top, and what it must have below. Required fields come first.
func (e *example) object(s *apispec.Schema, above []string) members {
	out, more := members{}, members{}
	inside := append(above[:len(above):len(above)], s.Name)
	for _, f := range s.Fields {
		switch {
		case f.ReadOnly, s.Key == f.Name && !f.Required, f.Type.Base().Name == "Permission": // what only answers tell
		case f.Required:
			out = append(out, member{f.Name, e.field(f, inside)})
		case len(above) == 0 || s.Key == f.Name || f.Name == "id" || len(above) == 1 && e.whole(s, above[0]) && f.Type.Base().Kind != apispec.Object:
			more = append(more, member{f.Name, e.field(f, inside)})
		}
	}
	return append(out, more...)
}

// whole tells objects that examples have whole inside another one: small ones, and any if the other one is not large and they
// hold none of their kind. Of references the ID is enough.
func (e *example) whole(s *apispec.Schema, inside string) bool {
	holdsItself := slices.ContainsFunc(s.Fields, func(f apispec.Field) bool { return f.Type.Base().Name == s.Name })
	return !strings.HasSuffix(s.Name, "Reference") && (len(s.Fields) <= 8 || len(e.d.Schema(inside).Fields) <= 25 && !holdsItself)
}

func (e *example) field(f apispec.Field, inside []string) any {
	v := e.of(f.Type, inside)
	switch n := v.(type) {
	case json.RawMessage:
		if f.Type.JSONType() == "integer" && (f.Min > 1 || f.Max != 0 && f.Max < 1) {
			return f.Min
		}
	case string:
		if f.MaxLen > 0 && len(n) > f.MaxLen {
			return n[:f.MaxLen]
		}
	}
	return v
}

// scalar is a value of a scalar type.
func scalar(name string) any {
	s, _ := apispec.ScalarNamed(name)
	raw := s.Example
	if text, ok := strings.CutPrefix(raw, `"`); ok {
		return strings.TrimSuffix(text, `"`)
	}
	return json.RawMessage(raw)
}

// exampleText is a value of a parameter as a command line has it.
func exampleText(d *apispec.Description, p apispec.Param) string {
	if strings.EqualFold(p.Name, "accountId") || strings.EqualFold(p.Name, "subAccountId") {
		return exampleAccount
	}
	switch v := (&example{d: d}).of(p.Type.Base(), nil).(type) {
	case string:
		return v
	case json.RawMessage:
		return string(v)
	}
	return "text"
}

// literal is a value of a scalar type in Go.
func literal(t *apispec.Type) string {
	s, _ := apispec.ScalarNamed(t.Name)
	return s.Example
}
