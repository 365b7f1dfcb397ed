package sandbox_test

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/hmac"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"
)

const assertionType = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"

// signedBy makes a client assertion of claims.
func signedBy(t testing.TB, alg jose.SignatureAlgorithm, key any, claims map[string]any) string {
	t.Helper()
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: alg, Key: key}, nil)
	if err != nil {
		t.Fatal(err)
	}
	token, err := jwt.Signed(signer).Claims(claims).Serialize()
	if err != nil {
		t.Fatal(err)
	}
	return token
}

// claims are those of a good assertion of an app; more pairs replace or, with nil, remove some.
func (v *vendor) claims(id string, pairs ...any) map[string]any {
	raw := make([]byte, 8)
	_, _ = rand.Read(raw)
	out := map[string]any{
		"iss": id, "sub": id, "aud": "http://example.com/restapi/oauth/token", "jti": raw,
		"iat": v.Now().Unix(), "exp": v.Now().Add(time.Minute).Unix(),
	}
	for i := 0; i < len(pairs); i += 2 {
		if out[pairs[i].(string)] = pairs[i+1]; pairs[i+1] == nil {
			delete(out, pairs[i].(string))
		}
	}
	return out
}

// asserting logs the demo user in with a client assertion.
func (v *vendor) asserting(assertion string, pairs ...string) reply {
	v.t.Helper()
	return v.form(tokenPath, append([]string{
		"grant_type", jwtGrant, "assertion", v.Demo().JWT,
		"client_assertion_type", assertionType, "client_assertion", assertion,
	}, pairs...)...)
}

type keyPair struct {
	alg     jose.SignatureAlgorithm
	private crypto.Signer
}

func keyPairs(t testing.TB) []keyPair {
	t.Helper()
	rsaKey, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	ecKey, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	_, edKey, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return []keyPair{{jose.RS256, rsaKey}, {jose.ES256, ecKey}, {jose.EdDSA, edKey}}
}

// keySet is the JWKS of the public halves.
func keySet(t testing.TB, pairs ...keyPair) string {
	t.Helper()
	var set jose.JSONWebKeySet
	for _, p := range pairs {
		set.Keys = append(set.Keys, jose.JSONWebKey{Key: p.private.Public(), KeyID: "of " + string(p.alg)})
	}
	raw, err := json.Marshal(set)
	if err != nil {
		t.Fatal(err)
	}
	return string(raw)
}

func TestAnAppSignsAssertionsWithItsSecret(t *testing.T) {
	v := codeVendor(t)
	demo := v.Demo()
	sign := func(pairs ...any) string {
		return signedBy(t, jose.HS256, []byte(demo.ClientSecret), v.claims(demo.ClientID, pairs...))
	}
	pair := v.asserting(sign()).want(http.StatusOK).json()
	v.asserting(sign("aud", "http://example.com"), "client_id", demo.ClientID).want(http.StatusOK)
	v.asserting(sign("aud", []string{"x", "http://example.com"})).want(http.StatusOK)
	v.form(tokenPath, "grant_type", "refresh_token", "refresh_token", str(pair, "refresh_token"),
		"client_assertion_type", assertionType, "client_assertion", sign()).want(http.StatusOK)
	v.form(revokePath, "token", str(pair, "refresh_token"),
		"client_assertion_type", assertionType, "client_assertion", sign()).want(http.StatusOK)
	v.wantVerdicts()
}

func TestAnAppSignsAssertionsWithAKeyOfItsOwn(t *testing.T) {
	v := codeVendor(t)
	all := keyPairs(t)
	app := v.control("apps", `{"authMethod":"private_key_jwt","keys":`+keySet(t, all...)+`}`)
	id := str(app, "clientId")
	if app["clientSecret"] != "" {
		t.Error("an app that signs with a key got a secret")
	}
	for _, p := range all {
		v.asserting(signedBy(t, p.alg, p.private, v.claims(id))).want(http.StatusOK)
		named := jose.JSONWebKey{Key: p.private, KeyID: "of " + string(p.alg)}
		v.asserting(signedBy(t, p.alg, named, v.claims(id))).want(http.StatusOK)
		named.KeyID = "another"
		v.asserting(signedBy(t, p.alg, named, v.claims(id))).wantOAuth(401, "invalid_client", "OAU-146")
	}
	for _, p := range keyPairs(t) {
		v.asserting(signedBy(t, p.alg, p.private, v.claims(id))).wantOAuth(401, "invalid_client", "OAU-146")
	}
	v.asserting(signedBy(t, jose.HS256, make([]byte, 32), v.claims(id))).wantOAuth(401, "invalid_client", "OAU-151")
	v.formAs(id, "", tokenPath, "grant_type", jwtGrant).wantOAuth(401, "invalid_client", "OAU-151")
	v.form(tokenPath, "client_id", id).wantOAuth(400, "invalid_client", "OAU-123")
}

