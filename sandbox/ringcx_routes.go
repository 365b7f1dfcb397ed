package sandbox

import "net/http"

// ringcxOperations are those of RingCX: sign-in at /api/auth, the API, and a few pages.
var ringcxOperations = []operation{
	{http.MethodPost, "/api/auth/login/rc/accesstoken", limitExchanges, (*Server).exchange},
	{http.MethodPost, "/api/auth/login/admin", limitLogins, passwordLogin(appAdmin)},
	{http.MethodPost, "/api/auth/login/agent", limitLogins, passwordLogin(appAgent)},
	{http.MethodPost, "/api/auth/login/analytics", limitLogins, passwordLogin(appAnalytics)},
	{http.MethodPost, "/api/auth/login/agent/hashcode", uncounted, (*Server).hashcodeLogin},
	{http.MethodPost, "/api/auth/login/code", uncounted, codeLogin(codeOnce, "code")},
	{http.MethodPost, "/api/auth/login/tenfold/accesstoken", uncounted, codeLogin(codeTenfold, "token")},
	{http.MethodGet, "/api/auth/login", uncounted, (*Server).cxWhoAmI},
	{http.MethodDelete, "/api/auth/logout/{refreshToken}", uncounted, (*Server).cxLogout},
	{http.MethodPost, "/api/auth/token/refresh", limitRefreshes, (*Server).cxRefresh},
	{http.MethodGet, "/api/auth/token/claims", uncounted, (*Server).cxClaims},
	{http.MethodGet, "/api/auth/token/validate", uncounted, (*Server).cxValidate},
	{http.MethodGet, "/api/auth/token/digitaljwt", uncounted, (*Server).digitalJWT},
	{http.MethodGet, "/api/auth/token/digitaljwt/admin", uncounted, (*Server).digitalJWT},
	{http.MethodGet, "/api/auth/token/digitaljwt/agent", uncounted, (*Server).digitalJWT},
	{http.MethodPost, "/api/auth/password/requestreset", uncounted, (*Server).requestReset},
	{http.MethodPost, "/api/auth/password/internal/requestreset", uncounted, internalReset},

	{http.MethodGet, "/oauthcallback", uncounted, oauthCallback},
	{http.MethodGet, "/oauthredirect", uncounted, ssoPage},
	{http.MethodGet, "/password/reset/{platformId}/{passwordResetToken}", uncounted, (*Server).resetPage},

	{http.MethodGet, "/voice/api/v1/summary/accounts/{accountId}/segments/{segmentId}/agent", limitReads, getSummary(summary.byAgent)},
	{http.MethodGet, "/voice/api/v1/summary/accounts/{accountId}/segments/{segmentId}/auto", limitReads, getSummary(summary.automatic)},

	{http.MethodPost, "/voice/api/v1/auth/login", uncounted, (*Server).legacyLogin},
	{http.MethodGet, "/voice/api/v1/auth/isTokenValid", uncounted, (*Server).isTokenValid},
	{http.MethodPost, "/voice/api/v1/auth/passwordReset", uncounted, (*Server).resetPassword},
	{http.MethodPost, "/voice/api/v1/auth/passwordResetRequest", uncounted, (*Server).legacyRequestReset},

	{http.MethodGet, "/voice/api/v1/admin/auth", uncounted, (*Server).getLoginView},
	{http.MethodGet, "/voice/api/v1/admin/token", uncounted, (*Server).listAPITokens},
	{http.MethodPost, "/voice/api/v1/admin/token", uncounted, (*Server).createAPIToken},
	{http.MethodDelete, "/voice/api/v1/admin/token/{token}", uncounted, (*Server).removeAPIToken},
	{http.MethodGet, "/voice/api/v1/admin/users", limitReads, (*Server).listUsers},
	{http.MethodPost, "/voice/api/v1/admin/users/passwordReset", limitReads, (*Server).changePassword},
	{http.MethodPost, "/voice/api/v1/admin/users/duplicateAuthenticatedUser", limitReads, (*Server).duplicateUser},
	{http.MethodGet, "/voice/api/v1/admin/users/{userId}", limitReads, (*Server).getUser},
	{http.MethodPost, "/voice/api/v1/admin/users/{userId}/passwordReset", limitReads, (*Server).mailResetFor},
	{http.MethodGet, "/voice/api/v1/admin/accounts", uncounted, (*Server).listAccounts},
	{http.MethodGet, "/voice/api/v1/admin/accounts/{accountId}/agentGroups", uncounted, (*Server).listAgentGroups},
	{http.MethodGet, "/voice/api/v1/admin/accounts/{accountId}/agentGroups/{agentGroupId}", uncounted, (*Server).getAgentGroup},
	{http.MethodGet, "/voice/api/v1/admin/accounts/{accountId}/agentGroups/{agentGroupId}/agents", uncounted, (*Server).listAgents},
	{http.MethodGet, "/voice/api/v1/admin/accounts/{accountId}/agentGroups/{agentGroupId}/agents/{agentId}", uncounted, (*Server).getAgent},
}
