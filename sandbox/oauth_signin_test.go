package sandbox_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

const (
	wrongPassword = "do not fit together (OAU-140)"
	lockedOut     = "locked out for 5m0s (OAU-147)"
)

func (r reply) wantMessage(text string) reply {
	r.t.Helper()
	if r.wantPage("Sign in"); !strings.Contains(r.body, `role="alert"`) || !strings.Contains(r.body, text) {
		r.t.Fatalf("the page does not say %q: %s", text, r.body)
	}
	return r
}

func TestPeopleAreRecognisedByEmailOrPhoneNumber(t *testing.T) {
	v := codeVendor(t)
	demo := v.Demo()
	for name, good := range map[string]bool{
		demo.Email: true, " " + strings.ToUpper(demo.Email) + " ": true, "+16505550100": true, "16505550100": true,
		"+16505550100*101": true, "+16505550100*102": false, "+16505550100*999": false, "+16505550199": false,
		"nobody@example.com": false, "": false,
	} {
		p := v.person()
		r := p.submit(p.open(v.nativeRequest()), "username", name, "password", demo.Password)
		if good {
			r.wantPage("Allow RingCX Demo Desktop?")
		} else {
			r.wantMessage(wrongPassword)
		}
	}
}

func TestAWrongPasswordShowsTheFormAgainWithWhatWasTyped(t *testing.T) {
	v := codeVendor(t)
	p := v.person()
	page := p.submit(p.open(v.nativeRequest()), "username", v.Demo().Email, "password", "wrong").wantMessage(wrongPassword)
	if !strings.Contains(page.body, `required value="`+v.Demo().Email+`"`) || strings.Contains(page.body, "wrong") {
		t.Error("the form does not show the name, or shows the password")
	}
	p.submit(page, "username", v.Demo().Email, "password", v.Demo().Password).wantPage("Allow ")
}

func TestFiveWrongPasswordsLockAUserOut(t *testing.T) {
	v := codeVendor(t)
	p := v.person()
	try := func(password string) reply {
		return p.submit(p.open(v.nativeRequest("prompt", "login")), "username", v.Demo().Email, "password", password)
	}
	for range 4 {
		try("wrong").wantMessage(wrongPassword)
	}
	try(v.Demo().Password).wantPage("Allow ") // which counts from nought again
	for range 5 {
		try("wrong").wantMessage(wrongPassword)
	}
	try(v.Demo().Password).wantMessage(lockedOut)
	v.Advance(5*time.Minute - 1)
	try(v.Demo().Password).wantMessage(lockedOut)
	v.Advance(1)
	try(v.Demo().Password).wantPage("Allow ")

	for range 5 {
		try("wrong").wantMessage(wrongPassword)
	}
	v.control("users/"+str(v.login(), "owner_id"), `{"password":"correct horse"}`)
	try("correct horse").wantPage("Allow ")
	try(v.Demo().Password).wantMessage(wrongPassword)
}

func TestTheDemoUserSignsInWithOneButton(t *testing.T) {
	v := codeVendor(t)
	p := v.person()
	page := p.open(v.nativeRequest())
	for _, shown := range []string{v.Demo().Email, v.Demo().Password, "RingCX Demo Desktop", "emulated RingCentral sign-in"} {
		if !strings.Contains(page.body, shown) {
			t.Errorf("the page does not show %q", shown)
		}
	}
	p.submit(page, "as", "demo").wantPage("Allow ")
}

func TestTheConsentPageNamesAppAccountUserAndScopes(t *testing.T) {
	v := codeVendor(t)
	app := str(v.control("apps", `{"auth":"code","name":"<b>Bold & Co</b>","scopes":["ReadAccounts","Unheard"],
		"redirectUris":["https://app.example/"]}`), "clientId")
	p := v.person()
	page := p.signIn(v.webRequest("client_id", app))
	for _, shown := range []string{
		"&lt;b&gt;Bold &amp; Co&lt;/b&gt;", "Ada Reyes", v.Demo().Email, "RingCX Demo", "<code>ReadAccounts</code>",
		"<li><code>Unheard</code></li>",
	} {
		if !strings.Contains(page.body, shown) {
			t.Errorf("the page does not show %q", shown)
		}
	}
	p.submit(page, "decision", "perhaps").wantPage("Allow ")
	p.submit(page, "decision", "allow").callback()
	bare := str(v.control("apps", `{"auth":"code","scopes":[],"redirectUris":["https://app.example/"]}`), "clientId")
	if page := p.open(v.webRequest("client_id", bare)).wantPage("Allow "); !strings.Contains(page.body, "nothing else") {
		t.Error("an app without scopes asks for something")
	}
}

