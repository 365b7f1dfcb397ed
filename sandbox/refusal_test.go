package sandbox_test

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/ringcx-go/ringcx/sandbox"
)

// wantWhy wants the last entry of the log to say why.
func (v *vendor) wantWhy(answer, reason, caller, token string) {
	v.t.Helper()
	got := v.last()
	if token != "" {
		token = fmt.Sprintf("%x", sha256.Sum256([]byte(token)))[:8]
	}
	if got.Answer != answer || !strings.Contains(got.Reason, reason) || got.Reason == "" || got.Caller != caller || got.Token != token {
		v.t.Errorf("%s %s: answer %q, reason %q, caller %q, token %q;\nwant %q, %q, %q, %q", got.Method, got.Path, got.Answer, got.Reason, got.Caller, got.Token,
			answer, reason, caller, token)
	}
}

const ada = "RingCX Demo App, Ada Reyes"

func TestARefusedPlatformCallSaysWhyAndWhose(t *testing.T) {
	v := newVendor(t, sandbox.Options{NoLimits: true})
	first := v.login()
	token, refresh := str(first, "access_token"), str(first, "refresh_token")
	v.Advance(time.Hour + 12*time.Second)
	v.get(accountPath, token).want(401)
	v.wantWhy("OAU-128 Access token expired", "the token ended 12s before", ada, token)
	v.refresh(refresh).want(200)
	v.Advance(5 * time.Second)
	v.get(accountPath, token).want(401)
	v.wantWhy("OAU-129 Access token corrupted", "a refresh replaced the token 5s before", ada, token)
	v.Advance(2 * time.Hour)
	v.refresh(refresh).want(400)
	v.wantWhy("OAU-213 Token not found", "the refresh token was spent 2h0m5s before", ada, refresh)

	second := v.login()
	token = str(second, "access_token")
	v.demoForm(revokePath, "token", token).want(200)
	v.Advance(time.Minute)
	v.get(accountPath, token).want(401)
	v.wantWhy("OAU-213 Token not found", "was ended 1m before", ada, token)
	v.refresh(str(second, "refresh_token")).want(400)
	v.wantWhy("OAU-211 Token revoked", "was ended 1m before", ada, str(second, "refresh_token"))

	token = str(v.login(), "access_token")
	for range 5 {
		v.login()
	}
	v.get(accountPath, token).want(401)
	v.wantWhy("OAU-213 Token not found", "a newer login", ada, token)
	v.get(accountPath, "").want(401)
	v.wantWhy("AGW-401 Authorization header is not specified", "Authorization header is not specified", "", "")
	v.get(accountPath, "nonsense").want(401)
	v.wantWhy("OAU-149 OAuth token is invalid", "no token of RingCentral", "", "nonsense")
	token = str(v.login(), "access_token")
	v.Reset()
	v.get(accountPath, token).want(401)
	v.wantWhy("OAU-213 Token not found", "never gave this token out", "", token)

	v.formAs("nobody", "secret", tokenPath, "grant_type", jwtGrant).want(400)
	v.wantWhy("OAU-153 Invalid client", "no app with this client ID", "", "")
	v.formAs(v.Demo().ClientID, "wrong", tokenPath, "grant_type", jwtGrant, "assertion", "x.y.z").want(401)
	v.wantWhy("OAU-146 Invalid client credentials", "the client secret is not that of the app", "RingCX Demo App", "x.y.z")
}

