package sandbox_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/ringcx-go/ringcx/sandbox"
)

const (
	adminLogin = "/api/auth/login/admin"
	agentLogin = "/api/auth/login/agent"
	hashLogin  = "/api/auth/login/agent/hashcode"
	codeLogin  = "/api/auth/login/code"
	tenfold    = "/api/auth/login/tenfold/accesstoken"
)

// signIn signs the demo administrator in, with pairs put over the right parameters; "-" takes one away.
func (v *vendor) signIn(path string, over ...string) reply {
	v.t.Helper()
	demo := v.Demo()
	return v.form(path, overlaid([]string{
		"username", demo.AdminUsername, "password", demo.AdminPassword, "platformId", demo.PlatformID,
	}, over)...)
}

func overlaid(pairs, over []string) []string {
	values := map[string]string{}
	for _, list := range [][]string{pairs, over} {
		for i := 0; i < len(list); i += 2 {
			values[list[i]] = list[i+1]
		}
	}
	var out []string
	for name, value := range values {
		if value != "-" {
			out = append(out, name, value)
		}
	}
	return out
}

// standalone is an agent without a RingCentral user, whose password is "open sesame".
func (v *vendor) standalone() (id, username string) {
	v.t.Helper()
	token := str(v.signIn(adminLogin).want(http.StatusOK).json(), "accessToken")
	subs := v.get(accountsPath, token).want(http.StatusOK).list()
	groups := accountsPath + "/" + str(subs[1], "accountId") + "/agentGroups"
	second := v.get(groups, token).want(http.StatusOK).list()[1]
	a := v.get(groups+"/"+jsonNumber(second["agentGroupId"])+"/agents", token).want(http.StatusOK).list()[0]
	id = jsonNumber(a["agentId"])
	v.control("agents/"+id, `{"password":"open sesame"}`)
	return id, str(a, "username")
}

func TestAnAdministratorWithoutARingCentralLoginSignsInWithAPassword(t *testing.T) {
	v := newVendor(t, sandbox.Options{})
	got := v.signIn(adminLogin).want(http.StatusOK).json()
	v.wantVerdicts()
	if len(got) != 19 || got["agentDetails"] != nil || got["rcUser"] != nil || got["loginHashcode"] != nil ||
		got["agentUrl"] != nil || got["platformId"] != v.Demo().PlatformID {
		t.Errorf("details %v", got)
	}
	token := str(got, "accessToken")
	claims := v.get("/api/auth/token/claims", token).want(http.StatusOK).json()
	if claims["lapp"] != "ADMIN" || claims["plat"] != v.Demo().PlatformID || claims["xauth"] == nil {
		t.Errorf("claims %v", claims)
	}
	me := v.get("/api/auth/login", token).want(http.StatusOK).json()
	users := v.get(usersPath+"?flatten=true", token).want(http.StatusOK).list()
	last := users[len(users)-1]
	if last["userName"] != v.Demo().AdminUsername || last["userId"] != me["adminId"] || last["rcUserId"] != nil ||
		last["userManagedByRC"] != false {
		t.Errorf("user %v", last)
	}
}

func TestAPasswordInTheQueryWorksAndIsFrownedAt(t *testing.T) {
	v := newVendor(t, sandbox.Options{})
	demo := v.Demo()
	query := url.Values{
		"username": {demo.AdminUsername}, "password": {demo.AdminPassword}, "platformId": {demo.PlatformID},
	}
	for _, path := range []string{adminLogin, "/voice/api/v1/auth/login", "/api/v1/auth/login"} {
		v.send(httptest.NewRequest(http.MethodPost, path+"?"+query.Encode(), nil)).want(http.StatusOK)
		v.wantVerdicts("password in a URL")
		if got := v.last().Path; got != path {
			t.Errorf("logged as %s", got)
		}
	}
}

func TestAPasswordLoginThatCannotBeIsRefused(t *testing.T) {
	for _, c := range []struct {
		name   string
		over   []string
		status int
		code   string
	}{
		{"no username", []string{"username", "-"}, 400, "invalid.request.exception"},
		{"no password", []string{"password", "-"}, 400, "invalid.request.exception"},
		{"no platform", []string{"platformId", "-"}, 400, "invalid.request.exception"},
		{"a flag that is none", []string{"redirectToApp", "maybe"}, 400, "invalid.request.exception"},
		{"unknown username", []string{"username", "nobody@example.com"}, 401, "unauthorized.exception"},
		{"a user of RingCentral", []string{"username", "ada.reyes@example.com"}, 401, "unauthorized.exception"},
		{"wrong password", []string{"password", "guess"}, 401, "unauthorized.exception"},
		{"wrong platform", []string{"platformId", "aws80"}, 401, "unauthorized.exception"},
	} {
		t.Run(c.name, func(t *testing.T) {
			v := newVendor(t, sandbox.Options{})
			for _, path := range []string{adminLogin, agentLogin, "/api/auth/login/analytics"} {
				v.signIn(path, c.over...).wantCX(c.status, c.code)
			}
		})
	}
	v := newVendor(t, sandbox.Options{})
	r := httptest.NewRequest(http.MethodPost, adminLogin, strings.NewReader("username=%zz"))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	v.send(r).wantCX(400, "invalid.request.exception")
	v.signIn(agentLogin).wantCX(401, "unauthorized.exception")
}

