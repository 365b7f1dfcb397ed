package sandbox_test

import (
	"net/http"
	"strings"
	"testing"
	"time"
)

// theirs are the paths of the platform that need a token, and their methods.
var theirs = map[string]string{
	"/restapi/oauth/userinfo": http.MethodGet, sessionPath: http.MethodGet, webSocketPath: http.MethodPost,
	externalPath: http.MethodGet, clientInfoPath: http.MethodGet, profilePath: http.MethodGet,
	profilePath + "/check?permissionId=ReadExtensions": http.MethodGet,
}

func TestEachPlatformPathRefusesWhoHasNoGoodToken(t *testing.T) {
	v := codeVendor(t)
	revoked, expired := str(v.login(), "access_token"), str(v.login(), "access_token")
	v.demoForm(revokePath, "token", revoked)
	v.Advance(2 * time.Hour)
	good, ringcx := str(v.login(), "access_token"), str(v.exchange(), "accessToken")
	for path, method := range theirs {
		t.Run(path, func(t *testing.T) {
			v := &vendor{Server: v.Server, t: t}
			v.call(method, path, "").wantAPI(401, "AGW-401", "AGW-401")
			v.call(method, path, "nonsense").wantAPI(401, "TokenInvalid", "OAU-149")
			v.call(method, path, revoked).wantAPI(401, "TokenInvalid", "OAU-213")
			v.call(method, path, expired).wantAPI(401, "TokenInvalid", "OAU-128")
			v.call(method, path, ringcx).wantAPI(401, "TokenInvalid", "OAU-149")
			v.call(method, path, good).want(map[bool]int{true: 403, false: 200}[path == webSocketPath])
			v.call(http.MethodDelete, path, "").want(405)
		})
	}
}

func TestEachPlatformPathCountsInItsGroup(t *testing.T) {
	for path, limit := range map[string]int{
		"/restapi/oauth/userinfo": 4, sessionPath: 4, webSocketPath: 4, profilePath: 40, clientInfoPath: 50,
		profilePath + "/check?permissionId=x": 50, // one of the five went into the login
	} {
		t.Run(path, func(t *testing.T) {
			v := newVendor(t, defaultOptions)
			token := str(v.login(), "access_token")
			method := http.MethodGet
			if path == webSocketPath {
				method = http.MethodPost
			}
			for range limit {
				if r := v.call(method, path, token); r.status == http.StatusTooManyRequests {
					t.Fatal("too early")
				}
			}
			v.call(method, path, token).wantAPI(429, "CMN-301", "CMN-301")
			v.Advance(59 * time.Second)
			v.call(method, path, token).want(429) // which begins the penalty anew
			v.Advance(59 * time.Second)
			v.call(method, path, token).want(429)
			v.Advance(time.Minute)
			if r := v.call(method, path, token); r.status == http.StatusTooManyRequests {
				t.Error("still refused")
			}
		})
	}
}

func TestDiscoveryBeforeALoginNeedsAnAppThatExists(t *testing.T) {
	v := codeVendor(t)
	v.get(initialPath, "").wantAPI(400, "CMN-101", "CMN-101")
	v.get(initialPath+"?clientId=nobody", "").wantAPI(400, "CMN-101", "CMN-101")
	got := v.get(initialPath+"?brandId=3610&clientId="+v.Demo().NativeClientID, "").want(200).json()
	if got["brandId"] != "3610" {
		t.Errorf("brand %v", got["brandId"])
	}
}

func TestAnAuthorizeRequestWithDiscoveryIsToldWhereToGoOn(t *testing.T) {
	v := codeVendor(t)
	p := v.person()
	got := p.submit(p.signIn(v.nativeRequest("discovery", "true")), "decision", "allow").callback()
	if got.Get("token_uri") != "http://example.com"+tokenPath || got.Get("discovery_uri") != "http://example.com"+externalPath {
		t.Errorf("the app is told %v", got)
	}
	got = p.submit(p.open(v.nativeRequest()), "decision", "allow").callback()
	if got.Has("token_uri") || got.Has("discovery_uri") {
		t.Errorf("the app is told %v, and did not ask", got)
	}
}

func TestOnlyAppsOfPartnersMayLookAtTokens(t *testing.T) {
	v := codeVendor(t)
	id, secret := v.partner()
	login := v.login()
	token := str(login, "access_token")
	v.demoForm(introspectPath, "token", token).wantAPI(403, "InsufficientPermissions", "CMN-401")
	v.form(introspectPath, "token", token).wantOAuth(400, "invalid_client", "OAU-123")
	v.formAs(id, "wrong", introspectPath, "token", token).wantOAuth(401, "invalid_client", "OAU-146")
	v.formAs(id, secret, introspectPath).wantOAuth(400, "invalid_request", "CMN-101")
	v.formAs(id, secret, introspectPath, "token", "a", "token", "b").wantOAuth(400, "invalid_request", "OAU-111")
	v.call(http.MethodPost, introspectPath, "").want(415)

	got := v.formAs(id, secret, introspectPath, "token", token).want(200).json()
	now := float64(v.Now().Unix())
	if got["active"] != true || got["client_id"] != v.Demo().ClientID || got["sub"] != login["owner_id"] ||
		got["session_id"] != login["session_id"] || got["iat"] != now || got["exp"] != now+3600 {
		t.Errorf("it says %v", got)
	}
	inactive := func(token string) {
		t.Helper()
		if r := v.formAs(id, secret, introspectPath, "token", token).want(200); r.body != `{"active":false}` {
			t.Errorf("it says %s", r.body)
		}
	}
	inactive(str(login, "refresh_token"))
	v.Advance(time.Hour)
	inactive(token)
}

func TestAWebSocketTokenNeedsThePermission(t *testing.T) {
	v := codeVendor(t)
	v.call(http.MethodPost, webSocketPath, v.tokenOf("ReadAccounts")).wantAPI(403, "InsufficientPermissions", "CMN-401")
	for _, scope := range []string{"WebSocket", "WebSocketsSubscriptions"} {
		got := v.call(http.MethodPost, webSocketPath, v.tokenOf(scope)).want(200).json()
		if !strings.HasPrefix(str(got, "uri"), "ws://example.com/") {
			t.Errorf("it is for %v", got["uri"])
		}
	}
}

func TestThePermissionsOfAUserAreThoseOfTheRole(t *testing.T) {
	v := codeVendor(t)
	token := str(v.login(), "access_token")
	v.get(profilePath+"/check", token).wantAPI(400, "CMN-101", "CMN-101")
	var profile struct {
		Permissions []struct{ Permission struct{ ID string } }
	}
	v.get(profilePath, token).want(200).decode(&profile)
	if len(profile.Permissions) == 0 {
		t.Fatal("the demo user may do nothing")
	}
	for _, p := range profile.Permissions {
		got := v.get(profilePath+"/check?permissionId="+p.Permission.ID, token).want(200).json()
		if got["successful"] != true {
			t.Errorf("%s is in the profile, and the check says %v", p.Permission.ID, got)
		}
	}
	for _, path := range []string{
		"/restapi/v1.0/account/1/extension/~/authz-profile", accountPath + "/extension/1/authz-profile",
	} {
		v.get(path, token).wantAPI(404, "CMN-102", "CMN-102")
	}
	v.get(profilePath, v.tokenOf("ReadCallLog")).wantAPI(403, "InsufficientPermissions", "CMN-401")
}
