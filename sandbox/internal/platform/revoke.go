package platform

import (
	"net/http"

	"github.com/ringcx-go/ringcx/sandbox/internal/endpoint"
)

// oauthRevoke is POST /restapi/oauth/revoke. It ends the whole session of the token, and answers nothing.
func (p *Service) oauthRevoke(c *endpoint.Call, r *http.Request) endpoint.Response {
	f, formErr := c.Form()
	a, problem := p.authenticate(c, r, f)
	token := f.Get("token")
	if token == "" {
		token = endpoint.Query(r).Get("token") // documented, and discouraged
	}
	return p.charged(c, a, p.subject(f), func() endpoint.Response {
		switch {
		case formErr != nil && token == "":
			problem = formError(c, formErr)
		case problem != nil:
		case f.Repeated != "":
			problem = duplicated(f)
		case token == "":
			problem = invalidParameter("token")
		case p.sessionOf(token) == nil && c.Rules.RevokeUnknownStatus != http.StatusOK:
			problem = invalidRequest("OAU-213", "Token not found")
			problem.status = c.Rules.RevokeUnknownStatus
		default:
			problem = p.revoke(c, a, token)
		}
		if problem != nil {
			return problem.answer()
		}
		return endpoint.NewResponse(http.StatusOK, "", nil)
	})
}
