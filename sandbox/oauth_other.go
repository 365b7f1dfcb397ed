package sandbox

import (
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
		token = queryOf(r).Get("token") // documented, and discouraged
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
			if s.platform.sessionOf(token) == nil && c.rules.RevokeUnknownStatus != http.StatusOK {
				problem = &oauthError{
					status: c.rules.RevokeUnknownStatus, kind: "invalid_request", code: "OAU-213", message: "Token not found",
				}
				break
			}
			problem = s.platform.revoke(c, a, token)
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
	return jsonAnswer(http.StatusOK, s.world.Key().JWKS())
}

// apiVersions is GET /restapi.
func apiVersions(_ *Server, _ *call, r *http.Request) answer {
	return jsonAnswer(http.StatusOK, map[string]any{
		"uri": baseURL(r) + "/restapi", "apiVersions": []any{versionInfo(r)},
		"serverVersion": platformServer, "serverRevision": platformRevision,
	})
}

// apiVersion is GET /restapi/v1.0.
func apiVersion(_ *Server, _ *call, r *http.Request) answer {
	return jsonAnswer(http.StatusOK, versionInfo(r))
}

func versionInfo(r *http.Request) map[string]any {
	return map[string]any{
		"uri": baseURL(r) + "/restapi/v1.0", "uriString": "v1.0", "versionString": platformVersion,
		"releaseDate": "2026-01-01T00:00:00.000Z",
	}
}
