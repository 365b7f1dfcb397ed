package platform

import (
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"net/http"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"

	"github.com/ringcx-go/ringcx/sandbox/internal/contract"
	"github.com/ringcx-go/ringcx/sandbox/internal/endpoint"
	"github.com/ringcx-go/ringcx/sandbox/internal/model"
)

// The ways of client authentication that the platform documents, by their names in its discovery document.
const (
	MethodBasic     = "client_secret_basic"
	MethodSecretJWT = "client_secret_jwt"

	clientAssertionType = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
)

// algEd25519 is the newer name of EdDSA with this curve (RFC 9864), which some clients send already.
const algEd25519 = jose.SignatureAlgorithm("Ed25519")

// assertionAlgorithms sign client assertions: HS256 with the secret of an app, the others with a key of its own.
var assertionAlgorithms = []jose.SignatureAlgorithm{jose.HS256, jose.RS256, jose.ES256, jose.EdDSA, algEd25519}

// ed25519Key verifies what is signed under the newer name, which the JOSE library does not know.
type ed25519Key struct{ ed25519.PublicKey }

// VerifyPayload implements [jose.OpaqueVerifier].
func (k ed25519Key) VerifyPayload(payload, signature []byte, alg jose.SignatureAlgorithm) error {
	if alg != algEd25519 || !ed25519.Verify(k.PublicKey, payload, signature) {
		return errors.New("the signature is wrong")
	}
	return nil
}

// authenticateAssertion finds the app that signed the client assertion of f (RFC 7523, section 2.2). As with Basic, the
// app may be known although the answer is an error.
func (p *Service) authenticateAssertion(c *endpoint.Call, r *http.Request, f endpoint.Form) (*model.App, *oauthError) {
	if f.Get("client_assertion_type") != clientAssertionType {
		return nil, invalidParameter("client_assertion_type")
	}
	token, err := jwt.ParseSigned(f.Get("client_assertion"), assertionAlgorithms)
	if err != nil {
		return nil, badAssertion(c, "it is not a JWT signed with a supported algorithm")
	}
	var claims jwt.Claims
	if token.UnsafeClaimsWithoutVerification(&claims) != nil {
		return nil, badAssertion(c, "its claims cannot be read")
	}
	a := p.World.App(p.Lock.Tx, claims.Issuer)
	if a == nil {
		return nil, unknownClient(claims.Issuer)
	}
	method, signed := signedBy(a, token)
	switch {
	case !allows(a, method):
		return a, methodNotAllowed(c)
	case !signed:
		return a, badAssertion(c, "its signature is not the app's")
	case claims.Subject != a.ID:
		return a, badAssertion(c, "sub is not iss")
	case f.Has("client_id") && f.Get("client_id") != a.ID:
		return a, badAssertion(c, "client_id is not its issuer")
	}
	return a, p.fresh(c, a, claims, endpoint.BaseURL(r))
}

// fresh refuses an assertion that is for somebody else, not of this hour, or used before.
func (p *Service) fresh(c *endpoint.Call, a *model.App, claims jwt.Claims, base string) *oauthError {
	replayKey := a.ID + " " + claims.ID
	if len(claims.ID) > endpoint.NameMost {
		sum := sha256.Sum256([]byte(claims.ID))
		replayKey = a.ID + " sha256 " + hex.EncodeToString(sum[:])
	}
	switch {
	case !takesAudience(c.Rules, claims.Audience, base):
		return badAssertion(c, "aud is not the issuer or the token endpoint, as it has to be")
	case claims.Expiry == nil:
		return badAssertion(c, "exp is missing")
	case !c.Now.Before(claims.Expiry.Time()):
		return badAssertion(c, "it is expired")
	case claims.Expiry.Time().After(c.Now.Add(c.Rules.ClientAssertionTTL)):
		return badAssertion(c, "exp is too far ahead")
	case claims.NotBefore != nil && c.Now.Before(claims.NotBefore.Time()):
		return badAssertion(c, "it is not valid yet")
	case !c.Rules.ClientAssertionSingleUse:
		return nil
	case claims.ID == "":
		return badAssertion(c, "jti is missing")
	}
	if until, used := p.assertions.Get(p.Lock.Tx, replayKey); used && c.Now.Before(until) {
		return badAssertion(c, "it was used before")
	}
	p.assertions.Put(p.Lock.Tx, replayKey, claims.Expiry.Time())
	return nil
}

// signedBy verifies token with what a has: its secret or one of its keys, which cannot be taken for each other.
func signedBy(a *model.App, token *jwt.JSONWebToken) (method string, ok bool) {
	var none map[string]any
	alg := jose.SignatureAlgorithm(token.Headers[0].Algorithm)
	if alg == jose.HS256 {
		return MethodSecretJWT, a.Secret != "" && token.Claims([]byte(a.Secret), &none) == nil
	}
	for _, key := range a.Keys {
		if id := token.Headers[0].KeyID; id != "" && key.KeyID != "" && id != key.KeyID {
			continue
		}
		verifier := key.Key
		if public, ok := verifier.(ed25519.PublicKey); ok && alg == algEd25519 {
			verifier = ed25519Key{public}
		}
		if token.Claims(verifier, &none) == nil {
			return model.MethodKeyJWT, true
		}
	}
	return model.MethodKeyJWT, false
}

// takesAudience reports whether the audience of a client assertion is this server, which base is the address of.
func takesAudience(r *contract.Rules, audience jwt.Audience, base string) bool {
	issuer, endpoint := audience.Contains(base), audience.Contains(base+"/restapi/oauth/token")
	switch r.ClientAssertionAudience {
	case "issuer":
		return issuer
	case "token-endpoint":
		return endpoint
	}
	return issuer || endpoint
}

// allows reports whether a may authenticate in this way.
func allows(a *model.App, method string) bool { return a.AuthMethod == "" || a.AuthMethod == method }

func badAssertion(c *endpoint.Call, why string) *oauthError {
	return invalidClient(c.Rules.ClientRefusalStatus, "OAU-146", "Invalid client assertion: "+why)
}

func methodNotAllowed(c *endpoint.Call) *oauthError {
	return invalidClient(c.Rules.ClientRefusalStatus, "OAU-151", "Authorization method not supported")
}