func TestEdDSAGoesByItsNewerNameToo(t *testing.T) {
	v := codeVendor(t)
	all := keyPairs(t)
	id := str(v.control("apps", `{"keys":`+keySet(t, all...)+`}`), "clientId")
	sign := func(key crypto.Signer) string {
		return signedByHand(t, "Ed25519", v.claims(id), func(signed []byte) []byte {
			signature, err := key.Sign(nil, signed, crypto.Hash(0))
			if err != nil {
				t.Fatal(err)
			}
			return signature
		})
	}
	v.asserting(sign(all[2].private)).want(http.StatusOK)
	v.asserting(sign(keyPairs(t)[2].private)).wantOAuth(401, "invalid_client", "OAU-146")
}

// signedByHand makes an assertion that the JOSE library would not.
func signedByHand(t testing.TB, alg string, claims map[string]any, sign func([]byte) []byte) string {
	t.Helper()
	payload, err := json.Marshal(claims)
	if err != nil {
		t.Fatal(err)
	}
	encode := base64.RawURLEncoding.EncodeToString
	signed := encode([]byte(`{"alg":"`+alg+`"}`)) + "." + encode(payload)
	return signed + "." + encode(sign([]byte(signed)))
}

func TestNobodySignsWithTheSecretOfAnAppThatHasNone(t *testing.T) {
	v := codeVendor(t)
	public := str(v.control("apps", `{"kind":"native"}`), "clientId")
	keyed := str(v.control("apps", `{"authMethod":"private_key_jwt","keys":`+keySet(t, keyPairs(t)...)+`}`), "clientId")
	for id, code := range map[string]string{public: "OAU-146", keyed: "OAU-151"} {
		assertion := signedByHand(t, "HS256", v.claims(id), func(signed []byte) []byte {
			mac := hmac.New(sha256.New, nil)
			mac.Write(signed)
			return mac.Sum(nil)
		})
		v.asserting(assertion).wantOAuth(401, "invalid_client", code)
	}
}

func TestAssertionsThatAreWrongAreRefused(t *testing.T) {
	v := codeVendor(t)
	demo := v.Demo()
	secret := []byte(demo.ClientSecret)
	sign := func(pairs ...any) string { return signedBy(t, jose.HS256, secret, v.claims(demo.ClientID, pairs...)) }
	now := v.Now()
	for name, c := range map[string]struct {
		assertion string
		extra     []string
	}{
		"wrong secret":           {assertion: signedBy(t, jose.HS256, append(secret, 'x'), v.claims(demo.ClientID))},
		"another algorithm":      {assertion: signedBy(t, jose.HS384, append(secret, secret...), v.claims(demo.ClientID))},
		"not signed":             {assertion: "eyJhbGciOiJub25lIn0." + strings.Split(sign(), ".")[1] + "."},
		"not a JWT":              {assertion: "x"},
		"empty":                  {assertion: ""},
		"claims of another kind": {assertion: sign("exp", "soon")},
		"another subject":        {assertion: sign("sub", "x")},
		"no subject":             {assertion: sign("sub", nil)},
		"another client_id":      {sign(), []string{"client_id", demo.WebClientID}},
		"empty client_id":        {sign(), []string{"client_id", ""}},
		"another audience":       {assertion: sign("aud", "https://platform.ringcentral.com")},
		"no audience":            {assertion: sign("aud", nil)},
		"no end":                 {assertion: sign("exp", nil)},
		"expired":                {assertion: sign("exp", now.Unix())},
		"ends too late":          {assertion: sign("exp", now.Add(time.Hour+time.Second).Unix())},
		"begins later":           {assertion: sign("nbf", now.Add(time.Second).Unix())},
		"no jti":                 {assertion: sign("jti", nil)},
		"a key app's algorithm":  {assertion: signedBy(t, jose.ES256, keyPairs(t)[1].private, v.claims(demo.ClientID))},
	} {
		t.Run(name, func(t *testing.T) {
			(&vendor{Server: v.Server, t: t}).asserting(c.assertion, c.extra...).wantOAuth(401, "invalid_client", "OAU-146")
		})
	}
	v.asserting(sign("iss", nil)).wantOAuth(400, "invalid_client", "OAU-153")
	v.asserting(sign("iss", "nobody")).wantOAuth(400, "invalid_client", "OAU-153")
	v.asserting(sign("exp", now.Add(time.Hour).Unix(), "nbf", now.Unix())).want(http.StatusOK)
}

