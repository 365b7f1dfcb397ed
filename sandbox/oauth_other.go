package sandbox

import (
	"fmt"
	"net/http"
)

// oauthRevoke is POST /restapi/oauth/revoke. It ends the whole session of the token, and answers nothing.
func (s *Server) oauthRevoke(c *call, r *http.Request) answer {
	f, formErr := readForm(r)
	s.mu.Lock()
	defer s.mu.Unlock()
	a, problem := s.authenticate(c, r, f)
	token := f.Get("token")
	if token == "" {
		token = r.URL.Query().Get("token") // documented, and discouraged
	}
	return s.charged(c, a, s.subject(f), func() answer {
		switch {
		case formErr != nil && token == "":
			problem = formError(c, formErr)
		case problem != nil:
		case f.repeated != "":
			problem = f.duplicated()
		case token == "":
			problem = invalidParameter("token")
		default:
			if s.platform.sessionOf(token) == nil && c.rules.revokeUnknownStatus != http.StatusOK {
				problem = &oauthError{
					status: c.rules.revokeUnknownStatus, kind: "invalid_request", code: "OAU-213", message: "Token not found",
				}
				break
			}
			problem = s.platform.revoke(a, token)
		}
		if problem != nil {
			return problem.answer()
		}
		return newAnswer(http.StatusOK, "", nil)
	})
}

// oauthKeys is GET /restapi/oauth/jwks.
func (s *Server) oauthKeys(*call, *http.Request) answer {
	s.mu.Lock()
	defer s.mu.Unlock()
	return jsonAnswer(http.StatusOK, s.world.key.jwks())
}

// oauthUserInfo is GET /restapi/oauth/userinfo.
func (s *Server) oauthUserInfo(c *call, r *http.Request) answer {
	s.mu.Lock()
	defer s.mu.Unlock()
	t, refusal := s.platformToken(c, r)
	if t == nil {
		return refusal
	}
	return s.charged(c, t.session.app, t.session.user, func() answer {
		u := t.session.user
		return jsonAnswer(http.StatusOK, map[string]any{
			"sub": fmt.Sprint(u.id), "email": u.email, "email_verified": true,
			"account_id": fmt.Sprint(u.account.id), "given_name": u.first, "family_name": u.last,
		})
	})
}

// openIDConfiguration is GET /.well-known/openid-configuration, with the addresses its reader can reach.
func (s *Server) openIDConfiguration(c *call, r *http.Request) answer {
	base := baseURL(r)
	oauth := base + "/restapi/oauth/"
	out := map[string]any{
		"issuer":                                base,
		"authorization_endpoint":                oauth + "authorize",
		"token_endpoint":                        oauth + "token",
		"revocation_endpoint":                   oauth + "revoke",
		"userinfo_endpoint":                     oauth + "userinfo",
		"jwks_uri":                              oauth + "jwks",
		"scopes_supported":                      []string{"openid", "email", "profile"},
		"response_types_supported":              []string{"code"},
		"subject_types_supported":               []string{"public"},
		"token_endpoint_auth_methods_supported": []string{methodBasic, methodSecretJWT, methodKeyJWT},
		"userinfo_signing_alg_values_supported": []string{"none"},
		"id_token_signing_alg_values_supported": []string{"RS256", "HS256"},
		"display_values_supported":              []string{"page", "popup", "touch", "mobile"},
		"claims_supported": []string{
			"sub", "iss", "auth_time", "aud", "exp", "iat", "jti", "nonce", "account_id", "email", "email_verified",
			"given_name", "family_name",
		},
		"code_challenge_methods_supported": []string{"plain", "S256"},
		"ui_locales_supported":             []string{"en-US"},
		"claims_parameter_supported":       false,
		"request_parameter_supported":      false,
		"request_uri_parameter_supported":  false,
	}
	if c.rules.authorizationIssuer {
		out["authorization_response_iss_parameter_supported"] = true
	}
	return jsonAnswer(http.StatusOK, out)
}

// apiVersions is GET /restapi.
func apiVersions(_ *call, r *http.Request) answer {
	return jsonAnswer(http.StatusOK, map[string]any{
		"uri": baseURL(r) + "/restapi", "apiVersions": []any{versionInfo(r)},
		"serverVersion": platformServer, "serverRevision": platformRevision,
	})
}

// apiVersion is GET /restapi/v1.0.
func apiVersion(_ *call, r *http.Request) answer { return jsonAnswer(http.StatusOK, versionInfo(r)) }

func versionInfo(r *http.Request) map[string]any {
	return map[string]any{
		"uri": baseURL(r) + "/restapi/v1.0", "uriString": "v1.0", "versionString": platformVersion,
		"releaseDate": "2026-01-01T00:00:00.000Z",
	}
}
