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
	exchanges *limiter
	refresh   *generations[*cxRefreshToken]
}

// cxRefreshToken is good for one refresh.
type cxRefreshToken struct {
	user      *user
	expires   time.Time
	spent     bool
	loggedOut bool
}

func newRingCX(noLimits bool) *ringcx {
	return &ringcx{
		exchanges: newLimiter("auth", exchangeLimit, noLimits), // group name assumed
		refresh:   newGenerations[*cxRefreshToken](tokensKept),
	}
}

func (x *ringcx) newRefreshToken(u *user, now time.Time) string {
	token := randomText(48)
	x.refresh.put(token, &cxRefreshToken{user: u, expires: now.Add(cxRefreshTTL)})
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
	details, u, ruling, refusal := s.admitExchange(c, r, in.Get("rcAccessToken"), withRefresh)
	switch {
	case ruling == nil:
		return refusal
	case details == nil:
		return ruling.stamp(refusal)
	}
	return ruling.stamp(s.signed(c, details, u))
}

// admitExchange decides about an exchange. The ruling is nil if the token belongs to nobody; without details, the
// refusal is the answer.
func (s *Server) admitExchange(
	c *call, r *http.Request, token string, withRefresh bool,
) (*cxDetails, *user, *ruling, answer) {
	s.mu.Lock()
	defer s.mu.Unlock()
	t, _, _ := s.platform.use(token, c.now)
	if t == nil {
		return nil, nil, nil, cxUnauthorized(c, r, "The RingCentral access token is not valid")
	}
	u, a := t.session.user, t.session.app
	ruling := s.cx.exchanges.admit(fmt.Sprintf("%s %d", a.id, u.id), c.now)
	switch {
	case !ruling.admitted:
		c.note(ruling.verdict)
		return nil, nil, &ruling, cxRateExceeded()
	case !slices.Contains(t.scope, "ReadAccounts"), !u.account.production:
		return nil, nil, &ruling, cxForbidden(c, r)
	case !u.linked, u.account.center == nil:
		return nil, nil, &ruling, cxNotFound(c, r)
	}
	details := newCXDetails(u, r)
	if withRefresh {
		refresh := s.cx.newRefreshToken(u, c.now)
		details.RefreshToken = &refresh
	}
	return details, u, &ruling, answer{}
}

// signed completes details with an access token. Signing takes a while, so no lock is held.
func (s *Server) signed(c *call, details *cxDetails, u *user) answer {
	token, err := s.issueCX(u.id, c.now)
	if err != nil {
		return textAnswer(http.StatusInternalServerError, "sandbox: "+err.Error())
	}
	details.AccessToken = token
	return jsonAnswer(http.StatusOK, details).with("Cache-Control", "no-store")
}

// cxRefresh is POST /api/auth/token/refresh: a new pair for a refresh token, which is dead from then on.
func (s *Server) cxRefresh(c *call, r *http.Request) answer {
	in, err := cxParams(r)
	token := in.Get("refresh_token")
	if err != nil || token == "" {
		return cxBadRequest(c, r)
	}
	details, u, refusal := s.spend(c, r, token)
	if details == nil {
		return refusal
	}
	return s.signed(c, details, u)
}

func (s *Server) spend(c *call, r *http.Request, token string) (*cxDetails, *user, answer) {
	s.mu.Lock()
	defer s.mu.Unlock()
	old, ok := s.cx.refresh.get(token)
	if ok && old.spent {
		c.note(verdictReplay)
	}
	if !ok || old.spent || old.loggedOut || !c.now.Before(old.expires) || !old.user.enabled || !old.user.linked {
		return nil, nil, cxUnauthorized(c, r, "The refresh token is not valid")
	}
	old.spent = true
	details := newCXDetails(old.user, r)
	refresh := s.cx.newRefreshToken(old.user, c.now)
	details.RefreshToken = &refresh
	return details, old.user, answer{}
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
	u := s.userOf(claims)
	if u == nil {
		return cxNotFound(c, r)
	}
	details := newCXDetails(u, r)
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
