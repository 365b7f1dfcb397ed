package api

import (
	"bytes"
	"reflect"
	"slices"
	"time"
)

// like writes a value that was read from the next value of d: what was changed as it is now, and all else as it was read, byte by
// byte. It is false if nothing was changed. Each value is looked at once, however deep it is.
func (e *encoder) like(d *decoder, v reflect.Value, form string) (changed bool) {
	start, from := d.i, len(e.out)
	was := d.data[start]
	switch {
	case v.Kind() == reflect.Struct && v.Type() != timeType:
		changed = e.structLike(d, v)
	case v.Kind() == reflect.Map && was == '{':
		changed = e.mappingLike(d, v, form)
	case v.Kind() == reflect.Slice && was == '[' && v.Type() != rawType:
		changed = e.listLike(d, v, form)
	default:
		old := reflect.New(v.Type()).Elem()
		d.value(old, form)
		if changed = !same(old, v); changed {
			e.changed(d.data[start:d.i], v, form)
		}
	}
	if !changed {
		e.out = append(e.out[:from], d.data[start:d.i]...)
	}
	return changed
}

// structLike is like for a value with a document, which says what it was read from, wherever it is now.
func (e *encoder) structLike(d *decoder, v reflect.Value) (changed bool) {
	info, start, from := infoOf(v.Type()), d.i, len(e.out)
	r := v.Field(0).Interface().(Document).read
	if r != nil && len(r.raw) > 0 && &r.raw[0] == &d.data[start] {
		return e.objectLike(d, v, info, r)
	}
	d.skip()
	raw := d.data[start:d.i]
	if string(raw) == "null" && v.IsZero() {
		return false
	}
	e.object(v, info)
	return !bytes.Equal(e.out[from:], raw)
}

// objectLike is like for a value whose document is at d, if it has one.
func (e *encoder) objectLike(d *decoder, v reflect.Value, info *structInfo, r *read) (changed bool) {
	written := make([]bool, len(info.fields))
	m := memberWriter{encoder: e}
	e.out = append(e.out, '{')
	switch {
	case len(r.raw) == 0:
		changed = true
	case r.raw[0] == '{':
		changed = m.read(d, v, info, r, written)
	default:
		d.skip() // something else stands in the place of an object
	}
	for i, f := range info.fields {
		field := v.Field(f.index)
		if written[i] || r.edited(f.name) || field.IsZero() && (r.raw != nil || !f.required) {
			continue
		}
		changed = true
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
	return changed || len(r.edits) > 0
}

// read writes the members that were read, and notes which fields they were. Of a field that is there twice the value that counts,
// which is the last one, is written in the place of the first.
func (m *memberWriter) read(d *decoder, v reflect.Value, info *structInfo, r *read, written []bool) (changed bool) {
	d.members(func(quoted []byte) {
		name := unquote(quoted)
		i, known := info.byName[name]
		switch {
		case r.edited(name):
			d.skip()
		case known && written[i]:
			changed = true
			d.skip()
		case known:
			written[i] = true
			m.quoted(quoted)
			changed = m.like(d, v.Field(info.fields[i].index), info.fields[i].form) || changed
		default:
			start := d.i
			d.skip()
			m.quoted(quoted)
			m.out = append(m.out, d.data[start:d.i]...)
		}
	})
	return changed
}

// mappingLike is like for a map that was read from an object.
func (e *encoder) mappingLike(d *decoder, v reflect.Value, form string) (changed bool) {
	m := memberWriter{encoder: e}
	written := map[string]bool{}
	e.out = append(e.out, '{')
	d.members(func(quoted []byte) {
		name := unquote(quoted)
		elem := v.MapIndex(reflect.ValueOf(name).Convert(v.Type().Key()))
		if !elem.IsValid() || written[name] {
			changed = true
			d.skip()
			return
		}
		written[name] = true
		m.quoted(quoted)
		changed = e.like(d, elem, form) || changed
	})
	changed = changed || len(written) < v.Len()
	m.keys(v, form, written)
	e.out = append(e.out, '}')
	return changed
}

// listLike is like for a list that was read from an array. Elements with a document have it where they go; of others one that is
// not what was read in its place may be what was read in another one.
func (e *encoder) listLike(d *decoder, v reflect.Value, form string) (changed bool) {
	var old [][]byte // the elements that are not in their places, or have none any more
	var ends []int   // where each element ends that is written
	var moved []int  // the elements that are not what was read in their places
	from, documents := len(e.out), infoOf(v.Type().Elem()) != nil
	e.out = append(e.out, '[')
	d.elements(func() {
		start, i := d.i, len(ends)
		if i < v.Len() {
			if i > 0 {
				e.out = append(e.out, ',')
			}
			here := e.like(d, v.Index(i), form)
			if ends = append(ends, len(e.out)); !here {
				return
			}
			moved = append(moved, i)
		} else {
			d.skip()
		}
		changed = true
		old = append(old, d.data[start:d.i])
	})
	for i := len(ends); i < v.Len(); i++ {
		changed = true
		if i > 0 {
			e.out = append(e.out, ',')
		}
		e.value(v.Index(i), form)
		ends, moved = append(ends, len(e.out)), append(moved, i)
	}
	if !documents && len(old) > 0 && len(moved) > 0 {
		e.moved(v, form, old, from, ends, moved)
	}
	e.out = append(e.out, ']')
	return changed
}

// moved writes the elements of a list again, whose first byte is at from: those that are equal to one of old as that was read.
func (e *encoder) moved(v reflect.Value, form string, old [][]byte, from int, ends, moved []int) {
	fresh := func(elem reflect.Value) string {
		var alone encoder
		alone.value(elem, form)
		return string(alone.out)
	}
	left := map[string][][]byte{}
	for _, raw := range old {
		elem := reflect.New(v.Type().Elem()).Elem()
		(&decoder{data: raw}).value(elem, form)
		key := fresh(elem)
		left[key] = append(left[key], raw)
	}
	written := slices.Clone(e.out[from:])
	e.out = append(e.out[:from], '[')
	start := 1
	for i, end := range ends {
		if i > 0 {
			e.out = append(e.out, ',')
		}
		text := written[start : end-from]
		if start = end - from + 1; len(moved) > 0 && moved[0] == i {
			moved = moved[1:]
			if key := fresh(v.Index(i)); len(left[key]) > 0 {
				text, left[key] = left[key][0], left[key][1:]
			}
		}
		e.out = append(e.out, text...)
	}
}

// changed writes a value that was read as something else. A time keeps the form that it was read in.
func (e *encoder) changed(raw []byte, v reflect.Value, form string) {
	if v.Type() == timeType {
		e.out = append(e.out, timeLike(raw, v.Interface().(time.Time), form)...)
		return
	}
	e.value(v, form)
}

func (r *read) edited(name string) bool {
	return slices.ContainsFunc(r.edits, func(e edit) bool { return e.name == name })
}

func same(a, b reflect.Value) bool {
	switch a.Kind() {
	case reflect.String, reflect.Bool, reflect.Int, reflect.Int64, reflect.Float64:
		return a.Equal(b)
	}
	return reflect.DeepEqual(a.Interface(), b.Interface())
}
