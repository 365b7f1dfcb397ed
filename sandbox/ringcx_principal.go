package sandbox

import (
	"net/http"
	"slices"
	"strconv"
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
	user *user
	seat *seat
	app  cxApp
}

// id is the subject of access tokens. Ids of agents and of users do not overlap.
func (p principal) id() int64 {
	if p.seat != nil {
		return int64(p.seat.agent.id)
	}
	return p.user.id
}

// active reports whether p may sign in.
func (p principal) active() bool {
	if p.seat != nil {
		return !p.seat.agent.disabled && (p.seat.agent.user == nil || p.seat.agent.user.enabled)
	}
	return p.user.enabled && p.user.linked && p.user.account.center != nil
}

func (p principal) platform() string {
	if p.user != nil && p.user.login != nil {
		return p.user.login.Platform
	}
	return cxPlatformID
}

// principalOf finds whom an accepted token speaks for; false if it is gone or was switched off. s.mu is held.
func (s *Server) principalOf(claims *cxClaims) (principal, bool) {
	id, _ := strconv.ParseInt(claims.Subject, 10, 64)
	if claims.App == appAgent.String() {
		p := principal{app: appAgent, seat: s.world.agentNumbered(claims.Subject)}
		return p, p.seat != nil && p.active()
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
func (s *Server) newGrant(c *call, r *http.Request, p principal, from uint64, withRefresh bool) *cxGrant {
	in := s.cx.begin(p, from)
	c.signIn = in.number
	if withRefresh {
		in.renewRefreshToken(c)
	}
	return s.grantOf(c, r, in)
}

// grantOf keeps a sign-in, and hands out its newest tokens, except the access token. That is a use of its X-Auth-Token; one that
// has ended is replaced. s.mu is held.
func (s *Server) grantOf(c *call, r *http.Request, in *signIn) *cxGrant {
	who := s.cx.who(in)
	if who.user != nil && c.rules.XAuthClaim && !in.useAuthToken(c.now) {
		in.renewAuthToken(c.rules.AuthTokenTTL, c.now)
	}
	s.cx.keep(in)
	g := &cxGrant{
		in: in, ended: s.cx.endedOf(s.mu.tx, in), who: who, xauth: s.cx.authToken(in), details: s.describe(c, who, r, in.SSO),
	}
	if token := s.cx.refreshToken(in); token != "" {
		g.details.RefreshToken = &token
	}
	return g
}

// describe tells about p, who signed in over RingCentral or not, what comes with its tokens. s.mu is held.
func (s *Server) describe(c *call, p principal, r *http.Request, bySSO bool) *cxDetails {
	host, port := hostPort(r)
	out := &cxDetails{TokenType: "Bearer", PlatformID: p.platform(), IQURL: host, Port: port}
	out.SSOLogin = bySSO && c.rules.SSOLoginFollows
	seat, agentPath := p.seat, "/voice/agent/"
	if p.user != nil {
		out.describeUser(p.user)
		if c.rules.ManagedAccountsReturned {
			out.ManagedMainAccounts = []string{p.user.account.center.id}
		}
		seat = p.user.seat
	}
	if seat != nil {
		hash := s.cxTables.hashcode(s.mu.tx, seat.agent, c.rules.HashcodeChanges)
		out.MainAccountID, out.AgentURL, out.LoginHashcode = seat.center.id, &agentPath, &hash
		out.AgentDetails = []cxAgentDetail{newCXAgentDetail(seat)}
	}
	return out
}