func TestAnAssertionIsGoodForOneRequest(t *testing.T) {
	v := codeVendor(t)
	demo := v.Demo()
	claims := v.claims(demo.ClientID)
	sign := func() string { return signedBy(t, jose.HS256, []byte(demo.ClientSecret), claims) }
	v.asserting(sign()).want(http.StatusOK)
	claims["iat"] = v.Now().Unix() - 1
	v.asserting(sign()).wantOAuth(401, "invalid_client", "OAU-146")
	v.Advance(time.Minute)
	claims["exp"] = v.Now().Add(time.Minute).Unix()
	v.asserting(sign()).want(http.StatusOK) // the first one has ended
	web := v.claims(demo.WebClientID, "jti", claims["jti"])
	v.form(revokePath, "token", "x", "client_assertion_type", assertionType, "client_assertion",
		signedBy(t, jose.HS256, []byte(demo.WebClientSecret), web)).want(http.StatusOK) // ids are an app's own
}

func TestAClientAuthenticatesInOneWayOnly(t *testing.T) {
	v := codeVendor(t)
	demo := v.Demo()
	good := signedBy(t, jose.HS256, []byte(demo.ClientSecret), v.claims(demo.ClientID))
	v.demoForm(tokenPath, "grant_type", jwtGrant, "assertion", demo.JWT, "client_assertion_type", assertionType,
		"client_assertion", good).wantOAuth(400, "invalid_request", "OAU-116")
	v.form(tokenPath, "client_assertion_type", "x", "client_assertion", good).wantOAuth(400, "invalid_request", "CMN-101")
	v.form(tokenPath, "client_assertion", good).wantOAuth(400, "invalid_request", "CMN-101")
	v.form(tokenPath, "client_assertion", good, "client_assertion", good, "client_assertion_type", assertionType).
		wantOAuth(400, "invalid_request", "OAU-111")

	secretOnly := v.control("apps", `{"authMethod":"client_secret_jwt"}`)
	id, secret := str(secretOnly, "clientId"), str(secretOnly, "clientSecret")
	v.formAs(id, secret, tokenPath, "grant_type", jwtGrant, "assertion", demo.JWT).wantOAuth(401, "invalid_client", "OAU-151")
	v.asserting(signedBy(t, jose.HS256, []byte(secret), v.claims(id))).want(http.StatusOK)
	basicOnly := v.control("apps", `{"authMethod":"client_secret_basic"}`)
	id, secret = str(basicOnly, "clientId"), str(basicOnly, "clientSecret")
	v.formAs(id, secret, tokenPath, "grant_type", jwtGrant, "assertion", demo.JWT).want(http.StatusOK)
	v.asserting(signedBy(t, jose.HS256, []byte(secret), v.claims(id))).wantOAuth(401, "invalid_client", "OAU-151")
}

func TestASecretInTheBodyIsRefusedWithACodeToo(t *testing.T) {
	v := codeVendor(t)
	demo := v.Demo()
	code := v.person().code(v.webRequest())
	v.form(tokenPath, "grant_type", "authorization_code", "code", code, "client_id", demo.WebClientID,
		"client_secret", demo.WebClientSecret).wantOAuth(400, "invalid_client", "OAU-123")
	v.wantVerdicts("secret in the body")
}

func TestAWrongAssertionOfAKnownAppCountsAgainstItsLimit(t *testing.T) {
	v := newVendor(t, defaultOptions)
	id := v.Demo().ClientID
	bad := func() reply { return v.asserting(signedBy(t, jose.HS256, make([]byte, 32), v.claims(id))) }
	for range 5 {
		bad().wantOAuth(401, "invalid_client", "OAU-146")
	}
	bad().want(http.StatusTooManyRequests)
}

func TestTheConfigurationListsTheWaysToAuthenticate(t *testing.T) {
	v := codeVendor(t)
	got := v.get("/.well-known/openid-configuration", "").want(http.StatusOK).json()
	methods, _ := json.Marshal(got["token_endpoint_auth_methods_supported"])
	if string(methods) != `["client_secret_basic","client_secret_jwt","private_key_jwt"]` {
		t.Errorf("methods %s", methods)
	}
	if got["authorization_endpoint"] != "http://example.com/restapi/oauth/authorize" {
		t.Errorf("authorization endpoint %v", got["authorization_endpoint"])
	}
}
