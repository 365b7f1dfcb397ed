package sandbox_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/ringcx-go/ringcx/sandbox"
)

func TestWhatIsPastedIntoTheConsoleCountsWithoutWhatIsAroundIt(t *testing.T) {
	d := newDeveloper(t, sandbox.Options{NoLimits: true})
	rc := str(d.v.login(), "access_token")
	for _, text := range []string{"\ufeff%\u200b", "\u00a0“%”", "\"%\",", "bearer\u00a0%", "%\r\n", "Bearer " + rc[:20] + "\r\n  " + rc[20:]} {
		if strings.HasPrefix(text, "bearer\u00a0") {
			text = strings.ReplaceAll(text, "\u00a0", " ")
		}
		wantText(t, d.inspect(strings.Replace(text, "%", rc, 1)), "RingCentral access token", "It works.")
	}
	d.submit("inspector", "inspector", "value", "x"+rc).want(http.StatusUnprocessableEntity)

	app := d.do("apps/new", "apps/new", appFields("name", "\u200bPasted\u00a0", "auth", "code", "kind", "Server-side web app (most common)",
		"redirects", "\ufeffhttps://a.example/back\u200b,\n<https://b.example/ba\u200bck>\u00a0")...)
	wantText(t, app, ">Pasted<", ">https://a.example/back<", ">https://b.example/back<")
	wantText(t, d.do("namespaces", "namespaces", "name", "\ufeffnightly\u200b "), ">nightly<")
	wantText(t, d.page("accounts?find=%E2%80%8Bada%C2%A0"), "Ada Reyes")
}

func TestAByteOrderMarkBeforeJSONSaysNothing(t *testing.T) {
	v := newVendor(t, sandbox.Options{})
	v.controlRaw(http.MethodPost, "clock", "\ufeff{\"advance\":\"1s\"}").want(http.StatusOK)
	v.controlRaw(http.MethodPost, "clock", "\ufeff\ufeff{\"advance\":\"1s\"}").want(http.StatusBadRequest)
	saved := v.get("/_sandbox/snapshot", "").want(http.StatusOK).body
	if err := stopped(t).Restore(strings.NewReader("\ufeff" + strings.ReplaceAll(saved, "\n", "\r\n"))); err != nil {
		t.Error(err)
	}
}
