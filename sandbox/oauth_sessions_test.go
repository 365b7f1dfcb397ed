package sandbox_test

import (
	"fmt"
	"net/http"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/ringcx-go/ringcx/sandbox"
)

func jsonNumber(v any) string { return fmt.Sprintf("%.0f", v.(float64)) }

func str(m map[string]any, field string) string { s, _ := m[field].(string); return s }

func TestARefreshKillsTheOldAccessTokenAtOnce(t *testing.T) {
	v := newVendor(t, sandbox.Options{NoLimits: true})
	first := v.login()
	second := v.refresh(str(first, "refresh_token")).want(http.StatusOK).json()
	if second["session_id"] != first["session_id"] || second["endpoint_id"] != first["endpoint_id"] {
		t.Error("the session changed")
	}
	v.get(accountPath, str(first, "access_token")).wantAPI(401, "TokenInvalid", "OAU-129")
	v.Advance(10 * time.Second)
	v.get(accountPath, str(first, "access_token")).wantAPI(401, "TokenInvalid", "OAU-213")
	v.get(accountPath, str(second, "access_token")).want(http.StatusOK)
}

func TestASpentRefreshTokenRepeatsItsAnswerForAnHourWhileTheNewTokenIsUnused(t *testing.T) {
	v := newVendor(t, sandbox.Options{NoLimits: true})
	old := str(v.login(), "refresh_token")
	first := v.refresh(old).want(http.StatusOK).json()
	v.Advance(time.Hour - time.Second)
	again := v.refresh(old).want(http.StatusOK).json()
	for _, field := range []string{"access_token", "refresh_token"} {
		if first[field] != again[field] {
			t.Errorf("another %s", field)
		}
	}
	if again["expires_in"] != 1.0 || again["refresh_token_expires_in"] != 604800.0-3599 {
		t.Errorf("lifetimes are not the remaining ones: %v %v", again["expires_in"], again["refresh_token_expires_in"])
	}
	v.wantVerdicts()
	v.Advance(time.Second)
	v.refresh(old).wantOAuth(400, "invalid_grant", "OAU-213")
	v.wantVerdicts("refresh token replayed")
}

func TestASpentRefreshTokenDiesTenSecondsAfterTheNewAccessTokenIsUsed(t *testing.T) {
	v := newVendor(t, sandbox.Options{NoLimits: true})
	old := str(v.login(), "refresh_token")
	next := v.refresh(old).want(http.StatusOK).json()
	v.Advance(20 * time.Minute)
	v.get(accountPath, str(next, "access_token")).want(http.StatusOK)
	v.Advance(10*time.Second - 1)
	if got := v.refresh(old).want(http.StatusOK).json(); got["access_token"] != next["access_token"] {
		t.Error("another access token")
	}
	v.Advance(1)
	v.refresh(old).wantOAuth(400, "invalid_grant", "OAU-213")
	v.wantVerdicts("refresh token replayed")
}

func TestASpentRefreshTokenDiesWhenItsSuccessorIsSpent(t *testing.T) {
	v := newVendor(t, sandbox.Options{NoLimits: true})
	old := str(v.login(), "refresh_token")
	next := str(v.refresh(old).want(http.StatusOK).json(), "refresh_token")
	v.refresh(next).want(http.StatusOK)
	v.refresh(old).wantOAuth(400, "invalid_grant", "OAU-213")
}

func TestRefreshTokensThatCannotBeUsedAreRefusedWithTheirCode(t *testing.T) {
	v := newVendor(t, sandbox.Options{NoLimits: true})
	v.refresh("unknown").wantOAuth(400, "invalid_grant", "OAU-213")

	short := str(v.login("refresh_token_ttl", "0"), "refresh_token")
	v.refresh(short).wantOAuth(400, "invalid_grant", "OAU-210")

	week := str(v.login(), "refresh_token")
	v.Advance(7*24*time.Hour - 1)
	week = str(v.refresh(week).want(http.StatusOK).json(), "refresh_token")
	v.Advance(7 * 24 * time.Hour)
	v.refresh(week).wantOAuth(400, "invalid_grant", "OAU-210")

	mine := v.login()
	other := v.control("apps", `{"refreshTokens":true}`)
	v.formAs(str(other, "clientId"), str(other, "clientSecret"), tokenPath, "grant_type", "refresh_token",
		"refresh_token", str(mine, "refresh_token")).wantOAuth(400, "invalid_grant", "OAU-213")

	v.control("users/"+str(mine, "owner_id"), `{"enabled":false}`)
	v.refresh(str(mine, "refresh_token")).wantOAuth(400, "invalid_grant", "OAU-236")
	v.get(accountPath, str(mine, "access_token")).wantAPI(401, "TokenInvalid", "OAU-236")
}

func TestAnExpiredAccessTokenCanStillBeRefreshed(t *testing.T) {
	v := newVendor(t, sandbox.Options{NoLimits: true})
	pair := v.login("access_token_ttl", "600")
	v.Advance(10*time.Minute - 1)
	v.get(accountPath, str(pair, "access_token")).want(http.StatusOK)
	v.Advance(1)
	v.get(accountPath, str(pair, "access_token")).wantAPI(401, "TokenInvalid", "OAU-128")
	v.refresh(str(pair, "refresh_token")).want(http.StatusOK)
}

