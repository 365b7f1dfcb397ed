package oidc_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/ringcx-go/ringcx"
	"github.com/ringcx-go/ringcx/broker"
	"github.com/ringcx-go/ringcx/ringcxtest"
)

// front is a broker at a real listener that trusts an issuer.
type front struct {
	t     *testing.T
	url   string
	clock *clock
}

func newFront(t *testing.T, i *issuer) *front {
	t.Helper()
	f := &front{t: t, clock: new(clock)}
	vendor := ringcxtest.NewServer(t, nil)
	b, err := broker.New(&broker.Options{
		Profiles: []broker.Profile{{Name: "main", Session: vendor.Session(nil), Endpoint: vendor.Config().Endpoint}}, Store: new(ringcx.Memory),
		Authenticators: []broker.Authenticator{callers(t, f.clock, i.trusts())}, Now: f.clock.now,
		Rules: []broker.Rule{{Caller: acme, Method: "GET"}},
	})
	if err != nil {
		t.Fatal(err)
	}
	web := httptest.NewUnstartedServer(nil)
	web.Config = b.Server()
	web.Start()
	t.Cleanup(func() {
		web.Close()
		b.Close()
	})
	f.url = web.URL
	return f
}

// ask sends a request with a Bearer token, and with a form if there is one.
func (f *front) ask(path, bearer string, form url.Values) (int, map[string]any) {
	f.t.Helper()
	method := http.MethodGet
	if form != nil {
		method = http.MethodPost
	}
	r, err := http.NewRequestWithContext(f.t.Context(), method, f.url+path, strings.NewReader(form.Encode()))
	if err != nil {
		f.t.Fatal(err)
	}
	if form != nil {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	if bearer != "" {
		r.Header.Set("Authorization", "Bearer "+bearer)
	}
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		f.t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		f.t.Fatal(err)
	}
	var body map[string]any
	_ = json.Unmarshal(text, &body)
	return resp.StatusCode, body
}

func exchange(kind, token string) url.Values {
	return url.Values{
		"grant_type": {"urn:ietf:params:oauth:grant-type:token-exchange"}, "subject_token": {token},
		"subject_token_type": {"urn:ietf:params:oauth:token-type:" + kind},
	}
}

const accounts = "/voice/api/v1/admin/accounts"

func TestAJobCallsWithItsTokenAndExchangesIt(t *testing.T) {
	i := newIssuer(t)
	f := newFront(t, i)
	good, bad := i.token(), i.token(map[string]any{"repository": "evil/site"})
	for path, token := range map[string]string{accounts: good, "/token": good} {
		if status, body := f.ask(path, token, nil); status != http.StatusOK {
			t.Errorf("%s: %d %v", path, status, body)
		}
		if status, body := f.ask(path, bad, nil); status != http.StatusUnauthorized {
			t.Errorf("%s: %d %v", path, status, body)
		}
	}
	if status, body := f.ask("/oauth2/token", good, url.Values{"grant_type": {"client_credentials"}}); status != http.StatusOK {
		t.Errorf("client credentials: %d %v", status, body)
	}
	for _, kind := range []string{"jwt", "id_token", "access_token"} {
		if status, body := f.ask("/oauth2/token", "", exchange(kind, good)); status != http.StatusOK || body["issued_token_type"] == nil {
			t.Errorf("%s: %d %v", kind, status, body)
		}
		if status, body := f.ask("/oauth2/token", "", exchange(kind, bad)); status != http.StatusBadRequest || body["error"] != "invalid_grant" {
			t.Errorf("%s: %d %v", kind, status, body)
		}
	}
	if status, _ := f.ask("/oauth2/token", "", exchange("saml2", good)); status != http.StatusBadRequest {
		t.Errorf("another kind of token: %d", status)
	}
}

func TestAnIssuerThatIsDownIsNoWrongToken(t *testing.T) {
	i := newIssuer(t)
	f := newFront(t, i)
	i.fail(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusBadGateway) })
	if status, _ := f.ask(accounts, i.token(), nil); status != http.StatusServiceUnavailable {
		t.Errorf("a request: %d", status)
	}
	if status, body := f.ask("/oauth2/token", "", exchange("jwt", i.token())); status != http.StatusServiceUnavailable || body["error"] != "temporarily_unavailable" {
		t.Errorf("an exchange: %d %v", status, body)
	}
	i.fail(nil)
	f.clock.forward(2 * time.Second)
	if status, _ := f.ask(accounts, i.token(), nil); status != http.StatusOK {
		t.Errorf("afterwards: %d", status)
	}
}

func TestWhatTheBrokerGivesForATokenEndsWithIt(t *testing.T) {
	i := newIssuer(t)
	f := newFront(t, i)
	form := exchange("jwt", i.token(map[string]any{"exp": in(2 * time.Minute)}))
	form.Set("scope", "broker")
	_, body := f.ask("/oauth2/token", "", form)
	short, _ := body["access_token"].(string)
	if left, _ := body["expires_in"].(float64); left > 150 || left < 120 {
		t.Errorf("it lives for %v seconds", left)
	}
	_, pair := f.ask("/api/auth/login/rc/accesstoken?includeRefresh=true", "", url.Values{"rcAccessToken": {short}, "rcTokenType": {"Bearer"}})
	refresh, _ := pair["refreshToken"].(string)
	if refresh == "" {
		t.Fatal(pair)
	}
	if status, _ := f.ask(accounts, short, nil); status != http.StatusOK {
		t.Errorf("before: %d", status)
	}
	_, pair = f.ask("/api/auth/token/refresh", "", url.Values{"refresh_token": {refresh}})
	access, _ := pair["accessToken"].(string)
	again, _ := pair["refreshToken"].(string)
	if status, _ := f.ask(accounts, access, nil); status != http.StatusOK || again == "" {
		t.Errorf("refreshed: %d %v", status, pair)
	}
	f.clock.forward(3 * time.Minute)
	for _, token := range []string{short, access} {
		if status, _ := f.ask(accounts, token, nil); status != http.StatusUnauthorized {
			t.Errorf("after its end: %d", status)
		}
	}
	if status, body := f.ask("/api/auth/token/refresh", "", url.Values{"refresh_token": {again}}); status != http.StatusUnauthorized {
		t.Errorf("it is refreshed after its end: %d %v", status, body)
	}
}
