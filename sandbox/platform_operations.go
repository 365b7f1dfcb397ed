package sandbox

import (
	"net/http"

	"github.com/ringcx-go/ringcx/sandbox/internal/endpoint"
	"github.com/ringcx-go/ringcx/sandbox/internal/limit"
)

// platformOperations are those of RingCentral.
var platformOperations = []endpoint.Operation{
	{Method: http.MethodGet, Path: "/restapi/oauth/authorize", Limit: limit.Auth, Handle: onPlatform((*platform).authorize)}, // counted if a switch says so
	{Method: http.MethodPost, Path: "/restapi/oauth/authorize", Limit: limit.Auth, Handle: onPlatform((*platform).authorize)},
	{Method: http.MethodGet, Path: signInPath, Limit: limit.None, Handle: onPlatform((*platform).showSignIn)},
	{Method: http.MethodPost, Path: signInPath, Limit: limit.None, Handle: onPlatform((*platform).signIn)},
	{Method: http.MethodGet, Path: consentPath, Limit: limit.None, Handle: onPlatform((*platform).showConsent)},
	{Method: http.MethodPost, Path: consentPath, Limit: limit.None, Handle: onPlatform((*platform).consent)},
	{Method: http.MethodPost, Path: "/restapi/oauth/token", Limit: limit.Auth, Handle: onPlatform((*platform).oauthToken)},
	{Method: http.MethodPost, Path: "/restapi/oauth/revoke", Limit: limit.Auth, Handle: onPlatform((*platform).oauthRevoke)},
	{Method: http.MethodPost, Path: "/restapi/oauth/introspect", Limit: limit.Auth, Handle: onPlatform((*platform).introspect)},
	{Method: http.MethodGet, Path: "/restapi/oauth/session-info", Limit: limit.Auth, Handle: onPlatform((*platform).sessionInfo)},
	{Method: http.MethodPost, Path: "/restapi/oauth/wstoken", Limit: limit.Auth, Handle: onPlatform((*platform).webSocketToken)},
	{Method: http.MethodGet, Path: "/restapi/oauth/jwks", Limit: limit.None, Handle: onPlatform((*platform).oauthKeys)},
	{Method: http.MethodGet, Path: "/restapi/oauth/userinfo", Limit: limit.Auth, Handle: onPlatform((*platform).oauthUserInfo)},
	{Method: http.MethodGet, Path: "/.well-known/openid-configuration", Limit: limit.None, Handle: onPlatform((*platform).openIDConfiguration)},
	{Method: http.MethodGet, Path: initialPath, Limit: limit.None, Handle: onPlatform((*platform).initialDiscovery)},
	{Method: http.MethodGet, Path: externalPath, Limit: limit.None, Handle: onPlatform((*platform).externalDiscovery)},
	{Method: http.MethodGet, Path: "/restapi", Limit: limit.None, Handle: onPlatform(apiVersions)},
	{Method: http.MethodGet, Path: "/restapi/v1.0", Limit: limit.None, Handle: onPlatform(apiVersion)},
	{Method: http.MethodGet, Path: "/restapi/v1.0/account/{account}", Limit: limit.Light, Handle: onPlatform((*platform).accountInfo)},
	{Method: http.MethodGet, Path: "/restapi/v1.0/account/{account}/presence", Limit: limit.Heavy, Handle: onPlatform((*platform).accountPresence)},
	{Method: http.MethodGet, Path: "/restapi/v1.0/account/{account}/extension", Limit: limit.Medium, Handle: onPlatform((*platform).listExtensions)},
	{Method: http.MethodGet, Path: "/restapi/v1.0/account/{account}/extension/{extension}", Limit: limit.Light, Handle: onPlatform((*platform).extensionInfo)},
	{Method: http.MethodGet, Path: "/restapi/v1.0/account/{account}/extension/{extension}/presence", Limit: limit.Light, Handle: onPlatform((*platform).extensionPresence)},
	{Method: http.MethodGet, Path: "/restapi/v1.0/account/{account}/extension/{extension}/authz-profile", Limit: limit.Medium, Handle: onPlatform((*platform).authzProfile)},
	{Method: http.MethodGet, Path: "/restapi/v1.0/account/{account}/extension/{extension}/authz-profile/check", Limit: limit.Light, Handle: onPlatform((*platform).checkPermission)},
	{Method: http.MethodGet, Path: "/restapi/v1.0/client-info", Limit: limit.Light, Handle: onPlatform((*platform).clientInfo)},
}
