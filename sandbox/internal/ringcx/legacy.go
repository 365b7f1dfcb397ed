package ringcx

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/go-chi/chi/v5"

	"github.com/ringcx-go/ringcx/sandbox/internal/contract"
	"github.com/ringcx-go/ringcx/sandbox/internal/endpoint"
	"github.com/ringcx-go/ringcx/sandbox/internal/model"
	"github.com/ringcx-go/ringcx/sandbox/internal/token"
	"github.com/ringcx-go/ringcx/sandbox/internal/verdict"
)

// newAuthToken begins a sign-in of u that has an X-Auth-Token only.
func (x *Service) newAuthToken(u *model.User, lifetime time.Duration, now time.Time) string {
	in := x.begin(Principal{app: appAdmin, User: u}, 0)
	in.renewAuthToken(lifetime, now)
	x.keep(in)
	return x.authToken(in)
}

// xauthCaller finds out who calls with an X-Auth-Token.
func (x *Service) xauthCaller(c *endpoint.Call, r *http.Request) (refusal endpoint.Response, ok bool) {
	given := r.Header.Get("X-Auth-Token")
	if token.IsRingCentral(given) {
		c.Note(verdict.WrongKind)
	}
	x.Lock.Lock() // a call with an X-Auth-Token has a transaction of its own for it, because that extends the token
	defer x.Lock.Unlock()
	u, problem := x.Holder(given, c.Now, true)
	if u == nil {
		if c.Rules.XAuthTexts != contract.ByCause {
			problem = xauthUnknown
		}
		return unauthorized(c, r, problem), false
	}
	c.Subject, c.XAuth = u.ID, given
	return endpoint.Response{}, true
}

// legacyLogin is POST .../v1/auth/login: an administrator gets an X-Auth-Token.
func (x *Service) legacyLogin(c *endpoint.Call, r *http.Request) endpoint.Response {
	in, err := params(c, r)
	stay, bad := optionalBool(in, "stayLoggedIn")
	if err != nil || bad != nil || in.Get("username") == "" || in.Get("password") == "" {
		return badRequest(c, r)
	}
	u := x.World.AdminNamed(x.Lock.Tx, in.Get("username"), c.Rules.SameName)
	switch {
	case u == nil, u.Login.Password != in.Get("password"):
		return unauthorized(c, r, "The username or password is not valid")
	case !x.active(Principal{User: u}):
		return forbidden(c, r)
	}
	lifetime := c.Rules.AuthTokenTTL
	if stay {
		lifetime = c.Rules.AuthTokenLongTTL
	}
	return endpoint.JSON(http.StatusOK, x.loginView(c, r, u, x.newAuthToken(u, lifetime, c.Now))).
		With("Cache-Control", "no-store")
}

// optionalBool reads a parameter that may be left out, which means false.
func optionalBool(in url.Values, name string) (bool, error) {
	if v := in.Get(name); v != "" {
		return strconv.ParseBool(v)
	}
	return false, nil
}

// loginView is what a legacy login answers.
type loginView struct {
	AuthToken    string         `json:"authToken"`
	PlatformHost string         `json:"platformHost"`
	Accounts     []loginAccount `json:"accounts"`
	User         userView       `json:"user"`
}

// loginAccount is an account as a legacy login describes it.
type loginAccount struct {
	AccountID       string `json:"accountId"`
	AccountName     string `json:"accountName"`
	MainAccountID   string `json:"mainAccountId"`
	MainAccountName string `json:"mainAccountName"`
	RCAccountID     string `json:"rcAccountId"`
	RCAccountAccess string `json:"rcAccountAccess"`
	DatabaseShardID string `json:"databaseShardId"`
	EnableInbound   bool   `json:"enableInbound"`
	EnableOutbound  bool   `json:"enableOutbound"`
	EnableChat      bool   `json:"enableChat"`
}

func (x *Service) loginView(c *endpoint.Call, r *http.Request, u *model.User, token string) loginView {
	out := loginView{AuthToken: token, PlatformHost: r.Host, User: x.userViewOf(c, u)}
	m := x.World.MainOf(x.Lock.Tx, u.Account)
	for _, sub := range slices.Concat(m.SubAccounts, []model.SubAccount{*m.Itself()}) { // as accounts are listed
		a := newAccountView(m, &sub)
		out.Accounts = append(out.Accounts, loginAccount{
			AccountID: a.AccountID, AccountName: a.AccountName, MainAccountID: a.MainAccountID,
			MainAccountName: a.MainAccountName, RCAccountID: a.MainAccount.RCAccountID,
			RCAccountAccess: a.RCAccountAccess, DatabaseShardID: a.DatabaseShardID,
			EnableInbound: a.EnableInbound, EnableOutbound: a.EnableOutbound, EnableChat: a.EnableChat,
		})
	}
	return out
}

