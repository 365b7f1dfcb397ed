package api

import (
	"encoding/json"
	"reflect"
	"slices"
	"strconv"
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
	keys := v.MapKeys()
	slices.SortFunc(keys, func(a, b reflect.Value) int {
		if a.String() < b.String() {
			return -1
		}
		return 1
	})
	e.out = append(e.out, '{')
	for _, k := range keys {
		m.name(k.String())
		e.value(v.MapIndex(k), form)
	}
	e.out = append(e.out, '}')
}

// memberWriter writes the members of one object.
type memberWriter struct {
	*encoder
	some bool
}

func (m *memberWriter) name(name string) {
	if m.some {
		m.out = append(m.out, ',')
	}
	m.some = true
	m.any(name)
	m.out = append(m.out, ':')
}

// object writes a value with a document: the members that were read in their order, changed ones with their new values, and
// then what is new.
func (e *encoder) object(v reflect.Value, info *structInfo) {
	r := v.Field(0).Interface().(Document).read
	if r == nil {
		r = &read{}
	}
	was := reflect.New(v.Type()).Elem()
	if len(r.raw) > 0 {
		walk := decoder{data: r.raw}
		walk.value(was, "")
		if r.raw[0] != '{' && len(r.edits) == 0 && sameFields(was, v) {
			e.out = append(e.out, r.raw...)
			return
		}
	}
	written := make([]bool, len(info.fields))
	m := memberWriter{encoder: e}
	e.out = append(e.out, '{')
	if len(r.raw) > 0 && r.raw[0] == '{' {
		m.read(v, was, info, r, written)
	}
	for i, f := range info.fields {
		field := v.Field(f.index)
		if written[i] || r.edited(f.name) || field.IsZero() && (r.raw != nil || !f.required) {
			continue
		}
		m.name(f.name)
		e.value(field, f.form)
	}
	for _, edit := range r.edits {
		if !edit.omit {
			m.name(edit.name)
			e.value(reflect.ValueOf(edit.value), "")
		}
	}
	e.out = append(e.out, '}')
}

// read writes the members that were read, and notes which fields they were.
func (m *memberWriter) read(v, was reflect.Value, info *structInfo, r *read, written []bool) {
	walk := decoder{data: r.raw}
	walk.members(func(quoted []byte) {
		start := walk.i
		walk.skip()
		name := unquote(quoted)
		i, known := info.byName[name]
		switch {
		case r.edited(name):
		case known && !same(was.Field(info.fields[i].index), v.Field(info.fields[i].index)):
			if !written[i] {
				m.name(name)
				m.changed(walk.data[start:walk.i], v.Field(info.fields[i].index), info.fields[i].form)
			}
			written[i] = true
		default:
			m.name(name)
			m.out = append(m.out, walk.data[start:walk.i]...)
			if known {
				written[i] = true
			}
		}
	})
}

// changed writes a value that was read as something else. A time keeps the form that it was read in.
func (m *memberWriter) changed(raw []byte, v reflect.Value, form string) {
	if v.Type() == timeType {
		m.out = append(m.out, timeLike(raw, v.Interface().(time.Time), form)...)
		return
	}
	m.value(v, form)
}

func (r *read) edited(name string) bool {
	return slices.ContainsFunc(r.edits, func(e edit) bool { return e.name == name })
}

func same(a, b reflect.Value) bool { return reflect.DeepEqual(a.Interface(), b.Interface()) }

// sameFields compares values without their own documents.
func sameFields(a, b reflect.Value) bool {
	for i := 1; i < a.NumField(); i++ {
		if !same(a.Field(i), b.Field(i)) {
			return false
		}
	}
	return true
}
