package sandbox_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/ringcx-go/ringcx/sandbox"
)

func TestAPersonSignsInAndTheAppGetsTokens(t *testing.T) {
	v := newVendor(t, sandbox.Options{})
	p := v.person()
	answer := p.submit(p.signIn(v.nativeRequest()), "decision", "allow")
	if to := answer.header.Get("Location"); !strings.HasPrefix(to, loopback+"?code=") {
		t.Errorf("sent to %s", to)
	}
	got := answer.callback()
	if got.Get("state") != "s t&" || got.Get("expires_in") != "60" || len(got) != 3 {
		t.Errorf("the app got %v", got)
	}
	pair := v.redeem(got.Get("code")).want(http.StatusOK).json()
	if pair["scope"] != "ReadAccounts" || pair["owner_id"] != v.login()["owner_id"] {
		t.Errorf("tokens of %v for %v", pair["owner_id"], pair["scope"])
	}
	v.get(accountPath, str(pair, "access_token")).want(http.StatusOK)
	next := v.form(tokenPath, "grant_type", "refresh_token", "client_id", v.Demo().NativeClientID,
		"refresh_token", str(pair, "refresh_token")).want(http.StatusOK).json()
	v.get(accountPath, str(next, "access_token")).want(http.StatusOK)
	for _, e := range v.Requests() {
		if len(e.Verdicts) > 0 {
			t.Errorf("%s %s: %q", e.Method, e.Path, e.Verdicts)
		}
	}
}

func TestAnAppWithASecretSignsPeopleInWithoutPKCE(t *testing.T) {
	v := codeVendor(t)
	pair := v.redeemWeb(v.person().code(v.webRequest())).want(http.StatusOK).json()
	v.get(accountPath, str(pair, "access_token")).want(http.StatusOK)
	code := v.person().code(v.webRequest("redirect_uri", v.Demo().WebRedirectURI))
	v.redeemWeb(code, "redirect_uri", v.Demo().WebRedirectURI).want(http.StatusOK)
}

func TestDenyingIsToldToTheAppInTheVendorsWords(t *testing.T) {
	v := codeVendor(t)
	p := v.person()
	page := p.signIn(v.nativeRequest())
	want := loopback + "?error=access_denied&error_description=The+user+denied+access+to+your+application&state=s+t%26"
	if got := p.submit(page, "decision", "deny").header.Get("Location"); got != want {
		t.Errorf("sent to %s", got)
	}
	p.submit(page, "decision", "allow").want(http.StatusBadRequest)
}

func TestAClientOrRedirectURIThatIsWrongGetsAPageAndNeverARedirect(t *testing.T) {
	v := codeVendor(t)
	two := str(v.control("apps", `{"auth":"code","redirectUris":["https://a.example/","https://b.example/"]}`), "clientId")
	for name, c := range map[string]struct {
		target string
		status int
		code   string
	}{
		"unknown client":              {v.nativeRequest("client_id", "nobody"), 403, "OAU-153"},
		"no client":                   {v.nativeRequest("client_id", ""), 400, "CMN-101"},
		"another host":                {v.nativeRequest("redirect_uri", "http://evil.example/callback"), 403, "OAU-109"},
		"another path":                {v.nativeRequest("redirect_uri", "http://127.0.0.1:1/other"), 403, "OAU-109"},
		"a path below":                {v.nativeRequest("redirect_uri", "http://127.0.0.1:1/callback/x"), 403, "OAU-109"},
		"a query":                     {v.nativeRequest("redirect_uri", "http://127.0.0.1:1/callback?x=1"), 403, "OAU-109"},
		"a fragment":                  {v.nativeRequest("redirect_uri", "http://127.0.0.1:1/callback#x"), 403, "OAU-109"},
		"a user":                      {v.nativeRequest("redirect_uri", "http://127.0.0.1:1@evil.example/callback"), 403, "OAU-109"},
		"the other loopback address":  {v.nativeRequest("redirect_uri", "http://[::1]:1/callback"), 403, "OAU-109"},
		"another scheme":              {v.nativeRequest("redirect_uri", "https://127.0.0.1:1/callback"), 403, "OAU-109"},
		"a port that is none":         {v.nativeRequest("redirect_uri", "http://127.0.0.1:65536/callback"), 403, "OAU-109"},
		"port nought":                 {v.nativeRequest("redirect_uri", "http://127.0.0.1:0/callback"), 403, "OAU-109"},
		"not a URI":                   {v.nativeRequest("redirect_uri", "http://127.0.0.1:x/callback"), 403, "OAU-109"},
		"another port, with a secret": {v.webRequest("redirect_uri", "http://127.0.0.1:8081/callback"), 403, "OAU-109"},
		"none of two":                 {v.webRequest("client_id", two), 403, "OAU-109"},
		"none registered":             {v.webRequest("client_id", v.Demo().ClientID), 403, "OAU-113"},
		"two clients":                 {v.nativeRequest() + "&client_id=x", 400, "OAU-111"},
		"two redirect URIs":           {v.nativeRequest() + "&redirect_uri=x&state=x", 400, "OAU-111"},
		"a query that is none":        {v.nativeRequest() + "&x=%zz", 400, "CMN-101"},
	} {
		t.Run(name, func(t *testing.T) {
			p := &person{&vendor{Server: v.Server, t: t}, map[string]string{}}
			p.open(c.target).wantRefusal(c.status, c.code)
		})
	}
	v.control("switches", `{"authorizePage400":true}`)
	v.person().open(v.nativeRequest("client_id", "nobody")).wantRefusal(400, "OAU-153")
}

