package sandbox_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/ringcx-go/ringcx/sandbox"
)

const (
	legacyLogin = "/voice/api/v1/auth/login"
	tokenValid  = "/voice/api/v1/auth/isTokenValid"
	apiTokens   = "/voice/api/v1/admin/token"
)

// xauth calls with an X-Auth-Token.
func (v *vendor) xauth(method, path, token string) reply {
	v.t.Helper()
	r := httptest.NewRequest(method, path, nil)
	r.Header.Set("X-Auth-Token", token)
	return v.send(r)
}

func (v *vendor) legacy(over ...string) string {
	v.t.Helper()
	return str(v.signIn(legacyLogin, over...).want(http.StatusOK).json(), "authToken")
}

func TestALegacyLoginGivesATokenForEveryCall(t *testing.T) {
	v := newVendor(t, sandbox.Options{})
	for _, prefix := range []string{"/voice/api/v1", "/api/v1"} {
		got := v.signIn(prefix+"/auth/login", "platformId", "-").want(http.StatusOK).json()
		token := str(got, "authToken")
		user := got["user"].(map[string]any)
		if len(got["accounts"].([]any)) != 3 || user["userName"] != v.Demo().AdminUsername ||
			got["platformHost"] != "example.com" || len(token) != 36 {
			t.Errorf("view %v", got)
		}
		for _, other := range []string{"/voice/api/v1", "/api/v1"} {
			v.xauth("GET", other+"/admin/users", token).want(http.StatusOK)
			if view := v.xauth("GET", other+"/admin/auth", token).want(http.StatusOK).json(); view["authToken"] != token {
				t.Errorf("view %v", view)
			}
		}
		v.wantVerdicts()
	}
}

func TestALegacyLoginThatCannotBeIsRefused(t *testing.T) {
	v := newVendor(t, sandbox.Options{})
	for _, c := range []struct {
		over   []string
		status int
	}{
		{[]string{"username", "-"}, 400},
		{[]string{"password", "-"}, 400},
		{[]string{"stayLoggedIn", "perhaps"}, 400},
		{[]string{"username", "nobody"}, 401},
		{[]string{"password", "guess"}, 401},
		{[]string{"username", "ada.reyes@example.com"}, 401},
	} {
		v.signIn(legacyLogin, c.over...).want(c.status)
	}
	v.control("admins/"+v.Demo().AdminUsername, `{"enabled":false}`)
	v.signIn(legacyLogin).wantCX(403, "access.denied.exception")
	v.get("/voice/api/v1/auth/none", "").wantCX(404, "resource.not.found.exception")
	v.get(legacyLogin, "").wantCX(405, "method.not.allowed.exception")
}

func TestALegacyTokenLivesAsLongAsItIsUsed(t *testing.T) {
	for stay, lifetime := range map[string]time.Duration{"false": time.Hour, "true": 14 * 24 * time.Hour} {
		v := newVendor(t, sandbox.Options{})
		token := v.legacy("stayLoggedIn", stay)
		for range 5 {
			v.Advance(lifetime - 1)
			v.xauth("GET", usersPath, token).want(http.StatusOK)
		}
		v.Advance(lifetime - 1)
		if got := v.get(tokenValid+"?token="+token, "").want(http.StatusOK).body; got != "true" {
			t.Errorf("valid: %s", got)
		}
		v.Advance(1)
		r := v.xauth("GET", usersPath, token).wantCX(401, "unauthorized.exception")
		if !regexp.MustCompile(`\bexpired\b`).MatchString(r.body) {
			t.Errorf("the vendor's clients do not see that it has ended: %s", r.body)
		}
		if got := v.get(tokenValid+"?token="+token, "").want(http.StatusOK).body; got != "false" {
			t.Errorf("valid: %s", got)
		}
	}
}

func TestAnUnknownLegacyTokenIsRefused(t *testing.T) {
	v := newVendor(t, sandbox.Options{})
	r := v.xauth("GET", usersPath, "unknown").wantCX(401, "unauthorized.exception")
	if strings.Contains(r.body, "expired") {
		t.Errorf("%s", r.body)
	}
	v.wantVerdicts()
	v.xauth("GET", usersPath, str(v.login(), "access_token")).want(http.StatusUnauthorized)
	v.wantVerdicts("RingCentral token used as RingCX token")
	v.get(tokenValid, "").wantCX(400, "invalid.request.exception")
	if got := v.get("/api/v1/auth/isTokenValid?token=unknown", "").want(http.StatusOK).body; got != "false" {
		t.Errorf("valid: %s", got)
	}
	v.wantVerdicts("token in a URL")
}

func TestBearerWinsOverALegacyToken(t *testing.T) {
	v := newVendor(t, sandbox.Options{})
	token := v.legacy()
	r := httptest.NewRequest(http.MethodGet, usersPath, nil)
	r.Header.Set("X-Auth-Token", token)
	r.Header.Set("Authorization", "Bearer garbage")
	v.send(r).want(http.StatusUnauthorized)
	r.Header.Set("Authorization", "Basic YTpi")
	v.send(r).want(http.StatusOK)
}

