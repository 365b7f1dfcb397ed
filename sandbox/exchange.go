package sandbox

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"github.com/go-chi/chi/v5"

	"github.com/ringcx-go/ringcx/sandbox/internal/contract"
	"github.com/ringcx-go/ringcx/sandbox/internal/permission"
	"github.com/ringcx-go/ringcx/sandbox/internal/verdict"
)

// cxParams reads parameters the way RingCX takes them: in a form, else in the query, whatever the content type says.
func cxParams(r *http.Request) (url.Values, error) {
	out := queryOf(r)
	f, err := readForm(r)
	if errors.Is(err, errNotAForm) {
		err = nil
	}
	for name, values := range f.Values {
		out[name] = values
	}
	return out, err
}

// lacks notes that a parameter of RingCX was not found.
func (c *call) lacks(name string) {
	c.why("%s is missing: it is read from a form (application/x-www-form-urlencoded) and from the query, and from nothing else", name)
}

// exchange is POST /api/auth/login/rc/accesstoken: a RingCentral token for a RingCX token.
func (s *Server) exchange(c *call, r *http.Request) answer {
	in, err := cxParams(r)
	if err != nil || in.Get("rcAccessToken") == "" {
		c.lacks("rcAccessToken")
		return cxBadRequest(c, r)
	}
	if !c.rules.TakesTokenType(in.Get("rcTokenType")) {
		c.why("rcTokenType is not Bearer")
		return cxBadRequest(c, r)
	}
	withRefresh := strings.EqualFold(in.Get("includeRefresh"), "true")
	g, ruling, refusal := s.admitExchange(c, r, in.Get("rcAccessToken"), withRefresh)
	out := s.stamped(c, g, ruling, refusal)
	if g != nil && out.status == http.StatusOK && c.rules.ExchangeCookieTTL > 0 {
		out = out.with("Set-Cookie", sessionCookie(g.details.AccessToken, c.rules.ExchangeCookieTTL))
	}
	return out
}

// admitExchange decides about an exchange. The ruling is nil if the token belongs to nobody; without a grant, the
// refusal is the answer.
func (s *Server) admitExchange(
	c *call, r *http.Request, token string, withRefresh bool,
) (*cxGrant, *ruling, answer) {
	s.mu.Lock()
	defer s.mu.Unlock()
	t, _, _ := s.platform.use(c, token)
	if t == nil {
		return nil, nil, cxUnauthorizedAs(c, r, c.rules.ExchangeTokenStatus, "The RingCentral access token is not valid")
	}
	u, a := t.user, t.app
	_, xauth := s.habits.uses(u.ID)
	ruling := s.limits.admit(c.op.limit, exchangeKey(c.rules, a, u), c.now, c.rules)
	switch {
	case !ruling.admitted:
		c.limited(&ruling)
		return nil, &ruling, cxTooMany(c, r)
	case c.rules.ExchangeScopeStatus != http.StatusOK && !permission.Allows(t.scope, "ReadAccounts"):
		c.why("the token has not the permission ReadAccounts: the app has it not, or the login asked for other scopes")
		return nil, &ruling, cxForbiddenAs(c, r, c.rules.ExchangeScopeStatus)
	case c.rules.ExchangeRoleStatus != http.StatusOK && !u.Role().Allows(permission.ReadCompany):
		c.why("the role %s reads no account", u.RoleName)
		return nil, &ruling, cxForbiddenAs(c, r, c.rules.ExchangeRoleStatus)
	case !s.world.Account(s.mu.tx, u.Account).Production:
		c.why("the account is none of production, and RingCX takes no other")
		return nil, &ruling, cxForbiddenAs(c, r, c.rules.ExchangeAccountStatus)
	case !u.Linked, s.world.MainOf(s.mu.tx, u.Account) == nil:
		c.why("RingCX does not know the user")
		return nil, &ruling, cxNotFoundAs(c, r, c.rules.ExchangeLinkStatus)
	}
	g := s.newGrant(c, r, principal{app: appAdmin, user: u}, t.session.number, withRefresh)
	if g.xauth != "" && s.habits.series(c.exchanger(t.session.number), c.now, c.rules.RingCXTokenTTL, xauth, g.xauth) >= exchangesPolled {
		c.note(verdict.ExchangePolled)
	}
	s.habits.exchanged(u.ID, sessionSign(t.session.number), g.xauth)
	return g, &ruling, answer{}
}

