package ringcx_test

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"
	"github.com/google/go-cmp/cmp"

	"github.com/ringcx-go/ringcx"
)

// longSecret is as long as HS256 asks for, and as the vendor's are.
const longSecret = secretValue + "-0123456789abcdef0123"

// signers are the keys that an app can sign with, by algorithm.
func signers(t *testing.T) map[jose.SignatureAlgorithm]crypto.Signer {
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
	return map[jose.SignatureAlgorithm]crypto.Signer{jose.RS256: rsaKey, jose.ES256: ecKey, jose.EdDSA: edKey}
}

func TestAnAppThatSignsProvesWhoItIsWithoutSendingASecret(t *testing.T) {
	var forms []url.Values
	c := answering(t, func(w http.ResponseWriter, r *http.Request) {
		_ = r.ParseForm()
		if _, _, ok := r.BasicAuth(); ok || r.Form.Has("client_secret") || r.Form.Has("client_id") {
			t.Errorf("the app authenticates twice: %v", r.Form)
		}
		forms = append(forms, r.PostForm)
		_, _ = io.WriteString(w, `{"access_token":"a","refresh_token":"r","expires_in":3600}`)
	})
	check := func(alg jose.SignatureAlgorithm, key any, kid string) {
		t.Helper()
		forms = nil
		token, err := c.JWT(jwtValue).Renew(t.Context(), nil)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := c.JWT(jwtValue).Renew(t.Context(), token); err != nil {
			t.Fatal(err)
		}
		if err := c.Revoke(t.Context(), token); err != nil {
			t.Fatal(err)
		}
		seen := map[string]bool{}
		for _, form := range forms {
			if got := form.Get("client_assertion_type"); got != "urn:ietf:params:oauth:client-assertion-type:jwt-bearer" {
				t.Errorf("%s: assertion type %q", alg, got)
			}
			parsed, err := jwt.ParseSigned(form.Get("client_assertion"), []jose.SignatureAlgorithm{alg})
			if err != nil {
				t.Fatalf("%s: %v", alg, err)
			}
			var claims jwt.Claims
			if err := parsed.Claims(key, &claims); err != nil {
				t.Fatalf("%s: %v", alg, err)
			}
			if parsed.Headers[0].KeyID != kid {
				t.Errorf("%s: key id %q, want %q", alg, parsed.Headers[0].KeyID, kid)
			}
			err = claims.Validate(jwt.Expected{
				Issuer: "client", Subject: "client", AnyAudience: jwt.Audience{c.Endpoint.RingCentral + "/restapi/oauth/token"}, Time: time.Now(),
			})
			if life := claims.Expiry.Time().Sub(claims.IssuedAt.Time()); err != nil || claims.ID == "" || seen[claims.ID] || life > 10*time.Minute {
				t.Errorf("%s: claims %+v: %v", alg, claims, err)
			}
			seen[claims.ID] = true
		}
		if len(seen) != 3 {
			t.Errorf("%s: %d different assertions in 3 requests", alg, len(seen))
		}
	}
	c.SecretJWT, c.ClientSecret = true, longSecret
	check(jose.HS256, []byte(longSecret), "")
	for alg, key := range signers(t) {
		c.SigningKey, c.KeyID = key, "key-1"
		check(alg, key.Public(), "key-1")
	}
}

