package sandbox_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/ringcx-go/ringcx/internal/testkeeper"
	"github.com/ringcx-go/ringcx/sandbox"
)

const (
	tokenPath    = "/restapi/oauth/token"
	revokePath   = "/restapi/oauth/revoke"
	accountPath  = "/restapi/v1.0/account/~"
	exchangePath = "/api/auth/login/rc/accesstoken"
	refreshPath  = "/api/auth/token/refresh"
	usersPath    = "/voice/api/v1/admin/users"
	accountsPath = "/voice/api/v1/admin/accounts"
	jwtGrant     = "urn:ietf:params:oauth:grant-type:jwt-bearer"
)

// vendor is a sandbox whose clock stands still unless a test moves it.
type vendor struct {
	*sandbox.Server
	t    testing.TB
	base string // where it is; "": wherever the request goes

	password string // of its console
}

func newVendor(t testing.TB, opts sandbox.Options) *vendor {
	t.Helper()
	start := time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)
	if opts.Now == nil {
		opts.Now = func() time.Time { return start }
	}
	opts.Hosts = append(opts.Hosts, "example.com") // that requests of httptest go to
	kept := testkeeper.Records{}                   // every test is one of keeping, too
	if _, bench := t.(*testing.B); !bench && opts.Keeper == nil {
		opts.Keeper = kept
	}
	s, err := sandbox.New(&opts)
	if err != nil {
		t.Fatal(err)
	}
	v := &vendor{Server: s, t: t, password: opts.ConsolePassword}
	if opts.Keeper != nil {
		t.Cleanup(func() { kept.WantAll(t, s, opts.ConsolePassword) })
	}
	return v
}

// reply is an answer of the sandbox.
type reply struct {
	t      testing.TB
	status int
	header http.Header
	body   string
}

func (v *vendor) send(r *http.Request) reply {
	v.t.Helper()
	if r.Header.Get("User-Agent") == "" {
		r.Header.Set("User-Agent", "sandbox-test/1.0")
	}
	return v.sendBare(r)
}

func (v *vendor) sendBare(r *http.Request) reply {
	v.t.Helper()
	if v.base != "" {
		r = v.addressed(r)
	}
	w := httptest.NewRecorder()
	v.ServeHTTP(w, r)
	return reply{v.t, w.Code, w.Header(), w.Body.String()}
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

func (v *vendor) demoForm(path string, pairs ...string) reply {
	v.t.Helper()
	demo := v.Demo()
	return v.formAs(demo.ClientID, demo.ClientSecret, path, pairs...)
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

// control posts JSON to the control plane and wants 200.
func (v *vendor) control(path, body string) map[string]any {
	v.t.Helper()
	return v.controlRaw(http.MethodPost, path, body).want(http.StatusOK).json()
}

func (v *vendor) controlRaw(method, path, body string) reply {
	v.t.Helper()
	return v.send(httptest.NewRequest(method, "/_sandbox/"+path, strings.NewReader(body)))
}

// login signs the demo user in.
func (v *vendor) login(extra ...string) map[string]any {
	v.t.Helper()
	pairs := append([]string{"grant_type", jwtGrant, "assertion", v.Demo().JWT}, extra...)
	return v.demoForm(tokenPath, pairs...).want(http.StatusOK).json()
}

func (v *vendor) refresh(token string, extra ...string) reply {
	v.t.Helper()
	return v.demoForm(tokenPath, append([]string{"grant_type", "refresh_token", "refresh_token", token}, extra...)...)
}

// exchange signs the demo user in to RingCX.
func (v *vendor) exchange() map[string]any {
	v.t.Helper()
	return v.exchangeToken(v.login()["access_token"].(string)).want(http.StatusOK).json()
}

func (v *vendor) exchangeToken(token string) reply {
	v.t.Helper()
	return v.form(exchangePath, "rcAccessToken", token, "rcTokenType", "Bearer", "includeRefresh", "true")
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
	r.decode(&out)
	return out
}

func (r reply) list() []map[string]any {
	r.t.Helper()
	var out []map[string]any
	r.decode(&out)
	return out
}

func (r reply) decode(v any) {
	r.t.Helper()
	if got := r.header.Get("Content-Type"); got != "application/json" {
		r.t.Fatalf("content type %q, want JSON; body %s", got, r.body)
	}
	if err := json.Unmarshal([]byte(r.body), v); err != nil {
		r.t.Fatalf("%v in %s", err, r.body)
	}
}

// wantOAuth wants an error in the envelope of the OAuth endpoints.
func (r reply) wantOAuth(status int, kind, code string) reply {
	r.t.Helper()
	r.want(status)
	body := r.json()
	item := body["errors"].([]any)[0].(map[string]any)
	if body["error"] != kind || item["errorCode"] != code {
		r.t.Fatalf("error %v %v, want %s %s", body["error"], item["errorCode"], kind, code)
	}
	if body["error_description"] != item["message"] || item["message"] == "" {
		r.t.Fatalf("description and message differ: %s", r.body)
	}
	return r
}

// wantAPI wants an error in the envelope of the platform's API.
func (r reply) wantAPI(status int, top, code string) reply {
	r.t.Helper()
	r.want(status)
	body := r.json()
	item := body["errors"].([]any)[0].(map[string]any)
	if body["errorCode"] != top || item["errorCode"] != code || body["message"] != item["message"] {
		r.t.Fatalf("got %s, want %s over %s", r.body, top, code)
	}
	return r
}

// wantGateway wants a plain text 401.
func (r reply) wantGateway(text string) reply {
	r.t.Helper()
	r.want(http.StatusUnauthorized)
	if r.body != text || r.header.Get("Content-Type") != "text/plain" {
		r.t.Fatalf("got %q as %s, want %q", r.body, r.header.Get("Content-Type"), text)
	}
	if !strings.HasPrefix(r.header.Get("WWW-Authenticate"), `Bearer realm="http://example.com/`) {
		r.t.Fatalf("challenge %q", r.header.Get("WWW-Authenticate"))
	}
	return r
}

// wantCX wants an error object of RingCX.
func (r reply) wantCX(status int, code string) reply {
	r.t.Helper()
	if got := r.want(status).json()["errorCode"]; got != code {
		r.t.Fatalf("error code %v, want %s", got, code)
	}
	return r
}

// last is the newest entry of the log.
func (v *vendor) last() sandbox.Request {
	v.t.Helper()
	all := v.Requests()
	if len(all) == 0 {
		v.t.Fatal("nothing was logged")
	}
	return all[len(all)-1]
}

func (v *vendor) wantVerdicts(want ...string) {
	v.t.Helper()
	if got := v.last().Verdicts; !slices.Equal(got, want) {
		v.t.Fatalf("verdicts %q, want %q", got, want)
	}
}
