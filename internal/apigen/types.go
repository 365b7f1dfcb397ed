package apigen

import (
	"fmt"

	"github.com/ringcx-go/ringcx/internal/apispec"
)

// renamed are schemas whose names package api needs for something else.
var renamed = map[string]string{"Account": "AccountDetails"}

func typeName(name string) string {
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

// goType is the type of Go for a type of the description.
func goType(t *apispec.Type) (string, error) {
	switch t.Kind {
	case apispec.Array:
		elem, err := goType(t.Elem)
		return "[]" + elem, err
	case apispec.Map:
		elem, err := goType(t.Elem)
		return "map[string]" + elem, err
	case apispec.Object, apispec.Closed:
		return typeName(t.Name), nil
	}
	if s, ok := scalars[t.Name]; ok {
		return s, nil
	}
	return "", fmt.Errorf("no type of Go for %s", t)
}

// answerType is goType for what a method returns.
func answerType(t *apispec.Type) (string, error) {
	if t.Kind == apispec.Scalar && t.Name == "any" {
		return "json.RawMessage", nil
	}
	return goType(t)
}
