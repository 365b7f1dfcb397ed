package sandbox

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/go-chi/chi/v5"
)

// ringcx is what RingCX remembers about sign-ins. Server.mu guards it.
type ringcx struct {
	exchanges  *limiter
	logins     *limiter // applies only if switched on
	refresh    *generations[*cxRefreshToken]
	authTokens *generations[*authToken]
	apiTokens  map[string]*user
	issued     map[*user][]string // the API tokens of a user, oldest first
	hashcodes  map[*agent]string
	codes      map[string]*loginCode
	resets     map[string]*passwordReset
	summaries  map[summaryKey]summary
}

// cxRefreshToken is good for one refresh.
type cxRefreshToken struct {
	who       principal
	xauth     string
	expires   time.Time
	spent     bool
	loggedOut bool
}

func newRingCX(noLimits bool) *ringcx {
	return &ringcx{
		exchanges:  newLimiter("auth", exchangeLimit, noLimits), // group name assumed
		logins:     newLimiter("auth", exchangeLimit, noLimits),
		refresh:    newGenerations[*cxRefreshToken](tokensKept),
		authTokens: newGenerations[*authToken](tokensKept),
		apiTokens:  map[string]*user{}, issued: map[*user][]string{}, hashcodes: map[*agent]string{},
		codes: map[string]*loginCode{}, resets: map[string]*passwordReset{}, summaries: map[summaryKey]summary{},
	}
}

func (x *ringcx) newRefreshToken(p principal, xauth string, now time.Time) string {
	token := randomText(48)
	x.refresh.put(token, &cxRefreshToken{who: p, xauth: xauth, expires: now.Add(cxRefreshTTL)})
	return token
}

// cxParams reads parameters the way RingCX takes them: in a form, else in the query, whatever the content type says.
func cxParams(r *http.Request) (url.Values, error) {
	out := r.URL.Query()
	f, err := readForm(r)
	if errors.Is(err, errNotAForm) {
		err = nil
	}
	for name, values := range f.Values {
		out[name] = values
	}
	return out, err
}

// exchange is POST /api/auth/login/rc/accesstoken: a RingCentral token for a RingCX token.
func (s *Server) exchange(c *call, r *http.Request) answer {
	in, err := cxParams(r)
	if err != nil || in.Get("rcAccessToken") == "" {
		return cxBadRequest(c, r)
	}
	if kind := in.Get("rcTokenType"); kind != "" && kind != "Bearer" {
		return cxBadRequest(c, r)
	}
	withRefresh := strings.EqualFold(in.Get("includeRefresh"), "true")
	g, ruling, refusal := s.admitExchange(c, r, in.Get("rcAccessToken"), withRefresh)
	return s.stamped(c, g, ruling, refusal)
}

// admitExchange decides about an exchange. The ruling is nil if the token belongs to nobody; without a grant, the
// refusal is the answer.
func (s *Server) admitExchange(
	c *call, r *http.Request, token string, withRefresh bool,
) (*cxGrant, *ruling, answer) {
	s.mu.Lock()
	defer s.mu.Unlock()
	t, _, _ := s.platform.use(token, c.now)
	if t == nil {
		return nil, nil, cxUnauthorized(c, r, "The RingCentral access token is not valid")
	}
	u, a := t.session.user, t.session.app
	ruling := s.cx.exchanges.admit(fmt.Sprintf("%s %d", a.id, u.id), c.now)
	switch {
	case !ruling.admitted:
		c.note(ruling.verdict)
		return nil, &ruling, cxRateExceeded()
	case !slices.Contains(t.scope, "ReadAccounts"), !u.account.production:
		return nil, &ruling, cxForbidden(c, r)
	case !u.linked, u.account.center == nil:
		return nil, &ruling, cxNotFound(c, r)
	}
	g := s.newGrant(principal{app: appAdmin, user: u}, r, c.now, withRefresh, "")
	if s.habits.series("exchange "+t.session.id+c.agent, c.now, s.opts.TokenTTL, u.use.xauth, g.xauth) >= exchangesPolled {
		c.note(verdictExchangePolled)
	}
	u.use.exchange(t.session.id, g.xauth)
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
	token, err := s.issueCX(g, c.now)
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
		return cxBadRequest(c, r)
	}
	g, refusal := s.spend(c, r, token)
	return s.stamped(c, g, nil, refusal)
}

func (s *Server) spend(c *call, r *http.Request, token string) (*cxGrant, answer) {
	s.mu.Lock()
	defer s.mu.Unlock()
	old, ok := s.cx.refresh.get(token)
	if ok && old.spent {
		c.note(verdictReplay)
	}
	if !ok || old.spent || old.loggedOut || !c.now.Before(old.expires) || !old.who.active() {
		return nil, cxUnauthorized(c, r, "The refresh token is not valid")
	}
	old.spent = true
	return s.newGrant(old.who, r, c.now, true, old.xauth), answer{}
}

// cxLogout is DELETE /api/auth/logout/{refreshToken}.
func (s *Server) cxLogout(c *call, r *http.Request) answer {
	token, err := url.PathUnescape(chi.URLParam(r, "refreshToken"))
	if err != nil {
		return cxBadRequest(c, r)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	old, ok := s.cx.refresh.get(token)
	if !ok || old.spent || old.loggedOut {
		return cxUnauthorized(c, r, "The refresh token is not valid")
	}
	old.loggedOut = true
	return textAnswer(http.StatusOK, "true") // body assumed
}

// cxWhoAmI is GET /api/auth/login: the details that came with the access token of the request.
func (s *Server) cxWhoAmI(c *call, r *http.Request) answer {
	claims, refusal := s.cxBearer(c, r)
	if claims == nil {
		return refusal
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	p, ok := s.principalOf(claims)
	if !ok {
		return cxNotFound(c, r)
	}
	details := s.describe(p, r)
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
	return textAnswer(http.StatusOK, "true") // body assumed
}
