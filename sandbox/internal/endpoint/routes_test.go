package endpoint_test

import (
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/ringcx-go/ringcx/sandbox/internal/endpoint"
	"github.com/ringcx-go/ringcx/sandbox/internal/limit"
)

// newRoutes lead to three operations, which say what they were called with.
func newRoutes() *endpoint.Routes {
	says := func(text string) endpoint.Handler {
		return func(_ *endpoint.Call, r *http.Request) endpoint.Response {
			return endpoint.Text(http.StatusOK, text+" "+r.PathValue("id"))
		}
	}
	rows := []endpoint.Operation{
		{Method: http.MethodGet, Path: "/things/{id}", Limit: limit.None, Handle: says("get")},
		{Method: http.MethodDelete, Path: "/things/{id}", Limit: limit.None, Handle: says("delete")},
		{Method: http.MethodPost, Path: "/things/{id}/~run", Limit: limit.None, Handle: says("run")},
	}
	missing := func(c *endpoint.Call, r *http.Request) endpoint.Response {
		return endpoint.Text(http.StatusNotFound, fmt.Sprint(c.Routes.MethodsAt(r)))
	}
	wrong := func(c *endpoint.Call, r *http.Request) endpoint.Response {
		return endpoint.Text(http.StatusMethodNotAllowed, fmt.Sprint(c.Routes.MethodsAt(r)))
	}
	return endpoint.NewRoutes(rows, missing, wrong, func(c *endpoint.Call, r *http.Request) endpoint.Response { return c.Row.Handle(c, r) })
}

// send has the operation answer that a request calls.
func send(routes *endpoint.Routes, r *http.Request) (*endpoint.Call, endpoint.Response) {
	c := &endpoint.Call{Now: time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)}
	routes.Find(c, r)
	return c, routes.Answer(c, httptest.NewRecorder(), r)
}

func TestACallFindsItsRowHoweverItIsSpelt(t *testing.T) {
	routes := newRoutes()
	for _, c := range []struct {
		method, path string
		status       int
		body         string
	}{
		{http.MethodGet, "/things/1", 200, "get "},
		{http.MethodHead, "/things/1", 200, "get "},
		{http.MethodDelete, "/things/1", 200, "delete "},
		{http.MethodPost, "/things/1/~run", 200, "run "},
		{http.MethodPost, "/things/1/%7Erun", 200, "run "},
		{http.MethodPost, "/things/a%3Ab/%7e%72un", 200, "run "},
		{http.MethodPost, "/things/a%2Fb/~run", 200, "run "},
		{http.MethodPost, "/things/a/b/~run", 404, "[]"},
		{http.MethodPut, "/things/1", 405, "[GET HEAD DELETE OPTIONS]"},
		{http.MethodPost, "/things", 404, "[]"},
	} {
		if _, a := send(routes, httptest.NewRequest(c.method, c.path, nil)); a.Status != c.status || !strings.HasPrefix(string(a.Body), c.body) {
			t.Errorf("%s %s is answered %d %q, want %d %q", c.method, c.path, a.Status, a.Body, c.status, c.body)
		}
	}
}

func TestACallIsKnownByTheNameOfItsOperation(t *testing.T) {
	routes := newRoutes()
	for _, c := range []struct {
		method, path, name string
		row, beyond        bool
	}{
		{http.MethodHead, "/things/1", "GET /things/{id}", true, false},
		{http.MethodGet, "/voice/api/v1/admin/accounts/1/dialGroups", "getDialGroupListByAccount", false, true},
		{http.MethodGet, "/nothing", "", false, false},
	} {
		call := &endpoint.Call{}
		routes.Find(call, httptest.NewRequest(c.method, c.path, nil))
		if call.Operation != c.name || (call.Row != nil) != c.row || call.IsBeyond() != c.beyond {
			t.Errorf("%s %s is %q, with a row: %v, beyond: %v", c.method, c.path, call.Operation, call.Row != nil, call.IsBeyond())
		}
	}
}

