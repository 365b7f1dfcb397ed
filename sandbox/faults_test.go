package sandbox_test

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/ringcx-go/ringcx/sandbox"
)

// online serves v over TCP and returns its address and a client of its own.
func online(t *testing.T, v *vendor) (string, *http.Client) {
	t.Helper()
	web := httptest.NewServer(v)
	t.Cleanup(web.Close)
	client := web.Client()
	t.Cleanup(client.CloseIdleConnections)
	return web.URL, client
}

// fetch sends a refresh with token and gives back what arrived of the answer.
func fetch(t *testing.T, client *http.Client, url, token string) (status int, body string, err error) {
	t.Helper()
	resp, err := client.Post(url+refreshPath, "application/x-www-form-urlencoded",
		strings.NewReader("refresh_token="+token))
	if err != nil {
		return 0, "", err
	}
	defer resp.Body.Close()
	all, err := io.ReadAll(resp.Body)
	return resp.StatusCode, string(all), err
}

func TestFaultsThatAnswerInsteadLeaveTheVendorUntouched(t *testing.T) {
	v := newVendor(t, sandbox.Options{})
	token := str(v.exchange(), "refreshToken")
	attempt := func(fault string) reply {
		v.control("faults", fault)
		return v.form(refreshPath, "refresh_token", token)
	}
	attempt(`{"path":"/api/auth/token/refresh","kind":"status"}`).want(503)
	attempt(`{"path":"/api/auth/token/refresh","kind":"status","status":500,"method":"post"}`).want(500)
	if r := attempt(`{"path":"/api/*","kind":"html"}`).want(200); !strings.HasPrefix(r.body, "<!doctype html>") {
		t.Errorf("html %q", r.body)
	}
	r := attempt(`{"path":"/api/*","kind":"retry-after","retryAfter":"2"}`).want(429)
	if r.header.Get("Retry-After") != "2" || r.body != "rate" {
		t.Errorf("retry after %q, body %q", r.header.Get("Retry-After"), r.body)
	}
	r = attempt(`{"path":"/api/*","kind":"retry-after","status":503}`).want(503)
	if _, ok := r.header["Retry-After"]; ok {
		t.Error("a Retry-After that nobody asked for")
	}
	r = attempt(`{"path":"/api/*","kind":"large"}`).want(200)
	if len(r.body) != 2<<20 || len(str(r.json(), "accessToken")) < 2<<20-30 {
		t.Errorf("large answer of %d bytes", len(r.body))
	}
	v.form(refreshPath, "refresh_token", token).want(http.StatusOK)
	if got := v.Requests()[2].Status; got != 503 {
		t.Errorf("the fault was logged as %d", got)
	}
}

func TestOutagesLookLikeTheVendorTheyHappenTo(t *testing.T) {
	v := newVendor(t, sandbox.Options{})
	v.control("faults", `{"path":"/restapi*","kind":"status","times":2}`)
	body := v.failingLogin().want(503).json()
	if body["error"] != "service_unavailable" || body["error_description"] != "Service Unavailable" {
		t.Errorf("outage %v", body)
	}
	v.get(accountPath, "").wantAPI(503, "CMN-201", "CMN-201")
	v.control("faults", `{"path":"/restapi*","kind":"retry-after"}`)
	v.get(accountPath, "").wantAPI(429, "CMN-301", "CMN-301")
}

func TestAFaultHappensAsOftenAsAskedAndOnlyWhereItMatches(t *testing.T) {
	v := newVendor(t, sandbox.Options{})
	v.control("faults", `{"path":"/restapi","method":"GET","kind":"status","times":2}`)
	v.get("/restapi/v1.0", "").want(200)
	v.call(http.MethodHead, "/restapi", "").want(200)
	v.get("/restapi", "").want(503)
	v.get("/restapi", "").want(503)
	v.get("/restapi", "").want(200)

	v.control("faults", `{"path":"/restapi","kind":"status"}`)
	v.controlRaw(http.MethodDelete, "faults", "").want(200)
	v.get("/restapi", "").want(200)
}

