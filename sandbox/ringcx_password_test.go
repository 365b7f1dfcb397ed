package sandbox_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/ringcx-go/ringcx/sandbox"
)

const (
	resetRequest = "/voice/api/v1/auth/passwordResetRequest"
	resetPath    = "/voice/api/v1/auth/passwordReset"
	summaryPath  = "/voice/api/v1/summary/accounts/"
)

// mail are the messages about passwords that wait for an answer.
func (v *vendor) mail() []any {
	v.t.Helper()
	return v.get("/_sandbox/mail", "").want(http.StatusOK).json()["mail"].([]any)
}

func (r reply) wantText(contentType, body string) reply {
	r.t.Helper()
	if r.want(http.StatusOK); r.body != body || r.header.Get("Content-Type") != contentType {
		r.t.Fatalf("%q as %s, want %q as %s", r.body, r.header.Get("Content-Type"), body, contentType)
	}
	return r
}

func TestAForgottenPasswordIsReplacedThroughAMail(t *testing.T) {
	v := newVendor(t, sandbox.Options{})
	v.form(resetRequest, "userName", v.Demo().AdminUsername, "returnPath", "https://app.example.com/done").
		wantText("application/json", "true")
	v.Advance(time.Second)
	v.form("/api/auth/password/requestreset", "username", v.Demo().AdminUsername).wantText("text/plain", "true")
	all := v.mail()
	if len(all) != 2 {
		t.Fatalf("%d mails", len(all))
	}
	mail := all[0].(map[string]any)
	page := strings.TrimPrefix(str(mail, "link"), "http://example.com")
	if got := v.get(page, "").want(http.StatusOK).json()["url"]; got != "https://app.example.com/done" {
		t.Errorf("the page leads to %v", got)
	}
	if got := v.last().Path; got != "/password/reset/***" {
		t.Errorf("logged as %s", got)
	}
	second := strings.TrimPrefix(str(all[1].(map[string]any), "link"), "http://example.com")
	if got := v.get(second, "").want(http.StatusOK).json()["url"]; got != "http://example.com/voice/admin/" {
		t.Errorf("the page leads to %v", got)
	}
	v.form(resetPath, "token", str(mail, "token"), "password", "new words").wantText("application/json", "true")
	v.wantVerdicts()
	v.signIn(adminLogin).want(http.StatusUnauthorized)
	v.signIn(adminLogin, "password", "new words").want(http.StatusOK)
	v.form(resetPath, "token", str(mail, "token"), "password", "again").wantText("application/json", "false")
	v.get(page, "").wantCX(404, "resource.not.found.exception")
	v.Advance(24 * time.Hour)
	if n := len(v.mail()); n != 0 {
		t.Errorf("%d mails are a day old and open", n)
	}
}

func TestNobodyLearnsWhichNamesExist(t *testing.T) {
	v := newVendor(t, sandbox.Options{})
	v.form("/api/auth/password/requestreset", "username", "nobody").wantText("text/plain", "true")
	v.form("/api/auth/password/requestreset", "username", v.Demo().AdminUsername, "platformId", "aws80").
		wantText("text/plain", "true")
	v.form(resetRequest, "userName", "nobody", "returnPath", "/").wantText("application/json", "true")
	if n := len(v.mail()); n != 0 {
		t.Errorf("%d mails", n)
	}
}

func TestAUserChangesThePasswordWithTheOldOne(t *testing.T) {
	v := newVendor(t, sandbox.Options{})
	const path = "/voice/api/v1/admin/users/passwordReset"
	login := v.legacy()
	change := func(current, next string) reply {
		r := formRequest(path, "currentPassword", current, "newPassword", next)
		r.Header.Set("X-Auth-Token", login)
		return v.send(r)
	}
	change("guess", "new words").wantText("application/json", "false")
	change("", "new words").wantCX(400, "invalid.request.exception")
	change(v.Demo().AdminPassword, "").wantCX(400, "invalid.request.exception")
	v.xauth("POST", path+"?currentPassword=a&newPassword=b", login).wantText("application/json", "false")
	v.wantVerdicts("password in a URL")
	change(v.Demo().AdminPassword, "new words").wantText("application/json", "true")
	v.signIn(legacyLogin, "password", "new words").want(http.StatusOK)
	v.xauth("GET", usersPath, login).want(http.StatusOK)

	r := formRequest(path, "currentPassword", "a", "newPassword", "b")
	r.Header.Set("Authorization", "Bearer "+str(v.exchange(), "accessToken"))
	v.send(r).wantText("application/json", "false")
}

func TestAnAdministratorHasAMailSentToAnother(t *testing.T) {
	v := newVendor(t, sandbox.Options{})
	token := str(v.exchange(), "accessToken")
	users := v.get(usersPath+"?flatten=true", token).want(http.StatusOK).list()
	dana, ben := usersPath+"/"+jsonNumber(users[3]["userId"]), usersPath+"/"+jsonNumber(users[1]["userId"])
	v.call("POST", dana+"/passwordReset?returnPath=/&resetViaEngageAuth=true", token).wantText("application/json", "true")
	v.call("POST", ben+"/passwordReset?returnPath=/", token).wantText("application/json", "false")
	v.call("POST", usersPath+"/1/passwordReset?returnPath=/", token).wantCX(404, "resource.not.found.exception")
	v.call("POST", dana+"/passwordReset", token).wantCX(400, "invalid.request.exception")
	v.call("POST", dana+"/passwordReset?returnPath=/&resetViaEngageAuth=x", token).wantCX(400, "invalid.request.exception")
	if n := len(v.mail()); n != 1 {
		t.Errorf("%d mails", n)
	}
}

