package apicmd

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/ringcx-go/ringcx/internal/apispec"
	"github.com/ringcx-go/ringcx/internal/usage"
	"github.com/ringcx-go/ringcx/internal/wording"
)

// misfit is a value that is not as it is described: what is wrong, with its place, and what would do.
type misfit struct{ problem, remedy string }

// err is the misfit as a mistake of the caller.
func (m *misfit) err() error {
	const otherwise = "--unchecked sends it as it is"
	if m.remedy == "" {
		return usage.New(m.problem, otherwise)
	}
	return usage.New(m.problem, m.remedy+"; "+otherwise)
}

// checker compares JSON with the description. What an answer may do is more than what a request may: leave out any field,
// and have fields and values of closed lists that nobody describes.
type checker struct {
	desc    *apispec.Description
	answer  bool
	partial bool // nothing is required: PATCH changes what it has
	hush    bool // values are not repeated
}

// body compares a whole value.
func (c *checker) body(t *apispec.Type, data []byte) *misfit {
	v, err := decoded(data)
	if err != nil {
		return &misfit{"the body is not JSON", ""}
	}
	return c.value("", t, v)
}

// decoded is a JSON value, and nothing behind it, with numbers as they were written.
func decoded(data []byte) (v any, err error) {
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.UseNumber()
	if err = dec.Decode(&v); err != nil {
		return nil, err
	}
	if _, end := dec.Token(); end != io.EOF { //nolint:errorlint // decoders return it as it is
		err = errors.New("something stands behind it")
	}
	return v, err
}

// whole compares a whole answer, which is not null where that is not documented.
func (c *checker) whole(t *apispec.Type, v any) *misfit {
	if v == nil && !t.Nullable && t.Name != "any" {
		return c.otherwise("", t, nil)
	}
	return c.value("", t, v)
}

func (c *checker) value(place string, t *apispec.Type, v any) *misfit {
	if v == nil && (c.answer || t.Nullable || place != "") || t.Kind == apispec.Scalar && t.Name == "any" {
		return nil
	}
	switch t.Kind {
	case apispec.Array:
		return c.list(place, t, v)
	case apispec.Map:
		return c.names(place, t, v)
	case apispec.Object:
		return c.object(place, t, v)
	case apispec.Closed:
		return c.closed(place, t, v)
	}
	return c.scalar(place, t, v)
}

func (c *checker) list(place string, t *apispec.Type, v any) *misfit {
	all, ok := v.([]any)
	if !ok {
		return c.otherwise(place, t, v)
	}
	for i, v := range all {
		if m := c.value(element(place, i), t.Elem, v); m != nil {
			return m
		}
	}
	return nil
}

func (c *checker) names(place string, t *apispec.Type, v any) *misfit {
	all, ok := v.(map[string]any)
	if !ok {
		return c.otherwise(place, t, v)
	}
	for _, name := range sorted(all) {
		if m := c.value(below(place, name), t.Elem, all[name]); m != nil {
			return m
		}
	}
	return nil
}

func (c *checker) object(place string, t *apispec.Type, v any) *misfit {
	all, ok := v.(map[string]any)
	schema := c.desc.Schema(t.Name)
	if !ok || schema == nil {
		return c.otherwise(place, t, v)
	}
	for _, name := range sorted(all) {
		f := schema.Field(name)
		switch {
		case f == nil && !c.answer:
			return unknownField(place, name, schema)
		case f == nil, f.ReadOnly && !c.answer: // what is read may be sent again
			continue
		}
		if m := c.field(below(place, name), f, all[name]); m != nil {
			return m
		}
	}
	if c.answer || c.partial {
		return nil
	}
	var missing, texts []string
	for _, f := range schema.Fields {
		if v, there := all[f.Name]; f.Required && !f.ReadOnly && (!there || v == nil && !f.Type.Nullable) {
			missing, texts = append(missing, below(place, f.Name)), append(texts, f.Text)
		}
	}
	if missing == nil {
		return nil
	}
	m := &misfit{problem: "the body needs " + wording.Listed(missing)}
	if len(missing) == 1 {
		return m.about(texts[0])
	}
	return m
}

// field compares the value of a field of a schema.
func (c *checker) field(place string, f *apispec.Field, v any) *misfit {
	if c.answer {
		return c.value(place, f.Type, v)
	}
	m := c.of(f.Secret).value(place, f.Type, v)
	switch v := v.(type) {
	case json.Number:
		n, err := strconv.ParseInt(v.String(), 10, 64)
		if m == nil && (f.Min != 0 || f.Max != 0) && err == nil && (n < f.Min || n > f.Max) {
			m = &misfit{problem: fmt.Sprintf("%s takes %d to %d, not %d", place, f.Min, f.Max, n)}
		}
	case string:
		if n := utf8.RuneCountInString(v); m == nil && f.MaxLen > 0 && n > f.MaxLen {
			m = &misfit{problem: fmt.Sprintf("%s takes at most %d characters, not %d", place, f.MaxLen, n)}
		}
	}
	return m.about(f.Text)
}

