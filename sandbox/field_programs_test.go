package sandbox_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/ringcx-go/ringcx/sandbox"
)

func TestTheTypeOfATokenIsTakenWithoutCase(t *testing.T) {
	v := newVendor(t, sandbox.Options{NoLimits: true})
	login := v.login()
	token := str(login, "access_token")
	for _, word := range []string{str(login, "token_type"), "Bearer", "bearer", "BEARER", ""} {
		v.form(exchangePath, "rcAccessToken", token, "rcTokenType", word).want(http.StatusOK)
		v.form(exchangePath + "?rcAccessToken=" + token + "&rcTokenType=" + word).want(http.StatusOK)
	}
	for _, word := range []string{"JWT", "bearer ", "bear", "basic", "bearer,bearer"} {
		v.form(exchangePath, "rcAccessToken", token, "rcTokenType", word).wantCX(400, "invalid.request.exception")
	}
	v.control("switches", `{"exchangeTokenTypeChecked":false,"exchangeTokenTypeIgnoresCase":false}`)
	for _, word := range []string{"JWT", "bearer"} {
		v.form(exchangePath, "rcAccessToken", token, "rcTokenType", word).want(http.StatusOK)
	}
	v.control("switches", `{"exchangeTokenTypeChecked":true}`)
	v.form(exchangePath, "rcAccessToken", token, "rcTokenType", "bearer").wantCX(400, "invalid.request.exception")
	v.form(exchangePath, "rcAccessToken", token, "rcTokenType", "Bearer").want(http.StatusOK)
}

func TestSSOLoginFollowsTheWayOfTheLogin(t *testing.T) {
	v := newVendor(t, sandbox.Options{NoLimits: true})
	demo := v.Demo()
	want := func(got map[string]any, sso bool) {
		t.Helper()
		if got["ssoLogin"] != sso {
			t.Errorf("ssoLogin is %v, want %v", got["ssoLogin"], sso)
		}
		again := v.form(refreshPath, "refresh_token", str(got, "refreshToken")).want(http.StatusOK).json()
		me := v.get("/api/auth/login", str(again, "accessToken")).want(http.StatusOK).json()
		if again["ssoLogin"] != sso || me["ssoLogin"] != sso {
			t.Errorf("after a refresh %v, asked for %v, want %v", again["ssoLogin"], me["ssoLogin"], sso)
		}
	}
	exchanged := v.exchange()
	want(exchanged, true)
	want(v.form("/api/auth/login/admin", "username", demo.AdminUsername, "password", demo.AdminPassword, "platformId", demo.PlatformID).want(200).json(), false)
	want(v.form("/api/auth/login/code", "code", str(v.control("codes", `{}`), "code")).want(200).json(), false)
	agent := exchanged["agentDetails"].([]any)[0].(map[string]any)
	want(v.form("/api/auth/login/agent/hashcode", "agentId", jsonNumber(agent["agentId"]), "loginHashcode", str(exchanged, "loginHashcode")).want(200).json(), false)
	if got := exchanged["managedMainAccountIds"]; fmt.Sprint(got) != "["+str(exchanged, "mainAccountId")+"]" {
		t.Errorf("the accounts that are managed: %v", got)
	}
}

func TestRolesAndTheTimeZoneAreThoseOfTheGuide(t *testing.T) {
	v := newVendor(t, sandbox.Options{NoLimits: true})
	token := str(v.exchange(), "accessToken")
	look := func() string {
		u := v.get(usersPath+"?flatten=true", token).list()
		return fmt.Sprintf("%v %v %v", u[0]["roles"], u[1]["roles"], u[1]["regionalSettings"].(map[string]any)["timezoneName"])
	}
	if got := look(); got != "[SUPER_USER] [USER MANAGE_USERS] US/Pacific" {
		t.Error(got)
	}
	v.control("switches", `{"rolesWithDescription":true,"timezoneName":false}`)
	if got := look(); got != "[map[description:Super user roleType:SUPER_USER]] [map[description:User roleType:USER] map[description:Manage users roleType:MANAGE_USERS]] <nil>" {
		t.Error(got)
	}
}