func TestADroppedAnswerHasBeenDone(t *testing.T) {
	v := newVendor(t, sandbox.Options{})
	token := str(v.exchange(), "refreshToken")
	url, client := online(t, v)
	v.control("faults", `{"path":"/api/auth/token/refresh","kind":"drop-answer"}`)
	if _, _, err := fetch(t, client, url, token); err == nil {
		t.Fatal("an answer came")
	}
	if got := v.last(); got.Status != 200 || got.Path != refreshPath {
		t.Errorf("logged %+v", got)
	}
	if status, _, err := fetch(t, client, url, token); status != 401 || err != nil {
		t.Errorf("%d, %v: the token was not spent", status, err)
	}
	v.wantVerdicts("refresh token replayed")
}

func TestATruncatedAnswerPromisesMoreThanItSends(t *testing.T) {
	v := newVendor(t, sandbox.Options{})
	token := str(v.exchange(), "refreshToken")
	url, client := online(t, v)
	v.control("faults", `{"path":"/api/auth/token/refresh","kind":"truncate"}`)
	status, body, err := fetch(t, client, url, token)
	if status != 200 || !errors.Is(err, io.ErrUnexpectedEOF) || !strings.HasPrefix(body, `{"refreshToken":"`) {
		t.Errorf("%d %q %v", status, body, err)
	}
}

func TestAResetCutsTheConnectionBeforeAnythingHappens(t *testing.T) {
	v := newVendor(t, sandbox.Options{})
	token := str(v.exchange(), "refreshToken")
	url, client := online(t, v)
	v.control("faults", `{"path":"/api/auth/token/refresh","kind":"reset"}`)
	if _, _, err := fetch(t, client, url, token); err == nil {
		t.Error("an answer came")
	}
	if got := v.last().Status; got != 0 {
		t.Errorf("logged as %d", got)
	}
	if status, _, err := fetch(t, client, url, token); status != 200 || err != nil {
		t.Errorf("%d, %v: the token was spent", status, err)
	}
}

func TestAResetWorksUnderTLSAndWithoutAConnection(t *testing.T) {
	v := newVendor(t, sandbox.Options{})
	web := httptest.NewTLSServer(v)
	defer web.Close()
	defer web.Client().CloseIdleConnections()
	v.control("faults", `{"path":"/restapi","kind":"reset","times":2}`)
	if resp, err := web.Client().Get(web.URL + "/restapi"); err == nil {
		resp.Body.Close()
		t.Error("an answer came")
	}
	defer func() {
		if recover() != http.ErrAbortHandler { //nolint:errorlint // a panic value, compared as net/http does
			t.Error("the handler did not abort")
		}
	}()
	v.get("/restapi", "")
}

func TestADelayedAnswerArrivesAndAnImpatientCallerChangesNothing(t *testing.T) {
	v := newVendor(t, sandbox.Options{})
	token := str(v.exchange(), "refreshToken")
	v.control("faults", `{"path":"/api/*","kind":"delay","delay":"1ms"}`)
	v.get("/api/none", "").want(http.StatusNotFound)

	v.control("faults", `{"path":"/api/auth/token/refresh","kind":"delay","delay":"1h"}`)
	gone, leave := context.WithCancel(t.Context())
	leave()
	func() {
		defer func() {
			if recover() != http.ErrAbortHandler { //nolint:errorlint // a panic value, compared as net/http does
				t.Error("the handler did not abort")
			}
		}()
		v.send(formRequest(refreshPath, "refresh_token", token).WithContext(gone))
	}()
	if got := v.last().Status; got != 0 {
		t.Errorf("logged as %d", got)
	}
	v.form(refreshPath, "refresh_token", token).want(http.StatusOK)
}