func TestTheAccessTokenNamesTheLegacyTokenOfItsSignIn(t *testing.T) {
	v := newVendor(t, sandbox.Options{})
	cx := v.signIn(adminLogin).want(http.StatusOK).json()
	token, refresh := str(cx, "accessToken"), str(cx, "refreshToken")
	claim := func() string {
		return str(v.get("/api/auth/token/claims", token).want(http.StatusOK).json(), "xauth")
	}
	renew := func() {
		got := v.form(refreshPath, "refresh_token", refresh).want(http.StatusOK).json()
		token, refresh = str(got, "accessToken"), str(got, "refreshToken")
	}
	first := claim()
	v.xauth("GET", usersPath, first).want(http.StatusOK)
	if got := v.get("/voice/api/v1/admin/auth", token).want(http.StatusOK).json()["authToken"]; got != first {
		t.Error("the view names another token")
	}
	v.Advance(59 * time.Minute)
	renew()
	v.Advance(59 * time.Minute)
	renew()
	if claim() != first {
		t.Error("a refresh in time gave another token")
	}
	v.Advance(time.Hour)
	renew()
	if claim() == first {
		t.Error("the token that has ended was given again")
	}
}

func TestADuplicateIsAnotherTokenOfTheSameUser(t *testing.T) {
	v := newVendor(t, sandbox.Options{})
	token := v.legacy()
	got := v.xauth("POST", "/voice/api/v1/admin/users/duplicateAuthenticatedUser", token).want(http.StatusOK).json()
	if got["authToken"] == token || got["name"] != v.Demo().AdminUsername || got["isApiToken"] != false {
		t.Errorf("duplicate %v", got)
	}
	v.xauth("GET", usersPath, str(got, "authToken")).want(http.StatusOK)
}

func TestAPITokensAreMadeListedUsedAndDeleted(t *testing.T) {
	v := newVendor(t, sandbox.Options{})
	for _, path := range []string{apiTokens, "/api/v1/admin/token"} {
		login := v.legacy()
		if got := v.xauth("GET", path, login).want(http.StatusOK).body; got != "[]" {
			t.Errorf("tokens %s", got)
		}
		var made []string
		for range 12 {
			r := v.xauth("POST", path, login).want(http.StatusOK)
			if r.header.Get("Content-Type") != "text/plain" || !regexp.MustCompile(`^\w+:[0-9a-f-]{36}$`).MatchString(r.body) {
				t.Fatalf("%s as %s", r.body, r.header.Get("Content-Type"))
			}
			made = append(made, r.body)
		}
		v.Advance(10 * 365 * 24 * time.Hour)
		var listed []string
		v.xauth("GET", path, made[0]).want(http.StatusOK).decode(&listed)
		if !slices.Equal(listed, made) {
			t.Errorf("tokens %v, want %v", listed, made)
		}
		if got := v.get(tokenValid+"?token="+url.QueryEscape(made[1]), "").body; got != "true" {
			t.Errorf("valid: %s", got)
		}
		for i, token := range made {
			address := path + "/" + []string{token, strings.ReplaceAll(token, ":", "%3A")}[i%2]
			r := v.xauth("DELETE", address, made[11]).want(http.StatusOK)
			if r.body != "true" || r.header.Get("Content-Type") != "text/plain" || v.last().Path != path+"/***" {
				t.Errorf("%s as %s, logged as %s", r.body, r.header.Get("Content-Type"), v.last().Path)
			}
			v.xauth("GET", path, token).wantCX(401, "unauthorized.exception")
		}
	}
}

func TestOnlyTheRootUserDeletesTokensOfOthers(t *testing.T) {
	v := newVendor(t, sandbox.Options{})
	root := str(v.exchange(), "accessToken")
	login := v.legacy()
	mine := v.call("POST", apiTokens, root).want(http.StatusOK).body
	theirs := v.xauth("POST", apiTokens, login).want(http.StatusOK).body
	v.xauth("DELETE", apiTokens+"/"+mine, login).wantCX(403, "access.denied.exception")
	v.call("DELETE", apiTokens+"/"+theirs, root).want(http.StatusOK)
	if got := v.call("DELETE", apiTokens+"/"+theirs, root).want(http.StatusOK).body; got != "false" {
		t.Errorf("deleting what is gone answers %s", got)
	}
	v.call("DELETE", apiTokens+"/short", root).want(http.StatusOK)
	if got := v.last().Path; got != apiTokens+"/***" {
		t.Errorf("logged as %s", got)
	}
	v.xauth("GET", usersPath, theirs).want(http.StatusUnauthorized)
	v.xauth("GET", usersPath, mine).want(http.StatusOK)
	v.call("DELETE", apiTokens+"/"+mine, "").wantGateway("Jwt is missing")
}

func TestTokensOfSomebodySwitchedOffAreForbiddenEverything(t *testing.T) {
	v := newVendor(t, sandbox.Options{})
	login := v.legacy()
	token := v.xauth("POST", apiTokens, login).want(http.StatusOK).body
	v.control("admins/"+v.Demo().AdminUsername, `{"enabled":false}`)
	for _, c := range []struct{ method, path string }{
		{"GET", usersPath},
		{"GET", apiTokens},
		{"POST", apiTokens},
		{"GET", "/voice/api/v1/admin/auth"},
		{"DELETE", apiTokens + "/" + token},
		{"POST", "/voice/api/v1/admin/users/duplicateAuthenticatedUser"},
	} {
		for _, x := range []string{login, token} {
			v.xauth(c.method, c.path, x).wantCX(403, "access.denied.exception")
		}
	}
	if got := v.get(tokenValid+"?token="+login, "").want(http.StatusOK).body; got != "false" {
		t.Errorf("valid: %s", got)
	}
}
