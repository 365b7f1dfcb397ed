package sandbox_test

import (
	"net/http/httptest"
	"strings"
	"time"
)

// cx exchanges, and gives both RingCX tokens.
func (v *vendor) cx() (access, refresh string) {
	v.t.Helper()
	got := v.exchange()
	return str(got, "accessToken"), str(got, "refreshToken")
}

func (v *vendor) cxRefresh(token string) reply {
	v.t.Helper()
	return v.form(refreshPath, "refresh_token", token)
}

func (v *vendor) cxClaims() map[string]any {
	v.t.Helper()
	access, _ := v.cx()
	return v.get("/api/auth/token/claims", access).want(200).json()
}

// exchangeAs exchanges the token of the user of another account.
func (v *vendor) exchangeAs(account string) reply {
	v.t.Helper()
	made := v.control("accounts", account)
	cred := v.control("credentials", `{"user":`+jsonNumber(made["userId"])+`}`)
	app, secret := v.newApp(`{"account":` + jsonNumber(made["accountId"]) + `}`)
	got := v.formAs(app, secret, tokenPath, "grant_type", jwtGrant, "assertion", str(cred, "jwt")).want(200).json()
	return v.exchangeToken(str(got, "access_token"))
}

// segment is the path of a call summary, with a token to read it.
func (v *vendor) segment() (path, token string) {
	v.t.Helper()
	cx := v.exchange()
	sub := str(cx["agentDetails"].([]any)[0].(map[string]any), "accountId")
	id := str(v.get("/_sandbox/env", "").want(200).json(), "segmentId")
	return summaryPath + sub + "/segments/" + id + "/agent", str(cx, "accessToken")
}

