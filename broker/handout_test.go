package broker_test

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/ringcx-go/ringcx"
	"github.com/ringcx-go/ringcx/broker"
	"github.com/ringcx-go/ringcx/ringcxtest"
)

// basic is HTTP Basic.
func basic(name, secret string) func(*http.Request) {
	return func(r *http.Request) { r.SetBasicAuth(name, secret) }
}

func TestACallerIsHandedTheAccessTokenAndNothingElse(t *testing.T) {
	p := start(t)
	a := p.ask(http.MethodGet, "/token", "").want(t, http.StatusOK, "a token").json(t)
	token, err := p.session.Token(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if a["access_token"] != token.AccessToken || a["token_type"] != "Bearer" {
		t.Errorf("the answer is %v", a)
	}
	left := a["expires_in"].(float64)
	ends, err1 := time.Parse(time.RFC3339, a["expires_at"].(string))
	next, err2 := time.Parse(time.RFC3339, a["next_token_at"].(string))
	if left < 290 || left > 300 || err1 != nil || err2 != nil || !next.Before(ends) || !next.After(time.Now()) {
		t.Errorf("it lives %v, until %v, and the next comes at %v", left, ends, next)
	}
	for name := range a {
		if !slices.Contains([]string{"access_token", "token_type", "expires_in", "expires_at", "next_token_at", "token"}, name) {
			t.Errorf("the answer has %s", name)
		}
	}
	p.ask(http.MethodGet, "/token?min_ttl=240", "").want(t, http.StatusOK, "four minutes")
	p.ask(http.MethodGet, "/token?min_ttl=3600", "").want(t, http.StatusBadRequest, "an hour")
	for _, bad := range []string{"min_ttl=x", "min_ttl=-1", "wait=1e9", "min_ttl=NaN", "wait=Inf"} {
		p.ask(http.MethodGet, "/token?"+bad, "").want(t, http.StatusBadRequest, bad)
	}
	p.ask(http.MethodPost, "/token", "x").want(t, http.StatusMethodNotAllowed, "POST")
	p.ask(http.MethodGet, "/token", "", with("Authorization", "")).want(t, http.StatusUnauthorized, "nobody")
	if h := p.ask(http.MethodGet, "/token", "").header; h.Get("Cache-Control") != "no-store" {
		t.Errorf("it may be kept: %q", h)
	}
}

func TestAnOAuthLibraryIsHandedTheTokenByItsNameAndKey(t *testing.T) {
	p := start(t)
	issuer := p.ask(http.MethodGet, "/.well-known/oauth-authorization-server", "", with("Authorization", "")).want(t, http.StatusOK, "metadata").json(t)
	if issuer["issuer"] != p.url || issuer["token_endpoint"] != p.url+"/oauth2/token" {
		t.Errorf("the metadata is %v", issuer)
	}
	token, err := p.session.Token(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	grant := "grant_type=client_credentials"
	for name, a := range map[string]*answered{
		"Basic":        p.form("/oauth2/token", grant, basic("worker", p.key)),
		"the form":     p.form("/oauth2/token", grant+"&client_id=worker&client_secret="+p.key),
		"Bearer":       p.form("/oauth2/token", grant, with("Authorization", "Bearer "+p.key)),
		"an exchange":  p.form("/oauth2/token", "grant_type=urn:ietf:params:oauth:grant-type:token-exchange&subject_token_type=urn:ietf:params:oauth:token-type:access_token&subject_token="+p.key),
		"the key's ID": p.form("/oauth2/token", grant, basic(p.key[5:21], p.key)),
	} {
		if got := a.want(t, http.StatusOK, name).json(t); got["access_token"] != token.AccessToken || got["refresh_token"] != nil {
			t.Errorf("%s: %v", name, got)
		}
	}
	for what, c := range map[string]struct {
		body   string
		change func(*http.Request)
		status int
		code   string
	}{
		"another's name":        {grant, basic("other", p.key), 401, "invalid_client"},
		"a wrong key":           {grant, basic("worker", p.key+"x"), 401, "invalid_client"},
		"nobody":                {grant, basic("", ""), 401, "invalid_client"},
		"two secrets":           {grant + "&client_secret=" + p.key, basic("worker", p.key), 401, "invalid_client"},
		"no grant":              {"scope=broker", basic("worker", p.key), 400, "invalid_request"},
		"another grant":         {"grant_type=password", basic("worker", p.key), 400, "unsupported_grant_type"},
		"a refresh token":       {"grant_type=refresh_token&refresh_token=x", basic("worker", p.key), 400, "unsupported_grant_type"},
		"another scope":         {grant + "&scope=admin", basic("worker", p.key), 400, "invalid_scope"},
		"a parameter twice":     {grant + "&grant_type=client_credentials", basic("worker", p.key), 400, "invalid_request"},
		"a form that is none":   {"%zz", basic("worker", p.key), 400, "invalid_request"},
		"JSON":                  {grant, func(r *http.Request) { r.Header.Set("Content-Type", "application/json") }, 400, "invalid_request"},
		"a form without end":    {grant + "&x=" + strings.Repeat("x", 70<<10), basic("worker", p.key), 400, "invalid_request"},
		"an unknown subject":    {"grant_type=urn:ietf:params:oauth:grant-type:token-exchange&subject_token_type=urn:ietf:params:oauth:token-type:jwt&subject_token=x", with("X", "y"), 400, "invalid_grant"},
		"a subject of a kind":   {"grant_type=urn:ietf:params:oauth:grant-type:token-exchange&subject_token_type=x&subject_token=" + p.key, with("X", "y"), 400, "invalid_request"},
		"another kind of token": {"grant_type=urn:ietf:params:oauth:grant-type:token-exchange&subject_token_type=urn:ietf:params:oauth:token-type:jwt&requested_token_type=urn:ietf:params:oauth:token-type:refresh_token&subject_token=" + p.key, with("X", "y"), 400, "invalid_request"},
	} {
		a := p.form("/oauth2/token", c.body, c.change).want(t, c.status, what)
		if got := a.json(t); got["error"] != c.code || got["access_token"] != nil {
			t.Errorf("%s: %v", what, got)
		}
		if c.status == 401 && !strings.HasPrefix(a.header.Get("WWW-Authenticate"), "Basic ") {
			t.Errorf("%s: no challenge", what)
		}
	}
}

func TestATokenOfTheBrokersOwnIsAKeyToTheBrokerAlone(t *testing.T) {
	p := start(t)
	own := p.form("/oauth2/token", "grant_type=client_credentials&scope=broker", basic("worker", p.key)).want(t, http.StatusOK, "scope broker").json(t)
	token := own["access_token"].(string)
	p.ask(http.MethodGet, accounts, "", with("Authorization", "Bearer "+token)).want(t, http.StatusOK, "with it")
	introspect := func(token string, change func(*http.Request)) map[string]any {
		return p.form("/oauth2/introspect", "token="+url.QueryEscape(token), change).want(t, http.StatusOK, "introspection").json(t)
	}
	if got := introspect(token, basic("worker", p.key)); got["active"] != true || got["client_id"] != "worker" || got["exp"].(float64) > float64(time.Now().Add(5*time.Minute).Unix()) {
		t.Errorf("it is %v", got)
	}
	vendors := p.ask(http.MethodGet, "/token", "").json(t)["access_token"].(string)
	if got := introspect(vendors, basic("worker", p.key)); got["active"] != true {
		t.Errorf("the vendor's token is %v", got)
	}
	other, err := p.broker.CreateKey(t.Context(), "other", "", 0)
	if err != nil {
		t.Fatal(err)
	}
	if got := introspect(token, basic("other", other)); got["active"] != false || len(got) != 1 {
		t.Errorf("another caller learns %v", got)
	}
	p.form("/oauth2/introspect", "token=x").want(t, http.StatusUnauthorized, "introspection by nobody")
	p.form("/oauth2/revoke", "token="+token, basic("other", other)).want(t, http.StatusOK, "a revocation by another")
	p.ask(http.MethodGet, accounts, "", with("Authorization", "Bearer "+token)).want(t, http.StatusOK, "after another's revocation")
	p.form("/oauth2/revoke", "token="+token, basic("worker", p.key)).want(t, http.StatusOK, "a revocation")
	p.ask(http.MethodGet, accounts, "", with("Authorization", "Bearer "+token)).want(t, http.StatusUnauthorized, "after its end")
}

// secretsOf are all secrets of the vendor's that a session has.
func secretsOf(t *testing.T, store *ringcx.Memory, key string, p *place) (all []string) {
	t.Helper()
	value, err := store.Load(t.Context(), key)
	if err != nil {
		t.Fatal(err)
	}
	for _, part := range strings.Split(string(value), `"`) {
		if len(part) > 60 {
			all = append(all, part)
		}
	}
	if len(all) < 4 {
		t.Fatalf("a record of %d secrets", len(all))
	}
	return append(all, p.vendor.Demo().JWT, p.vendor.Demo().ClientSecret)
}

func TestAProgramThatLogsInByItselfNeitherGetsNorEndsTheLineage(t *testing.T) {
	store := new(ringcx.Memory)
	vendor := ringcxtest.NewServer(t, nil)
	p := startAt(t, vendor, vendor.Session(&ringcx.SessionOptions{Store: store, Key: "k"}))
	if _, err := p.session.Token(t.Context()); err != nil {
		t.Fatal(err)
	}
	before := len(p.vendor.Paths())
	login := "grant_type=urn:ietf:params:oauth:grant-type:jwt-bearer&assertion=" + broker.StandIn(p.key)
	var said strings.Builder
	step := func(a *answered, status int, what string) map[string]any {
		t.Helper()
		said.WriteString(a.want(t, status, what).body)
		if a.body == "" {
			return nil
		}
		return a.json(t)
	}
	rc := step(p.form("/restapi/oauth/token", login, basic("worker", p.key)), 200, "the login")
	if rc["token_type"] != "bearer" || rc["expires_in"].(float64) > 300 || rc["refresh_token"] == nil {
		t.Errorf("the platform's answer is %v", rc)
	}
	cx := step(p.form("/api/auth/login/rc/accesstoken?includeRefresh=true", "rcTokenType=Bearer&rcAccessToken="+rc["access_token"].(string)), 200, "the exchange")
	if cx["tokenType"] != "Bearer" || cx["mainAccountId"] == nil || cx["agentDetails"] == nil || cx["refreshToken"] == nil || cx["rcAccessToken"] != nil {
		t.Errorf("RingCX's answer is %v", cx)
	}
	access := cx["accessToken"].(string)
	p.ask(http.MethodGet, accounts, "", with("Authorization", "Bearer "+access)).want(t, http.StatusOK, "a call with its token")
	p.ask(http.MethodGet, accounts, "", with("Authorization", ""), with("X-Auth-Token", access)).want(t, http.StatusOK, "a call in the older header")
	again := step(p.form("/api/auth/token/refresh", "refresh_token="+cx["refreshToken"].(string)), 200, "the refresh")
	step(p.form("/api/auth/token/refresh", "refresh_token="+cx["refreshToken"].(string)), 401, "the same refresh token again")
	p.ask(http.MethodGet, accounts, "", with("Authorization", "Bearer "+access)).want(t, http.StatusUnauthorized, "the token before")
	p.ask(http.MethodGet, accounts, "", with("Authorization", "Bearer "+again["accessToken"].(string))).want(t, http.StatusOK, "the token after")
	rc = step(p.form("/restapi/oauth/token", "grant_type=refresh_token&refresh_token="+rc["refresh_token"].(string), basic("worker", p.key)), 200, "the platform's refresh")
	step(p.ask(http.MethodDelete, "/api/auth/logout/"+again["refreshToken"].(string), "", with("Authorization", "")), 204, "the logout")
	p.ask(http.MethodGet, accounts, "", with("Authorization", "Bearer "+again["accessToken"].(string))).want(t, http.StatusUnauthorized, "after the logout")
	step(p.form("/restapi/oauth/revoke", "token="+rc["access_token"].(string), basic("worker", p.key)), 200, "the revocation")
	p.ask(http.MethodGet, accounts, "", with("Authorization", "Bearer "+rc["access_token"].(string))).want(t, http.StatusUnauthorized, "after the revocation")
	p.ask(http.MethodGet, accounts, "").want(t, http.StatusOK, "the lineage after all that")
	for _, path := range p.vendor.Paths()[before:] {
		if !strings.HasSuffix(path, accounts) {
			t.Errorf("the vendor was asked: %s", path)
		}
	}
	for _, secret := range secretsOf(t, store, "k", p) {
		if strings.Contains(said.String(), secret) {
			t.Errorf("a secret of the vendor's was told: %.12s…", secret)
		}
	}
	if !strings.Contains(said.String(), access) { // the control: what was told is looked at
		t.Error("the answers were not kept")
	}
}

func TestOnlyAStandInLogsIn(t *testing.T) {
	p := start(t)
	other, err := p.broker.CreateKey(t.Context(), "other", "", 0)
	if err != nil {
		t.Fatal(err)
	}
	jwt := "grant_type=urn:ietf:params:oauth:grant-type:jwt-bearer&assertion="
	for what, c := range map[string]struct {
		body   string
		change func(*http.Request)
		status int
	}{
		"the vendor's own JWT":      {jwt + p.vendor.Demo().JWT, basic("worker", p.key), 400},
		"the vendor's app":          {jwt + broker.StandIn(p.key), basic(p.vendor.Demo().ClientID, p.vendor.Demo().ClientSecret), 401},
		"another's stand-in":        {jwt + broker.StandIn(other), basic("worker", p.key), 400},
		"a stand-in of no key":      {jwt + broker.StandIn("rcxb_x"), with("X", "y"), 400},
		"a stand-in with more":      {jwt + broker.StandIn(p.key) + ".x", with("X", "y"), 400},
		"the key itself":            {jwt + p.key, with("X", "y"), 400},
		"a code":                    {"grant_type=authorization_code&code=x", basic("worker", p.key), 400},
		"a password":                {"grant_type=password&username=x&password=y", basic("worker", p.key), 400},
		"a refresh token of nobody": {"grant_type=refresh_token&refresh_token=x", basic("worker", p.key), 400},
		"no grant":                  {"x=y", basic("worker", p.key), 400},
		"a client without a secret": {jwt + broker.StandIn(p.key) + "&client_id=worker", with("X", "y"), 200}, // the control
	} {
		if a := p.form("/restapi/oauth/token", c.body, c.change).want(t, c.status, what); c.status != 200 && strings.Contains(a.body, "access_token") {
			t.Errorf("%s: %s", what, a.body)
		}
	}
	p.form("/api/auth/login/rc/accesstoken", "rcTokenType=Bearer&rcAccessToken="+p.key).want(t, 401, "an exchange of a key")
	p.form("/api/auth/login/rc/accesstoken", "").want(t, 401, "an exchange of nothing")
	if len(p.vendor.Paths()) > 0 {
		t.Errorf("the vendor was asked: %q", p.vendor.Paths())
	}
}

func TestNoSignInReachesTheVendor(t *testing.T) {
	p, vendor := startTapped(t, nil)
	for _, path := range []string{
		"/restapi/oauth/authorize", "/restapi/oauth/jwks", "/restapi/OAUTH/token", "/restapi/oauth/token/", "/restapi/%6Fauth/token", "/restapi/oauth/revoke/", "/restapi/v1.0/oauth/x",
		"/api/auth/login", "/api/auth/token/claims", "/API/auth/token/refresh", "/api/auth/login/admin", "/api/auth/token/digitaljwt", "/voice/api/v1/auth/login", "/voice/api/v1/admin/auth",
		"/voice/api/v1/Admin/Auth", "/voice/api/v1/AUTH/login", "/voice/api/auth/x", "/platform/api/auth/login", "/oauthcallback", "/voice/api/v1/admin/token", "/voice/api/v1/admin/TOKEN",
		"/voice/api/v1/admin/%74oken", "/voice/api/v1/admin/users/passwordReset", "/voice/api/v1/admin/accounts/1/external/authConfigs",
	} {
		for _, method := range []string{http.MethodGet, http.MethodPost, http.MethodHead, http.MethodDelete} {
			before, own := vendor.count(), len(p.vendor.Paths())
			a := p.ask(method, path, "")
			arrived := vendor.count() > before || len(p.vendor.Paths()) > own
			if arrived && !denied(method, path) {
				continue // nothing that is described, and not below what signs in
			}
			if arrived || a.status/100 != 4 {
				t.Errorf("%s %s is answered %d, forwarded: %v", method, path, a.status, arrived)
			}
		}
	}
	for range 2 {
		p.ask(http.MethodGet, "/voice/api/v1/admin/users", "")
	}
	if vendor.count() < 2 { // the control
		t.Error("nothing arrives at all")
	}
}

// denied tells whether a method of a path has to be denied: of paths that are about credentials those that are described.
func denied(method, path string) bool {
	lower := strings.ToLower(path)
	switch {
	case strings.HasSuffix(lower, "/passwordreset"):
		return method == http.MethodPost
	case strings.HasSuffix(lower, "oken") && strings.Contains(lower, "/admin/"):
		return method != http.MethodDelete
	case strings.HasSuffix(lower, "/authconfigs"):
		return method == http.MethodGet || method == http.MethodHead
	}
	return true
}

func TestARuleThatNamesItLetsACallerHaveACredential(t *testing.T) {
	p, vendor := startTapped(t, nil, func(o *broker.Options) {
		o.Rules = []broker.Rule{{Caller: "worker", Operation: "getDigitalJwt"}, {Caller: "worker", Operation: "createApiTokenForLoggedInUser"}, {Path: "/voice/api/v1/admin/**"}}
	})
	p.ask(http.MethodGet, "/api/auth/token/digitaljwt", "")
	paths := p.vendor.Paths()
	if got := paths[len(paths)-1]; got != "GET /api/auth/token/digitaljwt" {
		t.Errorf("the digital token: %s", got)
	}
	p.ask(http.MethodPost, "/voice/api/v1/admin/token", "")
	if vendor.last() == nil || vendor.last().URL.Path != "/voice/api/v1/admin/token" {
		t.Error("the API token did not get through")
	}
	n := vendor.count()
	p.ask(http.MethodGet, "/voice/api/v1/admin/token", "").want(t, http.StatusForbidden, "what no rule names")
	p.ask(http.MethodGet, "/token", "").want(t, http.StatusForbidden, "the vendor's token, which no rule names")
	p.form("/oauth2/token", "grant_type=client_credentials", basic("worker", p.key)).want(t, http.StatusForbidden, "the same by OAuth")
	p.form("/oauth2/token", "grant_type=client_credentials&scope=broker", basic("worker", p.key)).want(t, http.StatusOK, "a token of the broker's own")
	if vendor.count() != n {
		t.Error("what is denied was forwarded")
	}
	for want, q := range map[string][2]string{
		"true rule 3 allows it":   {"GET", "/voice/api/v1/admin/users"},
		"false no rule allows it": {"GET", "/restapi/v1.0/account/~"},
		"true the broker answers it itself, with tokens that only it takes, and no rule decides":         {"POST", "/restapi/oauth/token"},
		"false signing in, renewing and ending tokens is the broker's business: the vendor is not asked": {"POST", "/restapi/oauth/authorize"},
	} {
		if ok, why := p.broker.May("worker", "", q[0], q[1]); fmt.Sprint(ok, " ", why) != want {
			t.Errorf("%s: %v, %s", q, ok, why)
		}
	}
}
