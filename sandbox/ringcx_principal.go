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
		u := x.world.User(x.mu.Tx, p.seat.Agent.User)
		return !p.seat.Agent.Disabled && (u == nil || u.Enabled)
	}
	return p.user.Enabled && p.user.Linked && x.world.MainOf(x.mu.Tx, p.user.Account) != nil
}

func (p principal) platform() string {
	if p.user != nil && p.user.Login != nil {
		return p.user.Login.Platform
	}
	return model.PlatformID
}

// principalOf finds whom an accepted token speaks for; false if it is gone or was switched off. s.mu is held.
func (s *Server) principalOf(claims *cxClaims) (principal, bool) {
	id, _ := strconv.ParseInt(claims.Subject, 10, 64)
	if claims.App == appAgent.String() {
		p := principal{app: appAgent, seat: s.world.AgentNumbered(s.mu.Tx, claims.Subject)}
		return p, p.seat != nil && s.cx.active(p)
	}
	u := s.caller(id)
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
// it comes from; 0: it comes from none. s.mu is held.
func (s *Server) newGrant(c *endpoint.Call, r *http.Request, p principal, from uint64, withRefresh bool) *cxGrant {
	in := s.cx.begin(p, from)
	c.SignIn = in.number
	if withRefresh {
		in.renewRefreshToken(c)
	}
	return s.grantOf(c, r, in)
}

// grantOf keeps a sign-in, and hands out its newest tokens, except the access token. That is a use of its X-Auth-Token; one that
// has ended is replaced. s.mu is held.
func (s *Server) grantOf(c *endpoint.Call, r *http.Request, in *signIn) *cxGrant {
	who := s.cx.who(s.mu.Tx, in)
	if who.user != nil && c.Rules.XAuthClaim && !in.useAuthToken(c.Now) {
		in.renewAuthToken(c.Rules.AuthTokenTTL, c.Now)
	}
	s.cx.keep(in)
	g := &cxGrant{
		in: in, ended: s.cx.endedOf(s.mu.Tx, in), who: who, xauth: s.cx.authToken(in), details: s.describe(c, who, r, in.SSO),
	}
	if token := s.cx.refreshToken(in); token != "" {
		g.details.RefreshToken = &token
	}
	return g
}

// describe tells about p, who signed in over RingCentral or not, what comes with its tokens. s.mu is held.
func (s *Server) describe(c *endpoint.Call, p principal, r *http.Request, bySSO bool) *cxDetails {
	host, port := hostPort(r)
	out := &cxDetails{TokenType: "Bearer", PlatformID: p.platform(), IQURL: host, Port: port}
	out.SSOLogin = bySSO && c.Rules.SSOLoginFollows
	seat, agentPath := p.seat, "/voice/agent/"
	if p.user != nil {
		main := s.world.MainOf(s.mu.Tx, p.user.Account)
		out.describeUser(p.user, s.world.Account(s.mu.Tx, p.user.Account).Name, main)
		if c.Rules.ManagedAccountsReturned {
			out.ManagedMainAccounts = []string{main.ID}
		}
		seat = s.world.AgentOf(s.mu.Tx, p.user.ID)
	}
	if seat != nil {
		hash := s.cxTables.hashcode(s.mu.Tx, seat.Agent, c.Rules.HashcodeChanges)
		out.MainAccountID, out.AgentURL, out.LoginHashcode = seat.Main.ID, &agentPath, &hash
		out.AgentDetails = []cxAgentDetail{newCXAgentDetail(seat, s.world.User(s.mu.Tx, seat.Agent.User))}
	}
	return out
}
