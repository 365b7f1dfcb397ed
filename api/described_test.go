package api_test

import (
	"encoding/json"
	"fmt"
	"reflect"
	"strings"
	"testing"

	"github.com/ringcx-go/ringcx/api"
	"github.com/ringcx-go/ringcx/internal/apigo"
	"github.com/ringcx-go/ringcx/internal/apispec"
)

// offered are the operations that the client has.
func offered() (all []*apispec.Operation) {
	for _, s := range apispec.Default().Sections {
		for _, op := range s.Operations {
			if apigo.Offered(op) {
				all = append(all, op)
			}
		}
	}
	return all
}

// methodOf is the method of an operation, on a client for account 15300002.
func methodOf(t *testing.T, c *api.Client, s *apispec.Section, name string) reflect.Value {
	t.Helper()
	from := reflect.ValueOf(c).Elem()
	if apigo.OfAccount(s) {
		from = reflect.ValueOf(c.Account(account)).Elem()
	}
	m := from.FieldByName(s.Service).MethodByName(name)
	if !m.IsValid() {
		t.Fatalf("there is no method %s.%s", s.Service, name)
	}
	return m
}

const account = "15300002"

// sampler makes JSON as the description says.
type sampler struct {
	unknown bool     // objects have a field that nobody describes
	within  []string // schemas around
}

const unknownField = `"of a later version":{"kept":[1,null,"\u00e9"]}`

func (s *sampler) json(t *apispec.Type) string {
	switch t.Kind {
	case apispec.Array:
		if elem := t.Base(); elem.Kind == apispec.Object && strings.Count(strings.Join(s.within, " ")+" ", elem.Name+" ") > 0 {
			return "[]"
		}
		return "[" + s.json(t.Elem) + "]"
	case apispec.Map:
		return `{"a name":` + s.json(t.Elem) + "}"
	case apispec.Closed:
		return fmt.Sprintf("%q", apispec.Default().Values(t.Name).List[0])
	case apispec.Object:
		s.within = append(s.within, t.Name)
		defer func() { s.within = s.within[:len(s.within)-1] }()
		var members []string
		if s.unknown {
			members = append(members, unknownField)
		}
		for _, f := range apispec.Default().Schema(t.Name).Fields {
			members = append(members, fmt.Sprintf("%q:%s", f.Name, s.json(f.Type)))
		}
		return "{" + strings.Join(members, ",") + "}"
	}
	if t.Name == "any" {
		return `["any"]`
	}
	scalar, _ := apispec.ScalarNamed(t.Name)
	return scalar.Example
}

// fresh is a value without its documents, as a program would write it.
func fresh(v reflect.Value) reflect.Value {
	out := reflect.New(v.Type()).Elem()
	switch v.Kind() {
	case reflect.Slice:
		if v.IsNil() {
			return out
		}
		out = reflect.MakeSlice(v.Type(), v.Len(), v.Len())
		for i := range v.Len() {
			out.Index(i).Set(fresh(v.Index(i)))
		}
	case reflect.Map:
		if v.IsNil() {
			return out
		}
		out = reflect.MakeMap(v.Type())
		for k, e := range v.Seq2() {
			out.SetMapIndex(k, fresh(e))
		}
	case reflect.Struct:
		if v.NumField() == 0 || v.Type().Field(0).Type != reflect.TypeFor[api.Document]() {
			return v
		}
		for i := 1; i < v.NumField(); i++ {
			out.Field(i).Set(fresh(v.Field(i)))
		}
	default:
		return v
	}
	return out
}

func marshal(t *testing.T, v any) string {
	t.Helper()
	data, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// normal is JSON with names in order, so that it can be compared.
func normal(t *testing.T, text string) string {
	t.Helper()
	var v any
	if err := json.Unmarshal([]byte(text), &v); err != nil {
		t.Fatalf("%v in %s", err, text)
	}
	return marshal(t, v)
}