// stamped answers with a grant, or with the refusal if there is none, and with the limit headers of a ruling.
func (s *Server) stamped(c *call, g *cxGrant, v *ruling, refusal answer) answer {
	out := refusal
	if g != nil {
		out = s.signed(c, g)
	}
	if v != nil {
		out = v.stamp(out)
	}
	return out
}

// signed completes a grant with an access token. Signing takes a while, so no lock is held.
func (s *Server) signed(c *call, g *cxGrant) answer {
	token, err := s.issueCX(c, g)
	if err != nil {
		return textAnswer(http.StatusInternalServerError, "sandbox: "+err.Error())
	}
	g.details.AccessToken = token
	return jsonAnswer(http.StatusOK, g.details).with("Cache-Control", "no-store")
}

// cxRefresh is POST /api/auth/token/refresh: a new pair for a refresh token, which is dead from then on.
func (s *Server) cxRefresh(c *call, r *http.Request) answer {
	in, err := cxParams(r)
	token := in.Get("refresh_token")
	if err != nil || token == "" {
		c.lacks("refresh_token")
		return cxBadRequest(c, r)
	}
	g, ruling, refusal := s.spend(c, r, token)
	return s.stamped(c, g, ruling, refusal)
}

func (s *Server) spend(c *call, r *http.Request, token string) (*cxGrant, *ruling, answer) {
	s.mu.Lock()
	defer s.mu.Unlock()
	old, turn := s.cx.find(token)
	var who principal
	if old != nil {
		who = s.cx.who(s.mu.tx, old)
		c.signIn, c.refused.Caller = old.number, who.name()
	}
	var limited *ruling
	if old != nil && refreshLimit(c.rules).limit > 0 {
		v := s.limits.admit(c.op.limit, fmt.Sprint(who.id()), c.now, c.rules)
		if limited = &v; !v.admitted {
			c.limited(&v)
			return nil, limited, cxTooMany(c, r)
		}
	}
	if old != nil && turn != old.Turn {
		c.note(verdict.Replay)
		if c.rules.RingCXRefreshReuse == contract.ReuseRevoke {
			s.cx.cut(old)
		}
	}
	if old == nil || !s.cx.gives(c, old, turn) {
		s.cx.whyNot(c, old, turn)
		return nil, limited, cxUnauthorizedAs(c, r, c.rules.RingCXRefreshStatus, "The refresh token is not valid")
	}
	if old.From != 0 {
		s.habits.end(c.exchanger(old.From))
	}
	old.renewRefreshToken(c)
	return s.grantOf(c, r, old), limited, answer{}
}

// exchanger is who exchanges the tokens of a session.
func (c *call) exchanger(session uint64) string { return "exchange " + sessionSign(session) + c.agent }

// cxLogout is DELETE /api/auth/logout/{refreshToken}.
func (s *Server) cxLogout(c *call, r *http.Request) answer {
	token, err := url.PathUnescape(chi.URLParam(r, "refreshToken"))
	if err != nil {
		return cxBadRequest(c, r)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	old, turn := s.cx.find(token)
	if old != nil {
		c.signIn = old.number
	}
	if old == nil || old.Ended || turn != old.Turn && c.rules.RingCXRefreshReuse != contract.ReuseAccept {
		return cxLogoutRefusal(c, r)
	}
	s.cx.end(old, c.rules.RingCXLogoutEndsAccess, c.now)
	return textAnswer(http.StatusOK, c.rules.RingCXDoneText)
}

// cxWhoAmI is GET /api/auth/login: the details that came with the access token of the request.
func (s *Server) cxWhoAmI(c *call, r *http.Request) answer {
	claims, refusal := s.cxBearer(c, r)
	if claims == nil {
		return refusal
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	in := s.cx.signIn(claims.signIn())
	bySSO := in != nil && in.SSO
	p, ok := s.principalOf(claims)
	if !ok {
		return cxNotFound(c, r)
	}
	details := s.describe(c, p, r, bySSO)
	details.AccessToken, _ = bearer(r)
	return jsonAnswer(http.StatusOK, details)
}

// cxClaims is GET /api/auth/token/claims.
func (s *Server) cxClaims(c *call, r *http.Request) answer {
	claims, refusal := s.cxBearer(c, r)
	if claims == nil {
		return refusal
	}
	return jsonAnswer(http.StatusOK, claims)
}

// cxValidate is GET /api/auth/token/validate.
func (s *Server) cxValidate(c *call, r *http.Request) answer {
	claims, refusal := s.cxBearer(c, r)
	if claims == nil {
		return refusal
	}
	return textAnswer(http.StatusOK, c.rules.RingCXDoneText)
}
