package sandbox_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"

	"github.com/ringcx-go/ringcx/sandbox"
)

func TestAnExchangeAnswersWithEveryDocumentedField(t *testing.T) {
	v := newVendor(t, sandbox.Options{})
	login := v.login()
	body := v.exchangeToken(str(login, "access_token")).want(http.StatusOK).json()
	for _, field := range []string{
		"accessToken", "refreshToken", "tokenType", "platformId", "mainAccountId", "adminId", "adminUrl", "agentUrl",
		"analyticsUrl", "iqUrl", "port", "loginHashcode", "redirectUrl", "ssoLogin", "adminPasswordReset",
		"isAdminPasswordReset", "rcUser", "agentDetails", "managedMainAccountIds",
	} {
		if _, ok := body[field]; !ok {
			t.Errorf("%s is missing", field)
		}
	}
	if len(body) != 19 {
		t.Errorf("%d fields, want the 18 of the description and one that programs read (and no expires_in)", len(body))
	}
	if body["tokenType"] != "Bearer" || body["adminUrl"] != "/voice/admin/" || body["ssoLogin"] != true {
		t.Errorf("unexpected %v", body)
	}
	if _, ok := body["mainAccountId"].(string); !ok {
		t.Error("mainAccountId is not a string")
	}
	if _, ok := body["adminId"].(float64); !ok {
		t.Error("adminId is not a number")
	}
	agents := body["agentDetails"].([]any)
	if len(agents) != 1 {
		t.Fatalf("%d agents", len(agents))
	}
	agent := agents[0].(map[string]any)
	if _, ok := agent["accountId"].(string); !ok || jsonNumber(agent["rcUserId"]) != login["owner_id"] {
		t.Errorf("agent %v", agent)
	}
	if id, ok := agent["agentGroupId"]; !ok || id != nil {
		t.Errorf("agentGroupId %v, want null", id)
	}
}

func TestARefreshTokenComesOnlyWhenAskedFor(t *testing.T) {
	v := newVendor(t, sandbox.Options{NoLimits: true})
	token := str(v.login(), "access_token")
	for wish, want := range map[string]bool{"": false, "false": false, "true": true} {
		r := v.form(exchangePath, "rcAccessToken", token, "rcTokenType", "Bearer", "includeRefresh", wish).want(200)
		if got := !strings.Contains(r.body, `"refreshToken":null`); got != want {
			t.Errorf("includeRefresh=%q gives a refresh token: %v", wish, got)
		}
	}
}

func TestAnExchangeTakesItsParametersFromFormOrQuery(t *testing.T) {
	v := newVendor(t, sandbox.Options{NoLimits: true})
	token := str(v.login(), "access_token")
	v.form(exchangePath+"?includeRefresh=true", "rcAccessToken", token).want(http.StatusOK)
	v.wantVerdicts()
	r := httptest.NewRequest(http.MethodPost, exchangePath+"?rcTokenType=Bearer&rcAccessToken="+token, nil)
	r.Header.Set("Content-Type", "application/json")
	v.send(r).want(http.StatusOK)
	v.wantVerdicts("token in a URL")
}

func TestAnExchangeThatCannotBeIsRefused(t *testing.T) {
	v := newVendor(t, sandbox.Options{NoLimits: true})
	token := str(v.login(), "access_token")
	v.form(exchangePath).wantCX(400, "invalid.request.exception")
	v.form(exchangePath, "rcAccessToken", token, "rcTokenType", "MAC").wantCX(400, "invalid.request.exception")
	v.form(exchangePath, "rcAccessToken", "garbage").wantCX(401, "unauthorized.exception")
	v.form(exchangePath, "rcAccessToken", v.Demo().JWT).wantCX(401, "unauthorized.exception")
	v.get(exchangePath, "").wantCX(405, "method.not.allowed.exception")

	v.Advance(time.Hour)
	v.exchangeToken(token).wantCX(401, "unauthorized.exception")

	blind := v.control("apps", `{"scopes":[]}`)
	token = str(v.formAs(str(blind, "clientId"), str(blind, "clientSecret"), tokenPath, "grant_type", jwtGrant,
		"assertion", v.Demo().JWT).want(200).json(), "access_token")
	v.exchangeToken(token).wantCX(403, "access.denied.exception")
	v.get(accountPath, token).wantAPI(403, "InsufficientPermissions", "CMN-401")
}

