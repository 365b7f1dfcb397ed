package sandbox_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/ringcx-go/ringcx/sandbox"
)

// at is the developer with a browser at another address of the same sandbox.
func (d *developer) at(host string) *developer {
	return &developer{v: d.v, t: d.t, host: host, peer: d.peer, cookie: map[string]string{}, header: http.Header{}}
}

func TestNamespacesAreBegunAndDeletedInTheConsole(t *testing.T) {
	d := newDeveloper(t, sandbox.Options{})
	wantText(t, d.page("namespaces"), "There is none yet")
	page := d.do("namespaces", "namespaces", "name", " nightly ")
	wantText(t, page, "has begun", "http://127.0.0.1:8787/_ns/nightly", `href="http://nightly.localhost:8787/console/"`, `"Requests">0<`)
	d.v.within("http://127.0.0.1:8787/_ns/nightly").exchange()
	wantText(t, d.page("namespaces"), `"Requests">2<`)
	wantText(t, d.page(""), "<strong>1</strong> namespace<")
	for _, name := range []string{"", "Nightly", "a_b"} {
		got := d.submit("namespaces", "namespaces", "name", name).want(http.StatusUnprocessableEntity).body
		wantText(t, got, "name-wrong", "is no name of a namespace")
	}
	wantText(t, d.do("namespaces", "namespaces/nightly/delete"), "was deleted", "There is none yet")
	d.submit("namespaces", "namespaces/nightly/delete").want(http.StatusNotFound)
}

func TestTheConsoleOfANamespaceSaysWhichItIsAndLeadsBack(t *testing.T) {
	d := newDeveloper(t, sandbox.Options{})
	wantNoText(t, d.open("").body, "of the namespace", `id="outside"`)
	inside := d.at("nightly.localhost:8787")
	page := inside.page("")
	wantText(t, page, `of the namespace <b id="namespace">nightly</b>`, `href="http://localhost:8787/console/"`)
	wantNoText(t, page, `href="/console/namespaces"`)
	inside.open("namespaces").want(http.StatusNotFound)
	inside.do("apps/new", "apps/new", appFields()...)
	wantNoText(t, d.page("apps"), "Reports")
	if got := inside.open("controls/snapshot").header.Get("Content-Disposition"); got != `attachment; filename="ringcx-sandbox-nightly-2026-11-23-090000.json"` {
		t.Errorf("the file is %s", got)
	}
}

func TestTheConsoleOfANamespaceWithItsOwnAddressLeadsBack(t *testing.T) {
	var own http.Handler
	d := newDeveloper(t, sandbox.Options{Open: func(h http.Handler) (string, func(), error) {
		own = h
		return "http://127.0.0.1:9000", func() {}, nil
	}})
	wantText(t, d.do("namespaces", "namespaces", "name", "nightly"), `href="http://127.0.0.1:9000/console/"`)
	r := httptest.NewRequest(http.MethodGet, "http://127.0.0.1:9000/console/", nil)
	r.RemoteAddr = d.peer
	w := httptest.NewRecorder()
	own.ServeHTTP(w, r)
	wantText(t, w.Body.String(), `href="http://127.0.0.1:8787/console/" id="outside"`)
}

func TestANamespaceWithoutAnAddressIsToldInWords(t *testing.T) {
	d := newDeveloper(t, sandbox.Options{Open: func(http.Handler) (string, func(), error) {
		return "", nil, fmt.Errorf("no port is free")
	}})
	got := d.submit("namespaces", "namespaces", "name", "nightly").want(http.StatusUnprocessableEntity).body
	wantText(t, got, "name-wrong", "no port is free")
}

func TestFromElsewhereOnlyTheNamesOfNamespacesAreShown(t *testing.T) {
	d := newDeveloper(t, sandbox.Options{ConsolePassword: "open sesame"})
	d.host, d.peer = "sandbox.example:8787", "192.0.2.7:5000"
	d.submit("sign-in", "sign-in", "password", "open sesame").want(http.StatusSeeOther)
	page := d.do("namespaces", "namespaces", "name", "nightly")
	wantText(t, page, "http://sandbox.example:8787/_ns/nightly", "on the machine of the sandbox")
	wantNoText(t, page, "nightly.localhost")
}
