package sandbox_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"

	"github.com/ringcx-go/ringcx/sandbox"
)

// within is a client that knows the server of v under another base address.
func (v *vendor) within(base string) *vendor {
	return &vendor{Server: v.Server, t: v.t, base: base}
}

// addressed leads a request to the base address of v, unless its path leads there already.
func (v *vendor) addressed(r *http.Request) *http.Request {
	base, err := url.Parse(v.base)
	if err != nil {
		v.t.Fatal(err)
	}
	r.Host = base.Host
	if !strings.HasPrefix(r.URL.Path, base.Path) {
		r.URL.Path = base.Path + r.URL.Path
	}
	return r
}

func TestNamespacesShareNothing(t *testing.T) {
	v := newVendor(t, sandbox.Options{})
	a, b := v.within("http://example.com/_ns/a"), v.within("http://b.localhost:8787")
	first := a.exchange()
	a.get(usersPath, str(first, "accessToken")).want(http.StatusOK)
	for name, other := range map[string]*vendor{"beside": b, "outside": v.within("http://example.com")} {
		if got := other.get(usersPath, str(first, "accessToken")).status; got != http.StatusUnauthorized {
			t.Errorf("%s: a token from inside is answered %d", name, got)
		}
		other.form(refreshPath, "refresh_token", str(first, "refreshToken")).want(http.StatusUnauthorized)
		if n := len(other.logged()); n != 2 {
			t.Errorf("%s: %d requests in the log", name, n)
		}
	}
	a.control("clock", `{"advance":"6m"}`)
	expired := a.get(usersPath, str(first, "accessToken")).want(http.StatusUnauthorized)
	if at := expired.header.Get("WWW-Authenticate"); expired.body != "Jwt is expired" || !strings.Contains(at, `"http://example.com/_ns/a/voice/`) {
		t.Errorf("%s, %s", expired.body, at)
	}
	for range 5 {
		b.login()
	}
	b.demoForm(tokenPath, "grant_type", jwtGrant, "assertion", b.Demo().JWT).want(http.StatusTooManyRequests)
	a.control("switches", `{"ringcxRefreshReuse":"accept"}`)
	a.login()
	a.control("reset", "")
	if n := len(a.logged()); n != 0 {
		t.Errorf("after its reset: %d requests", n)
	}
	if n := len(b.logged()); n != 8 {
		t.Errorf("after the reset of another: %d requests", n)
	}
}

// logged are the requests in the log at the base address of v.
func (v *vendor) logged() []any {
	v.t.Helper()
	return v.controlRaw(http.MethodGet, "requests", "").want(http.StatusOK).json()["requests"].([]any)
}

func TestANamespaceLeadsABrowserAroundInside(t *testing.T) {
	v := newVendor(t, sandbox.Options{})
	p := v.within("http://example.com/_ns/a").person()
	code := p.code(p.v.nativeRequest())
	p.v.redeem(code).want(http.StatusOK)
	if got := v.within("http://example.com").redeem(code).status; got != http.StatusBadRequest {
		t.Errorf("outside, the code is answered %d", got)
	}
	r := httptest.NewRequest(http.MethodGet, "http://127.0.0.1:8787/_ns/a/console/", nil)
	v.sendBare(r).want(http.StatusFound)
	if got := v.sendBare(r).header.Get("Location"); got != "http://a.localhost:8787/console/" {
		t.Errorf("the console of a namespace is at %q", got)
	}
}

func TestNamespacesAreListedAndDeleted(t *testing.T) {
	v := newVendor(t, sandbox.Options{})
	var seen []string
	v.OnRequest(func(r sandbox.Request) { seen = append(seen, r.Namespace+" "+r.Path) })
	got := v.control("namespaces", `{"name":"nightly"}`)
	if got["url"] != "http://example.com/_ns/nightly" || got["env"].(map[string]any)["RC_SERVER_URL"] != got["url"] {
		t.Errorf("got %v", got)
	}
	inside := v.within("http://example.com/_ns/nightly")
	token := str(inside.exchange(), "accessToken")
	if want := "nightly " + tokenPath; len(seen) != 2 || seen[0] != want {
		t.Errorf("the observer saw %q", seen)
	}
	list := v.controlRaw(http.MethodGet, "namespaces", "").want(200).json()["namespaces"].([]any)
	if len(list) != 1 || list[0].(map[string]any)["requests"] != 2.0 {
		t.Errorf("listed %v", list)
	}
	v.controlRaw(http.MethodDelete, "namespaces/nightly", "").want(http.StatusOK)
	v.controlRaw(http.MethodDelete, "namespaces/nightly", "").want(http.StatusNotFound)
	inside.get(usersPath, token).want(http.StatusUnauthorized) // it has begun anew
}

