package sandbox

import (
	"net/http"

	"github.com/ringcx-go/ringcx/sandbox/internal/endpoint"
)

// oauthRevoke is POST /restapi/oauth/revoke. It ends the whole session of the token, and answers nothing.
func (s *Server) oauthRevoke(c *endpoint.Call, r *http.Request) endpoint.Response {
	f, formErr := endpoint.ReadForm(r)
	s.mu.Lock()
	defer s.mu.Unlock()
	a, problem := s.authenticate(c, r, f)
	token := f.Get("token")
	if token == "" {
		token = endpoint.Query(r).Get("token") // documented, and discouraged
	}
	return s.charged(c, a, s.subject(f), func() endpoint.Response {
		switch {
		case formErr != nil && token == "":
			problem = formError(c, formErr)
		case problem != nil:
		case f.Repeated != "":
			problem = duplicated(f)
		case token == "":
			problem = invalidParameter("token")
		default:
			if s.platform.sessionOf(token) == nil && c.Rules.RevokeUnknownStatus != http.StatusOK {
				problem = &oauthError{
					status: c.Rules.RevokeUnknownStatus, kind: "invalid_request", code: "OAU-213", message: "Token not found",
				}
				break
			}
			problem = s.platform.revoke(c, a, token)
		}
		if problem != nil {
			return problem.answer()
		}
		return endpoint.NewResponse(http.StatusOK, "", nil)
	})
}

// oauthKeys is GET /restapi/oauth/jwks.
func (s *Server) oauthKeys(*endpoint.Call, *http.Request) endpoint.Response {
	s.mu.Lock()
	defer s.mu.Unlock()
	return endpoint.JSON(http.StatusOK, s.world.Key().JWKS())
}

// apiVersions is GET /restapi.
func apiVersions(_ *Server, _ *endpoint.Call, r *http.Request) endpoint.Response {
	return endpoint.JSON(http.StatusOK, map[string]any{
		"uri": endpoint.BaseURL(r) + "/restapi", "apiVersions": []any{versionInfo(r)},
		"serverVersion": platformServer, "serverRevision": platformRevision,
	})
}

// apiVersion is GET /restapi/v1.0.
func apiVersion(_ *Server, _ *endpoint.Call, r *http.Request) endpoint.Response {
	return endpoint.JSON(http.StatusOK, versionInfo(r))
}

func versionInfo(r *http.Request) map[string]any {
	return map[string]any{
		"uri": endpoint.BaseURL(r) + "/restapi/v1.0", "uriString": "v1.0", "versionString": platformVersion,
		"releaseDate": "2026-01-01T00:00:00.000Z",
	}
}
