package sandbox_test

import (
	"bytes"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/ringcx-go/ringcx/sandbox"
)

// upload sends a file with the form of a page; fields come before it.
func (d *developer) upload(file string, fields ...string) reply {
	d.t.Helper()
	var body bytes.Buffer
	w := multipart.NewWriter(&body)
	for i := 0; i < len(fields); i += 2 {
		_ = w.WriteField(fields[i], fields[i+1])
	}
	if file != "" {
		part, err := w.CreateFormFile("snapshot", "box.json")
		if err != nil {
			d.t.Fatal(err)
		}
		_, _ = part.Write([]byte(file))
	}
	if err := w.Close(); err != nil {
		d.t.Fatal(err)
	}
	r := httptest.NewRequest(http.MethodPost, "/console/controls/snapshot", &body)
	r.Header.Set("Content-Type", w.FormDataContentType())
	return d.ask(r)
}

// token is that of the forms of the controls.
func (d *developer) token() string {
	d.t.Helper()
	return tokenField.FindStringSubmatch(d.page("controls"))[1]
}

func TestASnapshotIsSavedAndTakenInTheConsole(t *testing.T) {
	d := newDeveloper(t, sandbox.Options{})
	d.do("apps/new", "apps/new", appFields()...)
	token := str(d.v.exchange(), "accessToken")
	d.v.Advance(60e9)
	saved := d.open("controls/snapshot").want(http.StatusOK)
	if got := saved.header.Get("Content-Disposition"); got != `attachment; filename="ringcx-sandbox-2026-11-23-090100.json"` {
		t.Errorf("the file is %s", got)
	}
	other := newDeveloper(t, sandbox.Options{Seed: 7})
	to := other.upload(saved.body, "token", other.token()).want(http.StatusSeeOther).header.Get("Location")
	wantText(t, other.page(strings.TrimPrefix(to, "/console/")), "what the snapshot said", "2026-11-23 09:01:00")
	wantText(t, other.page("apps"), "Reports")
	other.v.get(usersPath, token).want(http.StatusOK)
	d.v.get(usersPath, token).want(http.StatusOK)
}

func TestAFileThatIsNoSnapshotChangesNothing(t *testing.T) {
	d := newDeveloper(t, sandbox.Options{})
	d.do("apps/new", "apps/new", appFields()...)
	saved := d.open("controls/snapshot").want(http.StatusOK).body
	token := d.token()
	for name, c := range map[string]struct{ file, words string }{
		"words":          {"holiday", "no snapshot"},
		"an empty file":  {" ", "Choose a file"},
		"half":           {saved[:len(saved)/2], "only a part of one"},
		"another format": {strings.Replace(saved, "ringcx-sandbox/1", "ringcx-sandbox/9", 1), `"ringcx-sandbox/9"`},
		"no world":       {strings.Replace(saved, `"world":{"`, `"wold":{"`, 1), "damaged"},
	} {
		got := d.upload(c.file, "token", token).want(http.StatusUnprocessableEntity).body
		wantText(t, got, "snapshot-wrong", "Nothing was changed", strings.ReplaceAll(c.words, `"`, "&#34;"))
		if t.Failed() {
			t.Fatal(name)
		}
	}
	wantText(t, d.page("apps"), "Reports")
}

func TestAnUploadThatDoesNotComeFromThePageIsRefused(t *testing.T) {
	d := newDeveloper(t, sandbox.Options{})
	saved := d.open("controls/snapshot").want(http.StatusOK).body
	d.do("apps/new", "apps/new", appFields()...)
	token := d.token()
	wantText(t, d.upload(saved, "token", "guess").want(http.StatusForbidden).body, "has expired")
	d.upload(saved).want(http.StatusForbidden)
	d.upload(saved, "other", "x", "token", token).want(http.StatusForbidden)
	d.upload("", "token", token).want(http.StatusBadRequest)
	d.upload("").want(http.StatusBadRequest)
	d.header.Set("Origin", "https://evil.example")
	wantText(t, d.upload(saved, "token", token).want(http.StatusForbidden).body, "another site")
	d.header.Del("Origin")
	wantText(t, d.page("apps"), "Reports")
	d.upload(saved, "token", token).want(http.StatusSeeOther) // the same, from the page
	wantNoText(t, d.page("apps"), "Reports")

	locked := newDeveloper(t, sandbox.Options{ConsolePassword: "open sesame"})
	in := tokenField.FindStringSubmatch(locked.open("sign-in").body)[1]
	if to := locked.upload(saved, "token", in).want(http.StatusSeeOther).header.Get("Location"); to != "/console/sign-in" {
		t.Errorf("without the password, an upload leads to %s", to)
	}
}