func TestEverySpellingOfTheHostLeadsToItsNamespace(t *testing.T) {
	v := newVendor(t, sandbox.Options{})
	for n, host := range []string{"a.localhost", "A.LocalHost:8787", "a.localhost.", "a.localhost.:8787"} {
		v.within("http://"+host).get(usersPath, "").want(http.StatusUnauthorized)
		if inside, outside := len(v.within("http://a.localhost").logged()), len(v.logged()); inside != n+1 || outside != 0 {
			t.Errorf("after a request to %s: %d in the log of the namespace, %d outside", host, inside, outside)
		}
	}
}

func TestNamesOfNamespacesThatMakeNoSenseAreRefused(t *testing.T) {
	v := newVendor(t, sandbox.Options{})
	for _, name := range []string{"A", "a_b", "-a", "a-", strings.Repeat("a", 64), "ä", "..", "a%2fb"} {
		v.get("/_ns/"+name+"/restapi", "").want(http.StatusNotFound)
		body, _ := json.Marshal(map[string]string{"name": name})
		v.controlRaw(http.MethodPost, "namespaces", string(body)).want(http.StatusBadRequest)
	}
	v.get("/_ns/", "").want(http.StatusNotFound)
	v.get("/_ns/a/restapi", "").want(http.StatusOK)
	inside := v.within("http://example.com/_ns/a")
	inside.controlRaw(http.MethodPost, "namespaces", `{"name":"b"}`).want(http.StatusBadRequest)
}

// crowded is a server with as many namespaces as there can be, n0 to n999, of which n0 was used the longest ago.
func crowded(t *testing.T, opts sandbox.Options) *vendor {
	t.Helper()
	v := newVendor(t, opts)
	for i := range 1_000 {
		v.get(fmt.Sprintf("/_ns/n%d/restapi", i), "").want(http.StatusOK)
	}
	return v
}

// inside are the names of the namespaces of v.
func (v *vendor) inside() map[string]bool {
	v.t.Helper()
	out := map[string]bool{}
	for _, n := range v.controlRaw(http.MethodGet, "namespaces", "").want(http.StatusOK).json()["namespaces"].([]any) {
		out[n.(map[string]any)["name"].(string)] = true
	}
	return out
}

func TestTheNamespaceThatIsUsedLeastMakesRoomForANewOne(t *testing.T) {
	v := crowded(t, sandbox.Options{})
	token := str(v.within("http://n0.localhost").exchange(), "accessToken") // used again
	body, say := io.Pipe()
	r := httptest.NewRequest(http.MethodPost, "/_ns/n1"+refreshPath, body)
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	answered := make(chan int)
	go func() {
		w := httptest.NewRecorder()
		v.ServeHTTP(w, r)
		answered <- w.Code
	}()
	if _, err := io.WriteString(say, "refresh_token="); err != nil { // it is being read
		t.Fatal(err)
	}
	v.get("/_ns/more/restapi", "").want(http.StatusOK)
	v.control("namespaces", `{"name":"still-more"}`)
	v.get("/_ns/n4/_sandbox/state", "").want(http.StatusOK)
	v.get("/_ns/last/restapi", "").want(http.StatusOK)
	_ = say.Close()
	if code := <-answered; code != http.StatusBadRequest {
		t.Errorf("the request under way is answered %d", code)
	}
	names := v.inside()
	for name, want := range map[string]bool{
		"n0": true, "n1": true, "n2": false, "n3": false, "n4": true, "n5": false, "n6": true, "n999": true, "more": true,
		"still-more": true, "last": true,
	} {
		if names[name] != want {
			t.Errorf("%s is there: %v", name, names[name])
		}
	}
	if len(names) != 1_000 {
		t.Errorf("there are %d", len(names))
	}
	v.within("http://n0.localhost").get(usersPath, token).want(http.StatusOK)
}

func TestNamespacesThatAreAllInUseMakeNoRoom(t *testing.T) {
	v := newVendor(t, sandbox.Options{})
	end := make(chan struct{})
	var waiting sync.WaitGroup
	for i := range 1_000 {
		v.get(fmt.Sprintf("/_ns/n%d/restapi", i), "")
		begun := make(chan struct{})
		waiting.Go(func() {
			r := httptest.NewRequest(http.MethodPost, fmt.Sprintf("/_ns/n%d%s", i, refreshPath), &held{begun: begun, end: end})
			r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
			v.ServeHTTP(httptest.NewRecorder(), r)
		})
		<-begun
	}
	got := v.get("/_ns/more/restapi", "").want(http.StatusServiceUnavailable)
	if !strings.Contains(got.body, "all are in use") {
		t.Errorf("it says %s", got.body)
	}
	v.get("/_ns/n7/restapi", "").want(http.StatusOK)
	close(end)
	waiting.Wait()
	v.get("/_ns/more/restapi", "").want(http.StatusOK)
}

// held is a body that does not end before it may.
type held struct {
	begun, end chan struct{}
	once       sync.Once
}

func (h *held) Read([]byte) (int, error) {
	h.once.Do(func() { close(h.begun) })
	<-h.end
	return 0, io.EOF
}

