package platform

import (
	"encoding/base64"
	"encoding/json"
	"strings"

	"github.com/ringcx-go/ringcx/sandbox/internal/endpoint"
	"github.com/ringcx-go/ringcx/sandbox/internal/model"
)

// assertion finds the JWT credential that app a presents, and its user. Every code but OAU-347 is assumed.
func (p *Service) assertion(c *endpoint.Call, a *model.App, jwt string) (*model.Credential, *model.User, *oauthError) {
	if jwt == "" {
		return nil, nil, invalidParameter("assertion")
	}
	alg, ok := jwtAlgorithm(jwt)
	if !ok {
		return nil, nil, assertionRefusal(c, "OAU-149", "The assertion is not a JWT")
	}
	if strings.HasPrefix(alg, "HS") || alg == "none" {
		return nil, nil, invalidGrant("OAU-347",
			"An algorithm which is used for assertion signing is not supported for JWT Bearer grant type")
	}
	cred := p.World.Assertion(p.Lock.Tx, jwt)
	var u *model.User
	if cred != nil {
		u = p.World.User(p.Lock.Tx, cred.User)
	}
	switch {
	case cred == nil && issuedElsewhere(jwt):
		return nil, nil, invalidRequest("OAU-250", "Unsupported grant type")
	case cred == nil:
		if p.World.Assertion(p.Lock.Tx, strings.TrimSpace(jwt)) != nil {
			c.Why("the assertion is a credential with a line break or spaces around it")
		}
		return nil, nil, assertionRefusal(c, "OAU-213", "The assertion is not known")
	case cred.Deleted:
		return nil, nil, assertionRefusal(c, "OAU-211", "The assertion was revoked")
	case !cred.Expires.IsZero() && !c.Now.Before(cred.Expires):
		return nil, nil, assertionRefusal(c, "OAU-210", "The assertion is expired")
	case !cred.Permits(a, u):
		return nil, nil, assertionRefusal(c, "OAU-110", "The assertion was not issued for this application")
	case !u.Enabled:
		return nil, nil, assertionRefusal(c, "OAU-236", "Extension is disabled or frozen")
	}
	return cred, u, nil
}

func assertionRefusal(c *endpoint.Call, code, message string) *oauthError {
	return invalidGrant(chosen(c.Rules.AssertionCodes, code), message)
}

// issuedElsewhere tells a JWT that names another issuer: one of another environment.
func issuedElsewhere(jwt string) bool {
	claims, ok := jwtPart[struct {
		Issuer string `json:"iss"`
	}](strings.Split(jwt, ".")[1])
	return ok && claims.Issuer != "" && claims.Issuer != model.CredentialIssuer
}

// jwtPart reads the header or the claims of a JWT.
func jwtPart[T any](text string) (part T, ok bool) {
	raw, err := base64.RawURLEncoding.DecodeString(text)
	return part, err == nil && json.Unmarshal(raw, &part) == nil
}

// jwtAlgorithm reads alg from the header of what looks like a JWT.
func jwtAlgorithm(jwt string) (string, bool) {
	head, rest, _ := strings.Cut(jwt, ".")
	if strings.Count(rest, ".") != 1 {
		return "", false
	}
	header, ok := jwtPart[struct {
		Algorithm string `json:"alg"`
	}](head)
	return header.Algorithm, ok && header.Algorithm != ""
}
