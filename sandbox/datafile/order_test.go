package datafile_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"
)

func TestAfterARestartTheNamespaceThatWasUsedTheLongestAgoMakesRoomFirst(t *testing.T) {
	b := open(t, filepath.Join(t.TempDir(), "box.db"))
	touch := func(name string) {
		t.Helper()
		b.do(httptest.NewRequest(http.MethodGet, "/_ns/"+name+"/restapi", nil), http.StatusOK)
	}
	look := func(name string) { // which changes nothing
		t.Helper()
		b.do(httptest.NewRequest(http.MethodGet, "/_ns/"+name+"/_sandbox/state", nil), http.StatusOK)
	}
	there := func() map[string]bool {
		t.Helper()
		out := map[string]bool{}
		for _, n := range b.json(httptest.NewRequest(http.MethodGet, "/_sandbox/namespaces", nil))["namespaces"].([]any) {
			out[n.(map[string]any)["name"].(string)] = true
		}
		return out
	}
	// Names are in the order against that of use.
	for i := range 998 {
		touch(fmt.Sprint("n", 9_999-i))
	}
	look("m-looked-at")
	touch("a-last")
	touch("n9999")
	b = b.again()
	touch("n9998")
	b = b.again()
	for i := range 3 {
		touch(fmt.Sprint("new", i))
	}
	got := there()
	for name, want := range map[string]bool{
		"a-last": true, "n9999": true, "n9998": true, "m-looked-at": true, "n9997": false, "n9996": false, "n9995": false, "n9994": true, "new0": true,
	} {
		if got[name] != want {
			t.Errorf("%s is there: %v", name, got[name])
		}
	}
	b = b.again()
	b.do(httptest.NewRequest(http.MethodPost, "/_ns/a-last/_sandbox/reset", nil), http.StatusOK)
	saved := b.do(httptest.NewRequest(http.MethodGet, "/_ns/a-last/_sandbox/snapshot", nil), http.StatusOK).Body
	b.do(httptest.NewRequest(http.MethodPost, "/_ns/n9994/_sandbox/snapshot", saved), http.StatusOK)
	b = b.again()
	touch("new3")
	touch("new4")
	if got := there(); !got["a-last"] || !got["n9994"] || got["n9993"] || got["n9992"] {
		t.Error("what was reset or restored last has made room")
	}
}

func TestVerdictsAreCountedAnewInEachProcess(t *testing.T) {
	b := open(t, filepath.Join(t.TempDir(), "box.db"))
	counted := func() string {
		return b.do(httptest.NewRequest(http.MethodGet, "/_sandbox/verdicts", nil), http.StatusOK).Body.String()
	}
	b.do(httptest.NewRequest(http.MethodGet, "/voice/api/v1/admin/users?access_token=x", nil), http.StatusUnauthorized)
	if got := counted(); !strings.HasPrefix(got, `{"requests":1,"verdicts":[{"verdict":"token in a URL","count":1,`) {
		t.Errorf("counted are %s", got)
	}
	b = b.again()
	if got := counted(); got != `{"requests":0,"verdicts":[]}` || len(b.Requests()) != 1 {
		t.Errorf("of %d requests that were kept it has counted %s itself", len(b.Requests()), got)
	}
}
