package sandbox

import (
	"net/http"
	"strconv"
	"time"
)

// Values of the lapp claim: where somebody signed in (observed names).
const (
	appAdmin     = "ADMIN"
	appAgent     = "AGENT"
	appAnalytics = "ANALYTICS"
)

// principal is whom RingCX tokens speak for: a user or, after a login as an agent, an agent. Exactly one is set.
type principal struct {
	app  string
	user *user
	seat *seat
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
	if claims.App == appAgent {
		p := principal{app: appAgent, seat: s.world.agentNumbered(claims.Subject)}
		return p, p.seat != nil && p.active()
	}
	u := s.caller(id)
	return principal{app: claims.App, user: u}, u != nil
}

// cxGrant is what a sign-in or a refresh hands out, before the access token is signed.
type cxGrant struct {
	who     principal
	xauth   string // "": agents have none
	details *cxDetails
}

// newGrant begins a sign-in of p and gives it its tokens, except the access token. s.mu is held.
func (s *Server) newGrant(p principal, r *http.Request, now time.Time, withRefresh bool) *cxGrant {
	in := s.cx.signIn(p)
	if withRefresh {
		s.cx.renewRefreshToken(in, now)
	}
	return s.grantOf(in, r, now)
}

// grantOf hands out the newest tokens of a sign-in, except the access token. That is a use of its X-Auth-Token; one that
// has ended is replaced. s.mu is held.
func (s *Server) grantOf(in *signIn, r *http.Request, now time.Time) *cxGrant {
	if in.who.user != nil {
		if _, problem := s.cx.holder(s.cx.authToken(in), now, true); problem != "" {
			s.cx.renewAuthToken(in, authTokenTTL, now)
		}
	}
	g := &cxGrant{who: in.who, xauth: s.cx.authToken(in), details: s.describe(in.who, r)}
	if token := s.cx.refreshToken(in); token != "" {
		g.details.RefreshToken = &token
	}
	return g
}

// describe tells about p what comes with its tokens. s.mu is held.
func (s *Server) describe(p principal, r *http.Request) *cxDetails {
	host, port := hostPort(r)
	out := &cxDetails{TokenType: "Bearer", PlatformID: p.platform(), IQURL: host, Port: port}
	seat, agentPath := p.seat, "/voice/agent/"
	if p.user != nil {
		out.describeUser(p.user)
		seat = p.user.seat
	}
	if seat != nil {
		hash := s.cx.hashcode(seat.agent)
		out.MainAccountID, out.AgentURL, out.LoginHashcode = seat.center.id, &agentPath, &hash
		out.AgentDetails = []cxAgentDetail{newCXAgentDetail(seat)}
	}
	return out
}

// hashcode is what signs a in again without a password; it stays the same until a reset (assumed).
func (x *ringcx) hashcode(a *agent) string {
	if x.hashcodes[a] == "" {
		x.hashcodes[a] = randomText(24)
		x.changes.touch(keptHashcode{a, x})
	}
	return x.hashcodes[a]
}
