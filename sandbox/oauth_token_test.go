package sandbox_test

import (
	"encoding/base64"
	"encoding/hex"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"

	"github.com/ringcx-go/ringcx/sandbox"
)

func TestAJWTLoginAnswersWithTheDocumentedBodyAndHeaders(t *testing.T) {
	v := newVendor(t, sandbox.Options{})
	r := v.demoForm(tokenPath, "grant_type", jwtGrant, "assertion", v.Demo().JWT).want(http.StatusOK)
	body := r.json()
	for field, pattern := range map[string]string{
		"access_token": `^[\w-]{60,}$`, "refresh_token": `^[\w-]{60,}$`, "token_type": `^bearer$`,
		"scope": `^ReadAccounts$`, "owner_id": `^1\d{6}004$`, "endpoint_id": `^[\w-]{22}$`,
		"session_id": `^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$`,
	} {
		if got, _ := body[field].(string); !regexp.MustCompile(pattern).MatchString(got) {
			t.Errorf("%s is %q, want %s", field, got, pattern)
		}
	}
	if body["expires_in"] != 3600.0 || body["refresh_token_expires_in"] != 604800.0 {
		t.Errorf("lifetimes %v and %v", body["expires_in"], body["refresh_token_expires_in"])
	}
	for name, want := range map[string]string{
		"Cache-Control": "no-store", "Pragma": "no-cache", "X-Rate-Limit-Group": "auth", "X-Rate-Limit-Limit": "5",
		"X-Rate-Limit-Remaining": "4", "X-Rate-Limit-Window": "60", "Date": "Mon, 23 Nov 2026 09:00:00 GMT",
	} {
		if got := r.header.Get(name); got != want {
			t.Errorf("%s is %q, want %q", name, got, want)
		}
	}
	if r.header.Get("RCRequestId") == "" {
		t.Error("no RCRequestId")
	}
}

func TestAnAppWithoutRefreshTokensGetsNone(t *testing.T) {
	v := newVendor(t, sandbox.Options{})
	app := v.control("apps", `{"name":"No refresh"}`)
	body := v.formAs(app["clientId"].(string), app["clientSecret"].(string), tokenPath,
		"grant_type", jwtGrant, "assertion", v.Demo().JWT).want(http.StatusOK).json()
	for _, field := range []string{"refresh_token", "refresh_token_expires_in"} {
		if _, ok := body[field]; ok {
			t.Errorf("%s is there", field)
		}
	}
}

func TestClientAuthenticationIsRefusedAsTheVendorRefusesIt(t *testing.T) {
	v := newVendor(t, sandbox.Options{NoLimits: true})
	demo := v.Demo()
	public := v.control("apps", `{"confidential":false,"refreshTokens":true}`)["clientId"].(string)
	raw := func(authorization string) reply {
		r := formRequest(tokenPath, "grant_type", jwtGrant)
		r.Header.Set("Authorization", authorization)
		return v.send(r)
	}
	t.Run("no credentials", func(*testing.T) {
		v.form(tokenPath, "grant_type", jwtGrant).wantOAuth(400, "invalid_client", "OAU-123")
	})
	t.Run("client id of an app with a secret, without the secret", func(*testing.T) {
		v.form(tokenPath, "client_id", demo.ClientID).wantOAuth(400, "invalid_client", "OAU-123")
	})
	t.Run("secret in the body", func(*testing.T) {
		v.form(tokenPath, "client_id", demo.ClientID, "client_secret", demo.ClientSecret).
			wantOAuth(400, "invalid_client", "OAU-123")
		v.wantVerdicts("secret in the body")
	})
	t.Run("unknown client", func(t *testing.T) {
		r := v.formAs("nobody", "x", tokenPath).wantOAuth(400, "invalid_client", "OAU-153")
		want := `Bearer realm="RingCentral REST API", error="invalid_client", error_description="Invalid client: nobody"`
		if got := r.header.Get("WWW-Authenticate"); got != want {
			t.Errorf("challenge %q", got)
		}
		if !strings.Contains(r.body, `{"parameterName":"client_id","parameterValue":"nobody"}`) {
			t.Errorf("no parameters in %s", r.body)
		}
		v.form(tokenPath, "client_id", "nobody").wantOAuth(400, "invalid_client", "OAU-153")
	})
	t.Run("wrong secret", func(*testing.T) {
		v.formAs(demo.ClientID, "wrong", tokenPath).wantOAuth(401, "invalid_client", "OAU-146")
	})
	t.Run("basic with an empty secret for an app that has none", func(*testing.T) {
		v.formAs(public, "", tokenPath).wantOAuth(400, "invalid_client", "OAU-153")
	})
	t.Run("headers that cannot be read", func(*testing.T) {
		for _, h := range []string{"Bearer x", "Basic", "Basic !!!", "Basic bm9jb2xvbg=="} {
			raw(h).wantOAuth(400, "invalid_client", "OAU-123")
		}
	})
}