// getLoginView is GET .../admin/auth.
func (x *Service) getLoginView(c *endpoint.Call, r *http.Request) endpoint.Response {
	return x.asCaller(c, r, func(u *model.User, _ *model.MainAccount) endpoint.Response {
		return endpoint.JSON(http.StatusOK, x.loginView(c, r, u, c.XAuth))
	})
}

// isTokenValid is GET .../v1/auth/isTokenValid. Asking is not a use.
func (x *Service) isTokenValid(c *endpoint.Call, r *http.Request) endpoint.Response {
	token := endpoint.Query(r).Get("token")
	if token == "" {
		return badRequest(c, r)
	}
	u, _ := x.Holder(token, c.Now, c.Rules.TokenCheckExtends)
	return endpoint.JSON(http.StatusOK, u != nil && u.Enabled)
}

// duplicateUser is POST .../admin/users/duplicateAuthenticatedUser: another X-Auth-Token of the caller.
func (x *Service) duplicateUser(c *endpoint.Call, r *http.Request) endpoint.Response {
	return x.asCaller(c, r, func(u *model.User, _ *model.MainAccount) endpoint.Response {
		as := x.userViewOf(c, u)
		return endpoint.JSON(http.StatusOK, map[string]any{
			"authToken": x.newAuthToken(u, c.Rules.AuthTokenTTL, c.Now), "id": strconv.Itoa(int(u.AdminID)), "name": u.Email,
			"description": u.First + " " + u.Last, "isApiToken": false, "stayLoggedIn": false, "superUser": as.RootUser,
			"user": as,
		}).With("Cache-Control", "no-store")
	})
}

// listAPITokens is GET .../admin/token.
func (x *Service) listAPITokens(c *endpoint.Call, r *http.Request) endpoint.Response {
	return x.asCaller(c, r, func(u *model.User, _ *model.MainAccount) endpoint.Response {
		tokens, _ := x.apiTokens.Get(x.Lock.Tx, u.ID)
		return endpoint.JSON(http.StatusOK, append([]string{}, tokens...)).With("Cache-Control", "no-store")
	})
}

// createAPIToken is POST .../admin/token: one more token that never ends.
func (x *Service) createAPIToken(c *endpoint.Call, r *http.Request) endpoint.Response {
	return x.asCaller(c, r, func(u *model.User, _ *model.MainAccount) endpoint.Response {
		token := model.PlatformID + ":" + token.NewUUID()
		x.addAPIToken(x.Lock.Tx, u, token)
		return endpoint.Text(http.StatusOK, token).With("Cache-Control", "no-store")
	})
}

// removeAPIToken is DELETE .../admin/token/{token}. The user above all others may delete everybody's.
func (x *Service) removeAPIToken(c *endpoint.Call, r *http.Request) endpoint.Response {
	token, err := url.PathUnescape(chi.URLParam(r, "token"))
	if err != nil {
		return badRequest(c, r)
	}
	removed := func() endpoint.Response { return endpoint.AsText(boolean(c, r, x.dropAPIToken(x.Lock.Tx, token))) }
	if c.Subject == 0 { // nobody knows who calls
		return removed()
	}
	return x.asCaller(c, r, func(u *model.User, _ *model.MainAccount) endpoint.Response {
		owner := x.World.Member(x.Lock.Tx, x.owner(x.Lock.Tx, token))
		mayNot := owner != nil && owner.ID != u.ID && (owner.Account != u.Account || u.ID != x.World.Root(x.Lock.Tx, u.Account).ID)
		if mayNot {
			return forbidden(c, r)
		}
		return removed()
	})
}

// takesXAuth reports whether an X-Auth-Token is looked at: on the older prefix it always is.
func takesXAuth(r *contract.Rules, req *http.Request) bool {
	return r.XAuthEverywhere || strings.HasPrefix(req.URL.Path, "/api/v1/") || isTokenPath(req)
}

func isTokenPath(req *http.Request) bool {
	path := strings.TrimPrefix(req.URL.Path, "/voice")
	return path == "/api/v1/admin/token" || strings.HasPrefix(path, "/api/v1/admin/token/")
}

// letsAnybody reports whether r needs no token.
func letsAnybody(r *contract.Rules, req *http.Request) bool {
	return r.APITokenDeletionAnonymous && req.Method == http.MethodDelete && isTokenPath(req)
}
