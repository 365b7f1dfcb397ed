package sandbox_test

import (
	"strings"
	"time"

	"github.com/go-jose/go-jose/v4"
)

const (
	soon = time.Second
)

// pair logs in, and gives both tokens.
func (v *vendor) pair() (access, refresh string) {
	v.t.Helper()
	got := v.login()
	return str(got, "access_token"), str(got, "refresh_token")
}

// works is the code of a call with a RingCentral token.
func (v *vendor) works(token string) string { return code(v.get(accountPath, token)) }

// newApp makes an app over the control plane.
func (v *vendor) newApp(body string) (id, secret string) {
	v.t.Helper()
	made := v.control("apps", body)
	return str(made, "clientId"), str(made, "clientSecret")
}

// signing are the claims of an assertion of the demo app, signed with its secret.
func (v *vendor) signing(pairs ...any) string {
	v.t.Helper()
	return signedBy(v.t, jose.HS256, []byte(v.Demo().ClientSecret), v.claims(v.Demo().ClientID, pairs...))
}

var platformProbes = map[string]probe{
	"accessTokenTTL":        {"2h", func(v *vendor) any { return v.login()["expires_in"] }},
	"accessTokenTTLMinimum": {"1m", func(v *vendor) any { return v.login("access_token_ttl", "1")["expires_in"] }},
	"refreshTokenTTL":       {"1h", func(v *vendor) any { return v.login()["refresh_token_expires_in"] }},
	"jwtLoginReusesSession": {true, func(v *vendor) any { return v.login()["session_id"] == v.login()["session_id"] }},
	"credentialDeletionEndsSessions": {true, func(v *vendor) any {
		made := v.control("credentials", `{}`)
		got := v.demoForm(tokenPath, "grant_type", jwtGrant, "assertion", str(made, "jwt")).want(200).json()
		v.controlRaw("DELETE", "credentials/"+str(made, "id"), "").want(200)
		return v.works(str(got, "access_token"))
	}},
	"scopeExcessRefused": {true, func(v *vendor) any {
		return code(v.demoForm(tokenPath, "grant_type", jwtGrant, "assertion", v.Demo().JWT, "scope", "ReadAccounts Video"))
	}},
	"scopeNarrows": {false, func(v *vendor) any {
		id, secret := v.newApp(`{"scopes":["ReadAccounts","ReadCallLog"]}`)
		return v.formAs(id, secret, tokenPath, "grant_type", jwtGrant, "assertion", v.Demo().JWT, "scope", "ReadCallLog").want(200).json()["scope"]
	}},
	"scopeFollowsRole": {true, func(v *vendor) any {
		id, secret := v.newApp(`{"scopes":["ReadAccounts","ReadCallLog"]}`)
		v.control("users/"+str(v.login(), "owner_id"), `{"role":"No API access"}`)
		return v.formAs(id, secret, tokenPath, "grant_type", jwtGrant, "assertion", v.Demo().JWT).want(200).json()["scope"]
	}},
	"refreshAnswersScope": {false, func(v *vendor) any {
		_, refresh := v.pair()
		return v.refresh(refresh).want(200).json()["scope"]
	}},
	"clientSecretInForm": {true, func(v *vendor) any {
		return code(v.form(tokenPath, "grant_type", jwtGrant, "assertion", v.Demo().JWT, "client_id", v.Demo().ClientID, "client_secret", v.Demo().ClientSecret))
	}},
	"assertionCodes": {"OAU-213", func(v *vendor) any {
		return code(v.demoForm(tokenPath, "grant_type", jwtGrant, "assertion", "nonsense"))
	}},
	"bodyTypeChecked":  {false, func(v *vendor) any { return code(v.call("POST", tokenPath, "")) }},
	"unknownGrantCode": {"OAU-251", func(v *vendor) any { return code(v.failingLogin()) }},
	"refreshCodes": {"OAU-213", func(v *vendor) any {
		access, refresh := v.pair()
		v.demoForm(revokePath, "token", access).want(200)
		return code(v.refresh(refresh))
	}},
	"endedTokenCode": {"OAU-211", func(v *vendor) any {
		access, _ := v.pair()
		v.demoForm(revokePath, "token", access).want(200)
		return v.works(access)
	}},
	"revokeUnknownStatus": {400, func(v *vendor) any { return code(v.demoForm(revokePath, "token", "unknown")) }},
	"clientRefusalStatus": {400, func(v *vendor) any { return code(v.formAs(v.Demo().ClientID, "wrong", tokenPath)) }},
	"clientAssertionTTL": {"2h", func(v *vendor) any {
		return code(v.asserting(v.signing("exp", v.Now().Add(90*time.Minute).Unix())))
	}},
	"clientAssertionSingleUse": {false, func(v *vendor) any {
		assertion := v.signing()
		return code(v.asserting(assertion)) + code(v.asserting(assertion))
	}},
	"clientAssertionAudience": {"issuer", func(v *vendor) any { return code(v.asserting(v.signing())) }},
	"transportCodes":          {"CMN-101", func(v *vendor) any { return code(v.get(tokenPath, "")) }},
	"replacedTokenTellsFor": {"1m", func(v *vendor) any {
		access, refresh := v.pair()
		v.refresh(refresh).want(200)
		v.Advance(30 * time.Second)
		return v.works(access)
	}},
	"graceAfterUse": {"2m", func(v *vendor) any {
		_, refresh := v.pair()
		v.works(str(v.refresh(refresh).want(200).json(), "access_token"))
		v.Advance(time.Minute)
		return code(v.refresh(refresh))
	}},
	"graceUnused": {"1s", func(v *vendor) any {
		_, refresh := v.pair()
		v.refresh(refresh).want(200)
		v.Advance(time.Minute)
		return code(v.refresh(refresh))
	}},
	"sessionCap": {2, func(v *vendor) any {
		first, _ := v.pair()
		v.login()
		v.login()
		return v.works(first)
	}},
	"sessionCapRefuses": {true, func(v *vendor) any {
		for range 5 {
			v.login()
		}
		return code(v.demoForm(tokenPath, "grant_type", jwtGrant, "assertion", v.Demo().JWT))
	}},
}

