package ringcx

import (
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/ringcx-go/ringcx/sandbox/internal/endpoint"
	"github.com/ringcx-go/ringcx/sandbox/internal/token"
	"github.com/ringcx-go/ringcx/sandbox/internal/verdict"
)

// LoginCode signs a user in: a one-time code, or a token of another product, which stays good.
type LoginCode struct {
	User    int64     `json:"user"` // id
	Kind    string    `json:"kind"` // codeOnce or codeTenfold
	Expires time.Time `json:"expires"`
	Used    bool      `json:"used"`
}

// Kinds of login codes.
const (
	CodeOnce    = "code"
	CodeTenfold = "tenfold"
)

// login is what somebody without a RingCentral login signs in with.
type login struct{ username, password, platform, redirect string }

// readLogin reads the parameters of a password login; false if one is missing or makes no sense.
func readLogin(in url.Values, platformOptional bool) (login, bool) {
	l := login{username: in.Get("username"), password: in.Get("password"), platform: in.Get("platformId")}
	if v := in.Get("redirectToApp"); v != "" {
		redirect, err := strconv.ParseBool(v)
		if err != nil {
			return l, false
		}
		if redirect {
			l.redirect = in.Get("redirectUrl")
		}
	}
	return l, l.username != "" && l.password != "" && (l.platform != "" || platformOptional)
}

// passwordLogin is POST /api/auth/login/{admin|agent|analytics}.
func passwordLogin(app app) method {
	return func(x *Service, c *endpoint.Call, r *http.Request) endpoint.Response {
		in, err := params(c, r)
		if err != nil {
			return badRequest(c, r)
		}
		l, ok := readLogin(in, c.Rules.PlatformIDOptional)
		if !ok {
			return badRequest(c, r)
		}
		answer := func() endpoint.Response { return x.login(c, r, app, l) }
		if !c.Rules.LimitPasswordLogins {
			return answer()
		}
		return x.counted(c, r, l.username, answer)
	}
}

// login answers a password login that is within the limit.
func (x *Service) login(c *endpoint.Call, r *http.Request, app app, l login) endpoint.Response {
	p, password := x.signingIn(app, l.username, c.Rules.SameName)
	switch {
	case password == "", password != l.password, l.platform != "" && l.platform != p.platform():
		return unauthorizedAs(c, r, c.Rules.PasswordLoginStatus, "The username, password or platform is not valid")
	case !x.active(p):
		return forbiddenAs(c, r, c.Rules.PasswordLoginDisabledStatus)
	}
	g := x.newGrant(c, r, p, 0, c.Rules.PasswordLoginRefresh)
	if l.redirect != "" && c.Rules.RedirectURLReturned {
		g.details.RedirectURL = &l.redirect
	}
	return x.handOut(c, g)
}

// signingIn finds who signs in to app under a name, and the password; "" if nobody does.
func (x *Service) signingIn(app app, username string, same func(a, b string) bool) (Principal, string) {
	if app == AppAgent {
		assignment := x.World.AgentNamed(x.Lock.Tx, username, same)
		if assignment == nil {
			return Principal{}, ""
		}
		return Principal{app: app, Assignment: assignment}, assignment.Agent.Password
	}
	u := x.World.AdminNamed(x.Lock.Tx, username, same)
	if u == nil {
		return Principal{}, ""
	}
	return Principal{app: app, User: u}, u.Login.Password
}

// hashcodeLogin is POST /api/auth/login/agent/hashcode: an agent signs in with what an earlier sign-in handed out.
func (x *Service) hashcodeLogin(c *endpoint.Call, r *http.Request) endpoint.Response {
	in, err := params(c, r)
	_, bad := strconv.ParseInt(in.Get("agentId"), 10, 32)
	if err != nil || bad != nil || in.Get("loginHashcode") == "" {
		return badRequest(c, r)
	}
	p := Principal{app: AppAgent, Assignment: x.World.AgentNumbered(x.Lock.Tx, in.Get("agentId"))}
	differs := func(name, want string) bool { return in.Has(name) && in.Get(name) != want }
	if p.Assignment == nil || x.hashcode(x.Lock.Tx, p.Assignment.Agent, false) != in.Get("loginHashcode") || !x.active(p) ||
		differs("platformId", p.platform()) || differs("rcAccountId", fmt.Sprint(p.Assignment.Main.Account)) {
		return forbidden(c, r) // observed: it tells the client to sign in anew
	}
	return x.handOut(c, x.newGrant(c, r, p, 0, true))
}

// codeLogin is POST /api/auth/login/code and .../login/tenfold/accesstoken, whose only parameter has the name given.
func codeLogin(kind, parameter string) method {
	return func(x *Service, c *endpoint.Call, r *http.Request) endpoint.Response {
		in, err := params(c, r)
		if err != nil || in.Get(parameter) == "" {
			return badRequest(c, r)
		}
		if endpoint.Query(r).Has(parameter) {
			c.Note(verdict.TokenURL)
		}
		p, ok := x.spendCode(kind, in.Get(parameter), c.Now)
		if !ok || !x.active(p) {
			return unauthorizedAs(c, r, c.Rules.LoginCodeStatus, "The "+parameter+" is not valid")
		}
		return x.handOut(c, x.newGrant(c, r, p, 0, true))
	}
}

// spendCode is whom a login code signs in, false if it does not.
func (x *Service) spendCode(kind, code string, now time.Time) (Principal, bool) {
	known, ok := x.Codes.Get(x.Lock.Tx, code)
	if !ok || known.Kind != kind || known.Used || !now.Before(known.Expires) {
		return Principal{}, false
	}
	known.Used = kind == CodeOnce
	x.Codes.Put(x.Lock.Tx, code, known)
	return Principal{app: appAdmin, User: x.World.Member(x.Lock.Tx, known.User)}, true
}

// digitalJWT is GET /api/auth/token/digitaljwt, also with /admin or /agent behind it: a token for the digital side of
// RingCX. RingCX itself does not accept it.
func (x *Service) digitalJWT(c *endpoint.Call, _ *http.Request) endpoint.Response {
	out := *acceptedBy(c)
	out.Audience, out.XAuth = "digital", ""
	if !c.Rules.DigitalJWTAccepted {
		out.Issuer, out.ID = out.Issuer+"/digital", token.RandomText(12)
	}
	c.Finish = func() endpoint.Response {
		token, err := x.Key().Sign(&out)
		if err != nil {
			return endpoint.Text(http.StatusInternalServerError, "sandbox: "+err.Error())
		}
		return endpoint.Text(http.StatusOK, token).With("Cache-Control", "no-store")
	}
	return endpoint.Response{}
}