func TestAnExchangeWithoutReadAccountsIsLetInOnlyIfThatIsChosen(t *testing.T) {
	v := newVendor(t, sandbox.Options{NoLimits: true})
	token := v.tokenOf("CXRouting")
	v.exchangeToken(token).want(http.StatusForbidden)
	v.control("switches", `{"exchangeScopeStatus":200}`)
	v.exchangeToken(token).want(http.StatusOK)
	v.exchangeToken("nonsense").want(http.StatusUnauthorized)
}

func TestACookieOfTheExchangeReadsSummariesForItsTime(t *testing.T) {
	v := newVendor(t, sandbox.Options{NoLimits: true})
	path, _ := v.segment()
	exchanged := func() *http.Cookie {
		t.Helper()
		got := v.exchangeToken(str(v.login(), "access_token")).want(http.StatusOK)
		all := (&http.Response{Header: got.header}).Cookies()
		if len(all) == 0 {
			return nil
		}
		return all[0]
	}
	read := func(c *http.Cookie) int {
		r := httptest.NewRequest(http.MethodGet, path, nil)
		r.AddCookie(&http.Cookie{Name: c.Name, Value: c.Value})
		return v.send(r).status
	}
	if exchanged() != nil {
		t.Fatal("a cookie is set by default")
	}
	v.control("switches", `{"exchangeCookieTTL":"1h"}`)
	c := exchanged()
	if c == nil || c.MaxAge != 3600 || !strings.HasPrefix(path, c.Path) {
		t.Fatalf("the cookie is %v", c)
	}
	v.get(path, c.Value).want(http.StatusUnauthorized) // a bearer token is refused there
	v.Advance(59 * time.Minute)
	if got := read(c); got != http.StatusOK {
		t.Errorf("within the hour: %d", got)
	}
	v.get(usersPath, c.Value).want(http.StatusUnauthorized) // it is good for no longer elsewhere
	v.Advance(2 * time.Minute)
	if got := read(c); got != http.StatusUnauthorized {
		t.Errorf("after the hour: %d", got)
	}
}

func TestASecretInTheFormIsTakenOnlyIfThatIsChosen(t *testing.T) {
	v := newVendor(t, sandbox.Options{NoLimits: true})
	demo := v.Demo()
	try := func(secret string) reply {
		return v.form(tokenPath, "grant_type", jwtGrant, "assertion", demo.JWT, "client_id", demo.ClientID, "client_secret", secret)
	}
	try(demo.ClientSecret).wantOAuth(400, "invalid_client", "OAU-123")
	v.control("switches", `{"clientSecretInForm":true}`)
	try(demo.ClientSecret).want(http.StatusOK)
	v.wantVerdicts("secret in the body")
	try("wrong").wantOAuth(401, "invalid_client", "OAU-146")
	try("").wantOAuth(400, "invalid_client", "OAU-123")
}

func TestScopesThatARoleDoesNotAllowAreDroppedOnlyIfThatIsChosen(t *testing.T) {
	v := newVendor(t, sandbox.Options{NoLimits: true})
	owner := str(v.login(), "owner_id")
	id, secret := v.newApp(`{"scopes":["ReadAccounts","ReadCallLog"],"refreshTokens":true}`)
	login := func(scope string) reply {
		return v.formAs(id, secret, tokenPath, "grant_type", jwtGrant, "assertion", v.Demo().JWT, "scope", scope)
	}
	v.control("users/"+owner, `{"role":"No API access"}`)
	if got := login("").json()["scope"]; got != "ReadAccounts ReadCallLog" {
		t.Errorf("scope %v", got)
	}
	v.control("switches", `{"scopeFollowsRole":true}`)
	got := login("").want(200).json()
	again := v.formAs(id, secret, tokenPath, "grant_type", "refresh_token", "refresh_token", str(got, "refresh_token")).want(200).json()
	if got["scope"] != "ReadCallLog" || again["scope"] != "ReadCallLog" {
		t.Errorf("scope %v, after a refresh %v", got["scope"], again["scope"])
	}
	v.exchangeToken(str(again, "access_token")).want(http.StatusForbidden)
	if got := login("ReadAccounts").want(200).json(); got["scope"] != "" {
		t.Errorf("what is left is %q", got["scope"])
	}
	v.control("users/"+owner, `{"role":"Standard"}`)
	if got := login("").json()["scope"]; got != "ReadAccounts ReadCallLog" {
		t.Errorf("scope %v", got)
	}
	v.control("switches", `{"scopeNarrows":false}`)
	if got := login("ReadCallLog").json()["scope"]; got != "ReadAccounts ReadCallLog" {
		t.Errorf("scope %v", got)
	}
}

