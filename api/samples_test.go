package api_test

import (
	"encoding/json"
	"errors"
	"os"
	"reflect"
	"strings"
	"testing"

	"github.com/ringcx-go/ringcx/api"
)

// sample is a body of the forms that the vendor's guide shows, with values of ours.
type sample struct {
	Type string // as the description writes it; any where the guide shows what no operation has
	Kind string // request, response, error or unsaid
	Body json.RawMessage
}

func samples(t *testing.T) (all []sample) {
	t.Helper()
	data, err := os.ReadFile("testdata/bodies.json")
	if err == nil {
		err = json.Unmarshal(data, &all)
	}
	if err != nil || len(all) < 132 {
		t.Fatalf("%d bodies: %v", len(all), err)
	}
	return all
}

// types are those of the package that methods take and return, by name.
func types() map[string]reflect.Type {
	all := map[string]reflect.Type{"string": reflect.TypeFor[string]()}
	var add func(of reflect.Type)
	add = func(of reflect.Type) {
		for of.Kind() == reflect.Slice || of.Kind() == reflect.Map || of.Kind() == reflect.Pointer {
			of = of.Elem()
		}
		if of.PkgPath() != reflect.TypeFor[api.User]().PkgPath() || all[of.Name()] != nil {
			return
		}
		all[of.Name()] = of
		if of.Kind() == reflect.Struct {
			for i := range of.NumField() {
				add(of.Field(i).Type)
			}
		}
	}
	for _, from := range []reflect.Type{reflect.TypeFor[api.Client](), reflect.TypeFor[api.Account]()} {
		for _, f := range reflect.VisibleFields(from) {
			for i := range f.Type.NumMethod() {
				m := f.Type.Method(i).Type
				for j := range m.NumIn() {
					add(m.In(j))
				}
				for j := range m.NumOut() {
					add(m.Out(j))
				}
			}
		}
	}
	return all
}

// valueOf is a body as a value of its type.
func valueOf(t *testing.T, known map[string]reflect.Type, s sample) reflect.Value {
	t.Helper()
	of := known[strings.Trim(s.Type, "[]")]
	if of == nil {
		t.Fatalf("no type %s", s.Type)
	}
	if strings.HasPrefix(s.Type, "[") {
		of = reflect.SliceOf(of)
	}
	v := reflect.New(of)
	if err := json.Unmarshal(s.Body, v.Interface()); err != nil {
		t.Fatal(err)
	}
	return v.Elem()
}

func TestDocumentedBodiesAreReadAndWrittenAsTheyAre(t *testing.T) {
	known := types()
	n := 0
	for _, s := range samples(t) {
		if s.Type == "any" || s.Type == "Error" {
			continue
		}
		n++
		if got := marshal(t, valueOf(t, known, s).Interface()); got != string(s.Body) {
			t.Errorf("%s: read\n%s\nand wrote\n%s", s.Type, s.Body, got)
		}
	}
	if n < 118 {
		t.Errorf("%d bodies", n)
	}
}

// withoutEmpty takes out what a new value leaves out, nulls and empty texts, and a name that the guide has with a colon.
func withoutEmpty(v any) any {
	switch v := v.(type) {
	case map[string]any:
		for name, member := range v {
			if v[name] = withoutEmpty(member); member == nil || member == "" || strings.HasSuffix(name, ":") {
				delete(v, name)
			}
		}
	case []any:
		for i := range v {
			v[i] = withoutEmpty(v[i])
		}
	}
	return v
}

func TestDocumentedBodiesCanBeWrittenAsValues(t *testing.T) {
	known := types()
	for _, s := range samples(t) {
		if s.Type == "any" || s.Type == "Error" {
			continue
		}
		var want, got any
		if err := json.Unmarshal(s.Body, &want); err != nil {
			t.Fatal(err)
		}
		text := marshal(t, fresh(valueOf(t, known, s)).Interface())
		if err := json.Unmarshal([]byte(text), &got); err != nil {
			t.Fatal(err)
		}
		if !reflect.DeepEqual(withoutEmpty(got), withoutEmpty(want)) {
			t.Errorf("%s %s:\n%s\nhas these fields alone:\n%s", s.Kind, s.Type, s.Body, text)
		}
	}
}

func TestDocumentedRefusalsAreErrors(t *testing.T) {
	r := record(t)
	n := 0
	for _, s := range samples(t) {
		if s.Type != "Error" {
			continue
		}
		n++
		r.status, r.answer = 400, string(s.Body)
		_, err := r.client().Users.Get(t.Context(), 5)
		var refused *api.Error
		if !errors.As(err, &refused) || refused.Status != 400 || refused.Code == "" || refused.Message == "" {
			t.Errorf("%s is %#v", s.Body, err)
		}
	}
	if n == 0 {
		t.Error("there is no refusal")
	}
}
