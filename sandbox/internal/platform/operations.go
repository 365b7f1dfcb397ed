package platform

import (
	"net/http"

	"github.com/ringcx-go/ringcx/sandbox/internal/endpoint"
	"github.com/ringcx-go/ringcx/sandbox/internal/journal"
	"github.com/ringcx-go/ringcx/sandbox/internal/limit"
)

// Operations are those of RingCentral.
var Operations = []endpoint.Operation{
	{Method: http.MethodGet, Path: "/restapi/oauth/authorize", Limit: limit.Auth, Handle: on((*Service).authorize)}, // counted if a switch says so
	{Method: http.MethodPost, Path: "/restapi/oauth/authorize", Limit: limit.Auth, Form: true, Handle: on((*Service).authorize)},
	{Method: http.MethodGet, Path: signInPath, Limit: limit.None, Handle: on((*Service).showSignIn)},
	{Method: http.MethodPost, Path: signInPath, Limit: limit.None, Form: true, Handle: on((*Service).signIn)},
	{Method: http.MethodGet, Path: consentPath, Limit: limit.None, Handle: on((*Service).showConsent)},
	{Method: http.MethodPost, Path: consentPath, Limit: limit.None, Form: true, Handle: on((*Service).consent)},
	{Method: http.MethodPost, Path: "/restapi/oauth/token", Limit: limit.Auth, Event: journal.Issued, Form: true, Handle: on((*Service).oauthToken)},
	{Method: http.MethodPost, Path: "/restapi/oauth/revoke", Limit: limit.Auth, Event: journal.Revoked, Form: true, Handle: on((*Service).oauthRevoke)},
	{Method: http.MethodPost, Path: "/restapi/oauth/introspect", Limit: limit.Auth, Form: true, Handle: on((*Service).introspect)},
	{Method: http.MethodGet, Path: "/restapi/oauth/session-info", Limit: limit.Auth, Handle: on((*Service).sessionInfo)},
	{Method: http.MethodPost, Path: "/restapi/oauth/wstoken", Limit: limit.Auth, Handle: on((*Service).webSocketToken)},
	{Method: http.MethodGet, Path: "/restapi/oauth/jwks", Limit: limit.None, Handle: on((*Service).oauthKeys)},
	{Method: http.MethodGet, Path: "/restapi/oauth/userinfo", Limit: limit.Auth, Handle: on((*Service).oauthUserInfo)},
	{Method: http.MethodGet, Path: "/.well-known/openid-configuration", Limit: limit.None, Handle: on((*Service).openIDConfiguration)},
	{Method: http.MethodGet, Path: initialPath, Limit: limit.None, Handle: on((*Service).initialDiscovery)},
	{Method: http.MethodGet, Path: externalPath, Limit: limit.None, Handle: on((*Service).externalDiscovery)},
	{Method: http.MethodGet, Path: "/restapi", Limit: limit.None, Handle: on(apiVersions)},
	{Method: http.MethodGet, Path: "/restapi/v1.0", Limit: limit.None, Handle: on(apiVersion)},
	{Method: http.MethodGet, Path: "/restapi/v1.0/account/{account}", Limit: limit.Light, Handle: on((*Service).accountInfo)},
	{Method: http.MethodGet, Path: "/restapi/v1.0/account/{account}/presence", Limit: limit.Heavy, Handle: on((*Service).accountPresence)},
	{Method: http.MethodGet, Path: "/restapi/v1.0/account/{account}/extension", Limit: limit.Medium, Handle: on((*Service).listExtensions)},
	{Method: http.MethodGet, Path: "/restapi/v1.0/account/{account}/extension/{extension}", Limit: limit.Light, Handle: on((*Service).extensionInfo)},
	{Method: http.MethodGet, Path: "/restapi/v1.0/account/{account}/extension/{extension}/presence", Limit: limit.Light, Handle: on((*Service).extensionPresence)},
	{Method: http.MethodGet, Path: "/restapi/v1.0/account/{account}/extension/{extension}/authz-profile", Limit: limit.Medium, Handle: on((*Service).authzProfile)},
	{Method: http.MethodGet, Path: "/restapi/v1.0/account/{account}/extension/{extension}/authz-profile/check", Limit: limit.Light, Handle: on((*Service).checkPermission)},
	{Method: http.MethodGet, Path: "/restapi/v1.0/client-info", Limit: limit.Light, Handle: on((*Service).clientInfo)},
}
