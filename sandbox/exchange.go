package sandbox

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/go-chi/chi/v5"

	"github.com/ringcx-go/ringcx/sandbox/internal/contract"
	"github.com/ringcx-go/ringcx/sandbox/internal/endpoint"
	"github.com/ringcx-go/ringcx/sandbox/internal/limit"
	"github.com/ringcx-go/ringcx/sandbox/internal/model"
	"github.com/ringcx-go/ringcx/sandbox/internal/permission"
	"github.com/ringcx-go/ringcx/sandbox/internal/verdict"
)

// cxParams reads parameters the way RingCX takes them: in a form, else in the query, whatever the content type says.
func cxParams(r *http.Request) (url.Values, error) {
	out := endpoint.Query(r)
	f, err := endpoint.ReadForm(r)
	if errors.Is(err, endpoint.ErrNotAForm) {
		err = nil
	}
	for name, values := range f.Values {
		out[name] = values
	}
	return out, err
}

// lacks notes that a parameter of RingCX was not found.
func lacks(c *endpoint.Call, name string) {
	c.Why("%s is missing: it is read from a form (application/x-www-form-urlencoded) and from the query, and from nothing else", name)
}

// exchange is POST /api/auth/login/rc/accesstoken: a RingCentral token for a RingCX token.
func (x *ringcx) exchange(c *endpoint.Call, r *http.Request) endpoint.Response {
	in, err := cxParams(r)
	if err != nil || in.Get("rcAccessToken") == "" {
		lacks(c, "rcAccessToken")
		return cxBadRequest(c, r)
	}
	if !c.Rules.TakesTokenType(in.Get("rcTokenType")) {
		c.Why("rcTokenType is not Bearer")
		return cxBadRequest(c, r)
	}
	withRefresh := strings.EqualFold(in.Get("includeRefresh"), "true")
	g, ruling, refusal := x.admitExchange(c, r, in.Get("rcAccessToken"), withRefresh)
	out := x.stamped(c, g, ruling, refusal)
	if g != nil && out.Status == http.StatusOK && c.Rules.ExchangeCookieTTL > 0 {
		out = out.With("Set-Cookie", sessionCookie(g.details.AccessToken, c.Rules.ExchangeCookieTTL))
	}
	return out
}

// exchangeKey is what an exchange is counted by.
func exchangeKey(r *contract.Rules, a *model.App, u *model.User) string {
	switch r.ExchangeLimitCountedBy {
	case contract.ByApp:
		return a.ID
	case contract.ByAccount:
		return strconv.FormatInt(u.Account, 10)
	}
	return fmt.Sprintf("%s %d", a.ID, u.ID)
}

// admitExchange decides about an exchange. The ruling is nil if the token belongs to nobody; without a grant, the
// refusal is the answer.
func (x *ringcx) admitExchange(
	c *endpoint.Call, r *http.Request, token string, withRefresh bool,
) (*cxGrant, *limit.Decision, endpoint.Response) {
	x.Lock.Lock()
	defer x.Lock.Unlock()
	t := x.Platform.findAccess(c, token)
	if t == nil {
		return nil, nil, cxUnauthorizedAs(c, r, c.Rules.ExchangeTokenStatus, "The RingCentral access token is not valid")
	}
	u, a := t.User, t.App
	_, xauth := x.Polling.Uses(u.ID)
	ruling := x.Limits.Admit(c.Row.Limit, exchangeKey(c.Rules, a, u), c.Now, c.Rules)
	switch {
	case !ruling.Admitted:
		c.Limited(&ruling)
		return nil, &ruling, cxTooMany(c, r)
	case c.Rules.ExchangeScopeStatus != http.StatusOK && !permission.Allows(t.Scope, "ReadAccounts"):
		c.Why("the token has not the permission ReadAccounts: the app has it not, or the login asked for other scopes")
		return nil, &ruling, cxForbiddenAs(c, r, c.Rules.ExchangeScopeStatus)
	case c.Rules.ExchangeRoleStatus != http.StatusOK && !u.Role().Allows(permission.ReadCompany):
		c.Why("the role %s reads no account", u.RoleName)
		return nil, &ruling, cxForbiddenAs(c, r, c.Rules.ExchangeRoleStatus)
	case !x.World.Account(x.Lock.Tx, u.Account).Production:
		c.Why("the account is none of production, and RingCX takes no other")
		return nil, &ruling, cxForbiddenAs(c, r, c.Rules.ExchangeAccountStatus)
	case !u.Linked, x.World.MainOf(x.Lock.Tx, u.Account) == nil:
		c.Why("RingCX does not know the user")
		return nil, &ruling, cxNotFoundAs(c, r, c.Rules.ExchangeLinkStatus)
	}
	g := x.newGrant(c, r, principal{app: appAdmin, user: u}, t.Session, withRefresh)
	if g.xauth != "" && x.Polling.Streak(exchanger(c, t.Session), c.Now, c.Rules.RingCXTokenTTL, xauth, g.xauth) >= endpoint.ExchangesPolled {
		c.Note(verdict.ExchangePolled)
	}
	x.Polling.Exchanged(u.ID, model.SessionSign(t.Session), g.xauth)
	return g, &ruling, endpoint.Response{}
}