func TestPasswordOperationsWantTheirParameters(t *testing.T) {
	v := newVendor(t, sandbox.Options{})
	for _, path := range []string{
		"/api/auth/password/requestreset", "/api/auth/password/internal/requestreset", resetRequest,
		resetRequest + "?userName=x", resetRequest + "?returnPath=x", resetPath, resetPath + "?token=x", resetPath + "?password=x",
	} {
		v.form(path).wantCX(400, "invalid.request.exception")
	}
	v.form(resetPath, "token", "unknown", "password", "x").wantText("application/json", "false")
	v.form("/api/auth/password/internal/requestreset", "internalJwt", "x").wantCX(401, "unauthorized.exception")
	v.get("/password/reset/sbx01/unknown", "").wantCX(404, "resource.not.found.exception")
}

func TestPagesAnswerTheirDocumentedTypes(t *testing.T) {
	v := newVendor(t, sandbox.Options{})
	got := v.get("/oauthcallback?code=abc&state=def", "").want(http.StatusOK)
	if got.json()["redirectView"] != true || strings.Contains(got.body, "abc") {
		t.Errorf("callback %s", got.body)
	}
	if r := v.get("/oauthredirect", "").want(http.StatusOK); r.header.Get("Content-Type") != "text/plain" {
		t.Errorf("page %s", r.body)
	}
}

// cookie asks for a summary as the guide says.
func (v *vendor) cookie(path, token string) reply {
	v.t.Helper()
	r := httptest.NewRequest(http.MethodGet, path, nil)
	r.Header.Set("Cookie", "access_token="+token)
	return v.send(r)
}

func TestSummariesWantTheTokenInACookie(t *testing.T) {
	v := newVendor(t, sandbox.Options{})
	cx := v.exchange()
	token := str(cx, "accessToken")
	sub := str(cx["agentDetails"].([]any)[0].(map[string]any), "accountId")
	segment := str(v.get("/_sandbox/env", "").want(http.StatusOK).json(), "segmentId")
	path := summaryPath + sub + "/segments/" + segment
	byAgent := v.cookie(path+"/agent", token).want(http.StatusOK)
	v.wantVerdicts()
	if auto := v.cookie(path+"/auto", token).want(http.StatusOK); auto.body == "" || auto.body == byAgent.body ||
		auto.header.Get("Content-Type") != "text/plain" {
		t.Errorf("summaries %q and %q", byAgent.body, auto.body)
	}
	const frown = "Authorization header where RingCX wants a cookie"
	v.get(path+"/agent", token).wantGateway("Jwt is missing")
	v.wantVerdicts(frown)
	both := httptest.NewRequest(http.MethodGet, path+"/agent", nil)
	both.Header.Set("Authorization", "Bearer "+token)
	both.Header.Set("Cookie", "other=1; access_token="+token)
	v.send(both).want(http.StatusOK)
	v.wantVerdicts(frown)

	v.cookie(path+"/agent", "garbage").want(http.StatusUnauthorized)
	v.cookie(path+"/agent", "").wantGateway("Jwt is missing")
	v.cookie(path+"/nobody", token).wantCX(404, "resource.not.found.exception")
	v.cookie(path+"/agent", str(v.login(), "access_token")).want(http.StatusUnauthorized)
	v.wantVerdicts("RingCentral token used as RingCX token")
	v.Advance(5 * time.Minute)
	v.cookie(path+"/agent", token).wantGateway("Jwt is expired")
}

func TestSegmentsWithoutASummaryAnswerNothing(t *testing.T) {
	v := newVendor(t, sandbox.Options{})
	cx := v.exchange()
	token := str(cx, "accessToken")
	account := str(cx["agentDetails"].([]any)[0].(map[string]any), "accountId")
	segment := strings.TrimSuffix(str(v.get("/_sandbox/env", "").json(), "segmentId"), "1")
	segments := summaryPath + account + "/segments/"
	v.cookie(segments+segment+"2/auto", token).wantText("text/plain", "")
	v.cookie(segments+"unknown/auto", token).wantCX(404, "resource.not.found.exception")
	v.cookie(summaryPath+"1/segments/"+segment+"1/auto", token).wantCX(403, "access.denied.exception")
	v.control("summaries", `{"account":"`+account+`","segment":"mine","auto":"said \"no\""}`)
	v.cookie(segments+"mine/auto", token).wantText("text/plain", `said "no"`)
	v.control("switches", `{"summaryAsJson":true}`)
	v.cookie(segments+"mine/auto", token).wantText("application/json", `"said \"no\""`)
	v.cookie(segments+"mine/agent", token).wantText("text/plain", "")
}
