package api

import (
	"bytes"
	"encoding/json"
	"errors"
	"mime"
	"net/http"
	"reflect"
	"slices"
)

// ErrEmpty is an answer with the status of a success that has nothing in it, or null, where its description has an object or a
// list. What was asked for is done, and what the API has now is not known: there is nothing to be changed and written back.
var ErrEmpty = errors.New("the answer is empty, and is described as an object or a list")

var (
	errPage    = errors.New("the answer is a web page: something other than the API gave it")
	errNothing = errors.New("the value to be written has no fields, and would empty what it replaces")
)

// errorNames are what errors of the API have.
var errorNames = []string{
	"cause", "details", "developerMessage", "error", "errorCode", "generalMessage", "message", "path", "requestUri", "status", "timestamp", "validationErrors",
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

// isError tells an error of the API from what an answer is described as: it has a code, and no field that is described. Where
// none are, it has nothing but what errors have.
func isError(data []byte, out any) bool {
	if len(data) == 0 || data[0] != '{' || !bytes.Contains(data, []byte(`"errorCode"`)) {
		return false
	}
	var all map[string]json.RawMessage
	if json.Unmarshal(data, &all) != nil || len(all["errorCode"]) < 3 || all["errorCode"][0] != '"' {
		return false
	}
	var info *structInfo
	if out != nil {
		info = infoOf(reflect.TypeOf(out).Elem())
	}
	if info == nil {
		for name := range all {
			if !slices.Contains(errorNames, name) {
				return false
			}
		}
		return true
	}
	if _, described := info.byName["errorCode"]; described {
		return false
	}
	for name := range all {
		if _, described := info.byName[name]; described && !slices.Contains(errorNames, name) {
			return false
		}
	}
	return true
}

// empties tells a body that would replace what is there with nothing.
func (r *request) empties(payload []byte) bool {
	if r.method != http.MethodPut || !r.repeats || len(payload) != 2 || string(payload) != "{}" {
		return false
	}
	t := reflect.TypeOf(r.body)
	return t.Kind() == reflect.Struct && infoOf(t) != nil
}
