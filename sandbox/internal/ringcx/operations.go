package ringcx

import (
	"net/http"

	"github.com/ringcx-go/ringcx/sandbox/internal/endpoint"
	"github.com/ringcx-go/ringcx/sandbox/internal/journal"
	"github.com/ringcx-go/ringcx/sandbox/internal/limit"
)

// Operations are those of RingCX: sign-in at /api/auth, the API, and a few pages.
var Operations = []endpoint.Operation{
	{Method: http.MethodPost, Path: "/api/auth/login/rc/accesstoken", Limit: limit.Exchanges, Event: journal.Issued, Form: true, Handle: on((*Service).exchange)},
	{Method: http.MethodPost, Path: "/api/auth/login/admin", Limit: limit.Logins, Event: journal.Issued, Form: true, Handle: on(passwordLogin(appAdmin))},
	{Method: http.MethodPost, Path: "/api/auth/login/agent", Limit: limit.Logins, Event: journal.Issued, Form: true, Handle: on(passwordLogin(AppAgent))},
	{Method: http.MethodPost, Path: "/api/auth/login/analytics", Limit: limit.Logins, Event: journal.Issued, Form: true, Handle: on(passwordLogin(appAnalytics))},
	{Method: http.MethodPost, Path: "/api/auth/login/agent/hashcode", Limit: limit.None, Event: journal.Issued, Form: true, Handle: on((*Service).hashcodeLogin)},
	{Method: http.MethodPost, Path: "/api/auth/login/code", Limit: limit.None, Event: journal.Issued, Form: true, Handle: on(codeLogin(CodeOnce, "code"))},
	{Method: http.MethodPost, Path: "/api/auth/login/tenfold/accesstoken", Limit: limit.None, Event: journal.Issued, Form: true, Handle: on(codeLogin(CodeTenfold, "token"))},
	{Method: http.MethodGet, Path: "/api/auth/login", Limit: limit.None, Caller: asks((*Service).needBearer), Handle: on((*Service).whoAmI)},
	{Method: http.MethodDelete, Path: "/api/auth/logout/{refreshToken}", Limit: limit.None, Event: journal.LoggedOut, Handle: on((*Service).logout)},
	{Method: http.MethodPost, Path: "/api/auth/token/refresh", Limit: limit.Refreshes, Event: journal.Refreshed, Form: true, Handle: on((*Service).refresh)},
	{Method: http.MethodGet, Path: "/api/auth/token/claims", Limit: limit.None, Caller: asks((*Service).needBearer), Handle: on((*Service).claims)},
	{Method: http.MethodGet, Path: "/api/auth/token/validate", Limit: limit.None, Caller: asks((*Service).needBearer), Handle: on((*Service).validate)},
	{Method: http.MethodGet, Path: "/api/auth/token/digitaljwt", Limit: limit.None, Caller: asks((*Service).needBearer), Handle: on((*Service).digitalJWT)},
	{Method: http.MethodGet, Path: "/api/auth/token/digitaljwt/admin", Limit: limit.None, Caller: asks((*Service).needBearer), Handle: on((*Service).digitalJWT)},
	{Method: http.MethodGet, Path: "/api/auth/token/digitaljwt/agent", Limit: limit.None, Caller: asks((*Service).needBearer), Handle: on((*Service).digitalJWT)},
	{Method: http.MethodPost, Path: "/api/auth/password/requestreset", Limit: limit.None, Form: true, Handle: on((*Service).requestReset)},
	{Method: http.MethodPost, Path: "/api/auth/password/internal/requestreset", Limit: limit.None, Form: true, Handle: on(internalReset)},

	{Method: http.MethodGet, Path: "/oauthcallback", Limit: limit.None, Handle: on(oauthCallback)},
	{Method: http.MethodGet, Path: "/oauthredirect", Limit: limit.None, Handle: on(ssoPage)},
	{Method: http.MethodGet, Path: "/password/reset/{platformId}/{passwordResetToken}", Limit: limit.None, Handle: on((*Service).resetPage)},

	{Method: http.MethodGet, Path: "/voice/api/v1/summary/accounts/{accountId}/segments/{segmentId}/agent", Limit: limit.Reads, Handle: on(getSummary(Summary.byAgent))},
	{Method: http.MethodGet, Path: "/voice/api/v1/summary/accounts/{accountId}/segments/{segmentId}/auto", Limit: limit.Reads, Handle: on(getSummary(Summary.automatic))},

	{Method: http.MethodPost, Path: "/voice/api/v1/auth/login", Limit: limit.None, Form: true, Handle: on((*Service).legacyLogin)},
	{Method: http.MethodGet, Path: "/voice/api/v1/auth/isTokenValid", Limit: limit.None, Handle: on((*Service).isTokenValid)},
	{Method: http.MethodPost, Path: "/voice/api/v1/auth/passwordReset", Limit: limit.None, Form: true, Handle: on((*Service).resetPassword)},
	{Method: http.MethodPost, Path: "/voice/api/v1/auth/passwordResetRequest", Limit: limit.None, Form: true, Handle: on((*Service).legacyRequestReset)},

	{Method: http.MethodGet, Path: "/voice/api/v1/admin/auth", Limit: limit.None, Handle: on((*Service).getLoginView)},
	{Method: http.MethodGet, Path: "/voice/api/v1/admin/token", Limit: limit.None, Handle: on((*Service).listAPITokens)},
	{Method: http.MethodPost, Path: "/voice/api/v1/admin/token", Limit: limit.None, Handle: on((*Service).createAPIToken)},
	{Method: http.MethodDelete, Path: "/voice/api/v1/admin/token/{token}", Limit: limit.None, Handle: on((*Service).removeAPIToken)},
	{Method: http.MethodGet, Path: "/voice/api/v1/admin/users", Limit: limit.Reads, Handle: on((*Service).listUsers)},
	{Method: http.MethodPost, Path: "/voice/api/v1/admin/users/passwordReset", Limit: limit.Reads, Form: true, Handle: on((*Service).changePassword)},
	{Method: http.MethodPost, Path: "/voice/api/v1/admin/users/duplicateAuthenticatedUser", Limit: limit.Reads, Handle: on((*Service).duplicateUser)},
	{Method: http.MethodGet, Path: "/voice/api/v1/admin/users/{userId}", Limit: limit.Reads, Handle: on((*Service).getUser)},
	{Method: http.MethodPost, Path: "/voice/api/v1/admin/users/{userId}/passwordReset", Limit: limit.Reads, Form: true, Handle: on((*Service).mailResetFor)},
	{Method: http.MethodGet, Path: "/voice/api/v1/admin/accounts", Limit: limit.None, Handle: on((*Service).listAccounts)},
	{Method: http.MethodGet, Path: "/voice/api/v1/admin/accounts/{accountId}/agentGroups", Limit: limit.None, Handle: on((*Service).listAgentGroups)},
	{Method: http.MethodGet, Path: "/voice/api/v1/admin/accounts/{accountId}/agentGroups/{agentGroupId}", Limit: limit.None, Handle: on((*Service).getAgentGroup)},
	{Method: http.MethodGet, Path: "/voice/api/v1/admin/accounts/{accountId}/agentGroups/{agentGroupId}/agents", Limit: limit.None, Handle: on((*Service).listAgents)},
	{Method: http.MethodGet, Path: "/voice/api/v1/admin/accounts/{accountId}/agentGroups/{agentGroupId}/agents/{agentId}", Limit: limit.None, Handle: on((*Service).getAgent)},
}

// OlderAPI begins the paths of the RingCX API without the prefix that they have at the host of today.
const OlderAPI = "/api/v1/"

// Doors of RingCX; the first that fits is it.
var Doors = []endpoint.Door{
	{Begin: "/voice/api/v1/summary", Caller: asks((*Service).needCookie), Limit: limit.Reads},
	{Begin: "/voice/api/v1/auth", Caller: nil, Limit: limit.None},
	{Begin: "/voice/api", Caller: asks((*Service).needToken), Limit: limit.None},
	{Begin: "/api/v1/auth", Caller: nil, Limit: limit.None},
	{Begin: "/api/v1", Caller: asks((*Service).needToken), Limit: limit.None},
}
