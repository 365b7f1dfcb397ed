package sandbox

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/ringcx-go/ringcx/sandbox/internal/endpoint"
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
func (s *Server) introspect(c *endpoint.Call, r *http.Request) endpoint.Response {
	f, formErr := endpoint.ReadForm(r)
	s.mu.Lock()
	defer s.mu.Unlock()
	a, problem := s.authenticate(c, r, f)
	if formErr != nil {
		problem = formError(c, formErr)
	}
	return s.charged(c, a, s.subject(f), func() endpoint.Response {
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
		t, _, _ := s.platform.use(c, f.Get("token"))
		if t == nil {
			return endpoint.JSON(http.StatusOK, introspection{})
		}
		u := t.user
		return endpoint.JSON(http.StatusOK, introspection{
			Active: true, Scope: strings.Join(t.scope, " "), ClientID: t.app.ID, TokenType: "bearer",
			Expires: t.expires.Unix(), Issued: t.issued.Unix(), Subject: fmt.Sprint(u.ID),
			AccountID: fmt.Sprint(u.Account), SessionID: s.platform.id(t.session),
		})
	})
}

// bearing answers an operation of the Auth group that needs a token.
func (s *Server) bearing(c *endpoint.Call, r *http.Request, do func(*rcAccess) endpoint.Response) endpoint.Response {
	s.mu.Lock()
	defer s.mu.Unlock()
	t, refusal := s.platformToken(c, r)
	if t == nil {
		return refusal
	}
	return s.charged(c, t.app, t.user, func() endpoint.Response { return do(t) })
}

// sessionInfo is GET /restapi/oauth/session-info. No account of the sandbox limits its sessions, so nothing is said of
// when this one ends.
func (s *Server) sessionInfo(c *endpoint.Call, r *http.Request) endpoint.Response {
	return s.bearing(c, r, func(t *rcAccess) endpoint.Response {
		u := t.user
		return endpoint.JSON(http.StatusOK, struct {
			ClientID  string `json:"client_id"`
			Scope     string `json:"scope"`
			Subject   string `json:"sub"`
			AccountID string `json:"account_id"`
			SessionID string `json:"session_id"`
		}{t.app.ID, strings.Join(t.scope, " "), fmt.Sprint(u.ID), fmt.Sprint(u.Account), s.platform.id(t.session)})
	})
}

// webSocketScopes are the names of the permission that WebSockets need: in the description, and in the console.
var webSocketScopes = []string{"WebSocket", "WebSocketsSubscriptions"}

// webSocketToken is POST /restapi/oauth/wstoken. Nothing listens at the address that it names.
func (s *Server) webSocketToken(c *endpoint.Call, r *http.Request) endpoint.Response {
	return s.bearing(c, r, func(t *rcAccess) endpoint.Response {
		if !slices.ContainsFunc(t.scope, func(scope string) bool { return slices.Contains(webSocketScopes, scope) }) {
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
func (s *Server) oauthUserInfo(c *endpoint.Call, r *http.Request) endpoint.Response {
	return s.bearing(c, r, func(t *rcAccess) endpoint.Response { return endpoint.JSON(http.StatusOK, newIdentity(t.user)) })
}