func TestOnlyLinkedUsersOfProductionAccountsGetIntoRingCX(t *testing.T) {
	v := newVendor(t, sandbox.Options{NoLimits: true})
	signIn := func(account string) string {
		made := v.control("accounts", account)
		app := v.control("apps", `{"account":`+jsonNumber(made["accountId"])+`}`)
		jwt := str(v.control("credentials", `{"user":`+jsonNumber(made["userId"])+`}`), "jwt")
		return str(v.formAs(str(app, "clientId"), str(app, "clientSecret"), tokenPath, "grant_type", jwtGrant,
			"assertion", jwt).want(http.StatusOK).json(), "access_token")
	}
	v.exchangeToken(signIn(`{"name":"Portal only","ringcx":true}`)).wantCX(403, "access.denied.exception")
	v.exchangeToken(signIn(`{"name":"No RingCX","production":true}`)).wantCX(404, "resource.not.found.exception")
	full := v.exchangeToken(signIn(`{"name":"Full","production":true,"ringcx":true}`)).want(http.StatusOK).json()
	if got := v.get(accountsPath, str(full, "accessToken")).want(200).list(); got[0]["mainAccountName"] != "Full" {
		t.Errorf("accounts %v", got)
	}
	demo := v.login()
	v.control("users/"+str(demo, "owner_id"), `{"ringcx":false}`)
	v.exchangeToken(str(demo, "access_token")).wantCX(404, "resource.not.found.exception")
}

func TestTheExchangeIsAUseOfTheNewRingCentralToken(t *testing.T) {
	v := newVendor(t, sandbox.Options{NoLimits: true})
	old := str(v.login(), "refresh_token")
	v.exchangeToken(str(v.refresh(old).want(200).json(), "access_token")).want(http.StatusOK)
	v.Advance(10 * time.Second)
	v.refresh(old).wantOAuth(400, "invalid_grant", "OAU-213")
}

func TestAccessTokensAreSignedAndLiveAsLongAsTheySay(t *testing.T) {
	for _, algorithm := range []string{"ES256", "RS256", "EdDSA"} {
		t.Run(algorithm, func(t *testing.T) {
			v := newVendor(t, sandbox.Options{Algorithm: algorithm, TokenTTL: 90 * time.Second})
			token := str(v.exchange(), "accessToken")
			var keys jose.JSONWebKeySet
			v.get("/_sandbox/jwks", "").want(200).decode(&keys)
			parsed, err := jwt.ParseSigned(token, []jose.SignatureAlgorithm{jose.SignatureAlgorithm(algorithm)})
			if err != nil {
				t.Fatal(err)
			}
			var claims map[string]any
			if err := parsed.Claims(keys.Key(parsed.Headers[0].KeyID)[0].Key, &claims); err != nil {
				t.Fatal(err)
			}
			if claims["exp"].(float64)-claims["iat"].(float64) != 90 || claims["lapp"] != "ADMIN" || claims["plat"] == "" {
				t.Errorf("claims %v", claims)
			}
			if parsed.Headers[0].ExtraHeaders["typ"] != "JWT" {
				t.Errorf("typ %v", parsed.Headers[0].ExtraHeaders["typ"])
			}
			v.Advance(90*time.Second - 1)
			v.get(usersPath, token).want(http.StatusOK)
			v.Advance(1)
			v.get(usersPath, token).wantGateway("Jwt is expired")
		})
	}
}

func TestARefreshGivesANewPairAndKillsTheOldRefreshToken(t *testing.T) {
	v := newVendor(t, sandbox.Options{})
	first := v.exchange()
	old := str(first, "refreshToken")
	v.Advance(6 * time.Minute)
	second := v.form(refreshPath, "refresh_token", old, "rcTokenType", "Bearer").want(http.StatusOK).json()
	if second["refreshToken"] == old || second["accessToken"] == first["accessToken"] {
		t.Error("the pair is not new")
	}
	v.get(usersPath, str(second, "accessToken")).want(http.StatusOK)
	v.form(refreshPath, "refresh_token", old).wantCX(401, "unauthorized.exception")
	v.wantVerdicts("refresh token replayed")
	v.form(refreshPath, "refresh_token", str(second, "refreshToken")).want(http.StatusOK)
	v.wantVerdicts()
}

func TestRefreshesThatCannotBeAreRefused(t *testing.T) {
	v := newVendor(t, sandbox.Options{NoLimits: true})
	v.form(refreshPath).wantCX(400, "invalid.request.exception")
	v.form(refreshPath, "refresh_token", "unknown").wantCX(401, "unauthorized.exception")
	v.wantVerdicts()
	token := str(v.exchange(), "refreshToken")
	v.Advance(7 * 24 * time.Hour)
	v.form(refreshPath, "refresh_token", token).wantCX(401, "unauthorized.exception")
	token = str(v.exchange(), "refreshToken")
	v.form(refreshPath + "?refresh_token=" + token).want(http.StatusOK)
	v.wantVerdicts("token in a URL")
}

func TestRingCXTokensSurviveTheEndOfTheRingCentralSession(t *testing.T) {
	v := newVendor(t, sandbox.Options{})
	rc := str(v.login(), "access_token")
	cx := v.exchangeToken(rc).want(http.StatusOK).json()
	v.demoForm(revokePath, "token", rc).want(http.StatusOK)
	v.get(usersPath, str(cx, "accessToken")).want(http.StatusOK)
	v.form(refreshPath, "refresh_token", str(cx, "refreshToken")).want(http.StatusOK)
}

