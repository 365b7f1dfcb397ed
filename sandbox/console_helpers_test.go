package sandbox_test

import (
	"html"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/ringcx-go/ringcx/sandbox"
)

// developer is somebody with a browser at the console.
type developer struct {
	v      *vendor
	t      testing.TB
	host   string
	peer   string
	cookie map[string]string
	header http.Header // sent with every request
}

func newDeveloper(t testing.TB, opts sandbox.Options) *developer {
	t.Helper()
	return &developer{
		v: newVendor(t, opts), t: t, host: "127.0.0.1:8787", peer: "127.0.0.1:5000",
		cookie: map[string]string{}, header: http.Header{},
	}
}

func (d *developer) ask(r *http.Request) reply {
	d.t.Helper()
	r.Host, r.RemoteAddr = d.host, d.peer
	for name, all := range d.header {
		r.Header[name] = all
	}
	for name, value := range d.cookie {
		r.AddCookie(&http.Cookie{Name: name, Value: value})
	}
	w := httptest.NewRecorder()
	d.v.ServeHTTP(w, r)
	for _, c := range w.Result().Cookies() {
		d.cookie[c.Name] = c.Value
	}
	return reply{d.t, w.Code, w.Header(), w.Body.String()}
}

// open gets a page of the console.
func (d *developer) open(path string) reply {
	d.t.Helper()
	return d.ask(httptest.NewRequest(http.MethodGet, "/console/"+path, nil))
}

// page gets a page that has to be there.
func (d *developer) page(path string) string {
	d.t.Helper()
	return html.UnescapeString(d.open(path).want(http.StatusOK).body)
}

var tokenField = regexp.MustCompile(`name="token" value="([^"]+)"`)

// submit opens a page and sends a form with its token to another path; what comes is not followed.
func (d *developer) submit(page, path string, pairs ...string) reply {
	d.t.Helper()
	token := tokenField.FindStringSubmatch(d.open(page).want(http.StatusOK).body)
	if token == nil {
		d.t.Fatalf("%s has no form", page)
	}
	return d.ask(formRequest("/console/"+path, append([]string{"token", token[1]}, pairs...)...))
}

// do submits, and gives the page that the form leads to.
func (d *developer) do(page, path string, pairs ...string) string {
	d.t.Helper()
	target := d.submit(page, path, pairs...).want(http.StatusSeeOther).header.Get("Location")
	target, _, _ = strings.Cut(target, "#")
	rest, ok := strings.CutPrefix(target, "/console/")
	if !ok {
		d.t.Fatalf("the form leads to %s", target)
	}
	return d.page(rest)
}

// mainPart leaves out what all pages have.
func mainPart(text string) string {
	_, after, _ := strings.Cut(text, "<main")
	part, _, _ := strings.Cut(after, "</main>")
	return part
}

func wantText(t testing.TB, text string, want ...string) {
	t.Helper()
	for _, w := range want {
		if !strings.Contains(text, w) {
			t.Errorf("%q is missing in %s", w, mainPart(text))
		}
	}
}

func wantNoText(t testing.TB, text string, unwanted ...string) {
	t.Helper()
	for _, w := range unwanted {
		if strings.Contains(text, w) {
			t.Errorf("%q is in %s", w, mainPart(text))
		}
	}
}

// form is a valid form to create an app, changed by pairs; an empty value leaves a field out.
func appFields(pairs ...string) []string {
	values := url.Values{
		"name": {"Reports"}, "auth": {"jwt"}, "refresh": {"yes"}, "scope": {"ReadAccounts"}, "access": {"private"},
	}
	for i := 0; i < len(pairs); i += 2 {
		if values.Set(pairs[i], pairs[i+1]); pairs[i+1] == "" {
			values.Del(pairs[i])
		}
	}
	var out []string
	for name, all := range values {
		for _, v := range all {
			out = append(out, name, v)
		}
	}
	return out
}
