package platform

import (
	"fmt"
	"slices"
	"strings"

	"github.com/ringcx-go/ringcx/sandbox/internal/endpoint"
	"github.com/ringcx-go/ringcx/sandbox/internal/model"
	"github.com/ringcx-go/ringcx/sandbox/internal/token"
)

// identityScopes are the scopes of OpenID Connect, which the discovery document lists. They are no permissions.
var identityScopes = []string{"openid", "email", "profile"}

// permissionsIn are the app permissions in a scope parameter.
func permissionsIn(scope string) []string {
	return slices.DeleteFunc(strings.Fields(scope), func(s string) bool { return slices.Contains(identityScopes, s) })
}

// identity is what userinfo says of a user.
type identity struct {
	Subject       string `json:"sub"`
	Email         string `json:"email,omitempty"`
	EmailVerified *bool  `json:"email_verified,omitempty"`
	AccountID     string `json:"account_id"`
	GivenName     string `json:"given_name,omitempty"`
	FamilyName    string `json:"family_name,omitempty"`
}

func newIdentity(u *model.User) identity {
	verified := true
	return identity{
		Subject: fmt.Sprint(u.ID), Email: u.Email, EmailVerified: &verified, AccountID: fmt.Sprint(u.Account),
		GivenName: u.First, FamilyName: u.Last,
	}
}

// idClaims are the claims of an id_token.
type idClaims struct {
	Issuer   string `json:"iss"`
	Audience string `json:"aud"`
	Expires  int64  `json:"exp"`
	Issued   int64  `json:"iat"`
	AuthTime int64  `json:"auth_time"`
	ID       string `json:"jti"`
	Nonce    string `json:"nonce,omitempty"`
	identity
}

// idClaimsFor are the claims of the id_token in the answer to a code whose authorize request asked for openid; nil: there is
// none in the answer to f. Its issuer is the address at which the app reaches the token endpoint, because there it has read the
// discovery document.
func (p *Service) idClaimsFor(c *endpoint.Call, f endpoint.Form, issuer string) *idClaims {
	if f.Get("grant_type") != grantCode {
		return nil
	}
	code, ok := p.Codes.Get(p.Lock.Tx, f.Get("code"))
	if !ok || !slices.Contains(code.Request.Scope, "openid") {
		return nil
	}
	claims := &idClaims{
		Issuer: issuer, Audience: code.Request.App, Expires: c.Now.Add(c.Rules.IDTokenTTL).Unix(), Issued: c.Now.Unix(),
		AuthTime: code.Since.Unix(), ID: token.RandomText(16), Nonce: code.Request.Nonce, identity: newIdentity(p.World.User(p.Lock.Tx, code.User)),
	}
	if !slices.Contains(code.Request.Scope, "email") {
		claims.Email, claims.EmailVerified = "", nil
	}
	if !slices.Contains(code.Request.Scope, "profile") {
		claims.GivenName, claims.FamilyName = "", ""
	}
	return claims
}