func TestARefusedRingCXCallSaysWhyAndWhose(t *testing.T) {
	v := newVendor(t, sandbox.Options{NoLimits: true})
	login := str(v.login(), "access_token")
	got := v.exchangeToken(login).want(200).json()
	token, refresh := str(got, "accessToken"), str(got, "refreshToken")
	v.get(usersPath, login).want(401)
	v.wantWhy("Jwt is not in the form of Header.Payload.Signature with two dots and 3 sections", "RingCX wants the one of the exchange", "", login)
	v.Advance(5*time.Minute + 12*time.Second)
	v.get(usersPath, token).want(401)
	v.wantWhy("Jwt is expired", "the token ended 12s before", "Ada Reyes", token)
	v.form(refreshPath, "refresh_token", refresh).want(200)
	v.form(refreshPath, "refresh_token", refresh).want(401)
	v.wantWhy("unauthorized.exception The refresh token is not valid", "was spent", "Ada Reyes", refresh)
	v.form(refreshPath, "refresh_token", "unknown").want(401)
	v.wantWhy("unauthorized.exception The refresh token is not valid", "never gave this refresh token out", "", "unknown")

	narrow := v.tokenOf("ReadCallLog")
	v.exchangeToken(narrow).want(403)
	v.wantWhy("access.denied.exception You do not have permission to access this resource", "ReadAccounts", "Another App, Ada Reyes", narrow)
	v.get(accountsPath+"/1/dialGroups", token).want(501)
	v.wantWhy("sandbox.not.emulated The sandbox does not emulate the operation getDialGroupListByAccount", "the sandbox has not got it", "", token)
	v.get("/api/auth/none", "").want(404)
	v.wantWhy("resource.not.found.exception The resource you have requested does not exist", "nobody describes this path", "", "")
	v.call("DELETE", exchangePath, "").want(405)
	v.wantWhy("method.not.allowed.exception The method is not allowed for this resource", "POST", "", "")
	v.control("faults", `{"path":"/voice/api/*","kind":"status"}`)
	v.get(usersPath, "").want(503)
	if got := v.last(); !strings.Contains(got.Reason, "a fault that was ordered: status 503") {
		t.Errorf("reason %q", got.Reason)
	}
}

func TestWhatTheVendorsWordsDoNotTellIsToldPlainly(t *testing.T) {
	v := newVendor(t, sandbox.Options{NoLimits: true})
	demo := v.Demo()
	v.formAs(demo.NativeClientID, "secret", tokenPath, "grant_type", jwtGrant).want(400)
	v.wantWhy("OAU-153 Invalid client", "the app has no secret", "", "")
	v.demoForm(tokenPath, "grant_type", "password", "username", demo.Email, "password", demo.Password).want(400)
	v.wantWhy("OAU-251 Unauthorized for this grant type", "its auth flow is another", ada, "")
	v.form(tokenPath, "grant_type", jwtGrant).want(400)
	v.wantWhy("OAU-123 Client authentication is required", "a header Authorization: Basic", "", "")
	v.demoForm(tokenPath, "grant_type", "refresh_token").want(400)
	v.wantWhy("CMN-101 Parameter [refresh_token] value is invalid", "refresh_token is missing", "RingCX Demo App", "")
	v.demoForm(tokenPath, "grant_type", "magic").want(400)
	v.wantWhy("OAU-250 Unsupported grant type", "none that the vendor has", "RingCX Demo App", "")
	v.get(accountPath+"/", "").want(404)
	v.wantWhy("CMN-120 Invalid URI", "known without the slash at its end", "", "")
	v.get(accountPath+"/nothing", "").want(404)
	v.wantWhy("CMN-120 Invalid URI", "nobody describes this path", "", "")

	authorize := "/restapi/oauth/authorize?response_type=code&client_id="
	v.get(authorize+"nobody", "").want(403)
	v.wantWhy("OAU-153 Invalid client", "no app with this client ID", "", "")
	v.get(authorize+demo.ClientID, "").want(403)
	v.wantWhy("OAU-113 No redirect URI is registered for this client application", "no redirect URI", "RingCX Demo App", "")
	v.get(authorize+demo.NativeClientID+"&redirect_uri=http%3A%2F%2Flocalhost%2Felsewhere", "").want(403)
	v.wantWhy("OAU-109 Redirect URIs do not match", "none that is registered", "RingCX Demo Desktop", "")
	v.get("/restapi/oauth/consent?flow=x", "").want(400)
	v.wantWhy("invalid_request This page has expired", "took too long", "", "")
}

func TestAPenaltySaysUntilWhen(t *testing.T) {
	v := newVendor(t, sandbox.Options{})
	for range 5 {
		v.login()
	}
	v.Advance(10 * time.Second)
	try := func() {
		v.demoForm(tokenPath, "grant_type", jwtGrant, "assertion", v.Demo().JWT).want(429)
	}
	try()
	v.wantWhy("CMN-301 Request rate exceeded", "more than 5 requests in 1m; the next one is let in 1m later, at 2026-11-23T09:01:10Z", ada, v.Demo().JWT)
	v.Advance(20 * time.Second)
	try()
	v.wantWhy("CMN-301 Request rate exceeded", "before the penalty was over, which begins anew; the next one is let in 1m later, at 2026-11-23T09:01:30Z", ada, v.Demo().JWT)
}

