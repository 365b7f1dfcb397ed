package api

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"
)

var (
	timeType = reflect.TypeFor[time.Time]()
	rawType  = reflect.TypeFor[json.RawMessage]()
)

// errForm is the error of an answer that is another kind of JSON than the description says.
var errForm = errors.New("the answer has another form than its description")

// unmarshal reads JSON into what out points to. Values keep parts of data, which must not be changed afterwards. Only JSON
// that is broken, or of another kind altogether, is an error: a field that does not fit stays zero, and its document has it.
func unmarshal(data []byte, out any) error {
	if !json.Valid(data) {
		var v any
		return json.Unmarshal(data, &v) // it says where
	}
	v := reflect.ValueOf(out).Elem()
	d := decoder{data: data}
	d.space()
	start := d.i
	if !d.value(v, "") && data[start] != 'n' {
		return fmt.Errorf("%w: it is no %s", errForm, kindName(v.Type()))
	}
	return nil
}

func kindName(t reflect.Type) string {
	switch t.Kind() {
	case reflect.Slice:
		return "array"
	case reflect.Struct, reflect.Map:
		return "object"
	default:
		return t.Kind().String()
	}
}

// decoder walks through JSON that is known to be valid, once, which is why it is faster than two readings of encoding/json.
type decoder struct {
	data []byte
	i    int // where the next value begins, white space passed over
}

func (d *decoder) space() {
	for d.i < len(d.data) && d.data[d.i] <= ' ' {
		d.i++
	}
}

// value reads the next value into v. It is false if the value is null or does not fit, and then v is zero.
func (d *decoder) value(v reflect.Value, form string) bool {
	start := d.i
	if v.Type() == rawType {
		d.skip()
		v.SetBytes(d.data[start:d.i:d.i])
		return true
	}
	if v.Kind() == reflect.Interface {
		d.skip()
		all := json.NewDecoder(bytes.NewReader(d.data[start:d.i]))
		all.UseNumber() // digits are kept
		return all.Decode(v.Addr().Interface()) == nil
	}
	switch d.data[d.i] {
	case '{':
		return d.object(v, form)
	case '[':
		return d.array(v, form)
	case '"':
		return d.noDocument(v, start, set(v, d.text(), form))
	default:
		d.skip()
		literal := string(d.data[start:d.i])
		if literal == "null" {
			v.SetZero()
			return false
		}
		return d.noDocument(v, start, set(v, literal, form))
	}
}

// noDocument keeps what stands in place of an object, so that it can be written again.
func (d *decoder) noDocument(v reflect.Value, start int, fits bool) bool {
	if !fits {
		v.SetZero()
		if info := infoOf(v.Type()); info != nil {
			document(v).read = &read{raw: d.data[start:d.i:d.i]}
		}
	}
	return fits
}

func (d *decoder) object(v reflect.Value, form string) bool {
	start := d.i
	switch v.Kind() {
	case reflect.Map:
		m := reflect.MakeMap(v.Type())
		elem := reflect.New(v.Type().Elem()).Elem()
		d.members(func(name []byte) {
			elem.SetZero()
			d.value(elem, form)
			m.SetMapIndex(reflect.ValueOf(unquote(name)).Convert(v.Type().Key()), elem)
		})
		v.Set(m)
		return true
	case reflect.Struct:
		info := infoOf(v.Type())
		if info == nil {
			break
		}
		v.SetZero()
		d.members(func(name []byte) {
			i, ok := info.byName[string(name[1:len(name)-1])]
			if !ok && bytes.IndexByte(name, '\\') > 0 {
				i, ok = info.byName[unquote(name)]
			}
			if ok {
				f := &info.fields[i]
				d.value(v.Field(f.index), f.form)
				return
			}
			d.skip()
		})
		document(v).read = &read{raw: d.data[start:d.i:d.i]}
		return true
	}
	d.skip()
	return d.noDocument(v, start, false)
}

