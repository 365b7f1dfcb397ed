//go:build !race

package sandbox_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/ringcx-go/ringcx/sandbox"
)

// floods are what strangers at the port can send, as often as they like. No two requests are alike.
var floods = map[string]struct {
	times int
	send  func(v *vendor, i int)
}{
	"sign-in pages with long texts": {5_000, func(v *vendor, i int) {
		long := strings.Repeat(fmt.Sprint(i%10), 3_000)
		v.get("/restapi/oauth/authorize?response_type=code&client_id="+v.Demo().NativeClientID+"&redirect_uri=http%3A%2F%2F127.0.0.1%2Fcallback"+
			"&code_challenge="+strings.Repeat("a", 43)+"&state="+long+"&scope="+long+"&x="+long, "")
	}},
	"sign-in pages with large forms": {600, func(v *vendor, i int) {
		v.form("/restapi/oauth/authorize", "response_type", "code", "client_id", v.Demo().NativeClientID, "code_challenge", strings.Repeat("a", 43),
			"redirect_uri", "http://127.0.0.1/callback", "state", fmt.Sprint(i), "x", strings.Repeat("x", 200_000))
	}},
	"sign-in pages with large texts": {60, func(v *vendor, i int) {
		for _, name := range []string{"state", "nonce", "login_hint", "prompt", "scope", "code_challenge", "code_challenge_method"} {
			v.form("/restapi/oauth/authorize", "response_type", "code", "client_id", v.Demo().NativeClientID, "redirect_uri",
				"http://127.0.0.1/callback", name, fmt.Sprint(i, strings.Repeat("x", 200_000)))
		}
	}},
	"names at a login": {15_000, func(v *vendor, i int) {
		v.form("/api/auth/login/admin", "username", fmt.Sprint(i, strings.Repeat("x", 2_000)), "password", "x", "platformId", "x")
	}},
	"sessions that want names": {300, func(v *vendor, i int) {
		v.demoForm(tokenPath, "grant_type", jwtGrant, "assertion", v.Demo().JWT, "endpoint_id", fmt.Sprint(i, strings.Repeat("x", 200_000)))
		v.demoForm(tokenPath, "grant_type", jwtGrant, "assertion", v.Demo().JWT, "endpoint_id", fmt.Sprint(i), "x", strings.Repeat("x", 200_000))
	}},
	"mails about passwords": {6_000, func(v *vendor, _ int) {
		v.form("/api/v1/auth/passwordResetRequest", "userName", v.Demo().AdminUsername, "returnPath", "/"+strings.Repeat("x", 1_000))
	}},
	"login codes": {30_000, func(v *vendor, _ int) { v.controlRaw(http.MethodPost, "codes", "{}") }},
	"apps":        {250, func(v *vendor, i int) { v.controlRaw(http.MethodPost, "apps", large("name", i)) }},
	"accounts":    {250, func(v *vendor, i int) { v.controlRaw(http.MethodPost, "accounts", large("name", i)) }},
	"summaries": {250, func(v *vendor, i int) {
		v.controlRaw(http.MethodPost, "summaries", large("account\":\"1\",\"segment", i))
	}},
	"faults": {3_000, func(v *vendor, i int) {
		v.controlRaw(http.MethodPost, "faults", fmt.Sprintf(`{"path":"/%d%s","kind":"status"}`, i, strings.Repeat("x", 1_000)))
	}},
	"long faults": {250, func(v *vendor, i int) {
		v.controlRaw(http.MethodPost, "faults", large("kind\":\"status\",\"path\":\"/\",\"method", i))
	}},
	"new passwords": {250, func(v *vendor, i int) {
		v.controlRaw(http.MethodPost, "admins/"+v.Demo().AdminUsername, large("password", i))
	}},
	"console visits": {2_000, func(v *vendor, _ int) {
		v.sendBare(httptest.NewRequest(http.MethodGet, "http://127.0.0.1:8787/console/sign-in", nil))
	}},
	"refresh tokens": {10_000, func(v *vendor, i int) {
		v.form(refreshPath, "refresh_token", fmt.Sprint(i, strings.Repeat("x", 3_000)))
	}},
	"bearer tokens": {10_000, func(v *vendor, i int) {
		v.get(usersPath, fmt.Sprintf("eyJ%d.%s.%s", i, strings.Repeat("x", 1_000), strings.Repeat("y", 1_000)))
	}},
	"hosts": {5_000, func(v *vendor, i int) {
		r := httptest.NewRequest(http.MethodGet, "/restapi/oauth/authorize?response_type=code&discovery=true&client_id="+v.Demo().NativeClientID+
			"&redirect_uri=http%3A%2F%2F127.0.0.1%2Fcallback&code_challenge="+strings.Repeat("a", 43), nil)
		r.Host = fmt.Sprint(i, strings.Repeat("x", 10_000))
		v.sendBare(r)
	}},
}

// large is a JSON object with one long text in it.
func large(name string, i int) string {
	return fmt.Sprintf(`{"%s":"%d%s"}`, name, i, strings.Repeat("x", 500_000))
}

