// Package apigo says how the operations of the API are called in Go: what internal/apigen calls its methods and types, and
// what their arguments are.
package apigo

import (
	"fmt"

	"github.com/ringcx-go/ringcx/internal/apispec"
)

// renamed are schemas whose names package api needs for something else.
var renamed = map[string]string{"Account": "AccountDetails"}

// TypeName is the name of a schema or closed list in package api.
func TypeName(name string) string {
	if other, ok := renamed[name]; ok {
		return other
	}
	return name
}

// scalars are the types of Go for those of the description.
var scalars = map[string]string{
	"any": "any", "string": "string", "uuid": "string", "uri": "string", "boolean": "bool", "int32": "int", "int64": "int64", "double": "float64",
	"binary": "Download", "file": "*File", "clock": "string", "hours": "string",
	"datetime": "time.Time", "zonedtime": "time.Time", "isotime": "time.Time", "localtime": "time.Time", "millis": "time.Time",
	"millistext": "time.Time", "unixtime": "time.Time",
}

// Type is the type of Go for a type of the description.
func Type(t *apispec.Type) (string, error) {
	switch t.Kind {
	case apispec.Array:
		elem, err := Type(t.Elem)
		return "[]" + elem, err
	case apispec.Map:
		elem, err := Type(t.Elem)
		return "map[string]" + elem, err
	case apispec.Object, apispec.Closed:
		return TypeName(t.Name), nil
	}
	if s, ok := scalars[t.Name]; ok {
		return s, nil
	}
	return "", fmt.Errorf("no type of Go for %s", t)
}

// AnswerType is Type for what a method returns.
func AnswerType(t *apispec.Type) (string, error) {
	if t.Kind == apispec.Scalar && t.Name == "any" {
		return "json.RawMessage", nil
	}
	return Type(t)
}

// IsTime tells what is a time.Time in Go.
func IsTime(t *apispec.Type) bool { return t.Kind == apispec.Scalar && scalars[t.Name] == "time.Time" }