func TestWhatElseIsWrongWithARequestIsToldToTheApp(t *testing.T) {
	v := codeVendor(t)
	jwtApp := str(v.control("apps", `{"auth":"jwt","redirectUris":["https://app.example/"]}`), "clientId")
	for name, c := range map[string]struct{ target, kind string }{
		"no response type":         {v.nativeRequest("response_type", ""), "invalid_request"},
		"implicit":                 {v.nativeRequest("response_type", "token"), "unsupported_response_type"},
		"app of another flow":      {v.webRequest("client_id", jwtApp), "unauthorized_client"},
		"two states":               {v.nativeRequest() + "&state=x", "invalid_request"},
		"none with another prompt": {v.nativeRequest("prompt", "none login"), "invalid_request"},
		"none, not signed in":      {v.nativeRequest("prompt", "none"), "login_required"},
		"no challenge":             {v.nativeRequest("code_challenge", "", "code_challenge_method", ""), "invalid_request"},
		"method, no challenge":     {v.webRequest("code_challenge_method", "S256"), "invalid_request"},
		"empty challenge":          {v.webRequest() + "&code_challenge=", "invalid_request"},
		"unknown method":           {v.nativeRequest("code_challenge_method", "S512"), "invalid_request"},
		"short challenge":          {v.nativeRequest("code_challenge", "short"), "invalid_request"},
		"challenge with a space":   {v.nativeRequest("code_challenge", s256(verifier)+" "), "invalid_request"},
	} {
		t.Run(name, func(t *testing.T) {
			p := &person{&vendor{Server: v.Server, t: t}, map[string]string{}}
			r := p.open(c.target).wantCallbackError(c.kind)
			if r.callback().Get("state") == "" {
				t.Error("the state is missing")
			}
		})
	}
	v.person().open(v.nativeRequest("code_challenge", "", "code_challenge_method", ""))
	v.wantVerdicts("PKCE missing")
}

func TestALoopbackRedirectOfAPublicAppTakesAnyPort(t *testing.T) {
	v := codeVendor(t)
	app := str(v.control("apps", `{"auth":"code","kind":"native",
		"redirectUris":["http://[::1]/cb?x=1","http://localhost:99/","com.example.app:/done","https://localhost/x"]}`), "clientId")
	for uri, want := range map[string]bool{
		"http://[::1]:5000/cb?x=1": true, "http://[::1]/cb?x=1": true, "http://localhost:100/": true,
		"http://localhost/": true, "com.example.app:/done": true, "http://[::1]:5000/cb": false,
		"com.example.app:/other": false, "http://[::2]:5000/cb?x=1": false,
		"https://localhost/x": true, "https://localhost:5000/x": false,
	} {
		r := v.person().open(v.nativeRequest("client_id", app, "redirect_uri", uri))
		if got := r.status == http.StatusOK; got != want {
			t.Errorf("%s: taken %v", uri, got)
		}
	}
	p := v.person()
	r := p.submit(p.signIn(v.nativeRequest("client_id", app, "redirect_uri", "http://[::1]:5000/cb?x=1")), "decision", "deny")
	if got := r.header.Get("Location"); !strings.HasPrefix(got, "http://[::1]:5000/cb?x=1&error=access_denied&") {
		t.Errorf("sent to %s", got)
	}
}

func TestAnAuthorizeRequestMayComeAsAForm(t *testing.T) {
	v := codeVendor(t)
	u, err := url.Parse(v.nativeRequest())
	if err != nil {
		t.Fatal(err)
	}
	post := func(query, contentType string) reply {
		r := httptest.NewRequest(http.MethodPost, authorizePath+query, strings.NewReader(u.RawQuery))
		r.Header.Set("Content-Type", contentType)
		p := v.person()
		return p.follow(p.ask(r))
	}
	const formType = "application/x-www-form-urlencoded"
	post("", formType).wantPage("Sign in")
	post("?state=s+t%26&login_hint=x", formType).wantPage("Sign in")
	post("?state=other", formType).wantRefusal(400, "OAU-150")
	post("", "text/plain").wantRefusal(415, "CMN-415")
}

func TestTheIssuerIsInTheAnswerWhenSwitchedOn(t *testing.T) {
	v := codeVendor(t)
	const flag = "authorization_response_iss_parameter_supported"
	config := func() any { return v.get("/.well-known/openid-configuration", "").json()[flag] }
	if config() != nil || v.person().open(v.nativeRequest("prompt", "none")).callback().Has("iss") {
		t.Error("the issuer is sent though the switch is off")
	}
	v.control("switches", `{"authorizationIssuer":true}`)
	if config() != true {
		t.Error("the configuration does not tell of it")
	}
	p := v.person()
	failed := p.open(v.nativeRequest("prompt", "none")).callback()
	allowed := p.submit(p.signIn(v.nativeRequest()), "decision", "allow").callback()
	for _, got := range []url.Values{failed, allowed} {
		if got.Get("iss") != "http://example.com" {
			t.Errorf("the app got %v", got)
		}
	}
}

func TestBrowsersThatAreForgottenAreNotKeptEither(t *testing.T) {
	v := newVendor(t, sandbox.Options{})
	for range 2_100 { // a thousand are remembered at least, twice as many at most
		v.get(v.nativeRequest(), "").want(http.StatusFound)
	}
	// newVendor compares what was kept with what the server knows.
}
