package apicmd

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/ringcx-go/ringcx/internal/apispec"
	"github.com/ringcx-go/ringcx/internal/rawjson"
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

// bytes are the value as it was given.
func (f field) bytes() []byte {
	if raw, ok := f.value.(json.RawMessage); ok {
		return raw
	}
	return []byte(f.text())
}

// parseFields are the fields of -f and -F, and those that flags of the operation give.
func (c *Call) parseFields() ([]field, error) {
	fields := slices.Clone(c.flags)
	for _, f := range fields {
		if f.value == "" {
			return nil, usage.New("--"+kebab(f.name)+" is empty", "give a value, or leave the flag out; is a variable not set? -f "+f.name+"= is an empty text")
		}
	}
	for _, raw := range c.Fields {
		name, value, ok := strings.Cut(raw, "=")
		if ok && name == "" {
			return nil, noName("-f", value)
		}
		if !ok {
			return nil, usage.New(fmt.Sprintf("the field %q is not of the form name=value", wording.Clip(wording.Named(raw))), "such as -f accountId=21000001")
		}
		fields = append(fields, field{name, value})
	}
	for _, raw := range c.TypedFields {
		name, value, ok := strings.Cut(raw, "=")
		if from, is := strings.CutPrefix(value, "@"); is && name != "" {
			text, err := c.contents(name, from)
			if err != nil {
				return nil, err
			}
			fields = append(fields, field{name, text})
			continue
		}
		if ok && name == "" {
			return nil, noName("-F", value)
		}
		var b bytes.Buffer
		if !ok || json.Compact(&b, []byte(value)) != nil {
			return nil, usage.New(fmt.Sprintf("the field %q is not of the form name=JSON", wording.Clip(wording.Named(raw))),
				"such as -F maxRows=10, or -F name=@FILE for the text in a file; -f takes text as it is")
		}
		if w := (&rawjson.Walker{}); w.Walk(b.Bytes()) && w.Half {
			return nil, usage.New(fmt.Sprintf(`the field %q has half a character, such as \ud800 alone`, wording.Clip(name)), "a pair of two makes a character, or write it in UTF-8")
		}
		fields = append(fields, field{name, json.RawMessage(b.Bytes())})
	}
	for _, f := range fields {
		if !utf8.ValidString(f.name) || !utf8.Valid(f.bytes()) {
			return nil, usage.New(fmt.Sprintf("the field %q is no UTF-8", wording.Clip(f.name)), "write it in UTF-8; a terminal or file of another encoding needs iconv")
		}
	}
	return fields, nil
}

// noName refuses a field that nothing stands before the equals sign of.
func noName(flag, value string) error {
	shown := "…"
	if value == "" {
		shown = ""
	}
	return usage.New("a field has no name: "+flag+" ="+shown, "the name stands before the equals sign, such as "+flag+" maxRows=10; is a variable not set?")
}

// plain refuses what a parameter cannot be: null, a list where there is one value, or an object.
func (c *Call) plain(p *apispec.Param, f field) error {
	raw, ok := f.value.(json.RawMessage)
	if !ok || c.Unchecked || !bytes.ContainsAny(raw[:1], "n{[") {
		return nil
	}
	v, err := decoded(raw)
	if err != nil {
		return err
	}
	t := p.Type
	if t.Kind == apispec.Array {
		t = t.Elem
	}
	return c.checker().of(p.Secret).otherwise(p.Name, t, v).about(p.Text).err()
}

// contents is the text of the file that a field names, without the line end that editors put behind it, and the byte order mark
// that some put before it.
func (c *Call) contents(name, from string) (string, error) {
	var data []byte
	var err error
	if from == "-" {
		data, err = c.readStdin()
	} else if data, err = bounded(from); err != nil {
		err = usage.New(fmt.Sprintf("the field %q: %s", wording.Clip(name), err), "-F name=@FILE takes the text in a file, -F name=@- standard input; -f takes text as it is")
	}
	data = bytes.TrimPrefix(data, bom)
	return strings.TrimSuffix(strings.TrimSuffix(string(data), "\n"), "\r"), err
}

// inQuery tells where a field goes of which nobody says it.
func (c *Call) inQuery() bool {
	return slices.Contains([]string{http.MethodGet, http.MethodHead, http.MethodOptions, http.MethodDelete}, c.method)
}
