package sandbox_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/ringcx-go/ringcx/sandbox"
)

func TestTheClockCanBeMovedOverHTTP(t *testing.T) {
	v := newVendor(t, sandbox.Options{})
	if got := v.control("clock", `{"advance":"6m"}`)["now"]; got != "2026-11-23T09:06:00Z" {
		t.Errorf("now %v", got)
	}
	if len(v.Requests()) != 0 {
		t.Error("the control plane is in the log")
	}
}

func TestControlRequestsThatMakeNoSenseGetAnErrorInWords(t *testing.T) {
	v := newVendor(t, sandbox.Options{})
	for _, c := range []struct{ path, body, want string }{
		{"clock", `{`, "reading the request"},
		{"clock", `{}`, "advance"},
		{"clock", `{"advance":"soon"}`, "soon"},
		{"clock", `{"advance":5}`, "advance"},
		{"clock", `{"advance":"900000h"}`, "100 years"},
		{"clock", `{"advance":"-2562047h"}`, "100 years"},
		{"clock", `{"advance":"5m"} {}`, "more than one"},
		{"clock", `{"advanc":"5m"}`, "advanc"},
		{"apps", `{"auth":"implicit"}`, "implicit"},
		{"apps", `{"account":"x"}`, "not an id"},
		{"apps", ``, "reading the request"},
		{"apps", `{"kind":"toaster"}`, "toaster"},
		{"apps", `{"redirectUris":["/callback"]}`, "absolute"},
		{"apps", `{"redirectUris":["https://app.example/#x"]}`, "fragment"},
		{"apps", `{"redirectUris":["https://me@app.example/"]}`, "user"},
		{"apps", `{"redirectUris":["https:///x"]}`, "host"},
		{"apps", `{"redirectUris":["javascript:alert(1)"]}`, "com.example.app"},
		{"apps", `{"authMethod":"client_secret_post"}`, "private_key_jwt"},
		{"apps", `{"authMethod":"private_key_jwt"}`, "no keys"},
		{"apps", `{"authMethod":"client_secret_jwt","confidential":false}`, "no secret"},
		{"apps", `{"authMethod":"client_secret_basic","kind":"native"}`, "no secret"},
		{"apps", `{"keys":{"keys":[{"kty":"oct","k":"c2VjcmV0"}]}}`, "public"},
		{"apps", `{"keys":{"keys":[{"kty":"OKP","crv":"Ed25519","x":"AA"}]}}`, "reading the request"},
		{"users/1", `{"password":""}`, "password"},
		{"accounts", `[]`, "reading the request"},
		{"users/1", ``, "reading the request"},
		{"credentials", `{"expires":"tomorrow"}`, "tomorrow"},
		{"faults", `{"path":"/x","kind":"earthquake"}`, "drop-answer"},
		{"faults", `{"kind":"status"}`, "path"},
		{"faults", `{"path":"/x","kind":"status","times":-1}`, "times"},
		{"faults", `{"path":"/x","kind":"status","status":99}`, "99"},
		{"faults", `{"path":"/x","kind":"delay","delay":"-1s"}`, "delay"},
		{"faults", `{"path":"/x","kind":"delay"}`, "give \"delay\""},
		{"faults", `{"path":"/x?y=1","kind":"status"}`, "without the query"},
		{"faults", `{"path":"/x*y","kind":"status"}`, "at its end only"},
		{"faults", `{"path":"/_sandbox/env","kind":"status"}`, "vendors'"},
		{"faults", `{"hostile":0.1,"path":"/x?*"}`, "without the query"},
		{"faults", `"`, "reading the request"},
		{"apps", ``, "the body is empty; give a JSON object"},
		{"apps", `{"name":`, "ends too early"},
		{"apps", `{"nam":"x"}`, "reading the request: unknown field \"nam\""},
		{"faults", `{"times":"x"}`, "reading the request: times cannot"},
		{"apps", `[]`, "(array); give an object"},
		{"users/1", `{"enabled":"no"}`, "enabled cannot be JSON of this kind: string; give true or false"},
		{"clock", `{"advance":60}`, `give a duration such as "5m"`},
		{"clock", `{"advance":"1d"}`, `"1d" is not a duration`},
		{"credentials", `{"expires":"2027-01-31"}`, `"2027-01-31" is not a time such as`},
	} {
		got := v.controlRaw(http.MethodPost, c.path, c.body).want(http.StatusBadRequest).json()["error"].(string)
		if !strings.Contains(got, c.want) {
			t.Errorf("%s %s: %q does not mention %q", c.path, c.body, got, c.want)
		}
	}
}