func TestWhyIsSaidOfRefusalsAloneAndIsNoSecret(t *testing.T) {
	v := newVendor(t, sandbox.Options{NoLimits: true})
	demo := v.Demo()
	got := v.exchange()
	v.get(usersPath, str(got, "accessToken")).want(200)
	for _, r := range v.Requests() {
		if r.Answer+r.Reason+r.Caller+r.Token != "" {
			t.Errorf("of a request that was answered: %+v", r)
		}
	}
	secrets := []string{demo.JWT, demo.ClientSecret, demo.Password, str(got, "accessToken"), str(got, "refreshToken"), "hunter2hunter2"}
	v.formAs("hunter2hunter2", "hunter2hunter2", tokenPath, "grant_type", "hunter2hunter2")
	v.formAs(demo.ClientID, "x", tokenPath, "grant_type", jwtGrant, "assertion", demo.JWT)
	v.call("DELETE", "/api/auth/logout/hunter2hunter2", "")
	v.call("DELETE", "/api/auth/logout/"+str(got, "refreshToken"), "").want(200)
	v.form(refreshPath, "refresh_token", str(got, "refreshToken")).want(401)
	v.form("/api/auth/login/admin", "username", demo.AdminUsername, "password", "hunter2hunter2", "platformId", "x")
	r := httptest.NewRequest(http.MethodGet, usersPath, nil)
	r.Header.Set("X-Auth-Token", "hunter2hunter2")
	v.send(r)
	raw := v.get("/_sandbox/requests", "").want(200).body + v.get("/_sandbox/snapshot", "").body[:0]
	for _, secret := range secrets {
		if strings.Contains(strings.ReplaceAll(raw, "grant_type", ""), secret) {
			t.Errorf("the log holds %q", secret)
		}
	}
	var all struct{ Requests []map[string]any }
	if err := json.Unmarshal([]byte(raw), &all); err != nil {
		t.Fatal(err)
	}
	if last := all.Requests[len(all.Requests)-1]; last["token"] != "" && last["answer"] == nil {
		t.Errorf("the entry is %v", last)
	}
	snapshot := v.get("/_sandbox/snapshot", "").body
	before := v.Requests()
	v.send(httptest.NewRequest(http.MethodPost, "/_sandbox/snapshot", strings.NewReader(snapshot))).want(http.StatusOK)
	for i, r := range v.Requests() {
		if fmt.Sprint(r) != fmt.Sprint(before[i]) {
			t.Errorf("a snapshot makes %+v of %+v", r, before[i])
		}
	}
}

func TestAMistakeInARequestIsToldInPlainWords(t *testing.T) {
	v := newVendor(t, sandbox.Options{NoLimits: true})
	token := str(v.login(), "access_token")
	v.get(usersPath, "").want(401)
	v.wantWhy("Jwt is missing", "no token came in a header", "", "")
	v.written("POST", exchangePath, `{"rcAccessToken":"`+token+`"}`, "Content-Type: application/json").want(400)
	v.wantWhy("invalid.request.exception The supplied data is not valid", "rcAccessToken is missing: it is read from a form", "", "")
	cx := str(v.exchange(), "accessToken")
	for _, more := range []string{"Bearer " + cx, `"` + cx + `"`, "'" + cx + "'"} {
		v.get(usersPath, more).wantGateway("Jwt is not in the form of Header.Payload.Signature with two dots and 3 sections")
		v.wantWhy(v.last().Answer, "behind Bearer: quotes, spaces, a word", "", more)
	}
	v.get(usersPath, cx).want(200)
	v.form(exchangePath, "rcAccessToken", token, "rcTokenType", "JWT").want(400)
	v.wantWhy("invalid.request.exception The supplied data is not valid", "rcTokenType is not Bearer", "", token)
	v.form(refreshPath, "refreshToken", "x").want(400)
	v.wantWhy("invalid.request.exception The supplied data is not valid", "refresh_token is missing", "", "")
	v.demoForm(tokenPath, "grant_type", jwtGrant, "assertion", v.Demo().JWT+"\n").want(400)
	v.wantWhy("OAU-213 The assertion is not known", "with a line break or spaces around it", "RingCX Demo App", v.Demo().JWT+"\n")
}
