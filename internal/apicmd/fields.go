package apicmd

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/ringcx-go/ringcx/internal/usage"
	"github.com/ringcx-go/ringcx/internal/wording"
)

// field of the command line.
type field struct {
	name  string
	value any // a string, or what is JSON as it was written: json.RawMessage
}

// text is the value as a path or query takes it: a text without its quotes, everything else as JSON.
func (f field) text() string {
	if s, ok := f.value.(string); ok {
		return s
	}
	raw, _ := f.value.(json.RawMessage)
	var s string
	if len(raw) > 0 && raw[0] == '"' && json.Unmarshal(raw, &s) == nil {
		return s
	}
	return string(raw)
}

func (c *Call) parseFields() ([]field, error) {
	var fields []field
	for _, raw := range c.Fields {
		name, value, ok := strings.Cut(raw, "=")
		if !ok || name == "" {
			return nil, usage.New(fmt.Sprintf("the field %q is not of the form name=value", wording.Clip(wording.Named(raw))), "such as -f accountId=21000001")
		}
		fields = append(fields, field{name, value})
	}
	for _, raw := range c.TypedFields {
		name, value, ok := strings.Cut(raw, "=")
		var b bytes.Buffer
		if !ok || name == "" || json.Compact(&b, []byte(value)) != nil {
			hint := "such as -F maxRows=10; -f takes text as it is"
			if strings.HasPrefix(value, "@") {
				hint = "a field takes no file: --input FILE sends one as the whole body, and -f takes text as it is"
			}
			return nil, usage.New(fmt.Sprintf("the field %q is not of the form name=JSON", wording.Clip(wording.Named(raw))), hint)
		}
		fields = append(fields, field{name, json.RawMessage(b.Bytes())})
	}
	for _, raw := range slices.Concat(c.Fields, c.TypedFields) {
		if name, _, _ := strings.Cut(raw, "="); !utf8.ValidString(raw) {
			return nil, usage.New(fmt.Sprintf("the field %q is no UTF-8", wording.Clip(name)), "write it in UTF-8; a terminal or file of another encoding needs iconv")
		}
	}
	return fields, nil
}

func (c *Call) inQuery(name string) bool {
	return slices.Contains([]string{http.MethodGet, http.MethodHead, http.MethodOptions, http.MethodDelete}, c.method) || slices.Contains(c.query, name)
}
