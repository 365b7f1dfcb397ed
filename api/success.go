package api

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"mime"
	"net/http"
	"reflect"
	"slices"
	"strings"
)

// ErrEmpty is an answer with the status of a success that has nothing in it, or null, where its description has an object or a
// list, or an object without fields where it has some. What was asked for is done, and what the API has now is not known: there is nothing to be changed and written back.
var ErrEmpty = errors.New("the answer is empty, and is described as an object or a list")

var (
	errPage    = errors.New("the answer is a web page: something other than the API gave it")
	errNothing = errors.New("the value to be written has no fields, and would empty what it replaces")
	errOther   = errors.New("the answer has none of the fields that are described: something else gave it, or it is about something else")
	errUndone  = errors.New("the answer does not say that it was deleted: look whether it is there before this is sent again")
)

// errorNames are what errors of the API have.
var errorNames = []string{
	"cause", "details", "developerMessage", "error", "errorCode", "generalMessage", "message", "path", "requestUri", "status", "success", "timestamp",
	"validationErrors",
}

// notASuccess is why an answer with the status of a success is none; nil: it is one. data is without white space around it.
func (r *request) notASuccess(resp *http.Response, data, payload []byte, out any) error {
	if kind, _, _ := mime.ParseMediaType(resp.Header.Get("Content-Type")); kind == "text/html" {
		return r.failed(errPage)
	}
	if isError(data, out) {
		return r.refusal(resp, data, payload)
	}
	if (len(data) == 0 || string(data) == "null") && r.wants(resp, out) {
		return r.failed(ErrEmpty)
	}
	return nil
}

// wants tells whether the answer has to hold something. Of a list, status 204 says that there is nothing.
func (r *request) wants(resp *http.Response, out any) bool {
	if _, is := out.(*page); is {
		return r.listed && resp.StatusCode != http.StatusNoContent
	}
	if out == nil {
		return false
	}
	switch t := reflect.TypeOf(out).Elem(); t.Kind() {
	case reflect.Struct, reflect.Map:
		return true
	case reflect.Slice:
		return t != rawType && resp.StatusCode != http.StatusNoContent
	}
	return false
}

// isError tells an error of the API from what an answer is described as: it says that it is one, and has no field that is
// described. Where none are, it has nothing but what errors have.
func isError(data []byte, out any) bool {
	if len(data) == 0 || data[0] != '{' || !bytes.Contains(data, []byte(`"error`)) && !bytes.Contains(data, []byte(`"success"`)) {
		return false
	}
	var all map[string]json.RawMessage
	if json.Unmarshal(data, &all) != nil {
		return false
	}
	var info *structInfo
	if out != nil {
		info = infoOf(reflect.TypeOf(out).Elem())
	}
	says := false
	for name, value := range all {
		described := info.describes(name)
		switch {
		case described && name == "errorCode":
			return false
		case !slices.Contains(errorNames, name) && (described || info == nil):
			return false
		case described:
		case name == "errorCode", name == "error":
			says = says || string(value) != "null" && string(value) != `""` && string(value) != "0" && string(value) != "false"
		case name == "success":
			says = says || string(value) == "false"
		}
	}
	return says
}

func (info *structInfo) describes(name string) bool {
	if info == nil {
		return false
	}
	_, is := info.byName[name]
	return is
}

// undescribed is why an object that was read into out, which has a document, is not what was asked for: it has none of the fields
// that are described. nil: it has one. Then out is zero, so that nobody changes and writes back what is none.
func (r *request) undescribed(resp *http.Response, data, payload []byte, out any) error {
	v := reflect.ValueOf(out).Elem()
	info := infoOf(v.Type())
	if info == nil || len(info.fields) == 0 {
		return nil
	}
	some, described := false, false
	walk := decoder{data: data}
	walk.members(func(name []byte) {
		some, described = true, described || info.describes(unquote(name))
		walk.skip()
	})
	if described {
		return nil
	}
	v.SetZero()
	if !some {
		return r.failed(ErrEmpty)
	}
	return r.otherThan(errOther, resp, data, payload)
}

// otherThan is the error about an object that is not what was asked for: what it says, or else err.
func (r *request) otherThan(err error, resp *http.Response, data, payload []byte) error {
	if refused := r.refusal(resp, data, payload); data[0] == '{' && refused.Code+refused.Message != "" {
		return refused
	}
	return r.failed(err)
}

// deleted is why an answer to a deletion that is an object or a list does not say that it was done; nil: it is what was deleted,
// which the ID says that the path ends with.
func (r *request) deleted(resp *http.Response, data, payload []byte) error {
	var all map[string]any
	walk := json.NewDecoder(bytes.NewReader(data))
	walk.UseNumber()
	if data[0] == '{' && walk.Decode(&all) == nil {
		for name, value := range all {
			if r.last != "" && (name == r.lastName || strings.HasSuffix(strings.ToLower(name), "id")) && fmt.Sprint(value) == r.last {
				return nil
			}
		}
	}
	return r.otherThan(errUndone, resp, data, payload)
}

// empties tells a body that would replace what is there with nothing: one that was read and has no fields, and one that was not
// and has none that is set. A switch that requests must have is set to off.
func (r *request) empties(payload []byte) bool {
	if r.method != http.MethodPut || !r.repeats || r.body == nil {
		return false
	}
	v := reflect.ValueOf(r.body)
	info := infoOf(v.Type())
	if info == nil {
		return false
	}
	if string(payload) == "{}" {
		return true
	}
	return v.IsZero() && !slices.ContainsFunc(info.fields, func(f fieldInfo) bool { return f.required && v.Field(f.index).Kind() == reflect.Bool })
}