func TestASignedInBrowserGoesStraightToTheConsentPage(t *testing.T) {
	v := codeVendor(t)
	p := v.person()
	p.signIn(v.nativeRequest())
	p.open(v.webRequest()).wantPage("Allow RingCX Demo Web?")
	again := p.open(v.nativeRequest("prompt", "login")).wantPage("Sign in")
	p.open(consentPath + "?flow=" + again.hidden()["flow"]).wantPage("Sign in") // not by the back door
	another := p.open(v.nativeRequest()).hidden()["flow"]
	p.open(signInPath + "?flow=" + another).wantPage("Sign in") // "use another user"
	v.person().open(v.nativeRequest()).wantPage("Sign in")
	v.Advance(8 * time.Hour)
	p.open(v.nativeRequest()).wantPage("Sign in")
}

func TestSilentRequestsSucceedOnceTheAppWasAllowed(t *testing.T) {
	v := codeVendor(t)
	p := v.person()
	silent := v.nativeRequest("prompt", "none")
	p.open(silent).wantCallbackError("login_required")
	page := p.signIn(v.nativeRequest())
	p.open(silent).wantCallbackError("consent_required")
	p.submit(page, "decision", "allow").callback()
	v.redeem(p.open(silent).callback().Get("code")).want(http.StatusOK)
	p.open(v.webRequest("prompt", "none")).wantCallbackError("consent_required")
	v.control("users/"+str(v.login(), "owner_id"), `{"enabled":false}`)
	p.open(silent).wantCallbackError("login_required")
}

func TestPeopleWhoMayNotUseAnAppAreTurnedAway(t *testing.T) {
	v := codeVendor(t)
	stranger := v.control("accounts", `{"name":"Elsewhere","production":true,"ringcx":true}`)
	public := str(v.control("apps", `{"auth":"code","redirectUris":["https://app.example/"]}`), "clientId")
	as := func(target string) reply {
		p := v.person()
		return p.submit(p.open(target), "username", str(stranger, "email"), "password", str(stranger, "password"))
	}
	as(v.nativeRequest()).wantMessage("only users of the account RingCX Demo can sign in")
	as(v.webRequest("client_id", public)).wantPage("Allow ")

	p := v.person()
	page := p.signIn(v.nativeRequest())
	v.control("users/"+str(v.login(), "owner_id"), `{"enabled":false}`)
	p.submit(page, "decision", "allow").wantMessage("disabled")
	p.submit(p.open(v.nativeRequest()), "as", "demo").wantMessage("(OAU-141)")
}

func TestFormsWorkOnlyForTheBrowserAndThePageTheyBelongTo(t *testing.T) {
	v := codeVendor(t)
	victim, attacker := v.person(), v.person()
	demo := v.Demo()
	page := attacker.open(v.nativeRequest())
	typed := []string{"username", demo.Email, "password", demo.Password}

	victim.submit(page, typed...).wantRefusal(400, "invalid_request") // no cookie at all
	own := victim.open(v.nativeRequest())
	victim.submit(page, typed...).wantRefusal(400, "invalid_request") // the flow of another browser
	forged := append([]string{"flow", own.hidden()["flow"], "form", page.hidden()["form"]}, typed...)
	victim.ask(formRequest(signInPath, forged...)).wantRefusal(400, "invalid_request")
	victim.ask(formRequest(signInPath, append(forged[:2:2], typed...)...)).wantRefusal(400, "invalid_request")

	consent := victim.submit(own, typed...).wantPage("Allow ")
	allow := []string{"decision", "allow", "flow", consent.hidden()["flow"]}
	victim.ask(formRequest(consentPath, allow...)).wantRefusal(400, "invalid_request")
	attacker.submit(consent, "decision", "allow").wantRefusal(400, "invalid_request")
	r := formRequest(consentPath, append(allow, "form", consent.hidden()["form"])...)
	r.Header.Set("Content-Type", "text/plain")
	victim.ask(r).wantRefusal(400, "invalid_request")
	unsigned := attacker.open(v.nativeRequest()).hidden()
	attacker.ask(formRequest(consentPath, "decision", "allow", "flow", unsigned["flow"], "form", unsigned["form"])).
		wantRefusal(400, "invalid_request")
	victim.submit(consent, "decision", "allow").callback()
	victim.submit(consent, "decision", "allow").wantRefusal(400, "invalid_request") // only once
	victim.open(consentPath+"?flow="+allow[3]).wantRefusal(400, "invalid_request")
	victim.open(signInPath+"?flow=unknown").wantRefusal(400, "invalid_request")
}