func TestAnAppWithoutASecretSignsInWithItsClientIDOnly(t *testing.T) {
	v := newVendor(t, sandbox.Options{})
	app := v.control("apps", `{"confidential":false,"refreshTokens":true}`)
	if app["clientSecret"] != "" {
		t.Fatalf("it has the secret %v", app["clientSecret"])
	}
	id := app["clientId"].(string)
	pair := v.form(tokenPath, "client_id", id, "grant_type", jwtGrant, "assertion", v.Demo().JWT).want(200).json()
	v.form(tokenPath, "client_id", id, "grant_type", "refresh_token", "refresh_token",
		pair["refresh_token"].(string)).want(http.StatusOK)
}

func TestRequestsThatAreNotAGrantOfTheAppAreRefused(t *testing.T) {
	v := newVendor(t, sandbox.Options{NoLimits: true})
	code := v.control("apps", `{"auth":"code"}`)
	asCode := func(pairs ...string) reply {
		return v.formAs(code["clientId"].(string), code["clientSecret"].(string), tokenPath, pairs...)
	}
	v.demoForm(tokenPath).wantOAuth(400, "invalid_request", "OAU-250")
	v.demoForm(tokenPath, "grant_type", "jwt").wantOAuth(400, "invalid_request", "OAU-250")
	v.demoForm(tokenPath, "grant_type", "password").wantOAuth(400, "unauthorized_client", "OAU-251")
	v.demoForm(tokenPath, "grant_type", "client_credentials").wantOAuth(400, "unauthorized_client", "OAU-251")
	v.demoForm(tokenPath, "grant_type", "authorization_code").wantOAuth(400, "unauthorized_client", "OAU-251")
	asCode("grant_type", jwtGrant, "assertion", v.Demo().JWT).wantOAuth(400, "unauthorized_client", "OAU-251")
	asCode("grant_type", "refresh_token").wantOAuth(400, "unauthorized_client", "OAU-251")
	asCode("grant_type", "authorization_code", "code", "x").wantOAuth(400, "invalid_grant", "OAU-106")
	v.demoForm(tokenPath, "grant_type", jwtGrant).wantOAuth(400, "invalid_request", "CMN-101")
	v.demoForm(tokenPath, "grant_type", "refresh_token").wantOAuth(400, "invalid_request", "CMN-101")
	v.demoForm(tokenPath, "grant_type", jwtGrant, "grant_type", jwtGrant).wantOAuth(400, "invalid_request", "OAU-111")
}

func TestBodiesThatAreNoFormAreRefused(t *testing.T) {
	v := newVendor(t, sandbox.Options{NoLimits: true})
	demo := v.Demo()
	post := func(contentType, body string) reply {
		r := httptest.NewRequest(http.MethodPost, tokenPath, strings.NewReader(body))
		r.Header.Set("Content-Type", contentType)
		r.SetBasicAuth(demo.ClientID, demo.ClientSecret)
		return v.send(r)
	}
	const form = "application/x-www-form-urlencoded"
	post("application/json", `{"grant_type":"x"}`).wantOAuth(415, "invalid_request", "CMN-415")
	post("", "grant_type=x").wantOAuth(415, "invalid_request", "CMN-415")
	post(form, "grant_type=%zz").wantOAuth(400, "invalid_request", "CMN-101")
	post(form, "a="+strings.Repeat("x", 2<<20)).wantOAuth(413, "invalid_request", "CMN-413")
	post(form+"; charset=UTF-8", "grant_type=x").wantOAuth(400, "invalid_request", "OAU-250")
}

func TestWishedLifetimesAreClampedToTheDocumentedRange(t *testing.T) {
	v := newVendor(t, sandbox.Options{NoLimits: true})
	for _, c := range []struct {
		name, wish, field string
		want              float64
	}{
		{"access_token_ttl", "1", "expires_in", 600},
		{"access_token_ttl", "900", "expires_in", 900},
		{"access_token_ttl", "99999", "expires_in", 3600},
		{"refresh_token_ttl", "0", "refresh_token_expires_in", 0},
		{"refresh_token_ttl", "60", "refresh_token_expires_in", 60},
		{"refresh_token_ttl", "2592000", "refresh_token_expires_in", 604800},
	} {
		if got := v.login(c.name, c.wish)[c.field]; got != c.want {
			t.Errorf("%s=%s gives %v, want %v", c.name, c.wish, got, c.want)
		}
	}
	for _, name := range []string{"access_token_ttl", "refresh_token_ttl"} {
		v.demoForm(tokenPath, "grant_type", jwtGrant, "assertion", v.Demo().JWT, name, "soon").
			wantOAuth(400, "invalid_request", "CMN-101")
	}
}