func TestLogoutKillsTheRefreshTokenAndNotTheAccessToken(t *testing.T) {
	v := newVendor(t, sandbox.Options{})
	cx := v.exchange()
	logout := "/api/auth/logout/" + url.PathEscape(str(cx, "refreshToken"))
	r := v.call(http.MethodDelete, logout, "").want(http.StatusOK)
	if r.header.Get("Content-Type") != "text/plain" {
		t.Errorf("content type %q", r.header.Get("Content-Type"))
	}
	if got := v.last().Path; got != "/api/auth/logout/***" {
		t.Errorf("logged as %s", got)
	}
	v.form(refreshPath, "refresh_token", str(cx, "refreshToken")).wantCX(401, "unauthorized.exception")
	v.wantVerdicts()
	v.call(http.MethodDelete, logout, "").wantCX(401, "unauthorized.exception")
	v.get(usersPath, str(cx, "accessToken")).want(http.StatusOK)
}

func TestATokenCanBeAskedAboutItself(t *testing.T) {
	v := newVendor(t, sandbox.Options{})
	token := str(v.exchange(), "accessToken")
	claims := v.get("/api/auth/token/claims", token).want(http.StatusOK).json()
	if claims["lapp"] != "ADMIN" || claims["exp"] == nil {
		t.Errorf("claims %v", claims)
	}
	v.get("/api/auth/token/validate", token).want(http.StatusOK)
	me := v.get("/api/auth/login", token).want(http.StatusOK).json()
	if me["accessToken"] != token || me["refreshToken"] != nil {
		t.Errorf("details %v", me)
	}
	v.control("users/"+claims["sub"].(string), `{"enabled":false}`)
	v.get("/api/auth/login", token).wantCX(404, "resource.not.found.exception")
	v.Advance(5 * time.Minute)
	for _, path := range []string{"/api/auth/token/claims", "/api/auth/token/validate", "/api/auth/login"} {
		v.get(path, token).wantGateway("Jwt is expired")
	}
}

func TestTheGatewaySaysWhatIsWrongWithAToken(t *testing.T) {
	v := newVendor(t, sandbox.Options{})
	rc := str(v.login(), "access_token")
	token := str(v.exchangeToken(rc).want(http.StatusOK).json(), "accessToken")
	parts := strings.Split(token, ".")
	const malformed = "Jwt is not in the form of Header.Payload.Signature with two dots and 3 sections"

	r := v.get(usersPath, "").wantGateway("Jwt is missing")
	if strings.Contains(r.header.Get("WWW-Authenticate"), "invalid_token") {
		t.Error("a missing token is called invalid")
	}
	basic := httptest.NewRequest(http.MethodGet, usersPath, nil)
	basic.SetBasicAuth("a", "b")
	v.send(basic).wantGateway("Jwt is missing")
	v.get(usersPath, "garbage").wantGateway(malformed)
	v.get(usersPath, "a.!!.c").wantGateway(malformed)
	v.get(usersPath, "a.bm8.c").wantGateway(malformed)
	v.get(usersPath, v.Demo().JWT).wantGateway("Jwt issuer is not configured")
	v.get(usersPath, parts[0]+"."+parts[1]+".AAAA").wantGateway("Jwt verification fails")
	v.get(usersPath, parts[0]+"."+parts[1]+"."+parts[2][:80]+"AAAAAA").wantGateway("Jwt verification fails")
	v.get(usersPath, rc).wantGateway(malformed)
	v.wantVerdicts("RingCentral token used as RingCX token")

	v.Reset()
	v.get(usersPath, token).wantGateway("Jwt verification fails")
	v.Advance(5 * time.Minute)
	v.get(usersPath, token).wantGateway("Jwt is expired")
}

func TestTheBearerSchemeIsNotCaseSensitive(t *testing.T) {
	v := newVendor(t, sandbox.Options{})
	r := httptest.NewRequest(http.MethodGet, usersPath, nil)
	r.Header.Set("Authorization", "bearer "+str(v.exchange(), "accessToken"))
	v.send(r).want(http.StatusOK)
}

func TestRandomTokensNeverRepeat(t *testing.T) {
	v := newVendor(t, sandbox.Options{NoLimits: true})
	rc := str(v.login(), "access_token")
	var all []string
	for range 50 {
		cx := v.exchangeToken(rc).want(http.StatusOK).json()
		all = append(all, str(cx, "accessToken"), str(cx, "refreshToken"))
	}
	slices.Sort(all)
	if len(slices.Compact(all)) != 100 {
		t.Error("a token came twice")
	}
}
