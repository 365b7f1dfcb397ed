package sandbox

import (
	"net/http"

	"github.com/ringcx-go/ringcx/sandbox/internal/endpoint"
	"github.com/ringcx-go/ringcx/sandbox/internal/limit"
)

// ringcxOperations are those of RingCX: sign-in at /api/auth, the API, and a few pages.
var ringcxOperations = []endpoint.Operation{
	{Method: http.MethodPost, Path: "/api/auth/login/rc/accesstoken", Limit: limit.Exchanges, Handle: onRingCX((*ringcx).exchange)},
	{Method: http.MethodPost, Path: "/api/auth/login/admin", Limit: limit.Logins, Handle: onRingCX(passwordLogin(appAdmin))},
	{Method: http.MethodPost, Path: "/api/auth/login/agent", Limit: limit.Logins, Handle: onRingCX(passwordLogin(appAgent))},
	{Method: http.MethodPost, Path: "/api/auth/login/analytics", Limit: limit.Logins, Handle: onRingCX(passwordLogin(appAnalytics))},
	{Method: http.MethodPost, Path: "/api/auth/login/agent/hashcode", Limit: limit.None, Handle: onRingCX((*ringcx).hashcodeLogin)},
	{Method: http.MethodPost, Path: "/api/auth/login/code", Limit: limit.None, Handle: onRingCX(codeLogin(codeOnce, "code"))},
	{Method: http.MethodPost, Path: "/api/auth/login/tenfold/accesstoken", Limit: limit.None, Handle: onRingCX(codeLogin(codeTenfold, "token"))},
	{Method: http.MethodGet, Path: "/api/auth/login", Limit: limit.None, Handle: onRingCX((*ringcx).cxWhoAmI)},
	{Method: http.MethodDelete, Path: "/api/auth/logout/{refreshToken}", Limit: limit.None, Handle: onRingCX((*ringcx).cxLogout)},
	{Method: http.MethodPost, Path: "/api/auth/token/refresh", Limit: limit.Refreshes, Handle: onRingCX((*ringcx).cxRefresh)},
	{Method: http.MethodGet, Path: "/api/auth/token/claims", Limit: limit.None, Handle: onRingCX((*ringcx).cxClaims)},
	{Method: http.MethodGet, Path: "/api/auth/token/validate", Limit: limit.None, Handle: onRingCX((*ringcx).cxValidate)},
	{Method: http.MethodGet, Path: "/api/auth/token/digitaljwt", Limit: limit.None, Handle: onRingCX((*ringcx).digitalJWT)},
	{Method: http.MethodGet, Path: "/api/auth/token/digitaljwt/admin", Limit: limit.None, Handle: onRingCX((*ringcx).digitalJWT)},
	{Method: http.MethodGet, Path: "/api/auth/token/digitaljwt/agent", Limit: limit.None, Handle: onRingCX((*ringcx).digitalJWT)},
	{Method: http.MethodPost, Path: "/api/auth/password/requestreset", Limit: limit.None, Handle: onRingCX((*ringcx).requestReset)},
	{Method: http.MethodPost, Path: "/api/auth/password/internal/requestreset", Limit: limit.None, Handle: onRingCX(internalReset)},

	{Method: http.MethodGet, Path: "/oauthcallback", Limit: limit.None, Handle: onRingCX(oauthCallback)},
	{Method: http.MethodGet, Path: "/oauthredirect", Limit: limit.None, Handle: onRingCX(ssoPage)},
	{Method: http.MethodGet, Path: "/password/reset/{platformId}/{passwordResetToken}", Limit: limit.None, Handle: onRingCX((*ringcx).resetPage)},

	{Method: http.MethodGet, Path: "/voice/api/v1/summary/accounts/{accountId}/segments/{segmentId}/agent", Limit: limit.Reads, Handle: onRingCX(getSummary(summary.byAgent))},
	{Method: http.MethodGet, Path: "/voice/api/v1/summary/accounts/{accountId}/segments/{segmentId}/auto", Limit: limit.Reads, Handle: onRingCX(getSummary(summary.automatic))},

	{Method: http.MethodPost, Path: "/voice/api/v1/auth/login", Limit: limit.None, Handle: onRingCX((*ringcx).legacyLogin)},
	{Method: http.MethodGet, Path: "/voice/api/v1/auth/isTokenValid", Limit: limit.None, Handle: onRingCX((*ringcx).isTokenValid)},
	{Method: http.MethodPost, Path: "/voice/api/v1/auth/passwordReset", Limit: limit.None, Handle: onRingCX((*ringcx).resetPassword)},
	{Method: http.MethodPost, Path: "/voice/api/v1/auth/passwordResetRequest", Limit: limit.None, Handle: onRingCX((*ringcx).legacyRequestReset)},

	{Method: http.MethodGet, Path: "/voice/api/v1/admin/auth", Limit: limit.None, Handle: onRingCX((*ringcx).getLoginView)},
	{Method: http.MethodGet, Path: "/voice/api/v1/admin/token", Limit: limit.None, Handle: onRingCX((*ringcx).listAPITokens)},
	{Method: http.MethodPost, Path: "/voice/api/v1/admin/token", Limit: limit.None, Handle: onRingCX((*ringcx).createAPIToken)},
	{Method: http.MethodDelete, Path: "/voice/api/v1/admin/token/{token}", Limit: limit.None, Handle: onRingCX((*ringcx).removeAPIToken)},
	{Method: http.MethodGet, Path: "/voice/api/v1/admin/users", Limit: limit.Reads, Handle: onRingCX((*ringcx).listUsers)},
	{Method: http.MethodPost, Path: "/voice/api/v1/admin/users/passwordReset", Limit: limit.Reads, Handle: onRingCX((*ringcx).changePassword)},
	{Method: http.MethodPost, Path: "/voice/api/v1/admin/users/duplicateAuthenticatedUser", Limit: limit.Reads, Handle: onRingCX((*ringcx).duplicateUser)},
	{Method: http.MethodGet, Path: "/voice/api/v1/admin/users/{userId}", Limit: limit.Reads, Handle: onRingCX((*ringcx).getUser)},
	{Method: http.MethodPost, Path: "/voice/api/v1/admin/users/{userId}/passwordReset", Limit: limit.Reads, Handle: onRingCX((*ringcx).mailResetFor)},
	{Method: http.MethodGet, Path: "/voice/api/v1/admin/accounts", Limit: limit.None, Handle: onRingCX((*ringcx).listAccounts)},
	{Method: http.MethodGet, Path: "/voice/api/v1/admin/accounts/{accountId}/agentGroups", Limit: limit.None, Handle: onRingCX((*ringcx).listAgentGroups)},
	{Method: http.MethodGet, Path: "/voice/api/v1/admin/accounts/{accountId}/agentGroups/{agentGroupId}", Limit: limit.None, Handle: onRingCX((*ringcx).getAgentGroup)},
	{Method: http.MethodGet, Path: "/voice/api/v1/admin/accounts/{accountId}/agentGroups/{agentGroupId}/agents", Limit: limit.None, Handle: onRingCX((*ringcx).listAgents)},
	{Method: http.MethodGet, Path: "/voice/api/v1/admin/accounts/{accountId}/agentGroups/{agentGroupId}/agents/{agentId}", Limit: limit.None, Handle: onRingCX((*ringcx).getAgent)},
}

// olderAPI begins the paths of the RingCX API without the prefix that they have at the host of today.
const olderAPI = "/api/v1/"

// doors of RingCX; the first that fits is it.
var doors = []endpoint.Door{
	{Begin: "/voice/api/v1/summary", Caller: asks((*ringcx).needCookie), Limit: limit.Reads},
	{Begin: "/voice/api/v1/auth", Caller: nil, Limit: limit.None},
	{Begin: "/voice/api", Caller: asks((*ringcx).needCXToken), Limit: limit.None},
	{Begin: "/api/v1/auth", Caller: nil, Limit: limit.None},
	{Begin: "/api/v1", Caller: asks((*ringcx).needCXToken), Limit: limit.None},
}
