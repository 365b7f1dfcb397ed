package platform

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/ringcx-go/ringcx/sandbox/internal/endpoint"
	"github.com/ringcx-go/ringcx/sandbox/internal/model"
	"github.com/ringcx-go/ringcx/sandbox/internal/permission"
	"github.com/ringcx-go/ringcx/sandbox/internal/token"
)

// webSocketTTL is observed: what a token for WebSockets says in the vendor's own clients.
const webSocketTTL = 60 * time.Second

// introspection is what the platform tells an app of partners about an access token (RFC 7662).
type introspection struct {
	Active    bool   `json:"active"`
	Scope     string `json:"scope,omitempty"`
	ClientID  string `json:"client_id,omitempty"`
	TokenType string `json:"token_type,omitempty"`
	Expires   int64  `json:"exp,omitempty"`
	Issued    int64  `json:"iat,omitempty"`
	Subject   string `json:"sub,omitempty"`
	AccountID string `json:"account_id,omitempty"`
	SessionID string `json:"session_id,omitempty"`
}

// introspect is POST /restapi/oauth/introspect. Who asks got the token from somebody who uses it, so that is a use. It
// knows access tokens only (assumed).
func (p *Service) introspect(c *endpoint.Call, r *http.Request) endpoint.Response {
	f, formErr := c.Form()
	a, problem := p.authenticate(c, r, f)
	if formErr != nil {
		problem = formError(c, formErr)
	}
	return p.charged(c, a, p.subject(f), func() endpoint.Response {
		switch {
		case problem != nil:
			return problem.answer()
		case f.Repeated != "":
			return duplicated(f).answer()
		case !permission.Allows(a.Scopes, "Interoperability"):
			return missingPermission("Interoperability")
		case f.Get("token") == "":
			return invalidParameter("token").answer()
		}
		t, _, _ := p.use(c, f.Get("token"))
		if t == nil {
			return endpoint.JSON(http.StatusOK, introspection{})
		}
		u := t.User
		return endpoint.JSON(http.StatusOK, introspection{
			Active: true, Scope: strings.Join(t.Scope, " "), ClientID: t.App.ID, TokenType: "bearer",
			Expires: t.Expires.Unix(), Issued: t.Issued.Unix(), Subject: fmt.Sprint(u.ID),
			AccountID: fmt.Sprint(u.Account), SessionID: p.ID(t.Session),
		})
	})
}

// bearing answers an operation of the Auth group that needs a token.
func (p *Service) bearing(c *endpoint.Call, r *http.Request, do func(*model.Access) endpoint.Response) endpoint.Response {
	t, refusal := p.platformToken(c, r)
	if t == nil {
		return refusal
	}
	return p.charged(c, t.App, t.User, func() endpoint.Response { return do(t) })
}

// sessionInfo is GET /restapi/oauth/session-info. No account of the sandbox limits its sessions, so nothing is said of
// when this one ends.
func (p *Service) sessionInfo(c *endpoint.Call, r *http.Request) endpoint.Response {
	return p.bearing(c, r, func(t *model.Access) endpoint.Response {
		u := t.User
		return endpoint.JSON(http.StatusOK, struct {
			ClientID  string `json:"client_id"`
			Scope     string `json:"scope"`
			Subject   string `json:"sub"`
			AccountID string `json:"account_id"`
			SessionID string `json:"session_id"`
		}{t.App.ID, strings.Join(t.Scope, " "), fmt.Sprint(u.ID), fmt.Sprint(u.Account), p.ID(t.Session)})
	})
}

// webSocketScopes are the names of the permission that WebSockets need: in the description, and in the console.
var webSocketScopes = []string{"WebSocket", "WebSocketsSubscriptions"}

// webSocketToken is POST /restapi/oauth/wstoken. Nothing listens at the address that it names.
func (p *Service) webSocketToken(c *endpoint.Call, r *http.Request) endpoint.Response {
	return p.bearing(c, r, func(t *model.Access) endpoint.Response {
		if !slices.ContainsFunc(t.Scope, func(scope string) bool { return slices.Contains(webSocketScopes, scope) }) {
			return missingPermission(webSocketScopes[0])
		}
		return endpoint.JSON(http.StatusOK, struct {
			URI         string `json:"uri"`
			AccessToken string `json:"ws_access_token"`
			ExpiresIn   int    `json:"expires_in"`
		}{"ws" + strings.TrimPrefix(endpoint.BaseURL(r), "http") + "/ws", token.RandomText(96), int(webSocketTTL / time.Second)})
	})
}

// oauthUserInfo is GET /restapi/oauth/userinfo.
func (p *Service) oauthUserInfo(c *endpoint.Call, r *http.Request) endpoint.Response {
	return p.bearing(c, r, func(t *model.Access) endpoint.Response { return endpoint.JSON(http.StatusOK, newIdentity(t.User)) })
}