func TestANamespaceThatMakesRoomLeavesItsAddress(t *testing.T) {
	opened, closed := map[string]http.Handler{}, 0
	v := newVendor(t, sandbox.Options{Open: func(h http.Handler) (string, func(), error) {
		url := fmt.Sprintf("http://127.0.0.1:%d", 9000+len(opened))
		opened[url] = h
		return url, func() { closed++ }, nil
	}})
	status := func(url string) int {
		w := httptest.NewRecorder()
		opened[url].ServeHTTP(w, httptest.NewRequest(http.MethodGet, url+"/restapi", nil))
		return w.Code
	}
	const first, second = "http://127.0.0.1:9000", "http://127.0.0.1:9001"
	v.control("namespaces", `{"name":"first"}`)
	v.control("namespaces", `{"name":"second"}`)
	for i := range 998 {
		v.get(fmt.Sprintf("/_ns/n%d/restapi", i), "")
	}
	if got := status(first); got != http.StatusOK { // which is a use
		t.Errorf("status %d at the address", got)
	}
	v.get("/_ns/more/restapi", "").want(http.StatusOK)
	if got := status(second); closed != 1 || got != http.StatusServiceUnavailable {
		t.Errorf("closed %d times, and its address answers %d", closed, got)
	}
	if names := v.inside(); !names["first"] || names["second"] || status(first) != http.StatusOK {
		t.Error("the wrong one has made room")
	}
}

func TestAResetForgetsTheNamespacesInside(t *testing.T) {
	closed := 0
	v := newVendor(t, sandbox.Options{Open: func(http.Handler) (string, func(), error) {
		return "http://127.0.0.1:9000", func() { closed++ }, nil
	}})
	a, b := v.within("http://example.com/_ns/a"), v.within("http://b.localhost")
	v.control("namespaces", `{"name":"a"}`)
	inA, inB := str(a.exchange(), "accessToken"), str(b.exchange(), "accessToken")
	a.control("reset", "")
	a.get(usersPath, inA).want(http.StatusUnauthorized)
	b.get(usersPath, inB).want(http.StatusOK)
	if n := len(v.inside()); n != 2 || closed != 0 {
		t.Errorf("after the reset of one inside there are %d, and %d are closed", n, closed)
	}
	v.control("reset", "")
	if n := len(v.inside()); n != 0 || closed != 1 {
		t.Errorf("after a reset there are %d, and %d are closed", n, closed)
	}
	b.get(usersPath, inB).want(http.StatusUnauthorized)
	if n := len(b.logged()); n != 1 {
		t.Errorf("one that has begun anew has %d entries in its log", n)
	}
	v.Reset()
	if n := len(v.inside()); n != 0 {
		t.Errorf("after a reset from inside the process there are %d", n)
	}
	d := newDeveloper(t, sandbox.Options{})
	d.v.get("/_ns/a/restapi", "")
	d.do("controls", "controls/reset")
	if n := len(d.v.inside()); n != 0 {
		t.Errorf("after a reset in the console there are %d", n)
	}
}

func TestANamespaceGetsAnAddressOfItsOwn(t *testing.T) {
	opened, closed := map[string]http.Handler{}, 0
	v := newVendor(t, sandbox.Options{Hosts: []string{"vendor"}, Open: func(h http.Handler) (string, func(), error) {
		url := fmt.Sprintf("http://127.0.0.1:%d", 9000+len(opened))
		opened[url] = h
		return url, func() { closed++ }, nil
	}})
	for base, want := range map[string]string{
		"http://127.0.0.1:8787": "http://127.0.0.1:9000", "http://localhost:8787": "http://127.0.0.1:9000",
		"http://LOCALHOST:8787": "http://127.0.0.1:9000", "http://localhost.:8787": "http://127.0.0.1:9000", "http://127.9.9.9:8787": "http://127.0.0.1:9000",
		"http://[::1]:8787":     "http://127.0.0.1:9000",
		"http://192.0.2.7:8787": "http://192.0.2.7:9000", "http://vendor:8787": "http://vendor:9000",
	} {
		if got := v.within(base).control("namespaces", `{"name":"a"}`); len(opened) != 1 || got["url"] != want {
			t.Errorf("at %s: opened %v, told %v", base, opened, got["url"])
		}
	}
	w := httptest.NewRecorder()
	opened["http://127.0.0.1:9000"].ServeHTTP(w, httptest.NewRequest(http.MethodGet, "http://127.0.0.1:9000/restapi", nil))
	if w.Code != http.StatusOK || len(v.within("http://example.com/_ns/a").logged()) != 1 {
		t.Errorf("status %d at the address", w.Code)
	}
	v.controlRaw(http.MethodDelete, "namespaces/a", "").want(http.StatusOK)
	if closed != 1 {
		t.Errorf("closed %d times", closed)
	}
}
