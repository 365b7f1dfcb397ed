package sandbox

import (
	"net/http"

	"github.com/ringcx-go/ringcx/sandbox/internal/endpoint"
	"github.com/ringcx-go/ringcx/sandbox/internal/limit"
)

// platformOperations are those of RingCentral.
var platformOperations = []endpoint.Operation{
	{Method: http.MethodGet, Path: "/restapi/oauth/authorize", Limit: limit.Auth, Handle: do((*Server).authorize)}, // counted if a switch says so
	{Method: http.MethodPost, Path: "/restapi/oauth/authorize", Limit: limit.Auth, Handle: do((*Server).authorize)},
	{Method: http.MethodGet, Path: signInPath, Limit: limit.None, Handle: do((*Server).showSignIn)},
	{Method: http.MethodPost, Path: signInPath, Limit: limit.None, Handle: do((*Server).signIn)},
	{Method: http.MethodGet, Path: consentPath, Limit: limit.None, Handle: do((*Server).showConsent)},
	{Method: http.MethodPost, Path: consentPath, Limit: limit.None, Handle: do((*Server).consent)},
	{Method: http.MethodPost, Path: "/restapi/oauth/token", Limit: limit.Auth, Handle: do((*Server).oauthToken)},
	{Method: http.MethodPost, Path: "/restapi/oauth/revoke", Limit: limit.Auth, Handle: do((*Server).oauthRevoke)},
	{Method: http.MethodPost, Path: "/restapi/oauth/introspect", Limit: limit.Auth, Handle: do((*Server).introspect)},
	{Method: http.MethodGet, Path: "/restapi/oauth/session-info", Limit: limit.Auth, Handle: do((*Server).sessionInfo)},
	{Method: http.MethodPost, Path: "/restapi/oauth/wstoken", Limit: limit.Auth, Handle: do((*Server).webSocketToken)},
	{Method: http.MethodGet, Path: "/restapi/oauth/jwks", Limit: limit.None, Handle: do((*Server).oauthKeys)},
	{Method: http.MethodGet, Path: "/restapi/oauth/userinfo", Limit: limit.Auth, Handle: do((*Server).oauthUserInfo)},
	{Method: http.MethodGet, Path: "/.well-known/openid-configuration", Limit: limit.None, Handle: do((*Server).openIDConfiguration)},
	{Method: http.MethodGet, Path: initialPath, Limit: limit.None, Handle: do((*Server).initialDiscovery)},
	{Method: http.MethodGet, Path: externalPath, Limit: limit.None, Handle: do((*Server).externalDiscovery)},
	{Method: http.MethodGet, Path: "/restapi", Limit: limit.None, Handle: do(apiVersions)},
	{Method: http.MethodGet, Path: "/restapi/v1.0", Limit: limit.None, Handle: do(apiVersion)},
	{Method: http.MethodGet, Path: "/restapi/v1.0/account/{account}", Limit: limit.Light, Handle: do((*Server).accountInfo)},
	{Method: http.MethodGet, Path: "/restapi/v1.0/account/{account}/presence", Limit: limit.Heavy, Handle: do((*Server).accountPresence)},
	{Method: http.MethodGet, Path: "/restapi/v1.0/account/{account}/extension", Limit: limit.Medium, Handle: do((*Server).listExtensions)},
	{Method: http.MethodGet, Path: "/restapi/v1.0/account/{account}/extension/{extension}", Limit: limit.Light, Handle: do((*Server).extensionInfo)},
	{Method: http.MethodGet, Path: "/restapi/v1.0/account/{account}/extension/{extension}/presence", Limit: limit.Light, Handle: do((*Server).extensionPresence)},
	{Method: http.MethodGet, Path: "/restapi/v1.0/account/{account}/extension/{extension}/authz-profile", Limit: limit.Medium, Handle: do((*Server).authzProfile)},
	{Method: http.MethodGet, Path: "/restapi/v1.0/account/{account}/extension/{extension}/authz-profile/check", Limit: limit.Light, Handle: do((*Server).checkPermission)},
	{Method: http.MethodGet, Path: "/restapi/v1.0/client-info", Limit: limit.Light, Handle: do((*Server).clientInfo)},
}
