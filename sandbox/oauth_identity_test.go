package sandbox_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"
)

// identified signs the demo user in with a scope and gives the claims of the id_token, nil if there is none. It fails if
// none of the published keys signed them.
func (v *vendor) identified(p *person, pairs ...string) map[string]any {
	v.t.Helper()
	answer := v.redeem(p.submit(p.open(v.nativeRequest(pairs...)), "decision", "allow").callback().Get("code")).want(200).json()
	text := str(answer, "id_token")
	if text == "" {
		return nil
	}
	var keys jose.JSONWebKeySet
	v.get("/restapi/oauth/jwks", "").decode(&keys)
	token, err := jwt.ParseSigned(text, []jose.SignatureAlgorithm{jose.RS256})
	if err != nil {
		v.t.Fatal(err)
	}
	var claims map[string]any
	if err := token.Claims(&keys, &claims); err != nil {
		v.t.Fatal(err)
	}
	return claims
}

func TestAnIDTokenComesToThoseWhoAskForOpenID(t *testing.T) {
	v := codeVendor(t)
	p := v.person()
	p.signIn(v.nativeRequest())
	signedIn := v.Now()
	v.Advance(10 * time.Minute)

	claims := v.identified(p, "scope", "openid email profile ReadAccounts", "nonce", "n-0S6")
	now := float64(v.Now().Unix())
	for name, want := range map[string]any{
		"iss": "http://example.com", "aud": v.Demo().NativeClientID, "iat": now, "exp": now + 3600,
		"auth_time": float64(signedIn.Unix()), "nonce": "n-0S6", "email": v.Demo().Email, "email_verified": true,
	} {
		if claims[name] != want {
			t.Errorf("%s is %v, want %v", name, claims[name], want)
		}
	}
	info := v.signedIn("/restapi/oauth/userinfo").want(200).json()
	for name, want := range info {
		if claims[name] != want {
			t.Errorf("%s is %v, and userinfo says %v", name, claims[name], want)
		}
	}
	supported := v.get("/.well-known/openid-configuration", "").json()["claims_supported"].([]any)
	for _, name := range supported {
		if claims[name.(string)] == nil {
			t.Errorf("%s is said to be supported, and is not there", name)
		}
	}
	if len(claims) != len(supported) {
		t.Errorf("claims %v, supported are %v", claims, supported)
	}
	if again := v.identified(p, "scope", "openid"); again["jti"] == claims["jti"] {
		t.Error("two id_tokens have the same jti")
	}
}

func TestAnIDTokenSaysNoMoreThanTheScopesAskFor(t *testing.T) {
	v := codeVendor(t)
	p := v.person()
	p.signIn(v.nativeRequest())
	if claims := v.identified(p); claims != nil {
		t.Errorf("nobody asked for %v", claims)
	}
	if claims := v.identified(p, "scope", "email profile"); claims != nil {
		t.Errorf("nobody asked for %v", claims)
	}
	claims := v.identified(p, "scope", "openid")
	for _, name := range []string{"nonce", "email", "email_verified", "given_name", "family_name"} {
		if value, ok := claims[name]; ok {
			t.Errorf("%s is %v", name, value)
		}
	}
	if claims["sub"] == "" || claims["account_id"] == "" {
		t.Errorf("claims %v", claims)
	}
}

func TestTheScopesOfOpenIDAreNoPermissions(t *testing.T) {
	v := codeVendor(t)
	login := v.login("scope", "openid email")
	if login["scope"] != "ReadAccounts" || login["id_token"] != nil {
		t.Errorf("the login brings %v", login)
	}
	if got := v.refresh(str(login, "refresh_token"), "scope", "openid ReadAccounts").want(200).json(); got["id_token"] != nil {
		t.Error("a refresh brings an id_token")
	}
	v.demoForm(tokenPath, "grant_type", jwtGrant, "assertion", v.Demo().JWT, "scope", "openid SMS").
		wantOAuth(400, "invalid_scope", "CMN-101")
}

func TestASignInThatIsRestoredFromASnapshotStillIdentifiesWhoSignedIn(t *testing.T) {
	v := codeVendor(t)
	p := v.person()
	p.signIn(v.nativeRequest())
	signedIn := v.Now()
	v.Advance(time.Minute)
	code := p.submit(p.open(v.nativeRequest("scope", "openid", "nonce", "before")), "decision", "allow").callback().Get("code")
	snapshot := v.get("/_sandbox/snapshot", "").want(http.StatusOK)

	w := codeVendor(t)
	w.control("snapshot", snapshot.body)
	token, err := jwt.ParseSigned(str(w.redeem(code).want(http.StatusOK).json(), "id_token"), []jose.SignatureAlgorithm{jose.RS256})
	if err != nil {
		t.Fatal(err)
	}
	var claims map[string]any
	if err := token.UnsafeClaimsWithoutVerification(&claims); err != nil {
		t.Fatal(err)
	}
	if claims["nonce"] != "before" || claims["auth_time"] != float64(signedIn.Unix()) {
		t.Errorf("claims %v", claims)
	}
}