var ringcxProbes = map[string]probe{
	"exchangeTokenTypeRequired": {true, func(v *vendor) any {
		access, _ := v.pair()
		return code(v.form(exchangePath, "rcAccessToken", access))
	}},
	"exchangeTokenTypeIgnoresCase": {false, func(v *vendor) any {
		access, _ := v.pair()
		return code(v.form(exchangePath, "rcAccessToken", access, "rcTokenType", "bearer"))
	}},
	"exchangeTokenTypeChecked": {false, func(v *vendor) any {
		access, _ := v.pair()
		return code(v.form(exchangePath, "rcAccessToken", access, "rcTokenType", "JWT"))
	}},
	"exchangeRoleStatus": {403, func(v *vendor) any {
		v.control("users/"+str(v.login(), "owner_id"), `{"role":"No API access"}`)
		access, _ := v.pair()
		return code(v.exchangeToken(access))
	}},
	"exchangeCookieTTL": {"1h", func(v *vendor) any {
		access, _ := v.pair()
		return v.exchangeToken(access).want(200).header.Get("Set-Cookie") == ""
	}},
	"ssoLoginFollows":         {false, func(v *vendor) any { return v.exchange()["ssoLogin"] }},
	"managedAccountsReturned": {false, func(v *vendor) any { return v.exchange()["managedMainAccountIds"] == nil }},
	"rolesWithDescription": {true, func(v *vendor) any {
		access, _ := v.cx()
		return v.get(usersPath, access).list()[0]["roles"]
	}},
	"timezoneName": {false, func(v *vendor) any {
		access, _ := v.cx()
		return v.get(usersPath, access).list()[0]["regionalSettings"]
	}},
	"exchangeTokenStatus": {400, func(v *vendor) any { return code(v.exchangeToken("unknown")) }},
	"exchangeScopeStatus": {401, func(v *vendor) any {
		app, secret := v.newApp(`{"scopes":["ReadCallLog"]}`)
		got := v.formAs(app, secret, tokenPath, "grant_type", jwtGrant, "assertion", v.Demo().JWT).want(200).json()
		return code(v.exchangeToken(str(got, "access_token")))
	}},
	"exchangeAccountStatus": {404, func(v *vendor) any { return code(v.exchangeAs(`{"ringcx":true}`)) }},
	"exchangeLinkStatus":    {403, func(v *vendor) any { return code(v.exchangeAs(`{"production":true}`)) }},
	"ringcxMissingStatus":   {422, func(v *vendor) any { return code(v.form(exchangePath)) }},
	"ringcxTokenTTL": {"1m", func(v *vendor) any {
		access, _ := v.cx()
		v.Advance(2 * time.Minute)
		return v.get(accountsPath, access).status
	}},
	"ringcxIssuedAt":   {false, func(v *vendor) any { return v.cxClaims()["iat"] }},
	"ringcxIssuer":     {"https://other.invalid", func(v *vendor) any { return v.cxClaims()["iss"] }},
	"ringcxAudience":   {"other", func(v *vendor) any { return v.cxClaims()["aud"] }},
	"ringcxXauthClaim": {false, func(v *vendor) any { return v.cxClaims()["xauth"] == nil }},
	"ringcxClockSkew": {"30s", func(v *vendor) any {
		access, _ := v.cx()
		v.Advance(5*time.Minute + soon)
		return v.get(accountsPath, access).status
	}},
	"ringcxLogoutEndsAccess": {true, func(v *vendor) any {
		access, refresh := v.cx()
		v.call("DELETE", "/api/auth/logout/"+refresh, "").want(200)
		return v.get(accountsPath, access).status
	}},
	"sessionEndTakesRingcx": {true, func(v *vendor) any {
		rc, _ := v.pair()
		got := v.exchangeToken(rc).want(200).json()
		v.demoForm(revokePath, "token", rc).want(200)
		return [2]int{v.get(accountsPath, str(got, "accessToken")).status, v.cxRefresh(str(got, "refreshToken")).status}
	}},
	"ringcxRefreshReuse": {"accept", func(v *vendor) any {
		_, refresh := v.cx()
		v.cxRefresh(refresh).want(200)
		return code(v.cxRefresh(refresh))
	}},
	"ringcxRefreshTTL": {"1m", func(v *vendor) any {
		_, refresh := v.cx()
		v.Advance(time.Hour)
		return code(v.cxRefresh(refresh))
	}},
	"ringcxRefreshStatus": {400, func(v *vendor) any { return code(v.cxRefresh("unknown")) }},
	"ringcxLogoutStatus":  {404, func(v *vendor) any { return code(v.call("DELETE", "/api/auth/logout/unknown", "")) }},
	"ringcxDoneText": {"done", func(v *vendor) any {
		access, _ := v.cx()
		return v.get("/api/auth/token/validate", access).body
	}},
	"gatewayExpiredText": {"JWT is expired.", func(v *vendor) any {
		access, _ := v.cx()
		v.Advance(time.Hour)
		return v.get(accountsPath, access).body
	}},
	"gatewayTexts":     {"expired", func(v *vendor) any { return v.get(accountsPath, "nonsense").body }},
	"gatewayChallenge": {false, func(v *vendor) any { return v.get(accountsPath, "").header.Get("WWW-Authenticate") }},
	"callerStatus": {401, func(v *vendor) any {
		return v.get(accountsPath, v.agentToken()).status
	}},
	"mainAccountListed": {false, func(v *vendor) any {
		access, _ := v.cx()
		return len(v.get(accountsPath, access).list())
	}},
	"maxRowsDefault": {1, func(v *vendor) any {
		access, _ := v.cx()
		sub := str(v.get(accountsPath, access).list()[0], "accountId")
		return len(v.get(accountsPath+"/"+sub+"/agentGroups", access).list())
	}},
	"ringcxErrorCode":     {false, func(v *vendor) any { return v.form(exchangePath).body }},
	"ringcxErrorFullPath": {true, func(v *vendor) any { return v.form("/voice/api/v1/auth/login").json()["requestUri"] }},
	"falseStatus": {409, func(v *vendor) any {
		return v.form(resetPath, "token", "unknown", "password", "new").status
	}},
	"redirectViewsRedirect": {true, func(v *vendor) any { return v.get("/oauthcallback", "").status }},
	"summaryAsJson": {true, func(v *vendor) any {
		path, token := v.segment()
		return v.cookie(path, token).want(200).body
	}},
	"summaryRefusalFromGateway": {false, func(v *vendor) any {
		path, _ := v.segment()
		return v.get(path, "").header.Get("Content-Type")
	}},
}