func TestAGarbledAnswerIsAsLongAsItShouldBeAndNoJSON(t *testing.T) {
	v := newVendor(t, sandbox.Options{})
	token := str(v.exchange(), "refreshToken")
	v.control("faults", `{"path":"/api/*","kind":"garble"}`)
	r := v.form(refreshPath, "refresh_token", token).want(200)
	if json.Valid([]byte(r.body)) || r.header.Get("Content-Length") != strconv.Itoa(len(r.body)) || len(r.body) < 100 {
		t.Errorf("%d bytes, %s", len(r.body), r.header.Get("Content-Length"))
	}
	v.form(refreshPath, "refresh_token", token).want(401)
	v.wantVerdicts("refresh token replayed") // the vendor had done it
}

func TestAnEmptyAnswerSaysThatAllIsWellAndDidNothing(t *testing.T) {
	v := newVendor(t, sandbox.Options{})
	token := str(v.exchange(), "refreshToken")
	v.control("faults", `{"path":"/api/*","kind":"empty"}`)
	if r := v.form(refreshPath, "refresh_token", token).want(200); r.body != "" {
		t.Errorf("body %q", r.body)
	}
	v.form(refreshPath, "refresh_token", token).want(200)
}

func TestASkewedAnswerHasAWrongDateAndIsRightOtherwise(t *testing.T) {
	v := newVendor(t, sandbox.Options{})
	for fault, want := range map[string]string{
		`{"path":"/restapi","kind":"skew"}`:                    "Mon, 23 Nov 2026 10:00:00 GMT",
		`{"path":"/restapi","kind":"skew","skew":"-12h30m"}`:   "Sun, 22 Nov 2026 20:30:00 GMT",
		`{"path":"/restapi","kind":"status","skew":"-12h30m"}`: "Mon, 23 Nov 2026 09:00:00 GMT",
	} {
		v.control("faults", fault)
		if got := v.get("/restapi", "").header.Get("Date"); got != want {
			t.Errorf("%s: %s, want %s", fault, got, want)
		}
	}
}

func TestRetryAfterCanBeADate(t *testing.T) {
	v := newVendor(t, sandbox.Options{})
	v.Advance(time.Minute)
	v.control("faults", `{"path":"/restapi","kind":"retry-after","status":503,"retryAfterDate":"30s"}`)
	if got := v.get("/restapi", "").want(503).header.Get("Retry-After"); got != "Mon, 23 Nov 2026 09:01:30 GMT" {
		t.Errorf("Retry-After %q", got)
	}
}

func TestA429ThatWasOrderedNamesTheLimitOfItsOperation(t *testing.T) {
	v := newVendor(t, sandbox.Options{})
	rc, cx := str(v.login(), "access_token"), str(v.exchange(), "accessToken")
	groups := map[string]bool{}
	for path, token := range map[string]string{
		accountPath: rc, accountPath + "/extension": rc, accountPath + "/presence": rc, accountPath + "/extension/~/presence": rc,
		accountPath + "/extension/~/authz-profile": rc, accountPath + "/extension/~/authz-profile/check?permissionId=x": rc,
		"/restapi/oauth/userinfo": rc, usersPath: cx, "/api/v1/admin/users": cx,
	} {
		usual := v.get(path, token).header
		v.control("faults", `{"path":"`+strings.TrimSuffix(path, "?permissionId=x")+`","kind":"status","status":429}`)
		ordered := v.get(path, token).want(429).header
		for _, name := range []string{"X-Rate-Limit-Group", "X-Rate-Limit-Limit", "X-Rate-Limit-Window"} {
			if got, want := ordered.Get(name), usual.Get(name); got != want || want == "" {
				t.Errorf("%s: %s is %q, and %q in an answer of the vendor", path, name, got, want)
			}
		}
		groups[ordered.Get("X-Rate-Limit-Group")] = true
	}
	if len(groups) != 5 {
		t.Errorf("groups %v, want five", groups)
	}
}