func TestSomebodySwitchedOffIsToldApartFromAWrongPassword(t *testing.T) {
	v := newVendor(t, sandbox.Options{})
	refresh := str(v.signIn(adminLogin).want(http.StatusOK).json(), "refreshToken")
	v.control("admins/"+v.Demo().AdminUsername, `{"enabled":false}`)
	v.signIn(adminLogin).wantCX(403, "access.denied.exception")
	v.signIn(adminLogin, "password", "guess").wantCX(401, "unauthorized.exception")
	v.form(refreshPath, "refresh_token", refresh).wantCX(401, "unauthorized.exception")

	id, username := "", ""
	v.control("admins/"+v.Demo().AdminUsername, `{"enabled":true}`)
	id, username = v.standalone()
	v.control("agents/"+id, `{"enabled":false}`)
	v.signIn(agentLogin, "username", username, "password", "open sesame").wantCX(403, "access.denied.exception")
}

func TestTheRefreshTokenOfAPasswordLoginRotates(t *testing.T) {
	v := newVendor(t, sandbox.Options{})
	first := v.signIn("/api/auth/login/analytics").want(http.StatusOK).json()
	v.Advance(6 * time.Minute)
	second := v.form(refreshPath, "refresh_token", str(first, "refreshToken")).want(http.StatusOK).json()
	v.get(usersPath, str(second, "accessToken")).want(http.StatusOK)
	v.form(refreshPath, "refresh_token", str(first, "refreshToken")).wantCX(401, "unauthorized.exception")
	v.wantVerdicts("refresh token replayed")
	claims := v.get("/api/auth/token/claims", str(second, "accessToken")).want(http.StatusOK).json()
	if claims["lapp"] != "ANALYTICS" {
		t.Errorf("claims %v", claims)
	}
}

func TestAnAgentSignsInAndMayNotAdminister(t *testing.T) {
	v := newVendor(t, sandbox.Options{})
	id, username := v.standalone()
	got := v.signIn(agentLogin, "username", username, "password", "open sesame").want(http.StatusOK).json()
	detail := got["agentDetails"].([]any)[0].(map[string]any)
	if got["adminId"] != nil || got["adminUrl"] != nil || jsonNumber(detail["agentId"]) != id || detail["rcUserId"] != nil {
		t.Errorf("details %v", got)
	}
	token := str(got, "accessToken")
	if claims := v.get("/api/auth/token/claims", token).json(); claims["lapp"] != "AGENT" || claims["sub"] != id {
		t.Errorf("claims %v", claims)
	}
	v.get(usersPath, token).wantCX(403, "access.denied.exception")
	me := v.get("/api/auth/login", token).want(http.StatusOK).json()
	if me["loginHashcode"] != got["loginHashcode"] || me["accessToken"] != token {
		t.Errorf("details %v", me)
	}
	v.form(refreshPath, "refresh_token", str(got, "refreshToken")).want(http.StatusOK)
	v.control("agents/"+id, `{"enabled":false}`)
	v.get("/api/auth/login", token).wantCX(404, "resource.not.found.exception")
}

func TestAHashcodeSignsAnAgentInAgain(t *testing.T) {
	v := newVendor(t, sandbox.Options{NoLimits: true})
	cx := v.exchange()
	agent := cx["agentDetails"].([]any)[0].(map[string]any)
	rc := v.get(accountPath, str(v.login(), "access_token")).want(http.StatusOK).json()
	right := []string{
		"agentId", jsonNumber(agent["agentId"]), "loginHashcode", str(cx, "loginHashcode"),
		"platformId", str(cx, "platformId"), "rcAccountId", jsonNumber(rc["id"]),
	}
	got := v.form(hashLogin, right...).want(http.StatusOK).json()
	v.wantVerdicts()
	if got["adminId"] != nil || got["loginHashcode"] != cx["loginHashcode"] {
		t.Errorf("details %v", got)
	}
	for _, c := range []struct {
		name, value string
		status      int
	}{
		{"agentId", "-", 400},
		{"agentId", "x", 400},
		{"agentId", "1", 403},
		{"loginHashcode", "-", 400},
		{"loginHashcode", "guess", 403},
		{"platformId", "aws80", 403},
		{"platformId", "-", 200},
		{"rcAccountId", "1", 403},
		{"rcAccountId", "-", 200},
	} {
		v.form(hashLogin, overlaid(right, []string{c.name, c.value})...).want(c.status)
	}
	v.control("users/"+str(v.login(), "owner_id"), `{"enabled":false}`)
	v.form(hashLogin, right...).wantCX(403, "access.denied.exception")
}