var browserProbes = map[string]probe{
	"authorizationCodeTTL": {"10s", func(v *vendor) any {
		code := v.person().code(v.nativeRequest())
		v.Advance(30 * time.Second)
		return v.redeem(code).status
	}},
	"idTokenTTL": {"10m", func(v *vendor) any {
		p := v.person()
		p.signIn(v.nativeRequest())
		claims := v.identified(p, "scope", "openid")
		return claims["exp"].(float64) - claims["iat"].(float64)
	}},
	"signInPageTTL": {"1m", func(v *vendor) any {
		p := v.person()
		page := p.open(v.nativeRequest())
		v.Advance(2 * time.Minute)
		return p.submit(page, "as", "demo").status
	}},
	"browserSignInTTL": {"1m", func(v *vendor) any {
		p := v.person()
		p.signIn(v.nativeRequest())
		v.Advance(2 * time.Minute)
		return strings.Contains(p.open(v.nativeRequest()).body, "<h1>Sign in")
	}},
	"consentEveryTime": {false, func(v *vendor) any {
		p := v.person()
		p.code(v.nativeRequest())
		return p.open(v.nativeRequest()).status
	}},
	"wrongPasswordTries": {2, func(v *vendor) any {
		return strings.Contains(v.mistaken(3).body, "OAU-147")
	}},
	"wrongPasswordLock": {"1m", func(v *vendor) any {
		v.mistaken(6)
		v.Advance(2 * time.Minute)
		return strings.Contains(v.mistaken(1).body, "OAU-147")
	}},
	"wrongPasswordStatus": {403, func(v *vendor) any { return v.mistaken(1).status }},
	"authorizeLimited": {true, func(v *vendor) any {
		v.control("switches", `{"authLimit":5}`)
		return v.person().open(v.nativeRequest()).status + v.ask(v.nativeRequest(), 6)
	}},
	"authorizePage400":    {true, func(v *vendor) any { return v.person().open(v.nativeRequest("client_id", "nobody")).status }},
	"authorizationIssuer": {true, func(v *vendor) any { return v.get("/.well-known/openid-configuration", "").body }},
	"requestErrorsOnPage": {true, func(v *vendor) any { return v.person().open(v.nativeRequest("response_type", "token")).status }},
	"challengeRequired": {false, func(v *vendor) any {
		return v.person().open(v.nativeRequest("code_challenge", "", "code_challenge_method", "")).status
	}},
	"loopbackAnyPort": {false, func(v *vendor) any {
		return v.person().open(v.nativeRequest("redirect_uri", "http://127.0.0.1:1/callback")).status
	}},
	"promptLoginAsks": {false, func(v *vendor) any {
		p := v.person()
		p.signIn(v.nativeRequest())
		return strings.Contains(p.open(v.nativeRequest("prompt", "login")).body, "<h1>Sign in")
	}},
	"promptNoneWorks": {false, func(v *vendor) any {
		p := v.person()
		p.code(v.nativeRequest())
		return p.open(v.nativeRequest("prompt", "none")).callback().Get("error")
	}},
	"redirectUriRepeated": {false, func(v *vendor) any {
		return code(v.redeem(v.person().code(v.nativeRequest()), "redirect_uri", ""))
	}},
	"codeRefusalStatus": {401, func(v *vendor) any { return code(v.redeem("unknown")) }},
	"unannouncedVerifierRefused": {false, func(v *vendor) any {
		return code(v.redeemWeb(v.person().code(v.webRequest()), "code_verifier", verifier))
	}},
	"failedCodeIsSpent": {true, func(v *vendor) any {
		got := v.person().code(v.nativeRequest())
		v.redeem(got, "code_verifier", "")
		return code(v.redeem(got))
	}},
	"codeReplayEndsSession": {false, func(v *vendor) any {
		got := v.person().code(v.nativeRequest())
		token := str(v.redeem(got).want(200).json(), "access_token")
		v.redeem(got)
		return v.works(token)
	}},
}

// mistaken signs in with a wrong password, again and again, and gives the last page.
func (v *vendor) mistaken(times int) reply {
	v.t.Helper()
	p := v.person()
	page := p.open(v.nativeRequest())
	for range times {
		page = p.submit(page, "username", v.Demo().Email, "password", "guess")
	}
	return page
}

// ask sends the same request again and again, and gives the last status.
func (v *vendor) ask(target string, times int) int {
	v.t.Helper()
	last := 0
	for range times {
		last = v.get(target, "").status
	}
	return last
}