func TestNoUserAgentIsRefused(t *testing.T) {
	v := newVendor(t, sandbox.Options{NoLimits: true})
	token := str(v.exchange(), "accessToken")
	for _, name := range []string{"", "my-app", "MyApp", "node", "python-requests/2.31.0", "Go-http-client/1.1", strings.Repeat("x", 4000)} {
		r := httptest.NewRequest(http.MethodGet, usersPath, nil)
		r.Header.Set("Authorization", "Bearer "+token)
		r.Header["User-Agent"] = []string{name}
		v.sendBare(r).want(http.StatusOK)
	}
}

func TestTheDesktopAppMayListenAtEitherNameOfThisMachine(t *testing.T) {
	v := codeVendor(t)
	for _, uri := range []string{
		"http://127.0.0.1/callback", "http://127.0.0.1:1/callback", "http://127.0.0.1:65535/callback", "http://localhost/callback", "http://localhost:3000/callback",
	} {
		p := v.person()
		got := p.submit(p.signIn(v.nativeRequest("redirect_uri", uri)), "decision", "allow")
		if at := got.header.Get("Location"); !strings.HasPrefix(at, uri+"?") {
			t.Errorf("%s: the browser is sent to %q", uri, at)
		}
	}
	for _, uri := range []string{"http://localhost:0/callback", "http://localhost:3000/other", "https://localhost/callback", "http://localhost.example/callback", "http://[::1]/callback", "http://LOCALHOST.:3000/callback", "http://localhost:3000@evil.example/callback"} {
		p := v.person()
		if got := p.open(v.nativeRequest("redirect_uri", uri)); got.status == http.StatusFound || got.status == http.StatusSeeOther {
			t.Errorf("%s: the browser is sent to %q", uri, got.header.Get("Location"))
		}
	}
}

// passwordApp makes an app of the password flow, and gives what logs in with it.
func (v *vendor) passwordApp(body string) func(pairs ...string) reply {
	id, secret := v.newApp(body)
	return func(pairs ...string) reply {
		return v.formAs(id, secret, tokenPath, append([]string{"grant_type", "password"}, pairs...)...)
	}
}

func TestAnAppOfThePasswordFlowLogsIn(t *testing.T) {
	v := newVendor(t, sandbox.Options{NoLimits: true})
	demo := v.Demo()
	login := v.passwordApp(`{"auth":"password","refreshTokens":true}`)
	owner := v.login()["owner_id"]
	for _, pairs := range [][]string{
		{"username", demo.Email},
		{"username", strings.ToUpper(demo.Email)},
		{"username", demo.Email, "extension", "101"},
		{"username", demo.Email + "*101"}, // as the vendor's SDK for JavaScript sends it
		{"username", "+16505550100", "extension", "101"},
		{"username", "16505550100", "extension", "101"},
		{"username", "+16505550100*101"},
		{"username", "+16505550100"},
		{"username", "16505550100", "extension", ""},
	} {
		got := login(append(pairs, "password", demo.Password)...).want(http.StatusOK).json()
		if got["owner_id"] != owner || got["token_type"] != "bearer" || got["scope"] != "ReadAccounts" || got["refresh_token"] == nil {
			t.Errorf("%q: %v", pairs, got)
		}
		v.get(accountPath, str(got, "access_token")).want(http.StatusOK)
		v.exchangeToken(str(got, "access_token")).want(http.StatusOK)
	}
	if raw := v.get("/_sandbox/requests", "").body; strings.Contains(raw, demo.Password) || strings.Contains(raw, demo.Email) {
		t.Error("the log has the name or the password")
	}
	v.wantVerdicts()
}

