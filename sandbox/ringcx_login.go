package sandbox

import (
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/ringcx-go/ringcx/sandbox/internal/endpoint"
	"github.com/ringcx-go/ringcx/sandbox/internal/limit"
	"github.com/ringcx-go/ringcx/sandbox/internal/token"
	"github.com/ringcx-go/ringcx/sandbox/internal/verdict"
)

// loginCode signs a user in: a one-time code, or a token of another product, which stays good.
type loginCode struct {
	User    int64     `json:"user"` // id
	Kind    string    `json:"kind"` // codeOnce or codeTenfold
	Expires time.Time `json:"expires"`
	Used    bool      `json:"used"`
}

// Kinds of login codes.
const (
	codeOnce    = "code"
	codeTenfold = "tenfold"
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
func passwordLogin(app cxApp) method {
	return func(x *ringcx, c *endpoint.Call, r *http.Request) endpoint.Response {
		in, err := cxParams(r)
		if err != nil {
			return cxBadRequest(c, r)
		}
		g, ruling, refusal := x.admitLogin(c, r, app, in)
		return x.stamped(c, g, ruling, refusal)
	}
}

// admitLogin decides about a password login. There is a ruling only if such logins are limited.
func (x *ringcx) admitLogin(c *endpoint.Call, r *http.Request, app cxApp, in url.Values) (*cxGrant, *limit.Decision, endpoint.Response) {
	x.Lock.Lock()
	defer x.Lock.Unlock()
	l, ok := readLogin(in, c.Rules.PlatformIDOptional)
	if !ok {
		return nil, nil, cxBadRequest(c, r)
	}
	var limited *limit.Decision
	if c.Rules.LimitPasswordLogins {
		v := x.Limits.Admit(c.Row.Limit, l.username, c.Now, c.Rules)
		limited = &v
		if !v.Admitted {
			c.Limited(&v)
			return nil, limited, cxTooMany(c, r)
		}
	}
	p, password := x.signingIn(app, l.username, c.Rules.SameName)
	switch {
	case password == "", password != l.password, l.platform != "" && l.platform != p.platform():
		return nil, limited, cxUnauthorizedAs(c, r, c.Rules.PasswordLoginStatus, "The username, password or platform is not valid")
	case !x.active(p):
		return nil, limited, cxForbiddenAs(c, r, c.Rules.PasswordLoginDisabledStatus)
	}
	g := x.newGrant(c, r, p, 0, c.Rules.PasswordLoginRefresh)
	if l.redirect != "" && c.Rules.RedirectURLReturned {
		g.details.RedirectURL = &l.redirect
	}
	return g, limited, endpoint.Response{}
}

// signingIn finds who signs in to app under a name, and the password; "" if nobody does.
func (x *ringcx) signingIn(app cxApp, username string, same func(a, b string) bool) (principal, string) {
	if app == appAgent {
		seat := x.World.AgentNamed(x.Lock.Tx, username, same)
		if seat == nil {
			return principal{}, ""
		}
		return principal{app: app, seat: seat}, seat.Agent.Password
	}
	u := x.World.AdminNamed(x.Lock.Tx, username, same)
	if u == nil {
		return principal{}, ""
	}
	return principal{app: app, user: u}, u.Login.Password
}

// hashcodeLogin is POST /api/auth/login/agent/hashcode: an agent signs in with what an earlier sign-in handed out.
func (x *ringcx) hashcodeLogin(c *endpoint.Call, r *http.Request) endpoint.Response {
	in, err := cxParams(r)
	_, bad := strconv.ParseInt(in.Get("agentId"), 10, 32)
	if err != nil || bad != nil || in.Get("loginHashcode") == "" {
		return cxBadRequest(c, r)
	}
	g := x.admitHashcode(c, r, in)
	return x.stamped(c, g, nil, cxForbidden(c, r)) // observed: 403 tells the client to sign in anew
}

func (x *ringcx) admitHashcode(c *endpoint.Call, r *http.Request, in url.Values) *cxGrant {
	x.Lock.Lock()
	defer x.Lock.Unlock()
	p := principal{app: appAgent, seat: x.World.AgentNumbered(x.Lock.Tx, in.Get("agentId"))}
	differs := func(name, want string) bool { return in.Has(name) && in.Get(name) != want }
	if p.seat == nil || x.hashcode(x.Lock.Tx, p.seat.Agent, false) != in.Get("loginHashcode") || !x.active(p) ||
		differs("platformId", p.platform()) || differs("rcAccountId", fmt.Sprint(p.seat.Main.Account)) {
		return nil
	}
	return x.newGrant(c, r, p, 0, true)
}

// codeLogin is POST /api/auth/login/code and .../login/tenfold/accesstoken, whose only parameter has the name given.
func codeLogin(kind, parameter string) method {
	return func(x *ringcx, c *endpoint.Call, r *http.Request) endpoint.Response {
		in, err := cxParams(r)
		if err != nil || in.Get(parameter) == "" {
			return cxBadRequest(c, r)
		}
		if endpoint.Query(r).Has(parameter) {
			c.Note(verdict.TokenURL)
		}
		g := x.admitCode(c, r, kind, in.Get(parameter))
		return x.stamped(c, g, nil, cxUnauthorizedAs(c, r, c.Rules.LoginCodeStatus, "The "+parameter+" is not valid"))
	}
}

func (x *ringcx) admitCode(c *endpoint.Call, r *http.Request, kind, code string) *cxGrant {
	x.Lock.Lock()
	defer x.Lock.Unlock()
	known, ok := x.codes.Get(x.Lock.Tx, code)
	if !ok || known.Kind != kind || known.Used || !c.Now.Before(known.Expires) {
		return nil
	}
	known.Used = kind == codeOnce
	x.codes.Put(x.Lock.Tx, code, known)
	p := principal{app: appAdmin, user: x.World.Member(x.Lock.Tx, known.User)}
	if !x.active(p) {
		return nil
	}
	return x.newGrant(c, r, p, 0, true)
}

// digitalJWT is GET /api/auth/token/digitaljwt, also with /admin or /agent behind it: a token for the digital side of
// RingCX. RingCX itself does not accept it.
func (x *ringcx) digitalJWT(c *endpoint.Call, r *http.Request) endpoint.Response {
	claims, refusal := x.cxBearer(c, r)
	if claims == nil {
		return refusal
	}
	out := *claims
	out.Audience, out.XAuth = "digital", ""
	if !c.Rules.DigitalJWTAccepted {
		out.Issuer, out.ID = out.Issuer+"/digital", token.RandomText(12)
	}
	token, err := x.key().Sign(&out)
	if err != nil {
		return endpoint.Text(http.StatusInternalServerError, "sandbox: "+err.Error())
	}
	return endpoint.Text(http.StatusOK, token).With("Cache-Control", "no-store")
}