func TestScopeAndEndpointIDAreAWishTheTokenFollows(t *testing.T) {
	v := newVendor(t, sandbox.Options{NoLimits: true})
	app := v.control("apps", `{"scopes":["ReadAccounts","CallControl","SMS"]}`)
	login := func(extra ...string) reply {
		return v.formAs(app["clientId"].(string), app["clientSecret"].(string), tokenPath,
			append([]string{"grant_type", jwtGrant, "assertion", v.Demo().JWT}, extra...)...)
	}
	if got := login().want(200).json()["scope"]; got != "ReadAccounts CallControl SMS" {
		t.Errorf("all scopes: %v", got)
	}
	if got := login("scope", "SMS ReadAccounts Faxes").want(200).json()["scope"]; got != "ReadAccounts SMS" {
		t.Errorf("narrowed: %v", got)
	}
	login("scope", "Faxes").wantOAuth(400, "invalid_scope", "CMN-101")
	if got := login("endpoint_id", "mine").want(200).json()["endpoint_id"]; got != "mine" {
		t.Errorf("endpoint_id %v", got)
	}
}

func TestAssertionsThatMayNotSignInAreRefusedWith400(t *testing.T) {
	v := newVendor(t, sandbox.Options{NoLimits: true})
	demo := v.Demo()
	present := func(jwt string) reply { return v.demoForm(tokenPath, "grant_type", jwtGrant, "assertion", jwt) }
	mint := func(body string) string { return v.control("credentials", body)["jwt"].(string) }

	present("garbage").wantOAuth(400, "invalid_grant", "OAU-149")
	present("a.b.c").wantOAuth(400, "invalid_grant", "OAU-149")
	present("!.b.c").wantOAuth(400, "invalid_grant", "OAU-149")
	present("e30.e30.x").wantOAuth(400, "invalid_grant", "OAU-149")
	present("eyJhbGciOiJIUzI1NiJ9.e30.x").wantOAuth(400, "invalid_grant", "OAU-347")
	present(demo.JWT[:len(demo.JWT)-4]+"AAAA").wantOAuth(400, "invalid_grant", "OAU-213")

	elsewhere := base64.RawURLEncoding.EncodeToString([]byte(`{"iss":"https://platform.example.invalid"}`))
	present("eyJhbGciOiJSUzI1NiJ9."+elsewhere+".x").wantOAuth(400, "invalid_request", "OAU-250")

	other := v.control("apps", `{"name":"other"}`)["clientId"].(string)
	present(mint(`{"clientIds":["`+other+`"]}`)).wantOAuth(400, "invalid_grant", "OAU-110")
	present(mint(`{"clientIds":["` + demo.ClientID + `"]}`)).want(http.StatusOK)

	soon := mint(`{"expires":"2026-11-23T09:01:00Z"}`)
	present(soon).want(http.StatusOK)
	v.control("clock", `{"advance":"1m"}`)
	present(soon).wantOAuth(400, "invalid_grant", "OAU-210")

	made := v.control("credentials", `{}`)
	v.controlRaw(http.MethodDelete, "credentials/"+made["id"].(string), "").want(http.StatusOK)
	present(made["jwt"].(string)).wantOAuth(400, "invalid_grant", "OAU-211")

	owner := v.login()["owner_id"].(string)
	v.control("users/"+owner, `{"enabled":false}`)
	present(demo.JWT).wantOAuth(400, "invalid_grant", "OAU-236")
}

func TestAPrivateAppAdmitsOnlyItsOwnAccount(t *testing.T) {
	v := newVendor(t, sandbox.Options{NoLimits: true})
	demo := v.Demo()
	foreign := v.control("accounts", `{"name":"Other","production":true,"ringcx":true}`)
	public := v.control("apps", `{"private":false}`)
	user := jsonNumber(foreign["userId"])
	jwt := v.control("credentials", `{"user":"`+user+`","clientIds":["`+demo.ClientID+`","`+
		public["clientId"].(string)+`"]}`)["jwt"].(string)
	v.demoForm(tokenPath, "grant_type", jwtGrant, "assertion", jwt).wantOAuth(400, "invalid_grant", "OAU-110")
	got := v.formAs(public["clientId"].(string), public["clientSecret"].(string), tokenPath,
		"grant_type", jwtGrant, "assertion", jwt).want(http.StatusOK).json()["owner_id"]
	if got != user {
		t.Errorf("signed in %v, want %v", got, user)
	}
	everyApp := v.control("credentials", `{"user":`+user+`}`)["jwt"].(string)
	v.formAs(public["clientId"].(string), public["clientSecret"].(string), tokenPath,
		"grant_type", jwtGrant, "assertion", everyApp).wantOAuth(400, "invalid_grant", "OAU-110")
}

func TestBothHalvesOfABasicHeaderMayBeFormEncoded(t *testing.T) {
	v := newVendor(t, sandbox.Options{})
	demo := v.Demo()
	encode := func(s string) string { return "%" + hex.EncodeToString([]byte(s[:1])) + s[1:] }
	v.formAs(encode(demo.ClientID), encode(demo.ClientSecret), tokenPath, "grant_type", jwtGrant, "assertion", demo.JWT).
		want(http.StatusOK)
}