func TestACodeSignsInOnceAndATenfoldTokenAgainAndAgain(t *testing.T) {
	v := newVendor(t, sandbox.Options{})
	code := str(v.control("codes", `{}`), "code")
	token := str(v.control("codes", `{"kind":"tenfold","user":`+str(v.login(), "owner_id")+`}`), "code")
	v.form(tenfold, "token", code).wantCX(401, "unauthorized.exception")
	v.form(codeLogin, "code", token).wantCX(401, "unauthorized.exception")
	got := v.form(codeLogin, "code", code).want(http.StatusOK).json()
	v.wantVerdicts()
	v.get(usersPath, str(got, "accessToken")).want(http.StatusOK)
	v.form(codeLogin, "code", code).wantCX(401, "unauthorized.exception")
	v.form(tenfold, "token", token).want(http.StatusOK)
	v.send(httptest.NewRequest(http.MethodPost, tenfold+"?token="+token, nil)).want(http.StatusOK)
	v.wantVerdicts("token in a URL")
	v.form(codeLogin+"?code=unknown").wantCX(401, "unauthorized.exception")
	v.wantVerdicts("token in a URL")
	v.form(codeLogin).wantCX(400, "invalid.request.exception")
	v.form(tenfold).wantCX(400, "invalid.request.exception")

	late := str(v.control("codes", `{}`), "code")
	v.Advance(5 * time.Minute)
	v.form(codeLogin, "code", late).wantCX(401, "unauthorized.exception")
	off := str(v.control("codes", `{}`), "code")
	v.control("admins/"+v.Demo().AdminUsername, `{"enabled":false}`)
	v.form(codeLogin, "code", off).wantCX(401, "unauthorized.exception")
}

func TestADigitalJWTIsNoAccessToken(t *testing.T) {
	v := newVendor(t, sandbox.Options{})
	token := str(v.signIn(adminLogin).want(http.StatusOK).json(), "accessToken")
	for _, path := range []string{"", "/admin?evSubAccountId=1", "/agent?agentId=1"} {
		r := v.get("/api/auth/token/digitaljwt"+path, token).want(http.StatusOK)
		if r.header.Get("Content-Type") != "text/plain" || strings.Count(r.body, ".") != 2 {
			t.Errorf("%s as %s", r.body, r.header.Get("Content-Type"))
		}
		v.get(usersPath, r.body).wantGateway("Jwt issuer is not configured")
	}
	v.get("/api/auth/token/digitaljwt", "").wantGateway("Jwt is missing")
}

func TestARedirectComesBackOnlyWhenAskedFor(t *testing.T) {
	v := newVendor(t, sandbox.Options{})
	to := []string{"redirectUrl", "https://app.example.com/"}
	if got := v.signIn(adminLogin, append(to, "redirectToApp", "true")...).json()["redirectUrl"]; got != to[1] {
		t.Errorf("redirect %v", got)
	}
	if got := v.signIn(adminLogin, to...).json()["redirectUrl"]; got != nil {
		t.Errorf("redirect %v", got)
	}
}

func TestPasswordLoginsAreLimitedOnlyIfSwitchedOn(t *testing.T) {
	v := newVendor(t, sandbox.Options{})
	for range 20 {
		if r := v.signIn(adminLogin).want(http.StatusOK); r.header.Get("X-Rate-Limit-Limit") != "" {
			t.Fatal("there is a limit")
		}
	}
	v.control("switches", `{"limitPasswordLogins":true}`)
	for range 5 {
		v.signIn(adminLogin, "password", "guess").want(http.StatusUnauthorized)
	}
	if r := v.signIn(adminLogin).want(http.StatusTooManyRequests); r.header.Get("Retry-After") != "60" || r.body != "rate" {
		t.Errorf("%v %s", r.header, r.body)
	}
	v.wantVerdicts("sixth request in a minute")
	v.Advance(time.Minute)
	v.signIn(adminLogin).want(http.StatusOK)
}

func TestThePlatformCanBeMadeOptional(t *testing.T) {
	v := newVendor(t, sandbox.Options{})
	v.control("switches", `{"platformIdOptional":true}`)
	v.signIn(adminLogin, "platformId", "-").want(http.StatusOK)
	v.signIn(adminLogin, "platformId", "aws80").wantCX(401, "unauthorized.exception")
}

