package platform

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/ringcx-go/ringcx/sandbox/internal/contract"
	"github.com/ringcx-go/ringcx/sandbox/internal/endpoint"
	"github.com/ringcx-go/ringcx/sandbox/internal/instant"
	"github.com/ringcx-go/ringcx/sandbox/internal/model"
)

// oauthToken is POST /restapi/oauth/token. Who asks is found out first, because a request of a known app counts
// against its limit whatever else is wrong with it.
func (p *Service) oauthToken(c *endpoint.Call, r *http.Request) endpoint.Response {
	f, formErr := c.Form()
	a, problem := p.authenticate(c, r, f)
	if formErr != nil && (c.Rules.BodyTypeChecked || !errors.Is(formErr, endpoint.ErrNotAForm)) {
		problem = formError(c, formErr)
	}
	return p.charged(c, a, p.subject(f), func() endpoint.Response {
		if problem == nil {
			problem = duplicated(f)
		}
		if problem != nil {
			return problem.answer()
		}
		info, problem := p.grant(c, a, f)
		if problem != nil {
			return problem.answer()
		}
		c.Ends = p.Session(c.Session).Ends.Time()
		claims := p.idClaimsFor(c, f, endpoint.BaseURL(r))
		if claims == nil {
			return endpoint.JSON(http.StatusOK, info)
		}
		key := p.World.Key()
		c.Finish = func() endpoint.Response {
			var err error
			if info.IDToken, err = key.Sign(claims); err != nil {
				return endpoint.Text(http.StatusInternalServerError, "sandbox: "+err.Error())
			}
			return endpoint.JSON(http.StatusOK, info)
		}
		return endpoint.Response{}
	})
}

// charged counts a request of app a about user u, who may be nil, for the limit of its operation and, if that is within the limit,
// answers with do.
func (p *Service) charged(c *endpoint.Call, a *model.App, u *model.User, do func() endpoint.Response) endpoint.Response {
	if a == nil {
		return do()
	}
	key, user := a.ID, ""
	if u != nil {
		user = u.Name()
		if c.Rules.AuthLimitCountedBy == contract.ByAppAndUser {
			key = fmt.Sprint(key, " ", u.ID)
		}
	}
	c.From(a.Name, user)
	return c.Counted(p.Limits, key, RateExceeded, do)
}

// subject is the user whose assertion or token is in f, or nil.
func (p *Service) subject(f endpoint.Form) *model.User {
	if c := p.World.Assertion(p.Lock.Tx, f.Get("assertion")); c != nil {
		return p.World.User(p.Lock.Tx, c.User)
	}
	if f.Get("grant_type") == grantPassword {
		return p.World.UserNamed(p.Lock.Tx, passwordName(f))
	}
	if code, ok := p.Codes.Get(p.Lock.Tx, f.Get("code")); ok {
		return p.World.User(p.Lock.Tx, code.User)
	}
	for _, name := range []string{"refresh_token", "token"} {
		if sess := p.sessionOf(f.Get(name)); sess != nil {
			return p.World.User(p.Lock.Tx, sess.User)
		}
	}
	return nil
}

func duplicated(f endpoint.Form) *oauthError {
	if f.Repeated == "" {
		return nil
	}
	e := invalidRequest("OAU-111", "Request parameter duplication detected")
	e.parameter = &errorParameter{Name: f.Repeated}
	return e
}

// tokenParams are the optional parameters that every grant may carry.
type tokenParams struct {
	scope                 []string // nil: that of the app
	endpointID            string   // "": the server chooses
	accessTTL, refreshTTL time.Duration
}

func readTokenParams(r *contract.Rules, a *model.App, f endpoint.Form) (tokenParams, *oauthError) {
	t := tokenParams{
		endpointID: strings.Clone(f.Get("endpoint_id")),
		accessTTL:  r.AccessTokenTTL, refreshTTL: r.RefreshTokenTTL,
	}
	if len(t.endpointID) > endpoint.NameMost {
		return t, invalidParameter("endpoint_id")
	}
	if asked := f.Get("access_token_ttl"); asked != "" {
		seconds, err := strconv.ParseInt(asked, 10, 32)
		if err != nil {
			return t, invalidParameter("access_token_ttl")
		}
		t.accessTTL = r.AccessTTL(seconds)
	}
	if asked := f.Get("refresh_token_ttl"); asked != "" {
		seconds, err := strconv.ParseInt(asked, 10, 32)
		if err != nil || seconds < 0 {
			return t, invalidParameter("refresh_token_ttl")
		}
		t.refreshTTL = min(time.Duration(seconds)*time.Second, r.RefreshTokenTTL)
	}
	if asked := permissionsIn(f.Get("scope")); r.ScopeNarrows && len(asked) > 0 {
		granted := slices.DeleteFunc(slices.Clone(a.Scopes), func(s string) bool { return !slices.Contains(asked, s) })
		t.scope = granted
		if len(granted) == 0 || r.ScopeExcessRefused && len(granted) < len(asked) {
			return t, &oauthError{kind: "invalid_scope", code: "CMN-101", message: "Parameter [scope] value is invalid"}
		}
	}
	return t, nil
}

// tokenInfo is the success body of the token endpoint.
type tokenInfo struct {
	AccessToken      string  `json:"access_token"`
	TokenType        string  `json:"token_type"`
	ExpiresIn        int64   `json:"expires_in"`
	RefreshToken     string  `json:"refresh_token,omitempty"`
	RefreshExpiresIn *int64  `json:"refresh_token_expires_in,omitempty"`
	Scope            *string `json:"scope,omitempty"` // nil: it is not said
	OwnerID          string  `json:"owner_id"`
	EndpointID       string  `json:"endpoint_id"`
	SessionID        string  `json:"session_id"`
	IDToken          string  `json:"id_token,omitempty"` // for sign-ins that asked for openid
}

// info describes the newest pair of a session at now: lifetimes are what is left of them.
func (p *Service) info(sess *Session, now time.Time) *tokenInfo {
	scope := strings.Join(p.Scope(sess), " ")
	out := &tokenInfo{
		AccessToken: p.AccessToken(sess), TokenType: "bearer", ExpiresIn: secondsLeft(sess.Ends, now),
		Scope: &scope, OwnerID: fmt.Sprint(sess.User),
		EndpointID: p.endpointID(sess), SessionID: p.ID(sess.Number),
	}
	if sess.Renewal != 0 {
		left := secondsLeft(sess.Renewal, now)
		out.RefreshToken, out.RefreshExpiresIn = p.refreshToken(sess), &left
	}
	return out
}

func secondsLeft(end instant.Time, now time.Time) int64 {
	return max(int64(end.Time().Sub(now)/time.Second), 0)
}
