package sandbox_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/ringcx-go/ringcx/sandbox"
)

// tallies is what GET /_sandbox/verdicts answers.
type tallies struct {
	Requests int
	Verdicts []struct {
		Verdict string
		Count   int
		First   struct {
			Time                    time.Time
			Method, Path, Namespace string
			Status, Number          int
		}
	}
}

func (v *vendor) tallies() (out tallies) {
	v.t.Helper()
	v.get("/_sandbox/verdicts", "").want(http.StatusOK).decode(&out)
	return out
}

// told are the tallies in short.
func (a tallies) told() string {
	var out strings.Builder
	fmt.Fprint(&out, a.Requests)
	for _, v := range a.Verdicts {
		fmt.Fprintf(&out, ", %d x %s (%s%s %s %d)", v.Count, v.Verdict, v.First.Namespace, v.First.Method, v.First.Path, v.First.Status)
	}
	return out.String()
}

// withVerdicts is how many requests with a verdict are in the log.
func (v *vendor) withVerdicts() int {
	v.t.Helper()
	return len(v.get("/_sandbox/requests?verdicts=1", "").want(http.StatusOK).json()["requests"].([]any))
}

const tokenInURL = "1, 1 x token in a URL (GET /voice/api/v1/admin/users 401)"

func TestVerdictsStayCountedWhenTheirRequestsHaveLeftTheLog(t *testing.T) {
	v := newVendor(t, sandbox.Options{NoLimits: true})
	if got := v.tallies().told(); got != "0" {
		t.Errorf("at first there are %s", got)
	}
	v.get(usersPath+"?access_token=secret", "").want(http.StatusUnauthorized)
	if n := v.withVerdicts(); n != 1 {
		t.Fatalf("%d requests with a verdict are in the log", n)
	}
	for range 10_000 {
		v.get("/restapi", "")
	}
	if n, got := v.withVerdicts(), v.tallies().told(); n != 0 || got != tokenInURL {
		t.Errorf("%d are in the log, and counted are %s", n, got)
	}
}

func TestVerdictsStayCountedAfterAResetAndARestore(t *testing.T) {
	v := newVendor(t, sandbox.Options{})
	clean := v.get("/_sandbox/snapshot", "").body
	v.get(usersPath+"?access_token=secret", "")
	for path, body := range map[string]string{"reset": "", "snapshot": clean} {
		v.controlRaw(http.MethodPost, path, body).want(http.StatusOK)
		if n, got := v.withVerdicts(), v.tallies().told(); n != 0 || got != tokenInURL {
			t.Errorf("after %s %d are in the log, and counted are %s", path, n, got)
		}
	}
	v.form(tokenPath, "client_secret", "x")
	v.get(accountPath+"?access_token=secret", "")
	want := "3, 2 x token in a URL (GET /voice/api/v1/admin/users 401), 1 x secret in the body (POST /restapi/oauth/token 400)"
	all := v.tallies()
	if got := all.told(); got != want {
		t.Errorf("counted are %s", got)
	}
	if first := all.Verdicts[0].First; first.Number != 1 || first.Time.IsZero() {
		t.Errorf("the first is %+v", first)
	}
	dirty := v.get("/_sandbox/snapshot", "").body
	other := newVendor(t, sandbox.Options{})
	other.controlRaw(http.MethodPost, "snapshot", dirty).want(http.StatusOK)
	if n, got := other.withVerdicts(), other.tallies().told(); n != 2 || got != "0" {
		t.Errorf("with the log of another process, of %d verdicts, it has counted %s itself", n, got)
	}
}

func TestVerdictsOfNamespacesAreCountedOutsideAfterTheirEnd(t *testing.T) {
	v := newVendor(t, sandbox.Options{})
	inside := v.within("http://example.com/_ns/nightly")
	inside.get(usersPath+"?access_token=secret", "")
	v.within("http://example.com/_ns/other").get("/restapi", "")
	if got := inside.tallies().told(); got != tokenInURL {
		t.Errorf("the namespace has counted %s", got)
	}
	if got := v.within("http://example.com/_ns/other").tallies().told(); got != "0" {
		t.Errorf("the other namespace has counted %s", got)
	}
	v.control("reset", ``)
	const want = "1, 1 x token in a URL (nightlyGET /voice/api/v1/admin/users 401)"
	if got := v.tallies().told(); got != want || v.withVerdicts() != 0 {
		t.Errorf("outside %s are counted, and %d in the log", got, v.withVerdicts())
	}
	if got := inside.tallies().told(); got != "0" {
		t.Errorf("begun again, the namespace has counted %s", got)
	}
}

func TestCountedVerdictsHoldNoSecretAndNoLongPath(t *testing.T) {
	v := newVendor(t, sandbox.Options{})
	secret := strings.Repeat("s3cret", 8)
	v.get("/voice/api/v1/admin/token/"+secret+"?access_token="+secret, "")
	v.get("/restapi/"+strings.Repeat("a/", 2_000)+"?access_token="+secret+"&client_secret="+secret, "")
	v.form(tokenPath, "client_secret", secret)
	body := v.get("/_sandbox/verdicts", "").body
	if strings.Contains(body, "s3cret") || len(body) > 1_000 || strings.Contains(body, "\n{") || v.tallies().Requests != 3 {
		t.Errorf("it tells %s", body)
	}
}

func TestCountedVerdictsAreGuardedAsTheLogIs(t *testing.T) {
	for _, name := range []string{"verdicts", "requests"} {
		r := httptest.NewRequest(http.MethodGet, "/_sandbox/"+name, nil)
		newVendor(t, sandbox.Options{ConsolePassword: "a good password"}).send(r).want(http.StatusUnauthorized)
		v := newVendor(t, sandbox.Options{})
		v.send(r).want(http.StatusOK)
		r.Host = "evil.example"
		v.send(r).want(http.StatusMisdirectedRequest)
		v.controlRaw(http.MethodGet, name+"?verdict=x", "").want(http.StatusBadRequest)
	}
}