func TestTheDemoAdministratorIsTheSameOnEveryStart(t *testing.T) {
	a, b := newVendor(t, sandbox.Options{Seed: 3}).Demo(), newVendor(t, sandbox.Options{Seed: 3}).Demo()
	other := newVendor(t, sandbox.Options{Seed: 4}).Demo()
	if a.AdminPassword == "" || a.AdminPassword != b.AdminPassword || a.AdminUsername != b.AdminUsername {
		t.Error("the credentials differ")
	}
	if a.AdminPassword == other.AdminPassword {
		t.Error("another seed gives the same password")
	}
}

func TestAnAdministratorCanBeMadeOverTheControlPlane(t *testing.T) {
	v := newVendor(t, sandbox.Options{})
	made := v.control("admins", `{"username":"eve","password":"secret words","platformId":"aws80"}`)
	v.signIn(adminLogin, "username", "eve", "password", "secret words").wantCX(401, "unauthorized.exception")
	got := v.signIn(adminLogin, "username", "eve", "password", "secret words", "platformId", "aws80").want(200).json()
	if got["adminId"] != made["userId"] || got["platformId"] != "aws80" {
		t.Errorf("details %v", got)
	}
	v.control("admins/"+jsonNumber(made["id"]), `{"password":"other words"}`)
	v.signIn(adminLogin, "username", "eve", "password", "secret words", "platformId", "aws80").want(401)
	v.control("admins", `{"username":"off","password":"p","enabled":false}`)
	v.signIn(adminLogin, "username", "off", "password", "p").wantCX(403, "access.denied.exception")
	if got := v.get("/_sandbox/state", "").json()["counts"].(map[string]any)["ringcxAdmins"]; got != 3.0 {
		t.Errorf("%v administrators", got)
	}
}

func TestControlRequestsAboutRingCXThatMakeNoSenseAreRefused(t *testing.T) {
	v := newVendor(t, sandbox.Options{})
	bare := jsonNumber(v.control("accounts", `{"production":true}`)["accountId"])
	for _, c := range []struct {
		path, body string
		status     int
	}{
		{"admins", `{`, 400},
		{"admins", `{"username":"x"}`, 400},
		{"admins", `{"password":"x"}`, 400},
		{"admins", `{"username":"x","password":"y","account":5}`, 404},
		{"admins", `{"username":"x","password":"y","account":` + bare + `}`, 400},
		{"admins", `{"username":"` + v.Demo().AdminUsername + `","password":"y"}`, 400},
		{"admins/5", `{}`, 404},
		{"admins/5", `{`, 400},
		{"agents/5", `{}`, 404},
		{"agents/5", `[]`, 400},
		{"codes", `{"kind":"magic"}`, 400},
		{"codes", `{"user":5}`, 404},
		{"codes", `{"usr":5}`, 400},
		{"summaries", `{`, 400},
		{"summaries", `{"account":"1"}`, 400},
		{"summaries", `{"segment":"1"}`, 400},
	} {
		v.controlRaw(http.MethodPost, c.path, c.body).want(c.status)
	}
}

func FuzzTheLoginForms(f *testing.F) {
	v := newVendor(f, sandbox.Options{})
	demo := v.Demo()
	right := url.Values{
		"username": {demo.AdminUsername}, "password": {demo.AdminPassword}, "platformId": {demo.PlatformID},
	}.Encode()
	paths := []string{adminLogin, agentLogin, hashLogin, codeLogin, tenfold, "/voice/api/v1/auth/login"}
	const urlencoded = "application/x-www-form-urlencoded"
	f.Add(uint8(0), "", right, urlencoded)
	f.Add(uint8(5), right, "", "application/json")
	f.Add(uint8(2), "agentId=99999999999&loginHashcode=%", "a=b;c", urlencoded)
	f.Add(uint8(3), "code=", "code=&code=x", "text/plain")
	f.Fuzz(func(t *testing.T, which uint8, query, body, contentType string) {
		r := httptest.NewRequest(http.MethodPost, paths[int(which)%len(paths)], strings.NewReader(body))
		r.URL.RawQuery = query
		r.Header.Set("Content-Type", contentType)
		w := httptest.NewRecorder()
		v.ServeHTTP(w, r)
		switch w.Code {
		case http.StatusOK:
			if !strings.Contains(query+body, demo.AdminPassword) && !strings.Contains(query+body, "%") {
				t.Errorf("signed in with %q and %q", query, body)
			}
		case 400, 401, 403, 413:
		default:
			t.Errorf("status %d", w.Code)
		}
	})
}
