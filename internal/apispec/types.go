package apispec

import (
	"fmt"
	"slices"
	"strings"
)

// Kind is the kind of a type.
type Kind uint8

// The kinds of types.
const (
	Scalar Kind = iota // Name is one of Scalars
	Array              // of Elem
	Map                // an object with any names and values of type Elem
	Object             // Name is a schema
	Closed             // Name is a closed list; values that nobody knows are possible in answers
)

// Type is what a value is on the wire.
type Type struct {
	Kind     Kind
	Name     string
	Elem     *Type
	Nullable bool // null is a documented value
}

// String is the type as the data writes it: [Agent], {string}, int32?.
func (t *Type) String() string {
	s := t.Name
	switch t.Kind {
	case Array:
		s = "[" + t.Elem.String() + "]"
	case Map:
		s = "{" + t.Elem.String() + "}"
	}
	if t.Nullable {
		s += "?"
	}
	return s
}

// Base is the type of what t holds, arrays and maps taken away.
func (t *Type) Base() *Type {
	for t.Elem != nil {
		t = t.Elem
	}
	return t
}

// ScalarType says how a scalar type looks on the wire.
type ScalarType struct {
	Name    string // in the data
	JSON    string // string, integer, number, boolean; "": any JSON
	Format  string // of OpenAPI, "" if none says it
	Pattern string // a regular expression that values match, "" if none does
	Example string // as JSON
	Text    string
}

// Scalars are the scalar types. Those of dates are the forms that the vendor has.
var Scalars = []ScalarType{
	{"any", "", "", "", `null`, "Any JSON."},
	{"string", "string", "", "", `"text"`, "A text."},
	{"uuid", "string", "uuid", "", `"3f2c8c1e-7f0b-4a53-9a38-5a8f6f0d9b11"`, "A UUID."},
	{"uri", "string", "uri", "", `"https://ringcx.ringcentral.com/"`, "An address."},
	{"boolean", "boolean", "", "", `true`, "True or false."},
	{"int32", "integer", "int32", "", `1`, "A whole number of 32 bits."},
	{"int64", "integer", "int64", "", `1`, "A whole number of 64 bits."},
	{"double", "number", "double", "", `1.5`, "A number."},
	{"binary", "string", "binary", "", `""`, "Bytes that are not JSON."},
	{"file", "string", "binary", "", `""`, "A file in the part named file."},
	{"datetime", "string", "", `^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}[+-]\d{4}$`, `"2026-01-31T08:30:00.000+0000"`, "A time with an offset without colon."},
	{"zonedtime", "string", "", `^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?[+-]\d\d:\d\d$`, `"2026-01-31T08:30:00.000-05:00"`, "A time with an offset with colon. Z is refused."},
	{"isotime", "string", "date-time", "", `"2026-01-31T08:30:00Z"`, "A time as RFC 3339 has it."},
	{"localtime", "string", "", `^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$`, `"2026-01-31 08:30:00"`, "A time without offset; another field names the time zone."},
	{"millis", "integer", "int64", "", `1769848200000`, "A time in milliseconds since 1970."},
	{"millistext", "string", "", `^\d+$`, `"1769848200000"`, "A time in milliseconds since 1970, as a text."},
	{"unixtime", "integer", "int64", "", `1893456000`, "A time in seconds since 1970; 0 is none."},
	{"clock", "string", "", `^\d\d:\d\d`, `"08:30"`, "A time of day."},
	{"hours", "string", "", `^\d{8}$`, `"08301700"`, "Opening hours, HHmmHHmm; 00000000 is closed."},
}

// ScalarNamed is the scalar type with a name.
func ScalarNamed(name string) (ScalarType, bool) {
	if i := slices.IndexFunc(Scalars, func(s ScalarType) bool { return s.Name == name }); i >= 0 {
		return Scalars[i], true
	}
	return ScalarType{}, false
}

// Schema is the form of an object.
type Schema struct {
	Name    string // a name in Go, unique without regard to case
	Text    string
	Key     string   // the field that identifies it, "" if none does
	PathKey string   // what paths call the key
	Section *Section // beside whose operations it is described; nil: several use it
	Fields  []Field  // by name, without regard to case
}

// Field is the field with a name, nil if there is none.
func (s *Schema) Field(name string) *Field {
	for i := range s.Fields {
		if s.Fields[i].Name == name {
			return &s.Fields[i]
		}
	}
	return nil
}

// Field is a field of a schema. Answers may leave out any field, and may have fields that nobody describes.
type Field struct {
	Name      string // on the wire
	Type      *Type
	Required  bool // requests must have it
	ReadOnly  bool // requests need not have it: what they say is not taken
	WriteOnly bool // answers do not have it
	Secret    bool // it must not be shown or logged
	Min, Max  int64
	MaxLen    int    // 0: not documented, as 0 for both of Min and Max
	Text      string // a sentence, "" if the name says as much as is known
	Certainty Certainty
}

// Values is a closed list of texts. The vendor may have more of them than it documents.
type Values struct {
	Name    string // a name in Go, unique without regard to case, among schemas too
	Text    string
	Section *Section // as of Schema
	List    []string
}

// parseType reads a type. Names are resolved later.
func parseType(s string) (*Type, error) {
	t := &Type{}
	if rest, ok := strings.CutSuffix(s, "?"); ok {
		s, t.Nullable = rest, true
	}
	switch {
	case len(s) > 2 && s[0] == '[' && s[len(s)-1] == ']':
		t.Kind = Array
	case len(s) > 2 && s[0] == '{' && s[len(s)-1] == '}':
		t.Kind = Map
	case isName(s):
		t.Name = s
		if _, scalar := ScalarNamed(s); scalar == isUpper(s[0]) {
			return nil, fmt.Errorf("no type is called %q", s)
		}
		if isUpper(s[0]) {
			t.Kind = Object // or Closed, which is known when all names are
		}
		return t, nil
	default:
		return nil, fmt.Errorf("%q is no type", s)
	}
	var err error
	t.Elem, err = parseType(s[1 : len(s)-1])
	return t, err
}

func isUpper(c byte) bool { return 'A' <= c && c <= 'Z' }

// isName tells what can be a name in Go.
func isName(s string) bool {
	for i := range len(s) {
		c := s[i] | 0x20
		if (c < 'a' || c > 'z') && (i == 0 || s[i] < '0' || s[i] > '9') {
			return false
		}
	}
	return s != ""
}

// JSONType is what a scalar is in JSON: string, integer, number or boolean; "" for all else.
func (t *Type) JSONType() string {
	s, _ := ScalarNamed(t.Name)
	return s.JSON
}
