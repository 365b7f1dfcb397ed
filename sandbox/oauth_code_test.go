package sandbox_test

import (
	"net/http"
	"testing"
	"time"
)

func TestACodeThatComesTwiceEndsTheSessionItGave(t *testing.T) {
	v := codeVendor(t)
	code := v.person().code(v.nativeRequest())
	pair := v.redeem(code).want(http.StatusOK).json()
	v.wantVerdicts()
	v.redeem(code).wantOAuth(400, "invalid_grant", "OAU-106")
	v.wantVerdicts("authorization code used twice")
	v.get(accountPath, str(pair, "access_token")).wantAPI(401, "TokenInvalid", "OAU-213")
	v.form(tokenPath, "grant_type", "refresh_token", "client_id", v.Demo().NativeClientID,
		"refresh_token", str(pair, "refresh_token")).wantOAuth(400, "invalid_grant", "OAU-211")
}

func TestACodeLivesForOneMinute(t *testing.T) {
	v := codeVendor(t)
	p := v.person()
	young, old := p.code(v.nativeRequest()), v.person().code(v.nativeRequest())
	v.Advance(time.Minute - 1)
	v.redeem(young).want(http.StatusOK)
	v.Advance(1)
	v.redeem(old).wantOAuth(400, "invalid_grant", "OAU-108")
}

func TestACodeIsGoodOnlyForWhatItWasGivenFor(t *testing.T) {
	v := codeVendor(t)
	web := v.Demo()
	other := v.control("apps", `{"auth":"code","redirectUris":["https://app.example/"]}`)
	code := v.person().code(v.nativeRequest())
	v.redeem("unknown").wantOAuth(400, "invalid_grant", "OAU-106")
	v.redeem("").wantOAuth(400, "invalid_request", "CMN-101")
	v.redeemWeb(code, "redirect_uri", loopback, "code_verifier", verifier).wantOAuth(400, "invalid_grant", "OAU-110")
	v.redeem(code, "redirect_uri", "http://127.0.0.1:1/callback").wantOAuth(400, "invalid_redirect_uri", "OAU-109")
	v.redeem(code, "redirect_uri", "").wantOAuth(400, "invalid_redirect_uri", "OAU-109")
	v.redeem(code).want(http.StatusOK) // an attempt that fails does not spend the code

	code = v.person().code(v.webRequest())
	v.redeemWeb(code, "redirect_uri", "http://127.0.0.1:8081/callback").wantOAuth(400, "invalid_redirect_uri", "OAU-109")
	v.formAs(str(other, "clientId"), str(other, "clientSecret"), tokenPath, "grant_type", "authorization_code",
		"code", code).wantOAuth(400, "invalid_grant", "OAU-110")
	v.form(tokenPath, "grant_type", "authorization_code", "code", code, "client_id", web.WebClientID).
		wantOAuth(400, "invalid_client", "OAU-123")
	v.redeemWeb(code).want(http.StatusOK)
	v.demoForm(tokenPath, "grant_type", "authorization_code", "code", code).wantOAuth(400, "unauthorized_client", "OAU-251")
}

func TestTheVerifierHasToFitTheChallenge(t *testing.T) {
	v := codeVendor(t)
	plain := []string{"code_challenge", verifier, "code_challenge_method", "plain"}
	silent := []string{"code_challenge", verifier, "code_challenge_method", ""}
	for name, c := range map[string]struct {
		request  []string
		verifier string
		good     bool
	}{
		"S256":                       {nil, verifier, true},
		"S256, another verifier":     {nil, verifier + "x", false},
		"S256, the challenge itself": {nil, s256(verifier), false},
		"S256, no verifier":          {nil, "", false},
		"plain":                      {plain, verifier, true},
		"plain, another verifier":    {plain, verifier + "x", false},
		"plain when nothing is said": {silent, verifier, true},
		"a short verifier":           {nil, "short", false},
	} {
		t.Run(name, func(t *testing.T) {
			v := &vendor{Server: v.Server, t: t}
			r := v.redeem(v.person().code(v.nativeRequest(c.request...)), "code_verifier", c.verifier)
			if c.good {
				r.want(http.StatusOK)
				return
			}
			r.wantOAuth(400, "invalid_grant", "OAU-106")
			if c.verifier == "" {
				v.wantVerdicts("PKCE missing")
			}
		})
	}
}

func TestAVerifierWithoutAChallengeIsRefused(t *testing.T) {
	v := codeVendor(t)
	code := v.person().code(v.webRequest())
	v.redeemWeb(code, "code_verifier", verifier).wantOAuth(400, "invalid_grant", "OAU-106")
	code = v.person().code(v.webRequest("code_challenge", s256(verifier), "code_challenge_method", "S256"))
	v.redeemWeb(code).wantOAuth(400, "invalid_grant", "OAU-106")
	v.wantVerdicts("PKCE missing")
	v.redeemWeb(code, "code_verifier", verifier).want(http.StatusOK)
}

func TestACodeOfAUserWhoWasDisabledMeanwhileIsRefused(t *testing.T) {
	v := codeVendor(t)
	code := v.person().code(v.nativeRequest())
	v.control("users/"+str(v.login(), "owner_id"), `{"enabled":false}`)
	v.redeem(code).wantOAuth(400, "invalid_grant", "OAU-236")
}

func TestCodeLoginsCountAgainstTheSessionCap(t *testing.T) {
	v := codeVendor(t)
	v.control("switches", `{"sessionCapRefuses":true}`)
	p := v.person()
	first := p.code(v.nativeRequest())
	v.redeem(first).want(http.StatusOK)
	for range 4 {
		v.redeem(v.person().code(v.nativeRequest())).want(http.StatusOK)
	}
	v.redeem(v.person().code(v.nativeRequest())).wantOAuth(429, "invalid_request", "CMN-301")
}

func TestTokenRequestsWithACodeAreLimited(t *testing.T) {
	v := newVendor(t, defaultOptions)
	for range 5 {
		v.redeem("unknown").wantOAuth(400, "invalid_grant", "OAU-106")
	}
	v.redeem(v.person().code(v.nativeRequest())).want(http.StatusTooManyRequests)
	v.wantVerdicts("sixth request in a minute")
}
