package e2e_test

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/ringcx-go/ringcx/internal/testkeeper"
	"github.com/ringcx-go/ringcx/sandbox"
)

const (
	authorizePath = "/restapi/oauth/authorize"
	tokenPath     = "/restapi/oauth/token"
	accountPath   = "/restapi/v1.0/account/~"
	extensionPath = accountPath + "/extension/~"
	exchangePath  = "/api/auth/login/rc/accesstoken"
	refreshPath   = "/api/auth/token/refresh"
	usersPath     = "/voice/api/v1/admin/users"
	jwtGrant      = "urn:ietf:params:oauth:grant-type:jwt-bearer"

	loopback = "http://127.0.0.1:45678/callback"
	verifier = "a-verifier-of-forty-three-characters-or-more"
)

// consolePages are all pages that need no id.
var consolePages = []string{
	"", "guide", "apps", "apps/new", "credentials", "credentials/new", "accounts", "sessions", "inspector", "requests",
	"timeline", "controls", "namespaces", "contract",
}

// sandboxOptions keep limits out of tests that are about something else; defaultOptions have the vendor's limits.
var sandboxOptions, defaultOptions = sandbox.Options{NoLimits: true}, sandbox.Options{}

// require says that what is missing on this machine is a failure.
func require() bool { return os.Getenv("RINGCX_TEST_REQUIRE") == "1" }

// missing skips the test, or fails it where everything has to be there.
func missing(t *testing.T, what string) {
	t.Helper()
	if require() {
		t.Fatal(what)
	}
	t.Skip(what)
}

// vendor is a sandbox whose clock stands still unless a test moves it. Its methods ask it without a network, and fail the
// test if the answer is not what they want.
type vendor struct {
	*sandbox.Server
	t testing.TB
}

func newVendor(t testing.TB, opts sandbox.Options) *vendor {
	t.Helper()
	if opts.Now == nil {
		start := time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)
		opts.Now = func() time.Time { return start }
	}
	opts.Hosts = append(opts.Hosts, "example.com") // that requests of httptest go to
	kept := testkeeper.Records{}
	opts.Keeper = kept
	s, err := sandbox.New(&opts)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { kept.WantAll(t, s, "") })
	return &vendor{s, t}
}

// reply is an answer of the sandbox.
type reply struct {
	t      testing.TB
	status int
	body   string
}

func (v *vendor) send(r *http.Request) reply {
	v.t.Helper()
	r.Header.Set("User-Agent", "sandbox-test/1.0")
	w := httptest.NewRecorder()
	v.ServeHTTP(w, r)
	return reply{v.t, w.Code, w.Body.String()}
}

func (v *vendor) get(path, token string) reply {
	v.t.Helper()
	return v.call(http.MethodGet, path, token)
}

func (v *vendor) call(method, path, token string) reply {
	v.t.Helper()
	r := httptest.NewRequest(method, path, nil)
	if token != "" {
		r.Header.Set("Authorization", "Bearer "+token)
	}
	return v.send(r)
}