func TestWhatStrangersSendIsBoundedAndTakesNothingFromOthers(t *testing.T) {
	const bound = 100 << 20 // of which objects take 64 MiB at most, and the log 24
	for name, f := range floods {
		t.Run(name, func(t *testing.T) {
			v := &vendor{Server: stopped(t), t: t}
			v.control("switches", `{"limitPasswordLogins":true}`)
			made := v.control("apps", `{"name":"Mine"}`)
			first := v.exchange()
			before := heapInUse()
			for i := range f.times {
				f.send(v, i)
			}
			grown := heapInUse() - before
			t.Logf("%d KiB after %d requests", grown>>10, f.times)
			if grown > bound {
				t.Errorf("it has grown by %d MB", grown>>20)
			}
			v.controlRaw(http.MethodDelete, "faults", "")
			v.get(usersPath, str(first, "accessToken")).want(http.StatusOK)
			v.form(refreshPath, "refresh_token", str(first, "refreshToken")).want(http.StatusOK)
			v.formAs(str(made, "clientId"), str(made, "clientSecret"), tokenPath, "grant_type", jwtGrant, "assertion", v.Demo().JWT).want(http.StatusOK)
			v.exchange()
		})
	}
}

func TestTextsOfAUsualLengthAreKept(t *testing.T) {
	v := newVendor(t, sandbox.Options{})
	p := v.person()
	state := strings.Repeat("s", 4_000)
	code := p.code(v.nativeRequest("state", state, "nonce", strings.Repeat("n", 200), "scope", "openid email profile ReadAccounts"))
	got := p.v.redeem(code).want(http.StatusOK).json()
	if got["id_token"] == nil {
		t.Errorf("got %v", got)
	}
	v.login("endpoint_id", strings.Repeat("e", 256))
	v.form("/restapi/oauth/authorize", "response_type", "code", "client_id", v.Demo().NativeClientID, "state", strings.Repeat("s", 4_097),
		"redirect_uri", "http://127.0.0.1/callback").want(http.StatusBadRequest)
	v.demoForm(tokenPath, "grant_type", jwtGrant, "assertion", v.Demo().JWT, "endpoint_id", strings.Repeat("e", 257)).
		wantOAuth(http.StatusBadRequest, "invalid_request", "CMN-101")
}

func TestWhenThereIsTooMuchItIsSaidHowItEnds(t *testing.T) {
	v := newVendor(t, sandbox.Options{})
	made := v.control("admins", `{"username":"kim@example.com","password":"p","platformId":"p1"}`)
	for _, size := range []int{500_000, 20_000, 1} { // as large as there is room for
		for status := http.StatusOK; status == http.StatusOK; {
			status = v.controlRaw(http.MethodPost, "apps", `{"name":"`+strings.Repeat("x", size)+`"}`).status
		}
	}
	got := v.controlRaw(http.MethodPost, "apps", `{"name":"Mine"}`).want(http.StatusBadRequest).body
	if !strings.Contains(got, "too many objects in this sandbox already: reset it") {
		t.Errorf("it says %s", got)
	}
	v.control("clock", `{"advance":"1m"}`)
	v.control("admins/"+str(made, "username"), `{"enabled":false}`)
	v.controlRaw(http.MethodPost, "admins/"+str(made, "username"), large("password", 1)).want(http.StatusRequestEntityTooLarge)
	v.within("http://example.com/_ns/mine").control("apps", `{"name":"Mine"}`)
	v.control("reset", "")
	v.control("apps", `{"name":"Mine"}`)
}

func TestALimitCountsStrangersTogetherWhenThereAreVeryMany(t *testing.T) {
	v := newVendor(t, sandbox.Options{})
	v.control("switches", `{"limitPasswordLogins":true}`)
	login := func(name, password string) reply {
		return v.form("/api/auth/login/admin", "username", name, "password", password, "platformId", v.Demo().PlatformID)
	}
	login(v.Demo().AdminUsername, v.Demo().AdminPassword).want(http.StatusOK)
	for i := range 10_100 {
		login(fmt.Sprint("nobody", i), "x")
	}
	login("nobody", "x").want(http.StatusTooManyRequests)
	for range 4 {
		login(v.Demo().AdminUsername, v.Demo().AdminPassword).want(http.StatusOK)
	}
	login(v.Demo().AdminUsername, v.Demo().AdminPassword).want(http.StatusTooManyRequests)
	v.control("clock", `{"advance":"2m"}`)
	login("nobody", "x").want(http.StatusUnauthorized)
}

func TestTheOldestOfVeryManyAPITokensGoes(t *testing.T) {
	v := newVendor(t, sandbox.Options{NoLimits: true})
	token := str(v.exchange(), "accessToken")
	const path = "/voice/api/v1/admin/token"
	first := v.call(http.MethodPost, path, token).want(http.StatusOK).body
	second := v.call(http.MethodPost, path, token).want(http.StatusOK).body
	works := func(api string) int {
		r := httptest.NewRequest(http.MethodGet, "/api/v1/admin/users", nil)
		r.Header.Set("X-Auth-Token", api)
		return v.send(r).status
	}
	for range 999 {
		v.call(http.MethodPost, path, token).want(http.StatusOK)
	}
	if a, b := works(first), works(second); a != http.StatusUnauthorized || b != http.StatusOK {
		t.Errorf("the oldest is answered %d, the one after it %d", a, b)
	}
}