// about adds what a value means, if nothing better is known.
func (m *misfit) about(text string) *misfit {
	if m != nil && m.remedy == "" {
		m.remedy = strings.TrimSuffix(text, ".")
	}
	return m
}

// of is a checker for a value that may be a secret, which is not repeated.
func (c *checker) of(secret bool) *checker {
	own := *c
	own.hush = own.hush || secret
	return &own
}

func unknownField(place, name string, schema *apispec.Schema) *misfit {
	where, names := "the body has", make([]string, len(schema.Fields))
	if place != "" {
		where = place + " has"
	}
	for i, f := range schema.Fields {
		names[i] = f.Name
	}
	return &misfit{fmt.Sprintf("%s no field %q", where, wording.Clip(name)), nearest(name, names)}
}

// nearest are the names that may have been meant, or all of them if they are few.
func nearest(name string, names []string) string {
	const few = 8
	if near := wording.NearestFew(name, names, 3); len(near) > 0 {
		return "did you mean " + either(near) + "?"
	}
	if len(names) > 0 && len(names) <= few {
		return "there is " + wording.Listed(names)
	}
	return ""
}

// either are words of which one is chosen.
func either(words []string) string {
	if last := len(words) - 1; last > 0 {
		return strings.Join(words[:last], ", ") + " or " + words[last]
	}
	return strings.Join(words, "")
}

func (c *checker) closed(place string, t *apispec.Type, v any) *misfit {
	text, ok := v.(string)
	if !ok {
		return c.otherwise(place, t, v)
	}
	if c.answer {
		return nil
	}
	return c.oneOf(place, t, text)
}

// oneOf refuses a value that a closed list does not have.
func (c *checker) oneOf(place string, t *apispec.Type, text string) *misfit {
	list := c.desc.Values(t.Name)
	if list == nil || slices.Contains(list.List, text) {
		return nil
	}
	return &misfit{
		fmt.Sprintf("%s has no value %q", called(place), wording.Clip(text)),
		wording.DidYouMean(wording.Nearest(text, list.List), "one of "+wording.Listed(list.List)),
	}
}

// otherwise is the misfit of a value of another kind.
func (c *checker) otherwise(place string, t *apispec.Type, v any) *misfit {
	if c.answer {
		return &misfit{problem: fmt.Sprintf("%s is %s, described as %s", wording.First(place, "the answer"), found(v, false), t)}
	}
	kind := c.kind(t)
	if text := fmt.Sprint(v); t.Name == "int32" && digits(strings.TrimPrefix(text, "-")) && text != "" {
		kind += fmt.Sprintf(" from %d to %d", math.MinInt32, math.MaxInt32)
	}
	return &misfit{problem: fmt.Sprintf("%s takes %s, not %s", called(place), kind, found(v, !c.hush))}
}

func called(place string) string { return wording.First(place, "the body") }

// found says what a value is, with the value itself if it is short.
func found(v any, shown bool) string {
	switch v := v.(type) {
	case string:
		if shown {
			return strconv.Quote(wording.Clip(v))
		}
		return "a text"
	case json.Number:
		if shown {
			return wording.Clip(v.String())
		}
		return "a number"
	case bool:
		return strconv.FormatBool(v)
	case []any:
		return "a list"
	case map[string]any:
		return "an object"
	}
	return "null"
}

// kind is what a type takes, in words.
func (c *checker) kind(t *apispec.Type) string {
	switch t.Kind {
	case apispec.Array:
		return "a list"
	case apispec.Map:
		return "an object"
	case apispec.Object:
		return "an object"
	case apispec.Closed:
		return "one of a few words"
	}
	s, _ := apispec.ScalarNamed(t.Name)
	switch {
	case t.Name == "int32", t.Name == "int64":
		return "a whole number"
	case s.JSON == "boolean":
		return "true or false"
	case s.Pattern != "" || s.Name == "isotime" || s.Name == "unixtime" || s.Name == "millis":
		return strings.ToLower(s.Text[:1]) + strings.TrimSuffix(s.Text[1:], ".") + ", such as " + s.Example
	}
	return strings.ToLower(s.Text[:1]) + s.Text[1:len(s.Text)-1]
}

func below(place, name string) string {
	if place == "" {
		return wording.Printable(wording.Clip(name))
	}
	return place + "." + wording.Printable(wording.Clip(name))
}

func sorted(all map[string]any) []string {
	names := make([]string, 0, len(all))
	for name := range all {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

func element(place string, i int) string { return fmt.Sprintf("%s[%d]", place, i) }
