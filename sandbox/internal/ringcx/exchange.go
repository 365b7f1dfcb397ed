package ringcx

import (
	"errors"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/go-chi/chi/v5"

	"github.com/ringcx-go/ringcx/sandbox/internal/contract"
	"github.com/ringcx-go/ringcx/sandbox/internal/endpoint"
	"github.com/ringcx-go/ringcx/sandbox/internal/model"
	"github.com/ringcx-go/ringcx/sandbox/internal/permission"
	"github.com/ringcx-go/ringcx/sandbox/internal/verdict"
)

// params reads parameters the way RingCX takes them: in a form, else in the query, whatever the content type says.
func params(c *endpoint.Call, r *http.Request) (url.Values, error) {
	f, err := c.Form()
	if errors.Is(err, endpoint.ErrNotAForm) {
		err = nil
	}
	if r.URL.RawQuery == "" {
		return f.Values, err
	}
	out := endpoint.Query(r)
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
func (x *Service) exchange(c *endpoint.Call, r *http.Request) endpoint.Response {
	in, err := params(c, r)
	if err != nil || in.Get("rcAccessToken") == "" {
		lacks(c, "rcAccessToken")
		return badRequest(c, r)
	}
	if !c.Rules.TakesTokenType(in.Get("rcTokenType")) {
		c.Why("rcTokenType is not Bearer")
		return badRequest(c, r)
	}
	t := x.Platform.FindAccess(c, in.Get("rcAccessToken"))
	if t == nil {
		return unauthorizedAs(c, r, c.Rules.ExchangeTokenStatus, "The RingCentral access token is not valid")
	}
	return x.counted(c, r, exchangeKey(c.Rules, t.App, t.User), func() endpoint.Response {
		return x.exchangeFor(c, r, t, strings.EqualFold(in.Get("includeRefresh"), "true"))
	})
}

// exchangeKey is what an exchange is counted by.
func exchangeKey(r *contract.Rules, a *model.App, u *model.User) string {
	switch r.ExchangeLimitCountedBy {
	case contract.ByApp:
		return a.ID
	case contract.ByAccount:
		return strconv.FormatInt(u.Account, 10)
	}
	return a.ID + " " + strconv.FormatInt(u.ID, 10)
}

// exchangeFor answers an exchange of a token that works and is within the limit.
func (x *Service) exchangeFor(c *endpoint.Call, r *http.Request, t *model.Access, withRefresh bool) endpoint.Response {
	u := t.User
	account, _ := x.World.Accounts.Get(x.Lock.Tx, u.Account)
	switch {
	case c.Rules.ExchangeScopeStatus != http.StatusOK && !permission.Allows(t.Scope, "ReadAccounts"):
		c.Why("the token has not the permission ReadAccounts: the app has it not, or the login asked for other scopes")
		return forbiddenAs(c, r, c.Rules.ExchangeScopeStatus)
	case c.Rules.ExchangeRoleStatus != http.StatusOK && !u.Role().Allows(permission.ReadCompany):
		c.Why("the role %s reads no account", u.RoleName)
		return forbiddenAs(c, r, c.Rules.ExchangeRoleStatus)
	case !account.Production:
		c.Why("the account is none of production, and RingCX takes no other")
		return forbiddenAs(c, r, c.Rules.ExchangeAccountStatus)
	case !u.Linked, !x.World.HasRingCX(x.Lock.Tx, u.Account):
		c.Why("RingCX does not know the user")
		return notFoundAs(c, r, c.Rules.ExchangeLinkStatus)
	}
	_, xauth := x.Polling.Uses(u.ID)
	g := x.newGrant(c, r, Principal{app: appAdmin, User: u}, t.Session, withRefresh)
	if g.xauth != "" && x.Polling.Streak(exchanger(c, t.Session), c.Now, c.Rules.RingCXTokenTTL, xauth, g.xauth) >= endpoint.ExchangesPolled {
		c.Note(verdict.ExchangePolled)
	}
	x.Polling.Exchanged(u.ID, model.SessionSign(t.Session), g.xauth)
	g.cookieTTL = c.Rules.ExchangeCookieTTL
	return x.handOut(c, g)
}

// handOut answers with a grant. The access token is signed after the transaction.
func (x *Service) handOut(c *endpoint.Call, g *grant) endpoint.Response {
	c.Finish = func() endpoint.Response { return x.signed(c, g) }
	return endpoint.Response{}
}

// signed completes a grant with an access token.
func (x *Service) signed(c *endpoint.Call, g *grant) endpoint.Response {
	token, err := x.issue(c, g)
	if err != nil {
		return endpoint.Text(http.StatusInternalServerError, "sandbox: "+err.Error())
	}
	g.details.AccessToken = token
	out := endpoint.JSON(http.StatusOK, g.details).With("Cache-Control", "no-store")
	if g.cookieTTL > 0 {
		out = out.With("Set-Cookie", sessionCookie(token, g.cookieTTL))
	}
	return out
}

// exchanger is who exchanges the tokens of a session.
func exchanger(c *endpoint.Call, session uint64) string {
	return "exchange " + model.SessionSign(session) + c.Agent
}

// logout is DELETE /api/auth/logout/{refreshToken}.
func (x *Service) logout(c *endpoint.Call, r *http.Request) endpoint.Response {
	token, err := url.PathUnescape(chi.URLParam(r, "refreshToken"))
	if err != nil {
		return badRequest(c, r)
	}
	old, turn := x.Find(token)
	if old != nil {
		c.SignIn = old.Number
	}
	if old == nil || old.Ended || turn != old.Turn && c.Rules.RingCXRefreshReuse != contract.ReuseAccept {
		return logoutRefusal(c, r)
	}
	x.End(old, c.Rules.RingCXLogoutEndsAccess, c.Now)
	return endpoint.Text(http.StatusOK, c.Rules.RingCXDoneText)
}

// whoAmI is GET /api/auth/login: the details that came with the access token of the request.
func (x *Service) whoAmI(c *endpoint.Call, r *http.Request) endpoint.Response {
	claims := acceptedBy(c)
	in := x.SignIn(claims.signIn())
	bySSO := in != nil && in.SSO
	p, ok := x.principalOf(claims)
	if !ok {
		return NotFound(c, r)
	}
	details := x.describe(c, p, r, bySSO)
	details.AccessToken, _ = endpoint.Bearer(r)
	return endpoint.JSON(http.StatusOK, details)
}

// claims is GET /api/auth/token/claims.
func (x *Service) claims(c *endpoint.Call, _ *http.Request) endpoint.Response {
	return endpoint.JSON(http.StatusOK, acceptedBy(c))
}

// validate is GET /api/auth/token/validate.
func (x *Service) validate(c *endpoint.Call, _ *http.Request) endpoint.Response {
	return endpoint.Text(http.StatusOK, c.Rules.RingCXDoneText)
}