// stamped answers with a grant, or with the refusal if there is none, and with the limit headers of a ruling.
func (x *ringcx) stamped(c *endpoint.Call, g *cxGrant, v *limit.Decision, refusal endpoint.Response) endpoint.Response {
	out := refusal
	if g != nil {
		out = x.signed(c, g)
	}
	if v != nil {
		out = endpoint.Stamp(*v, out)
	}
	return out
}

// signed completes a grant with an access token. Signing takes a while, so no lock is held.
func (x *ringcx) signed(c *endpoint.Call, g *cxGrant) endpoint.Response {
	token, err := x.issueCX(c, g)
	if err != nil {
		return endpoint.Text(http.StatusInternalServerError, "sandbox: "+err.Error())
	}
	g.details.AccessToken = token
	return endpoint.JSON(http.StatusOK, g.details).With("Cache-Control", "no-store")
}

// cxRefresh is POST /api/auth/token/refresh: a new pair for a refresh token, which is dead from then on.
func (x *ringcx) cxRefresh(c *endpoint.Call, r *http.Request) endpoint.Response {
	in, err := cxParams(r)
	token := in.Get("refresh_token")
	if err != nil || token == "" {
		lacks(c, "refresh_token")
		return cxBadRequest(c, r)
	}
	g, ruling, refusal := x.spend(c, r, token)
	return x.stamped(c, g, ruling, refusal)
}

func (x *ringcx) spend(c *endpoint.Call, r *http.Request, token string) (*cxGrant, *limit.Decision, endpoint.Response) {
	x.Lock.Lock()
	defer x.Lock.Unlock()
	old, turn := x.find(token)
	var who principal
	if old != nil {
		who = x.who(x.Lock.Tx, old)
		c.SignIn, c.Refused.Caller = old.number, who.name()
	}
	var limited *limit.Decision
	if old != nil && limit.RefreshesAllowed(c.Rules).Limit > 0 {
		v := x.Limits.Admit(c.Row.Limit, fmt.Sprint(who.id()), c.Now, c.Rules)
		if limited = &v; !v.Admitted {
			c.Limited(&v)
			return nil, limited, cxTooMany(c, r)
		}
	}
	if old != nil && turn != old.Turn {
		c.Note(verdict.Replay)
		if c.Rules.RingCXRefreshReuse == contract.ReuseRevoke {
			x.cut(old)
		}
	}
	if old == nil || !x.gives(c, old, turn) {
		x.whyNot(c, old, turn)
		return nil, limited, cxUnauthorizedAs(c, r, c.Rules.RingCXRefreshStatus, "The refresh token is not valid")
	}
	if old.From != 0 {
		x.Polling.EndStreak(exchanger(c, old.From))
	}
	old.renewRefreshToken(c)
	return x.grantOf(c, r, old), limited, endpoint.Response{}
}

// exchanger is who exchanges the tokens of a session.
func exchanger(c *endpoint.Call, session uint64) string {
	return "exchange " + model.SessionSign(session) + c.Agent
}

// cxLogout is DELETE /api/auth/logout/{refreshToken}.
func (x *ringcx) cxLogout(c *endpoint.Call, r *http.Request) endpoint.Response {
	token, err := url.PathUnescape(chi.URLParam(r, "refreshToken"))
	if err != nil {
		return cxBadRequest(c, r)
	}
	x.Lock.Lock()
	defer x.Lock.Unlock()
	old, turn := x.find(token)
	if old != nil {
		c.SignIn = old.number
	}
	if old == nil || old.Ended || turn != old.Turn && c.Rules.RingCXRefreshReuse != contract.ReuseAccept {
		return cxLogoutRefusal(c, r)
	}
	x.end(old, c.Rules.RingCXLogoutEndsAccess, c.Now)
	return endpoint.Text(http.StatusOK, c.Rules.RingCXDoneText)
}

// cxWhoAmI is GET /api/auth/login: the details that came with the access token of the request.
func (x *ringcx) cxWhoAmI(c *endpoint.Call, r *http.Request) endpoint.Response {
	claims, refusal := x.cxBearer(c, r)
	if claims == nil {
		return refusal
	}
	x.Lock.Lock()
	defer x.Lock.Unlock()
	in := x.signIn(claims.signIn())
	bySSO := in != nil && in.SSO
	p, ok := x.principalOf(claims)
	if !ok {
		return cxNotFound(c, r)
	}
	details := x.describe(c, p, r, bySSO)
	details.AccessToken, _ = endpoint.Bearer(r)
	return endpoint.JSON(http.StatusOK, details)
}

// cxClaims is GET /api/auth/token/claims.
func (x *ringcx) cxClaims(c *endpoint.Call, r *http.Request) endpoint.Response {
	claims, refusal := x.cxBearer(c, r)
	if claims == nil {
		return refusal
	}
	return endpoint.JSON(http.StatusOK, claims)
}

// cxValidate is GET /api/auth/token/validate.
func (x *ringcx) cxValidate(c *endpoint.Call, r *http.Request) endpoint.Response {
	claims, refusal := x.cxBearer(c, r)
	if claims == nil {
		return refusal
	}
	return endpoint.Text(http.StatusOK, c.Rules.RingCXDoneText)
}
