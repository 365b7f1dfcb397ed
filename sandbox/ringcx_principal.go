package sandbox

import (
	"net/http"
	"slices"
	"strconv"

	"github.com/ringcx-go/ringcx/sandbox/internal/endpoint"
	"github.com/ringcx-go/ringcx/sandbox/internal/model"
)

// Values of the lapp claim: where somebody signed in (observed names).
const (
	appAdmin cxApp = iota + 1
	appAgent
	appAnalytics
)

var cxAppNames = []string{"", "ADMIN", "AGENT", "ANALYTICS"}

// cxApp is an application of RingCX that people sign in to.
type cxApp uint8

func (a cxApp) String() string { return cxAppNames[a] }

// cxAppNamed is the application of a name, 0 if there is none.
func cxAppNamed(name string) cxApp {
	return cxApp(max(slices.Index(cxAppNames, name), 0)) //nolint:gosec // a few
}

// principal is whom RingCX tokens speak for: a user or, after a login as an agent, an agent. Exactly one is set.
type principal struct {
	user *model.User
	seat *model.Assignment
	app  cxApp
}

// id is the subject of access tokens. Ids of agents and of users do not overlap.
func (p principal) id() int64 {
	if p.seat != nil {
		return int64(p.seat.Agent.ID)
	}
	return p.user.ID
}

// active reports whether p may sign in.
func (x *ringcx) active(p principal) bool {
	if p.seat != nil {
		u := x.World.User(x.Lock.Tx, p.seat.Agent.User)
		return !p.seat.Agent.Disabled && (u == nil || u.Enabled)
	}
	return p.user.Enabled && p.user.Linked && x.World.MainOf(x.Lock.Tx, p.user.Account) != nil
}

// name is whom tokens speak for, for people.
func (p principal) name() string {
	if p.seat != nil {
		return p.seat.Agent.First + " " + p.seat.Agent.Last + ", agent"
	}
	return p.user.First + " " + p.user.Last
}

func (p principal) platform() string {
	if p.user != nil && p.user.Login != nil {
		return p.user.Login.Platform
	}
	return model.PlatformID
}

// principalOf finds whom an accepted token speaks for; false if it is gone or was switched off. The lock is held.
func (x *ringcx) principalOf(claims *cxClaims) (principal, bool) {
	id, _ := strconv.ParseInt(claims.Subject, 10, 64)
	if claims.App == appAgent.String() {
		p := principal{app: appAgent, seat: x.World.AgentNumbered(x.Lock.Tx, claims.Subject)}
		return p, p.seat != nil && x.active(p)
	}
	u := x.caller(id)
	return principal{app: cxAppNamed(claims.App), user: u}, u != nil
}

// cxGrant is what a sign-in or a refresh hands out, before the access token is signed.
type cxGrant struct {
	in      *signIn
	ended   whatEnded // of in
	who     principal
	xauth   string // "": agents have none
	details *cxDetails
}

// newGrant begins a sign-in of p and gives it its tokens, except the access token. from is the session of RingCentral that
// it comes from; 0: it comes from none. The lock is held.
func (x *ringcx) newGrant(c *endpoint.Call, r *http.Request, p principal, from uint64, withRefresh bool) *cxGrant {
	in := x.begin(p, from)
	c.SignIn = in.number
	if withRefresh {
		in.renewRefreshToken(c)
	}
	return x.grantOf(c, r, in)
}

// grantOf keeps a sign-in, and hands out its newest tokens, except the access token. That is a use of its X-Auth-Token; one that
// has ended is replaced. The lock is held.
func (x *ringcx) grantOf(c *endpoint.Call, r *http.Request, in *signIn) *cxGrant {
	who := x.who(x.Lock.Tx, in)
	if who.user != nil && c.Rules.XAuthClaim && !in.useAuthToken(c.Now) {
		in.renewAuthToken(c.Rules.AuthTokenTTL, c.Now)
	}
	x.keep(in)
	g := &cxGrant{
		in: in, ended: x.endedOf(x.Lock.Tx, in), who: who, xauth: x.authToken(in), details: x.describe(c, who, r, in.SSO),
	}
	if token := x.refreshToken(in); token != "" {
		g.details.RefreshToken = &token
	}
	return g
}

// describe tells about p, who signed in over RingCentral or not, what comes with its tokens. The lock is held.
func (x *ringcx) describe(c *endpoint.Call, p principal, r *http.Request, bySSO bool) *cxDetails {
	host, port := hostPort(r)
	out := &cxDetails{TokenType: "Bearer", PlatformID: p.platform(), IQURL: host, Port: port}
	out.SSOLogin = bySSO && c.Rules.SSOLoginFollows
	seat, agentPath := p.seat, "/voice/agent/"
	if p.user != nil {
		main := x.World.MainOf(x.Lock.Tx, p.user.Account)
		out.describeUser(p.user, x.World.Account(x.Lock.Tx, p.user.Account).Name, main)
		if c.Rules.ManagedAccountsReturned {
			out.ManagedMainAccounts = []string{main.ID}
		}
		seat = x.World.AgentOf(x.Lock.Tx, p.user.ID)
	}
	if seat != nil {
		hash := x.hashcode(x.Lock.Tx, seat.Agent, c.Rules.HashcodeChanges)
		out.MainAccountID, out.AgentURL, out.LoginHashcode = seat.Main.ID, &agentPath, &hash
		out.AgentDetails = []cxAgentDetail{newCXAgentDetail(seat, x.World.User(x.Lock.Tx, seat.Agent.User))}
	}
	return out
}