func TestASigningKeyThatCannotBeUsedIsReportedBeforeAnythingIsSent(t *testing.T) {
	var asked []string
	c := answering(t, func(_ http.ResponseWriter, r *http.Request) { asked = append(asked, r.URL.Path) })
	wrongCurve, err := ecdsa.GenerateKey(elliptic.P384(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	c.SigningKey = wrongCurve
	if _, err := c.JWT(jwtValue).Renew(t.Context(), nil); err == nil || !strings.Contains(err.Error(), "P-256") {
		t.Errorf("a key of another curve: %v", err)
	}
	if c.SigningKey, err = rsa.GenerateKey(rand.Reader, 1024); err != nil { //nolint:gosec // to be refused
		t.Fatal(err)
	}
	if _, err := c.JWT(jwtValue).Renew(t.Context(), nil); err == nil || !strings.Contains(err.Error(), "2048") {
		t.Errorf("a key that is too short: %v", err)
	}
	c.SigningKey, c.SecretJWT, c.ClientSecret = nil, true, ""
	if _, err := c.JWT(jwtValue).Renew(t.Context(), nil); err == nil || !strings.Contains(err.Error(), "no client secret") {
		t.Errorf("no secret to sign with: %v", err)
	}
	if diff := cmp.Diff([]string(nil), asked); diff != "" {
		t.Errorf("something was sent: %s", diff)
	}
}

// publicHalf is a key whose public half is all there is.
type publicHalf struct{ public crypto.PublicKey }

func (h publicHalf) Public() crypto.PublicKey { return h.public }

func (publicHalf) Sign(io.Reader, []byte, crypto.SignerOpts) ([]byte, error) {
	panic("there is nothing to sign with")
}

func TestASigningKeyThatWasNeverFilledIsAnErrorAndEndsNoProgram(t *testing.T) {
	var asked []string
	c := answering(t, func(_ http.ResponseWriter, r *http.Request) { asked = append(asked, r.URL.Path) })
	whole, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	token := func(key crypto.Signer) (told, err error) {
		own := *c
		own.SigningKey = key
		_, err = own.NewSession(own.JWT(jwtValue), &ringcx.SessionOptions{MaxWait: -1}).Token(t.Context())
		return own.Validate(), err
	}
	for name, key := range map[string]crypto.Signer{
		"no RSA key": (*rsa.PrivateKey)(nil), "an empty RSA key": new(rsa.PrivateKey), "no ECDSA key": (*ecdsa.PrivateKey)(nil),
		"an empty ECDSA key": new(ecdsa.PrivateKey), "no Ed25519 key": ed25519.PrivateKey(nil), "no public half": publicHalf{}, "no RSA half": publicHalf{(*rsa.PublicKey)(nil)},
	} {
		told, err := token(key)
		if told == nil || err == nil || err.Error() != told.Error() || !strings.HasPrefix(told.Error(), "the signing key must be RSA") {
			t.Errorf("%s: Validate tells %v, and the first call %v", name, told, err)
		}
		if hinted, ok := told.(interface{ Hint() string }); !ok || hinted.Hint() == "" {
			t.Errorf("%s: no hint", name)
		}
	}
	if told, err := token(publicHalf{whole.Public()}); told != nil || err == nil || !strings.Contains(err.Error(), "sign the client assertion: the key is incomplete") {
		t.Errorf("half a key: Validate tells %v, and the first call %v", told, err)
	}
	if asked != nil {
		t.Errorf("sent: %q", asked)
	}
	if told, _ := token(whole); told != nil || asked == nil {
		t.Errorf("a whole key is refused, too, so this test shows nothing: %v", told)
	}
}

func TestAssertionsAreDatedByTheVendorsClock(t *testing.T) {
	ahead := 3 * time.Hour
	var refused, accepted int
	c := answering(t, func(w http.ResponseWriter, r *http.Request) {
		there := time.Now().Add(ahead)
		w.Header().Set("Date", there.UTC().Format(http.TimeFormat))
		if !strings.HasPrefix(r.URL.Path, "/restapi") {
			_, _ = io.WriteString(w, `{"accessToken":"b","refreshToken":"r"}`)
			return
		}
		parsed, err := jwt.ParseSigned(r.FormValue("client_assertion"), []jose.SignatureAlgorithm{jose.HS256})
		var claims jwt.Claims
		if err != nil {
			t.Errorf("assertion: %v", err)
		}
		if parsed.Claims([]byte(longSecret), &claims) != nil || claims.ValidateWithLeeway(jwt.Expected{Time: there}, time.Minute) != nil {
			refused++
			w.WriteHeader(http.StatusBadRequest)
			_, _ = io.WriteString(w, `{"error":"invalid_client","error_description":"the assertion has expired"}`)
			return
		}
		accepted++
		_, _ = io.WriteString(w, `{"access_token":"a","expires_in":3600}`)
	})
	c.SecretJWT, c.ClientSecret = true, longSecret
	s := c.NewSession(c.JWT(jwtValue), nil)
	if _, err := s.Token(t.Context()); err != nil || refused != 1 || accepted != 1 {
		t.Errorf("%d refused, %d accepted: %v", refused, accepted, err)
	}
	if err := s.Login(t.Context()); err != nil || refused != 1 || accepted != 2 {
		t.Errorf("%d refused, %d accepted: %v", refused, accepted, err)
	}
	ahead = -3 * time.Hour
	c.ClientSecret += "-wrong"
	wrong := c.NewSession(c.JWT(jwtValue), nil)
	if _, err := wrong.Token(t.Context()); err == nil || refused != 3 {
		t.Errorf("an app that nobody knows was tried %d times: %v", refused-1, err)
	}
}

// dated is a vendor whose clock is so far ahead, and that accepts assertions dated by it, until strict is set: then none.
func dated(t *testing.T, ahead time.Duration, strict *bool) (c *ringcx.Config, refused *int) {
	t.Helper()
	refused = new(int)
	c = answering(t, func(w http.ResponseWriter, r *http.Request) {
		there := time.Now().Add(ahead)
		w.Header().Set("Date", there.UTC().Format(http.TimeFormat))
		if !strings.HasPrefix(r.URL.Path, "/restapi") {
			_, _ = io.WriteString(w, `{"accessToken":"b","refreshToken":"r"}`)
			return
		}
		parsed, err := jwt.ParseSigned(r.FormValue("client_assertion"), []jose.SignatureAlgorithm{jose.HS256})
		var claims jwt.Claims
		if err != nil || parsed.Claims([]byte(longSecret), &claims) != nil || claims.ValidateWithLeeway(jwt.Expected{Time: there}, time.Minute) != nil || *strict {
			*refused++
			w.WriteHeader(http.StatusBadRequest)
			_, _ = io.WriteString(w, `{"error":"invalid_client","error_description":"the assertion has expired"}`)
			return
		}
		_, _ = io.WriteString(w, `{"access_token":"a","expires_in":3600}`)
	})
	c.SecretJWT, c.ClientSecret = true, longSecret
	return c, refused
}

func TestARefusalIsNotBlamedOnAClockThatIsKnown(t *testing.T) {
	strict := false
	c, refused := dated(t, 3*time.Hour, &strict)
	s := c.NewSession(c.JWT(jwtValue), nil)
	if err := s.Login(t.Context()); err != nil || *refused != 1 {
		t.Fatalf("%d refused: %v", *refused, err)
	}
	strict = true
	if err := s.Login(t.Context()); err == nil || *refused != 2 {
		t.Errorf("it was tried %d times: %v", *refused-1, err)
	}
}

func TestAnotherSigningKeyIsTriedAtOnceAndTheSameIsNot(t *testing.T) {
	posts := 0
	c := answering(t, func(w http.ResponseWriter, _ *http.Request) {
		posts++
		w.WriteHeader(http.StatusUnauthorized)
		_, _ = io.WriteString(w, `{"error":"invalid_client"}`)
	})
	keys, store := signers(t), new(ringcx.Memory)
	for i, try := range []struct {
		key   crypto.Signer
		posts int
	}{{keys[jose.ES256], 1}, {keys[jose.ES256], 1}, {keys[jose.EdDSA], 2}} {
		c.SigningKey = try.key
		if _, err := c.NewSession(c.JWT(jwtValue), &ringcx.SessionOptions{Store: store, Key: "k"}).Token(t.Context()); err == nil || posts != try.posts {
			t.Errorf("try %d: %d requests, %v", i+1, posts, err)
		}
	}
}
