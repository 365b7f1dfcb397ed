package api

import (
	"encoding/json"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"
)

// marshal writes a value as JSON.
func marshal(v any) ([]byte, error) {
	if raw, ok := v.(json.RawMessage); ok {
		return raw, nil
	}
	var e encoder
	e.value(reflect.ValueOf(v), "")
	return e.out, e.err
}

type encoder struct {
	out []byte
	err error // the first
}

// value writes a value; form is that of times in it.
func (e *encoder) value(v reflect.Value, form string) {
	switch v.Kind() {
	case reflect.Slice:
		if v.Type() != rawType {
			e.list(v, form)
			return
		}
	case reflect.Map:
		e.mapping(v, form)
		return
	case reflect.Bool:
		e.out = strconv.AppendBool(e.out, v.Bool())
		return
	case reflect.Int, reflect.Int64:
		e.out = strconv.AppendInt(e.out, v.Int(), 10)
		return
	case reflect.Struct:
		if v.Type() == timeType {
			e.out = append(e.out, formatTime(v.Interface().(time.Time), form)...)
			return
		}
		if info := infoOf(v.Type()); info != nil {
			e.object(v, info)
			return
		}
	case reflect.Invalid:
		e.out = append(e.out, "null"...)
		return
	}
	e.any(v.Interface())
}

func (e *encoder) any(v any) {
	data, err := json.Marshal(v)
	if err != nil && e.err == nil {
		e.err = err
	}
	e.out = append(e.out, data...)
}

func (e *encoder) list(v reflect.Value, form string) {
	e.out = append(e.out, '[')
	for i := range v.Len() {
		if i > 0 {
			e.out = append(e.out, ',')
		}
		e.value(v.Index(i), form)
	}
	e.out = append(e.out, ']')
}

func (e *encoder) mapping(v reflect.Value, form string) {
	m := memberWriter{encoder: e}
	e.out = append(e.out, '{')
	m.keys(v, form, nil)
	e.out = append(e.out, '}')
}

// memberWriter writes the members of one object.
type memberWriter struct {
	*encoder
	some bool
}

func (m *memberWriter) name(name string) {
	m.comma()
	m.any(name)
	m.out = append(m.out, ':')
}

// quoted is name for one as it was read.
func (m *memberWriter) quoted(name []byte) {
	m.comma()
	m.out = append(append(m.out, name...), ':')
}

func (m *memberWriter) comma() {
	if m.some {
		m.out = append(m.out, ',')
	}
	m.some = true
}

// keys writes the members of a map in the order of their names, and not those that are written.
func (m *memberWriter) keys(v reflect.Value, form string, written map[string]bool) {
	keys := v.MapKeys()
	slices.SortFunc(keys, func(a, b reflect.Value) int { return strings.Compare(a.String(), b.String()) })
	for _, k := range keys {
		if !written[k.String()] {
			m.name(k.String())
			m.value(v.MapIndex(k), form)
		}
	}
}

// object writes a value with a document: the members that were read in their order, changed ones with their new values, and
// then what is new.
func (e *encoder) object(v reflect.Value, info *structInfo) {
	r := v.Field(0).Interface().(Document).read
	if r == nil {
		r = &read{}
	}
	if from := len(e.out); !e.objectLike(&decoder{data: r.raw}, v, info, r) {
		e.out = append(e.out[:from], r.raw...)
	}
}
