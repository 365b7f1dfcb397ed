package sandbox

import "github.com/go-chi/chi/v5"

// ringcxRoutes are the paths of RingCX: sign-in at /api/auth, the API under two prefixes, and a few pages.
func (s *Server) ringcxRoutes(root chi.Router) {
	s.cxAuthRoutes(root)
	root.Get("/oauthcallback", at(oauthCallback))
	root.Get("/oauthredirect", at(ssoPage))
	root.Get("/password/reset/{platformId}/{passwordResetToken}", at(s.resetPage))

	root.Route("/voice/api/v1/summary", func(r chi.Router) {
		r.Use(s.needCookie, s.standardRate)
		r.Get("/accounts/{accountId}/segments/{segmentId}/agent", at(s.getSummary(summary.byAgent)))
		r.Get("/accounts/{accountId}/segments/{segmentId}/auto", at(s.getSummary(summary.automatic)))
	})
	root.Route("/voice/api/v1/auth", s.legacyAuthRoutes)
	root.Route("/voice/api", func(r chi.Router) {
		r.Use(s.needCXToken)
		r.Route("/v1/admin", s.adminRoutes)
	})
	root.Route("/api/v1/auth", s.legacyAuthRoutes)
	root.Route("/api/v1", func(r chi.Router) { // the older prefix of the same API
		r.Use(s.needCXToken)
		r.Route("/admin", s.adminRoutes)
	})
}

func (s *Server) cxAuthRoutes(r chi.Router) {
	r.Post("/api/auth/login/rc/accesstoken", at(s.exchange))
	r.Post("/api/auth/login/admin", at(s.passwordLogin(appAdmin)))
	r.Post("/api/auth/login/agent", at(s.passwordLogin(appAgent)))
	r.Post("/api/auth/login/analytics", at(s.passwordLogin(appAnalytics)))
	r.Post("/api/auth/login/agent/hashcode", at(s.hashcodeLogin))
	r.Post("/api/auth/login/code", at(s.codeLogin(codeOnce, "code")))
	r.Post("/api/auth/login/tenfold/accesstoken", at(s.codeLogin(codeTenfold, "token")))
	r.Get("/api/auth/login", at(s.cxWhoAmI))
	r.Delete("/api/auth/logout/{refreshToken}", at(s.cxLogout))
	r.Post("/api/auth/token/refresh", at(s.cxRefresh))
	r.Get("/api/auth/token/claims", at(s.cxClaims))
	r.Get("/api/auth/token/validate", at(s.cxValidate))
	r.Get("/api/auth/token/digitaljwt", at(s.digitalJWT))
	r.Get("/api/auth/token/digitaljwt/admin", at(s.digitalJWT))
	r.Get("/api/auth/token/digitaljwt/agent", at(s.digitalJWT))
	r.Post("/api/auth/password/requestreset", at(s.requestReset))
	r.Post("/api/auth/password/internal/requestreset", at(internalReset))
}

// legacyAuthRoutes are the operations that need no token.
func (s *Server) legacyAuthRoutes(r chi.Router) {
	r.Post("/login", at(s.legacyLogin))
	r.Get("/isTokenValid", at(s.isTokenValid))
	r.Post("/passwordReset", at(s.resetPassword))
	r.Post("/passwordResetRequest", at(s.legacyRequestReset))
}

// adminRoutes are the emulated operations of the RingCX API.
func (s *Server) adminRoutes(r chi.Router) {
	r.Get("/auth", at(s.getLoginView))
	r.Get("/token", at(s.listAPITokens))
	r.Post("/token", at(s.createAPIToken))
	r.Delete("/token/{token}", at(s.removeAPIToken))
	users := r.With(s.standardRate)
	users.Get("/users", at(s.listUsers))
	users.Post("/users/passwordReset", at(s.changePassword))
	users.Post("/users/duplicateAuthenticatedUser", at(s.duplicateUser))
	users.Get("/users/{userId}", at(s.getUser))
	users.Post("/users/{userId}/passwordReset", at(s.mailResetFor))
	r.Get("/accounts", at(s.listAccounts))
	r.Get("/accounts/{accountId}/agentGroups", at(s.listAgentGroups))
	r.Get("/accounts/{accountId}/agentGroups/{agentGroupId}", at(s.getAgentGroup))
	r.Get("/accounts/{accountId}/agentGroups/{agentGroupId}/agents", at(s.listAgents))
	r.Get("/accounts/{accountId}/agentGroups/{agentGroupId}/agents/{agentId}", at(s.getAgent))
}