func TestAQuestionAboutTheLogThatIsMisspeltIsRefused(t *testing.T) {
	v := newVendor(t, sandbox.Options{})
	v.get("/restapi", "").want(http.StatusOK)
	for query, want := range map[string]int{
		"": 200, "?verdicts=0": 200, "?verdicts=true": 200, "?since=0&wait=0s": 200, "?verdicts=yes": 400, "?verdict=1": 400,
	} {
		got := v.controlRaw(http.MethodGet, "requests"+query, "").want(want)
		if all, _ := got.json()["requests"].([]any); query == "?verdicts=true" && len(all) > 0 {
			t.Errorf("%s: %v", query, all)
		}
	}
}

func TestANameThatNobodySeesIsNone(t *testing.T) {
	v := newVendor(t, sandbox.Options{})
	v.control("apps", `{"name":" \u200b "}`)
	v.control("accounts", `{"name":"\t"}`)
	if text := v.get("/_sandbox/snapshot", "").want(http.StatusOK).body; !strings.Contains(text, `"Another App"`) || !strings.Contains(text, `"Another Account"`) {
		t.Errorf("the snapshot names neither: %s", text)
	}
}

func TestControlRequestsAboutUnknownThingsGet404(t *testing.T) {
	v := newVendor(t, sandbox.Options{})
	v.controlRaw(http.MethodGet, "nothing", "").want(http.StatusNotFound)
	got := v.controlRaw(http.MethodGet, "clock", "").want(http.StatusNotFound).json()["error"]
	if got != "no such thing: GET /_sandbox/clock, only POST of it" {
		t.Errorf("a method that is not there: %v", got)
	}
	v.controlRaw(http.MethodPost, "apps", `{"account":5}`).want(http.StatusNotFound)
	v.controlRaw(http.MethodPost, "users/5", `{}`).want(http.StatusNotFound)
	v.controlRaw(http.MethodPost, "credentials", `{"user":"5"}`).want(http.StatusNotFound)
	v.controlRaw(http.MethodDelete, "credentials/5", "").want(http.StatusNotFound)
}

func TestEnvGivesTheDemoCredentialsUnderTheVendorsNames(t *testing.T) {
	v := newVendor(t, sandbox.Options{})
	demo := v.Demo()
	got := v.get("/_sandbox/env", "").want(http.StatusOK).json()
	env := got["env"].(map[string]any)
	if got["clientId"] != demo.ClientID || got["clientSecret"] != demo.ClientSecret || got["jwt"] != demo.JWT {
		t.Error("other credentials")
	}
	if got["email"] != demo.Email || got["password"] != demo.Password || got["nativeClientId"] != demo.NativeClientID ||
		got["webClientId"] != demo.WebClientID || got["webClientSecret"] != demo.WebClientSecret ||
		got["webRedirectUri"] != demo.WebRedirectURI {
		t.Error("other credentials of the browser login")
	}
	if env["RC_APP_CLIENT_ID"] != demo.ClientID || env["RC_USER_JWT"] != demo.JWT ||
		env["RC_SERVER_URL"] != "http://example.com" {
		t.Error("other environment")
	}
}

func TestRequestsCanBeNarrowedToThoseWithVerdicts(t *testing.T) {
	v := newVendor(t, sandbox.Options{})
	v.get("/restapi", "").want(http.StatusOK)
	v.form(tokenPath, "client_secret", "x").want(http.StatusBadRequest)
	list := func(query string) []any {
		return v.get("/_sandbox/requests"+query, "").want(http.StatusOK).json()["requests"].([]any)
	}
	all, bad := list(""), list("?verdicts=1")
	if len(all) != 2 || len(bad) != 1 {
		t.Fatalf("%d requests, %d with verdicts", len(all), len(bad))
	}
	if got := all[0].(map[string]any)["verdicts"].([]any); len(got) != 0 {
		t.Errorf("verdicts %v", got)
	}
	if got := bad[0].(map[string]any); got["path"] != tokenPath || got["method"] != "POST" || got["status"] != 400.0 {
		t.Errorf("entry %v", got)
	}
	v.control("reset", ``)
	if len(list("")) != 0 {
		t.Error("reset left the log")
	}
}

