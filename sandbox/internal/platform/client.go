package platform

import (
	"crypto/subtle"
	"encoding/base64"
	"net/http"
	"net/url"
	"strings"

	"github.com/ringcx-go/ringcx/sandbox/internal/endpoint"
	"github.com/ringcx-go/ringcx/sandbox/internal/model"
	"github.com/ringcx-go/ringcx/sandbox/internal/verdict"
)

// authenticate finds the app that sends r, by Basic header, client assertion or, for apps without a secret, client_id. The app may
// be known although the answer is an error: then the request counts against its limit.
func (p *Service) authenticate(c *endpoint.Call, r *http.Request, f endpoint.Form) (*model.App, *oauthError) {
	if f.Has("client_secret") {
		c.Note(verdict.Secret)
	}
	header := r.Header.Get("Authorization")
	switch asserted := f.Has("client_assertion") || f.Has("client_assertion_type"); {
	case asserted && header != "":
		return nil, invalidRequest("OAU-116", "Invalid authorization method")
	case asserted:
		return p.authenticateAssertion(c, r, f)
	case header != "":
		id, secret, ok := parseBasic(header)
		if !ok {
			return nil, invalidClient(0, "OAU-123", "Authentication header value is malformed")
		}
		return p.authenticateSecret(c, id, secret)
	case c.Rules.ClientSecretInForm && f.Get("client_secret") != "" && f.Get("client_id") != "":
		return p.authenticateSecret(c, f.Get("client_id"), f.Get("client_secret"))
	}
	id := f.Get("client_id")
	if id == "" {
		return nil, clientRequired()
	}
	a := p.World.App(p.Lock.Tx, id)
	switch {
	case a == nil:
		return nil, unknownClient(id)
	case a.Confidential:
		return a, clientRequired()
	}
	return a, nil
}

// authenticateSecret finds the app of an id that brings its secret.
func (p *Service) authenticateSecret(c *endpoint.Call, id, secret string) (*model.App, *oauthError) {
	a := p.World.App(p.Lock.Tx, id)
	if a != nil && !a.Confidential {
		c.Note(verdict.PublicBasic)
		c.Why("the app has no secret: it sends client_id in the form, and no header")
	}
	switch {
	case a == nil, !a.Confidential: // observed: Basic with an empty secret makes an app without one unknown
		return nil, unknownClient(id)
	case !allows(a, MethodBasic):
		return a, methodNotAllowed(c)
	case subtle.ConstantTimeCompare([]byte(secret), []byte(a.Secret)) == 0:
		return a, invalidClient(c.Rules.ClientRefusalStatus, "OAU-146", "Invalid client credentials")
	}
	return a, nil
}

func clientRequired() *oauthError {
	return invalidClient(0, "OAU-123", "Client authentication is required")
}

func unknownClient(id string) *oauthError {
	e := invalidClient(0, "OAU-153", "Invalid client: "+id)
	e.parameter = &errorParameter{Name: "client_id", Value: id}
	return e
}

// parseBasic reads an Authorization header of the Basic scheme. Both halves are form-encoded inside, as RFC 6749 asks
// of clients.
func parseBasic(header string) (id, secret string, ok bool) {
	scheme, encoded, _ := strings.Cut(header, " ")
	if !strings.EqualFold(scheme, "Basic") {
		return "", "", false
	}
	raw, err := base64.StdEncoding.DecodeString(strings.TrimSpace(encoded))
	if err != nil {
		return "", "", false
	}
	rawID, rawSecret, ok := strings.Cut(string(raw), ":")
	if !ok {
		return "", "", false
	}
	id, errID := url.QueryUnescape(rawID)
	secret, errSecret := url.QueryUnescape(rawSecret)
	return id, secret, errID == nil && errSecret == nil
}