func TestALoginWithAWrongPasswordIsRefusedInTheVendorsWords(t *testing.T) {
	v := newVendor(t, sandbox.Options{NoLimits: true})
	demo := v.Demo()
	login := v.passwordApp(`{"auth":"password"}`)
	for _, pairs := range [][]string{
		{"username", demo.Email, "password", "wrong"},
		{"username", "nobody@example.com", "password", demo.Password},
		{"username", "nobody@example.com*101", "password", demo.Password},
		{"username", "+16505550100", "extension", "102", "password", demo.Password},
		{"username", "+16505550100", "extension", "999", "password", demo.Password},
		{"username", "+14155550100", "password", demo.Password},
	} {
		got := login(pairs...)
		body := got.wantOAuth(400, "invalid_grant", "OAU-140").json()
		if body["error_description"] != "Invalid resource owner credentials." || got.header.Get("WWW-Authenticate") != `Basic realm="RingCentral REST API"` {
			t.Errorf("%q: %v %v", pairs, body, got.header)
		}
	}
	login("username", demo.Email).wantOAuth(400, "invalid_request", "CMN-101")
	login("password", demo.Password).wantOAuth(400, "invalid_request", "CMN-101")
	if got := login("username", demo.Email, "password", demo.Password).want(200).json(); got["refresh_token"] != nil {
		t.Error("an app without refresh tokens got one")
	}
	for range 5 {
		login("username", demo.Email, "password", "wrong")
	}
	login("username", demo.Email, "password", demo.Password).wantOAuth(400, "invalid_grant", "OAU-147")
	v.Advance(24 * time.Hour)
	login("username", demo.Email, "password", demo.Password).want(http.StatusOK)
	v.control("users/"+str(v.login(), "owner_id"), `{"enabled":false}`)
	login("username", demo.Email, "password", demo.Password).wantOAuth(400, "invalid_grant", "OAU-141")
}

func TestThePasswordFlowIsForAppsOfItAlone(t *testing.T) {
	v := newVendor(t, sandbox.Options{NoLimits: true})
	demo := v.Demo()
	v.demoForm(tokenPath, "grant_type", "password", "username", demo.Email, "password", demo.Password).wantOAuth(400, "unauthorized_client", "OAU-251")
	id, secret := v.newApp(`{"auth":"password"}`)
	v.formAs(id, secret, tokenPath, "grant_type", jwtGrant, "assertion", demo.JWT).wantOAuth(400, "unauthorized_client", "OAU-251")
	v.formAs(id, "wrong", tokenPath, "grant_type", "password", "username", demo.Email, "password", demo.Password).wantOAuth(401, "invalid_client", "OAU-146")
	other := v.control("accounts", `{"production":true}`) // the app is private
	v.formAs(id, secret, tokenPath, "grant_type", "password", "username", str(other, "email"), "password", str(other, "password")).wantOAuth(400, "invalid_grant", "OAU-140")
	login := v.passwordApp(`{"auth":"password","account":` + jsonNumber(other["accountId"]) + `}`)
	if got := login("username", "+16505550100", "password", str(other, "password")).want(200).json(); got["owner_id"] != jsonNumber(other["userId"]) {
		t.Errorf("the company number signs in %v", got["owner_id"])
	}
	v.controlRaw(http.MethodPost, "apps", `{"auth":"Password"}`).want(http.StatusBadRequest)
}