func TestRequestsAfterANumberAreListedOrAwaited(t *testing.T) {
	v := newVendor(t, sandbox.Options{})
	for range 3 {
		v.get("/restapi", "")
	}
	type answer struct {
		Requests []sandbox.Request
		Last     uint64
	}
	list := func(query string) (out answer) {
		v.get("/_sandbox/requests"+query, "").want(http.StatusOK).decode(&out)
		return out
	}
	if got := list("?since=1"); len(got.Requests) != 2 || got.Requests[0].Number != 2 || got.Last != 3 {
		t.Errorf("after the first: %+v", got)
	}
	if got := list("?since=3&wait=1ms"); len(got.Requests) != 0 || got.Last != 3 {
		t.Errorf("after the last: %+v", got)
	}
	v.control("reset", ``)
	if got := list("?since=0"); len(got.Requests) != 0 || got.Last != 3 {
		t.Errorf("after a reset: %+v", got)
	}
	asked := make(chan sandbox.Request, 1)
	go func() { asked <- list("?since=3&verdicts=1&wait=60s").Requests[0] }()
	for {
		v.get("/restapi", "")
		v.get("/restapi?token=x", "")
		select {
		case got := <-asked:
			if got.Number < 5 || len(got.Verdicts) != 1 {
				t.Errorf("awaited %+v", got)
			}
		default:
			continue
		}
		break
	}
	for _, query := range []string{"?since=x", "?since=-1", "?wait=5", "?wait=2h", "?wait=-1s"} {
		v.get("/_sandbox/requests"+query, "").want(http.StatusBadRequest)
	}
}

func TestStateCountsWithoutSecrets(t *testing.T) {
	v := newVendor(t, sandbox.Options{Seed: 7, NoLimits: true})
	demo := v.Demo()
	cx := v.exchange()
	v.control("faults", `{"path":"/never","kind":"reset"}`)
	r := v.get("/_sandbox/state", "").want(http.StatusOK)
	for _, secret := range []string{demo.ClientSecret, demo.JWT, str(cx, "accessToken"), str(cx, "refreshToken")} {
		if strings.Contains(r.body, secret) {
			t.Error("a secret is in the state")
		}
	}
	counts := r.json()["counts"].(map[string]any)
	for name, want := range map[string]float64{
		"accounts": 1, "users": 3, "apps": 3, "credentials": 1, "sessions": 1, "ringcxAccessTokens": 1,
		"ringcxRefreshTokens": 1, "requests": 2, "faults": 1,
	} {
		if counts[name] != want {
			t.Errorf("%s: %v, want %v", name, counts[name], want)
		}
	}
	limits := r.json()["limits"].(map[string]any)["auth"].(map[string]any)
	if limits["enabled"] != false || limits["limit"] != 5.0 {
		t.Errorf("limits %v", limits)
	}
}

func TestWebPagesOfOtherOriginsCannotSteerTheSandbox(t *testing.T) {
	v := newVendor(t, sandbox.Options{})
	r := httptest.NewRequest(http.MethodPost, "/_sandbox/reset", nil)
	r.Header.Set("Origin", "https://evil.example")
	v.send(r).want(http.StatusForbidden)
	r.Header.Set("Origin", "http://example.com")
	v.send(r).want(http.StatusOK)
}

func TestABodyThatStallsIsTheSendersTimeout(t *testing.T) {
	v := newVendor(t, sandbox.Options{})
	for _, path := range []string{"apps", "snapshot", "clock"} {
		for err, want := range map[error]int{os.ErrDeadlineExceeded: http.StatusRequestTimeout, io.ErrUnexpectedEOF: http.StatusBadRequest} {
			r := httptest.NewRequest(http.MethodPost, "/_sandbox/"+path, io.MultiReader(strings.NewReader("{"), iotest.ErrReader(err)))
			v.send(r).want(want)
		}
	}
}