func TestTheSixthSessionEvictsTheOldest(t *testing.T) {
	v := newVendor(t, sandbox.Options{NoLimits: true})
	var all []map[string]any
	for range 6 {
		all = append(all, v.login())
	}
	v.get(accountPath, str(all[0], "access_token")).wantAPI(401, "TokenInvalid", "OAU-213")
	v.refresh(str(all[0], "refresh_token")).wantOAuth(400, "invalid_grant", "OAU-213")
	for _, pair := range all[1:] {
		v.get(accountPath, str(pair, "access_token")).want(http.StatusOK)
	}
	ids := map[any]bool{}
	for _, pair := range all {
		ids[pair["session_id"]] = true
	}
	if len(ids) != 6 {
		t.Errorf("%d session ids for 6 logins", len(ids))
	}
}

func TestTheSixthSessionCanBeSwitchedToBeRefused(t *testing.T) {
	v := newVendor(t, sandbox.Options{NoLimits: true})
	v.control("switches", `{"sessionCapRefuses":true}`)
	first := v.login()
	for range 4 {
		v.login()
	}
	login := func() reply { return v.demoForm(tokenPath, "grant_type", jwtGrant, "assertion", v.Demo().JWT) }
	login().wantOAuth(429, "invalid_request", "CMN-301")
	v.refresh(str(first, "refresh_token")).want(http.StatusOK)
	v.demoForm(revokePath, "token", str(first, "refresh_token")).want(http.StatusOK)
	login().want(http.StatusOK)

	v.controlRaw(http.MethodPost, "switches", `{"other":true}`).want(http.StatusBadRequest)
	v.control("reset", ``)
	state := v.get("/_sandbox/state", "").want(http.StatusOK).json()
	if got := state["switches"].(map[string]any)["sessionCapRefuses"]; got != false {
		t.Errorf("after a reset the switch is %v", got)
	}
}

func TestRevokingAnyTokenEndsTheWholeSession(t *testing.T) {
	v := newVendor(t, sandbox.Options{NoLimits: true})
	for _, kind := range []string{"access_token", "refresh_token"} {
		bystander, first := v.login(), v.login()
		second := v.refresh(str(first, "refresh_token")).want(http.StatusOK).json()
		r := v.demoForm(revokePath, "token", str(second, kind)).want(http.StatusOK)
		if r.body != "" || r.header.Get("Content-Length") != "0" {
			t.Errorf("revoke answered %q", r.body)
		}
		v.get(accountPath, str(second, "access_token")).wantAPI(401, "TokenInvalid", "OAU-213")
		v.refresh(str(second, "refresh_token")).wantOAuth(400, "invalid_grant", "OAU-211")
		v.refresh(str(first, "refresh_token")).wantOAuth(400, "invalid_grant", "OAU-211")
		v.get(accountPath, str(bystander, "access_token")).want(http.StatusOK)
	}
}

func TestRevokeRefusesWhatItCannotRevoke(t *testing.T) {
	v := newVendor(t, sandbox.Options{NoLimits: true})
	pair := v.login()
	v.demoForm(revokePath).wantOAuth(400, "invalid_request", "CMN-101")
	v.demoForm(revokePath, "token", "a", "token", "b").wantOAuth(400, "invalid_request", "OAU-111")
	v.demoForm(revokePath, "token", "unknown").want(http.StatusOK)
	v.form(revokePath, "token", str(pair, "access_token")).wantOAuth(400, "invalid_client", "OAU-123")
	other := v.control("apps", `{}`)
	v.formAs(str(other, "clientId"), str(other, "clientSecret"), revokePath, "token", str(pair, "access_token")).
		wantOAuth(400, "invalid_client", "OAU-164")
	v.get(accountPath, str(pair, "access_token")).want(http.StatusOK)
	v.call(http.MethodPost, revokePath, "").wantOAuth(415, "invalid_request", "CMN-415")

	v.demoForm(revokePath + "?token=" + str(pair, "access_token")).want(http.StatusOK)
	v.wantVerdicts("token in a URL")
	v.get(accountPath, str(pair, "access_token")).wantAPI(401, "TokenInvalid", "OAU-213")
}

func TestDeletingAJWTCredentialLeavesItsSessionsAlone(t *testing.T) {
	v := newVendor(t, sandbox.Options{NoLimits: true})
	made := v.control("credentials", `{}`)
	pair := v.demoForm(tokenPath, "grant_type", jwtGrant, "assertion", str(made, "jwt")).want(http.StatusOK).json()
	v.controlRaw(http.MethodDelete, "credentials/"+str(made, "id"), "").want(http.StatusOK)
	v.refresh(str(pair, "refresh_token")).want(http.StatusOK)
}

func TestThePlatformSaysWhatIsWrongWithABearerToken(t *testing.T) {
	v := newVendor(t, sandbox.Options{NoLimits: true})
	v.get(accountPath, "").wantAPI(401, "AGW-401", "AGW-401")
	r := formRequest(accountPath)
	r.Method = http.MethodGet
	r.Header.Set("Authorization", "Basic eDp5")
	v.send(r).wantAPI(401, "AGW-402", "AGW-402")
	bad := v.get(accountPath, v.Demo().JWT).wantAPI(401, "TokenInvalid", "OAU-149")
	want := `Bearer realm="RingCentral REST API", error="invalid_token", error_description="OAuth token is invalid"`
	if diff := cmp.Diff(want, bad.header.Get("WWW-Authenticate")); diff != "" {
		t.Error(diff)
	}
	v.get(accountPath+"?access_token="+str(v.login(), "access_token"), "").want(http.StatusOK)
	v.wantVerdicts("token in a URL")
}
