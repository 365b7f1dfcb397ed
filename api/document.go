package api

import (
	"encoding/json"
	"reflect"
	"slices"
	"strings"
	"sync"
)

// Document is what a value was read from. Each type of this package has one, so that what the API sent is sent back: when a
// value that was read is written again, fields that were not changed are written as they were read, and so are fields that
// nobody describes, and nulls. A field that was changed is written, also if it is zero now. A field that was absent and is
// zero stays absent.
//
// A value that was not read has an empty document. Its fields are written unless they are zero, but for those that requests must
// have; Put writes the others too.
// Copies of a value have documents of their own. The document of a value keeps the whole answer in memory.
type Document struct {
	_    [0]func() // values are not compared with ==, which would compare where they were read
	read *read
}

// read is never changed once a Document has it.
type read struct {
	raw   []byte // what was read, valid JSON; nil: nothing was
	edits []edit
}

type edit struct {
	name  string
	value any
	omit  bool
}

// Put makes a field be written with a value, whatever the field of Go holds and whether one is described: null for nil, and
// zero values such as false. The last of Put and Omit for a name holds.
func (d *Document) Put(name string, value any) { d.edit(edit{name: name, value: value}) }

// Omit makes a field be left out when the value is written.
func (d *Document) Omit(name string) { d.edit(edit{name: name, omit: true}) }

func (d *Document) edit(e edit) {
	var next read
	if d.read != nil {
		next = *d.read
	}
	next.edits = append(slices.Clip(slices.DeleteFunc(slices.Clone(next.edits), func(old edit) bool { return old.name == e.name })), e)
	d.read = &next
}

// Field is a field as it was read, whether it is described or not. It is false if there was none; null is a field.
func (d Document) Field(name string) (json.RawMessage, bool) {
	var found json.RawMessage
	if d.read == nil || len(d.read.raw) == 0 || d.read.raw[0] != '{' {
		return nil, false
	}
	walk := decoder{data: d.read.raw}
	walk.members(func(n []byte) {
		start := walk.i
		walk.skip()
		if unquote(n) == name {
			found = slices.Clone(walk.data[start:walk.i])
		}
	})
	return found, found != nil
}

// As is a value as another type, with its document: what an update takes is not always of the type that was read. Fields
// are matched by their names in JSON.
func As[T any](v any) (T, error) {
	var out T
	data, err := marshal(v)
	if err == nil {
		err = unmarshal(data, &out)
	}
	return out, err
}

// structInfo is what is known of a type that has a document: its fields in their order.
type structInfo struct {
	fields []fieldInfo
	byName map[string]int
}

type fieldInfo struct {
	index    int
	name     string
	form     string // of a time
	required bool
}

var infos sync.Map // reflect.Type to *structInfo

// infoOf is nil for types without a document.
func infoOf(t reflect.Type) *structInfo {
	if known, ok := infos.Load(t); ok {
		return known.(*structInfo)
	}
	if t.Kind() != reflect.Struct || t.NumField() == 0 || t.Field(0).Type != reflect.TypeFor[Document]() {
		return nil
	}
	info := &structInfo{byName: map[string]int{}}
	for i := 1; i < t.NumField(); i++ {
		name, options, _ := strings.Cut(t.Field(i).Tag.Get("json"), ",")
		info.byName[name] = len(info.fields)
		info.fields = append(info.fields, fieldInfo{i, name, t.Field(i).Tag.Get("time"), options == "required"})
	}
	infos.Store(t, info)
	return info
}

// document is the one of a value that has one and can be set.
func document(v reflect.Value) *Document { return v.Field(0).Addr().Interface().(*Document) }