// members calls visit with each name of an object, in its quotes. visit reads the value.
func (d *decoder) members(visit func(name []byte)) {
	d.i++
	for d.space(); d.data[d.i] != '}'; d.space() {
		if d.data[d.i] == ',' {
			d.i++
			d.space()
		}
		name := d.quoted()
		d.space()
		d.i++ // the colon
		d.space()
		visit(name)
	}
	d.i++
}

func (d *decoder) array(v reflect.Value, form string) bool {
	start := d.i
	if v.Kind() != reflect.Slice {
		d.skip()
		return d.noDocument(v, start, false)
	}
	list := reflect.MakeSlice(v.Type(), 0, 4)
	v.Set(list)
	n := 0
	d.elements(func() {
		if n == v.Cap() {
			v.Grow(1)
		}
		v.SetLen(n + 1)
		elem, at := v.Index(n), d.i
		if n++; !d.value(elem, form) && d.data[at] == 'n' {
			d.noDocument(elem, at, false) // a null has no name that would tell of it
		}
	})
	return true
}

// elements calls visit for each element of an array. visit reads the value.
func (d *decoder) elements(visit func()) {
	d.i++
	for d.space(); d.data[d.i] != ']'; d.space() {
		if d.data[d.i] == ',' {
			d.i++
			d.space()
		}
		visit()
	}
	d.i++
}

// quoted passes over a string and is all of it, with its quotes.
func (d *decoder) quoted() []byte {
	start := d.i
	for d.i++; d.data[d.i] != '"'; d.i++ {
		if d.data[d.i] == '\\' {
			d.i++
		}
	}
	d.i++
	return d.data[start:d.i]
}

func (d *decoder) text() string { return unquote(d.quoted()) }

// unquote is the text of a string of JSON.
func unquote(quoted []byte) string {
	for _, c := range quoted {
		if c == '\\' || c >= 0x80 {
			var s string
			_ = json.Unmarshal(quoted, &s) // it is valid
			return s
		}
	}
	return string(quoted[1 : len(quoted)-1])
}

// skip passes over a value.
func (d *decoder) skip() {
	switch d.data[d.i] {
	case '"':
		d.quoted()
	case '{', '[':
		for depth := 0; ; {
			switch d.data[d.i] {
			case '"':
				d.quoted()
				continue
			case '{', '[':
				depth++
			case '}', ']':
				depth--
			}
			if d.i++; depth == 0 {
				return
			}
		}
	default:
		for d.i < len(d.data) && !strings.ContainsRune(",]} \t\r\n", rune(d.data[d.i])) {
			d.i++
		}
	}
}

// set gives v what a text, a number, true or false says. Numbers that are quoted, and texts that are not, are taken too: some
// IDs are texts in one answer and numbers in another.
func set(v reflect.Value, s, form string) bool {
	switch v.Kind() {
	case reflect.String:
		v.SetString(s)
		return true
	case reflect.Bool:
		if s == "true" || s == "false" {
			v.SetBool(s == "true")
			return true
		}
	case reflect.Int, reflect.Int64:
		if n, err := strconv.ParseInt(s, 10, 64); err == nil && !v.OverflowInt(n) {
			v.SetInt(n)
			return true
		}
		if f, err := strconv.ParseFloat(s, 64); err == nil && f == float64(int64(f)) && s != "" && f < 1<<53 && f > -(1<<53) {
			v.SetInt(int64(f))
			return true
		}
	case reflect.Float64:
		if f, err := strconv.ParseFloat(s, 64); err == nil && !math.IsNaN(f) && !math.IsInf(f, 0) { // JSON has no others, and they could not be written
			v.SetFloat(f)
			return true
		}
	case reflect.Struct:
		if v.Type() == timeType {
			t, ok := parseTime(s, form)
			*v.Addr().Interface().(*time.Time) = t
			return ok
		}
	}
	return false
}

// unmarshalCopy is unmarshal of data that belongs to its caller.
func unmarshalCopy(data []byte, out any) error { return unmarshal(slices.Clone(data), out) }