// agentToken is the RingCX token of an agent.
func (v *vendor) agentToken() string {
	v.t.Helper()
	_, username := v.standalone()
	got := v.signIn(agentLogin, "username", username, "password", "open sesame").want(200).json()
	return str(got, "accessToken")
}

var directProbes = map[string]probe{
	"platformIdOptional": {true, func(v *vendor) any { return v.signIn(adminLogin, "platformId", "-").status }},
	"redirectUrlReturned": {false, func(v *vendor) any {
		return v.signIn(adminLogin, "redirectToApp", "true", "redirectUrl", "/x").want(200).json()["redirectUrl"]
	}},
	"passwordLoginRefresh": {false, func(v *vendor) any { return v.signIn(adminLogin).json()["refreshToken"] == nil }},
	"passwordLoginStatus":  {404, func(v *vendor) any { return v.signIn(adminLogin, "password", "guess").status }},
	"passwordLoginDisabledStatus": {401, func(v *vendor) any {
		v.control("admins", `{"username":"off","password":"p","enabled":false}`)
		return v.signIn(adminLogin, "username", "off", "password", "p").status
	}},
	"usernamesIgnoreCase": {true, func(v *vendor) any {
		return v.signIn(adminLogin, "username", strings.ToUpper(v.Demo().AdminUsername)).status
	}},
	"hashcodeChanges": {true, func(v *vendor) any { return v.exchange()["loginHashcode"] == v.exchange()["loginHashcode"] }},
	"loginCodeTTL": {"1m", func(v *vendor) any {
		got := str(v.control("codes", `{}`), "code")
		v.Advance(2 * time.Minute)
		return v.form(codeLogin, "code", got).status
	}},
	"loginCodeStatus": {403, func(v *vendor) any { return v.form(codeLogin, "code", "unknown").status }},
	"digitalJwtAccepted": {true, func(v *vendor) any {
		access, _ := v.cx()
		return v.get(accountsPath, v.get("/api/auth/token/digitaljwt", access).want(200).body).status
	}},
	"resetTellsUnknownNames": {true, func(v *vendor) any {
		return v.form(resetRequest, "userName", "nobody", "returnPath", "/").body
	}},
	"passwordResetTTL": {"1m", func(v *vendor) any {
		v.form(resetRequest, "userName", v.Demo().AdminUsername, "returnPath", "/").want(200)
		mail := v.mail()[0].(map[string]any)
		v.Advance(2 * time.Minute)
		return v.form(resetPath, "token", str(mail, "token"), "password", "new").body
	}},
}

var xauthProbes = map[string]probe{
	"authTokenTTL": {"1m", func(v *vendor) any {
		token := v.legacy()
		v.Advance(2 * time.Minute)
		return v.xauth("GET", usersPath, token).status
	}},
	"authTokenLongTTL": {"1m", func(v *vendor) any {
		token := v.legacy("stayLoggedIn", "true")
		v.Advance(2 * time.Minute)
		return v.xauth("GET", usersPath, token).status
	}},
	"apiTokenDeletionAnonymous": {true, func(v *vendor) any {
		access, _ := v.cx()
		token := v.call("POST", apiTokens, access).want(200).body
		return brief(v.call("DELETE", apiTokens+"/"+token, ""))
	}},
	"xauthEverywhere": {false, func(v *vendor) any { return v.xauth("GET", usersPath, v.legacy()).status }},
	"xauthWins": {true, func(v *vendor) any {
		access, _ := v.cx()
		r := httptest.NewRequest("GET", usersPath, nil)
		r.Header.Set("Authorization", "Bearer "+access)
		r.Header.Set("X-Auth-Token", "unknown")
		return v.send(r).status
	}},
	"xauthTexts": {"not-valid", func(v *vendor) any {
		token := v.legacy()
		v.Advance(2 * time.Hour)
		return v.xauth("GET", usersPath, token).json()["generalMessage"]
	}},
	"tokenCheckExtends": {true, func(v *vendor) any {
		token := v.legacy()
		v.Advance(40 * time.Minute)
		v.get(tokenValid+"?token="+token, "").want(200)
		v.Advance(40 * time.Minute)
		return v.xauth("GET", usersPath, token).status
	}},
}