func formRequest(path string, pairs ...string) *http.Request {
	values := url.Values{}
	for i := 0; i < len(pairs); i += 2 {
		values.Add(pairs[i], pairs[i+1])
	}
	r := httptest.NewRequest(http.MethodPost, path, strings.NewReader(values.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return r
}

// form posts pairs of names and values.
func (v *vendor) form(path string, pairs ...string) reply {
	v.t.Helper()
	return v.send(formRequest(path, pairs...))
}

// formAs posts pairs with the Basic header of an app.
func (v *vendor) formAs(id, secret, path string, pairs ...string) reply {
	v.t.Helper()
	r := formRequest(path, pairs...)
	r.SetBasicAuth(id, secret)
	return v.send(r)
}

// control posts JSON to the control plane.
func (v *vendor) control(path, body string) map[string]any {
	v.t.Helper()
	r := httptest.NewRequest(http.MethodPost, "/_sandbox/"+path, strings.NewReader(body))
	return v.send(r).want(http.StatusOK).json()
}

// newApp makes an app.
func (v *vendor) newApp(body string) (id, secret string) {
	v.t.Helper()
	made := v.control("apps", body)
	return str(made, "clientId"), str(made, "clientSecret")
}

func (v *vendor) newUser(body string) map[string]any {
	v.t.Helper()
	return v.control("users", body)
}

// login signs the demo user in.
func (v *vendor) login() map[string]any {
	v.t.Helper()
	demo := v.Demo()
	return v.formAs(demo.ClientID, demo.ClientSecret, tokenPath,
		"grant_type", jwtGrant, "assertion", demo.JWT).want(http.StatusOK).json()
}

// signedIn gets a path of RingCentral as the demo user.
func (v *vendor) signedIn(path string) reply {
	v.t.Helper()
	return v.get(path, str(v.login(), "access_token"))
}

// exchange signs the demo user in to RingCX.
func (v *vendor) exchange() map[string]any {
	v.t.Helper()
	return v.exchangeToken(str(v.login(), "access_token")).want(http.StatusOK).json()
}

func (v *vendor) exchangeToken(token string) reply {
	v.t.Helper()
	return v.form(exchangePath, "rcAccessToken", token, "rcTokenType", "Bearer", "includeRefresh", "true")
}

// redeem sends a code of the native app, whose redirect URI is given, to the token endpoint.
func (v *vendor) redeem(code, redirect string) reply {
	v.t.Helper()
	return v.form(tokenPath, "grant_type", "authorization_code", "code", code, "client_id", v.Demo().NativeClientID,
		"redirect_uri", redirect, "code_verifier", verifier)
}

// nativeRequest is an authorize request of the demo's native app with PKCE; more pairs add to it or replace.
func (v *vendor) nativeRequest(pairs ...string) string {
	sum := sha256.Sum256([]byte(verifier))
	values := url.Values{
		"response_type": {"code"}, "client_id": {v.Demo().NativeClientID}, "redirect_uri": {loopback}, "state": {"s t&"},
		"code_challenge": {base64.RawURLEncoding.EncodeToString(sum[:])}, "code_challenge_method": {"S256"},
	}
	for i := 0; i < len(pairs); i += 2 {
		values.Set(pairs[i], pairs[i+1])
	}
	return authorizePath + "?" + values.Encode()
}

// settings are the settings of the contract in force by their names.
func (v *vendor) settings() map[string]any {
	v.t.Helper()
	out := map[string]any{}
	for _, line := range v.get("/_sandbox/contract", "").want(http.StatusOK).json()["lines"].([]any) {
		if setting, ok := line.(map[string]any)["setting"].(map[string]any); ok {
			out[str(setting, "name")] = setting["value"]
		}
	}
	return out
}

// namespaces are the names of those that there are.
func (v *vendor) namespaces() []string {
	v.t.Helper()
	out := []string{}
	r := httptest.NewRequest(http.MethodGet, "http://127.0.0.1/_sandbox/namespaces", nil)
	for _, n := range v.send(r).want(http.StatusOK).json()["namespaces"].([]any) {
		out = append(out, str(n.(map[string]any), "name"))
	}
	return out
}

// suffer asks for a path on a hostile day, when there may be no answer.
func (v *vendor) suffer(path string) {
	v.t.Helper()
	defer func() {
		if p := recover(); p != nil && p != http.ErrAbortHandler { //nolint:errorlint // net/http compares it so
			panic(p)
		}
	}()
	v.get(path, "")
}

func (r reply) want(status int) reply {
	r.t.Helper()
	if r.status != status {
		r.t.Fatalf("status %d, want %d; body %s", r.status, status, r.body)
	}
	return r
}

func (r reply) json() map[string]any {
	r.t.Helper()
	var out map[string]any
	if err := json.Unmarshal([]byte(r.body), &out); err != nil {
		r.t.Fatalf("%v in %s", err, r.body)
	}
	return out
}

// str is a field of an object that is text, or "".
func str(m map[string]any, field string) string { s, _ := m[field].(string); return s }