func TestAPageLeftOpenForTooLongExpires(t *testing.T) {
	v := codeVendor(t)
	p := v.person()
	page := p.open(v.nativeRequest())
	v.Advance(30*time.Minute - 1)
	page = p.submit(page, "as", "demo").wantPage("Allow ")
	v.Advance(1)
	p.submit(page, "decision", "allow").wantRefusal(400, "invalid_request")
}

func TestSigningInChangesTheCookie(t *testing.T) {
	v := codeVendor(t)
	p := v.person()
	p.open(v.nativeRequest())
	planted := p.cookies["ringcx_sandbox"]
	p.signIn(v.nativeRequest())
	if planted == "" || planted == p.cookies["ringcx_sandbox"] {
		t.Error("the cookie stayed the same")
	}
	thief := &person{v, map[string]string{"ringcx_sandbox": planted}}
	thief.open(v.nativeRequest()).wantPage("Sign in")

	r := httptest.NewRequest(http.MethodGet, v.nativeRequest(), nil)
	r.Host = "127.0.0.1:8787"
	got := v.send(r).header.Get("Set-Cookie")
	if !strings.HasPrefix(got, "ringcx_sandbox_8787=") ||
		!strings.HasSuffix(got, "; Path=/restapi/oauth/; HttpOnly; SameSite=Lax") {
		t.Errorf("cookie %s", got)
	}
}

func TestThePagesAreGuardedByTheirHeaders(t *testing.T) {
	v := codeVendor(t)
	p := v.person()
	for _, page := range []reply{
		p.open(v.nativeRequest()), p.signIn(v.nativeRequest()), p.open(v.nativeRequest("client_id", "nobody")),
	} {
		for name, want := range map[string]string{
			"X-Frame-Options": "DENY", "Cache-Control": "no-store", "Referrer-Policy": "no-referrer",
			"X-Content-Type-Options": "nosniff",
		} {
			if got := page.header.Get(name); got != want {
				t.Errorf("%s is %q", name, got)
			}
		}
		policy := page.header.Get("Content-Security-Policy")
		if !strings.HasPrefix(policy, "default-src 'none'; style-src 'sha256-") || strings.Contains(policy, "form-action") {
			t.Errorf("policy %s", policy)
		}
	}
}

func TestWhatARequestBringsIsTextOnThePages(t *testing.T) {
	v := codeVendor(t)
	const nasty = `"><script>alert(1)</script>`
	for _, page := range []reply{
		v.person().open(v.nativeRequest("login_hint", nasty)), v.person().open(v.nativeRequest("client_id", nasty)),
	} {
		if strings.Contains(page.body, "<script") || !strings.Contains(page.body, "&lt;script&gt;") {
			t.Errorf("unescaped in %s", page.body)
		}
	}
}

func TestWhatPeopleTypeAndAppsReceiveIsNotInTheLog(t *testing.T) {
	v := codeVendor(t)
	p := v.person()
	secrets := []string{v.Demo().Password, verifier, s256(verifier)}
	for range 2 {
		code := p.submit(p.signIn(v.nativeRequest("prompt", "login")), "decision", "allow").callback().Get("code")
		v.redeem(code).want(http.StatusOK)
		v.get("/"+code, "")
		secrets = append(secrets, code)
	}
	v.form(tokenPath+"?code_verifier="+verifier, "client_id", v.Demo().NativeClientID)
	v.wantVerdicts("token in a URL")
	log := v.get("/_sandbox/requests", "").body + v.get("/_sandbox/state", "").body
	for _, secret := range secrets {
		if strings.Contains(log, secret) {
			t.Errorf("the log contains %s...", secret[:3])
		}
	}
}