func TestExtensionsAreListedByPages(t *testing.T) {
	v := newVendor(t, sandbox.Options{NoLimits: true})
	token := str(v.login(), "access_token")
	for i := range 7 {
		v.control("users", fmt.Sprintf(`{"firstName":"F%d","lastName":"Field"}`, i))
	}
	type list struct {
		URI     string
		Records []struct {
			ID                                       int64
			URI, ExtensionNumber, Name, Type, Status string
		}
		Paging     map[string]int
		Navigation map[string]struct{ URI string }
	}
	get := func(path string) (out list) {
		t.Helper()
		v.get(path, token).want(http.StatusOK).decode(&out)
		return out
	}
	all := get(accountPath + "/extension")
	if len(all.Records) != 10 || all.Records[0].ExtensionNumber != "101" || all.Records[0].Type != "User" || all.Paging["perPage"] != 100 || all.Paging["totalElements"] != 10 ||
		all.Navigation["nextPage"].URI != "" {
		t.Errorf("all: %+v", all)
	}
	var seen []int64
	for path, pages := accountPath+"/extension?perPage=4&status=Enabled", 0; path != ""; pages++ {
		page := get(path)
		for _, r := range page.Records {
			seen = append(seen, r.ID)
		}
		if page.Paging["totalPages"] != 3 || page.Paging["page"] != pages+1 || page.Paging["pageStart"] != pages*4 {
			t.Fatalf("page %d: %+v", pages, page)
		}
		path = strings.TrimPrefix(page.Navigation["nextPage"].URI, "http://example.com")
	}
	if len(seen) != 10 || len(slices.Compact(slices.Sorted(slices.Values(seen)))) != 10 {
		t.Errorf("the pages have %v", seen)
	}
	for query, want := range map[string]int{
		"extensionNumber=102": 1, "email=ada.reyes@example.com&email=ben.okafor@example.com": 2, "type=Department": 0, "status=Disabled": 0, "page=99": 0,
		"status=Enabled&status=Disabled": 10,
	} {
		if got := get(accountPath + "/extension?" + query); len(got.Records) != want || got.Records == nil {
			t.Errorf("%s: %d records", query, len(got.Records))
		}
	}
	for _, query := range []string{"page=0", "page=x", "perPage=0", "perPage=1001", "page=-1", "page=99999999999999999999"} {
		v.get(accountPath+"/extension?"+query, token).wantAPI(400, "CMN-101", "CMN-101")
	}
	v.get(strings.TrimPrefix(all.Records[1].URI, "http://example.com"), token).want(http.StatusOK)
	v.get(accountPath+"/extension/1", token).wantAPI(404, "CMN-102", "CMN-102")
	v.get("/restapi/v1.0/account/1/extension", token).wantAPI(404, "CMN-102", "CMN-102")
	v.get(accountPath+"/extension", v.tokenOf("ReadCallLog")).wantAPI(403, "InsufficientPermissions", "CMN-401")
	v.get(accountPath+"/extension", "").wantAPI(401, "AGW-401", "AGW-401")
}

func TestPresenceWantsItsOwnPermission(t *testing.T) {
	v := newVendor(t, sandbox.Options{NoLimits: true})
	token := v.tokenOf("ReadPresence")
	mine := v.get(accountPath+"/extension/~/presence", token).want(200).json()
	if mine["presenceStatus"] != "Available" || mine["telephonyStatus"] != "NoCall" {
		t.Errorf("presence %v", mine)
	}
	ben := v.control("users", `{"firstName":"Ben","lastName":"Away"}`)
	v.control("users/"+jsonNumber(ben["userId"]), `{"enabled":false}`)
	all := v.get(accountPath+"/presence?perPage=2&page=2", token).want(200).json()
	records := all["records"].([]any)
	if len(records) != 2 || records[1].(map[string]any)["presenceStatus"] != "Offline" {
		t.Errorf("presence of all: %v", all)
	}
	for _, path := range []string{"/presence", "/extension/~/presence"} {
		v.get(accountPath+path, str(v.login(), "access_token")).wantAPI(403, "InsufficientPermissions", "CMN-401")
		v.get(accountPath+path, "").wantAPI(401, "AGW-401", "AGW-401")
	}
	v.control("users/"+str(v.login(), "owner_id"), `{"role":"No API access"}`)
	v.get(accountPath+"/presence", token).wantAPI(403, "InsufficientPermissions", "CMN-408")
}