func TestOptionsTellTheMethodsAndABrowserWhatItMaySend(t *testing.T) {
	routes := newRoutes()
	_, a := send(routes, httptest.NewRequest(http.MethodOptions, "/things/1", nil))
	if a.Status != http.StatusNoContent || a.Header.Get("Allow") != "GET, HEAD, DELETE, OPTIONS" || a.Header.Get("Access-Control-Allow-Methods") != "" {
		t.Errorf("a program is answered %d %v", a.Status, a.Header)
	}
	r := httptest.NewRequest(http.MethodOptions, "/things/1", nil)
	r.Header.Set("Origin", "https://app.example")
	r.Header.Set("Access-Control-Request-Method", "DELETE")
	r.Header.Set("Access-Control-Request-Headers", "authorization")
	_, a = send(routes, r)
	if !endpoint.IsPreflight(r) || a.Header.Get("Access-Control-Allow-Methods") != "GET, HEAD, DELETE, OPTIONS" ||
		a.Header.Get("Access-Control-Allow-Headers") != "authorization" {
		t.Errorf("a browser is answered %d %v", a.Status, a.Header)
	}
	if a := endpoint.WithCORS(r, endpoint.Text(200, "")); a.Header.Get("Access-Control-Allow-Origin") != "*" {
		t.Errorf("a page may not read %v", a.Header)
	}
	page := httptest.NewRequest(http.MethodGet, "/restapi/oauth/authorize", nil)
	page.Header.Set("Origin", "https://app.example")
	if a := endpoint.WithCORS(page, endpoint.Text(200, "")); a.Header.Get("Access-Control-Allow-Origin") != "" {
		t.Errorf("a page may read what people open: %v", a.Header)
	}
	if _, a := send(routes, httptest.NewRequest(http.MethodOptions, "/nothing", nil)); a.Status != http.StatusNotFound {
		t.Errorf("a path that there is not is answered %d", a.Status)
	}
}

// readForm reads a body of a type, of at most BodyLimit bytes, as a form.
func readForm(body, contentType string) (endpoint.Form, error) {
	r := httptest.NewRequest(http.MethodPost, "/", strings.NewReader(body))
	r.Header.Set("Content-Type", contentType)
	r.Body = http.MaxBytesReader(httptest.NewRecorder(), r.Body, endpoint.BodyLimit)
	c := &endpoint.Call{}
	c.ReadForm(r)
	return c.Form()
}

func TestAFormIsReadOrSaysWhyNot(t *testing.T) {
	const kind = "application/x-www-form-urlencoded"
	f, err := readForm("a=1;2&b=%C3%A9&b=+", kind+"; charset=UTF-8")
	if err != nil || f.Get("a") != "1;2" || f.Get("b") != "é" || f.Repeated != "b" {
		t.Errorf("read %+v (%v)", f, err)
	}
	if _, err := readForm("a=1", "application/json"); !errors.Is(err, endpoint.ErrNotAForm) {
		t.Errorf("JSON: %v", err)
	}
	if f, err := readForm("a=%zz", kind); err == nil || errors.Is(err, endpoint.ErrNotAForm) || f.Values == nil {
		t.Errorf("no form: %+v %v", f, err)
	}
	most := "a=" + strings.Repeat("b", endpoint.BodyLimit-2)
	if _, err := readForm(most, kind); err != nil {
		t.Errorf("the largest one: %v", err)
	}
	if _, err := readForm(most+"b", kind); !errors.Is(err, endpoint.ErrTooLarge) {
		t.Errorf("one that is larger: %v", err)
	}
}

func TestABearerTokenHasItsSchemeInAnyCase(t *testing.T) {
	for header, want := range map[string]string{"Bearer abc": "abc", "bEARER  abc ": "abc", "Basic abc": "", "abc": "", "": ""} {
		r := httptest.NewRequest(http.MethodGet, "/", nil)
		r.Header.Set("Authorization", header)
		if got, ok := endpoint.Bearer(r); got != want || ok != (want != "") {
			t.Errorf("%q has %q (%v)", header, got, ok)
		}
	}
}

func TestAnAddressHasNothingThatAPageCouldTakeForMarkup(t *testing.T) {
	r := httptest.NewRequest(http.MethodGet, "/", nil)
	r.Host = "a\"b\\c d\x7f\u00e9.example:80"
	if got := endpoint.BaseURL(endpoint.Behind(r, "/_ns/x")); got != "http://abcd.example:80/_ns/x" {
		t.Errorf("the address is %q", got)
	}
	r.Header.Set("X-Forwarded-Proto", "https")
	if got := endpoint.BaseURL(r); !strings.HasPrefix(got, "https://") {
		t.Errorf("behind a proxy it is %q", got)
	}
}

func TestAPathBelongsToOneVendor(t *testing.T) {
	for path, want := range map[string]bool{
		"/restapi": true, "/restapi/oauth/token": true, "/.well-known/openid-configuration": true,
		"/restapix": false, "/api/auth/login": false, "/voice/api/v1/admin": false, "/": false,
	} {
		if got := endpoint.IsPlatform(path); got != want {
			t.Errorf("%s is of RingCentral: %v", path, got)
		}
	}
}
