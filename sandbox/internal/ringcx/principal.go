package ringcx

import (
	"net/http"
	"slices"
	"strconv"
	"time"

	"github.com/ringcx-go/ringcx/sandbox/internal/endpoint"
	"github.com/ringcx-go/ringcx/sandbox/internal/model"
)

// Values of the lapp claim: where somebody signed in (observed names).
const (
	appAdmin app = iota + 1
	AppAgent
	appAnalytics
)

var appNames = []string{"", "ADMIN", "AGENT", "ANALYTICS"}

// app is an application of RingCX that people sign in to.
type app uint8

func (a app) String() string { return appNames[a] }

// appNamed is the application of a name, 0 if there is none.
func appNamed(name string) app {
	return app(max(slices.Index(appNames, name), 0)) //nolint:gosec // a few
}

// Principal is whom RingCX tokens speak for: a user or, after a login as an agent, an agent. Exactly one is set.
type Principal struct {
	User       *model.User
	Assignment *model.Assignment
	app        app
}

// id is the subject of access tokens. Ids of agents and of users do not overlap.
func (p Principal) id() int64 {
	if p.Assignment != nil {
		return int64(p.Assignment.Agent.ID)
	}
	return p.User.ID
}

// active reports whether p may sign in.
func (x *Service) active(p Principal) bool {
	if p.Assignment != nil {
		u := x.World.User(x.Lock.Tx, p.Assignment.Agent.User)
		return !p.Assignment.Agent.Disabled && (u == nil || u.Enabled)
	}
	return p.User.Enabled && p.User.Linked && x.World.HasRingCX(x.Lock.Tx, p.User.Account)
}

// Name is whom tokens speak for, for people.
func (p Principal) Name() string {
	if p.Assignment != nil {
		return p.Assignment.Agent.First + " " + p.Assignment.Agent.Last + ", agent"
	}
	return p.User.First + " " + p.User.Last
}

func (p Principal) platform() string {
	if p.User != nil && p.User.Login != nil {
		return p.User.Login.Platform
	}
	return model.PlatformID
}

// principalOf finds whom an accepted token speaks for; false if it is gone or was switched off.
func (x *Service) principalOf(claims *Claims) (Principal, bool) {
	id, _ := strconv.ParseInt(claims.Subject, 10, 64)
	if claims.App == AppAgent.String() {
		p := Principal{app: AppAgent, Assignment: x.World.AgentNumbered(x.Lock.Tx, claims.Subject)}
		return p, p.Assignment != nil && x.active(p)
	}
	u, _ := x.caller(id)
	return Principal{app: appNamed(claims.App), User: u}, u != nil
}

// grant is what a sign-in or a refresh hands out, before the access token is signed.
type grant struct {
	in        *SignIn
	ended     whatEnded // of in
	who       Principal
	xauth     string // "": agents have none
	details   *details
	cookieTTL time.Duration // how long the cookie lasts that the access token comes in, too; 0: it comes in none
}

// newGrant begins a sign-in of p and gives it its tokens, except the access token. from is the session of RingCentral that
// it comes from; 0: it comes from none.
func (x *Service) newGrant(c *endpoint.Call, r *http.Request, p Principal, from uint64, withRefresh bool) *grant {
	in := x.begin(p, from)
	c.SignIn = in.Number
	if withRefresh {
		in.renewRefreshToken(c)
	}
	if p.Assignment != nil { // which may be another one of several with its id
		p = x.Who(x.Lock.Tx, in)
	}
	return x.grantOf(c, r, in, p)
}

// grantOf keeps a sign-in of who, and hands out its newest tokens, except the access token. That is a use of its X-Auth-Token; one that
// has ended is replaced.
func (x *Service) grantOf(c *endpoint.Call, r *http.Request, in *SignIn, who Principal) *grant {
	if who.User != nil && c.Rules.XAuthClaim && !in.useAuthToken(c.Now) {
		in.renewAuthToken(c.Rules.AuthTokenTTL, c.Now)
	}
	x.keep(in)
	g := &grant{
		in: in, ended: x.endedOf(x.Lock.Tx, in), who: who, xauth: x.authToken(in), details: x.describe(c, who, r, in.SSO),
	}
	if token := x.RefreshToken(in); token != "" {
		g.details.RefreshToken = &token
	}
	return g
}

// describe tells about p, who signed in over RingCentral or not, what comes with its tokens.
func (x *Service) describe(c *endpoint.Call, p Principal, r *http.Request, bySSO bool) *details {
	host, port := hostPort(r)
	out := &details{TokenType: "Bearer", PlatformID: p.platform(), IQURL: host, Port: port}
	out.SSOLogin = bySSO && c.Rules.SSOLoginFollows
	assignment, person := p.Assignment, p.User
	if p.User != nil {
		account, _ := x.World.Accounts.Get(x.Lock.Tx, p.User.Account)
		main := x.World.MainOf(x.Lock.Tx, p.User.Account)
		out.describeUser(p.User, account.Name, main)
		if c.Rules.ManagedAccountsReturned {
			out.ManagedMainAccounts = []string{main.ID}
		}
		assignment = x.World.AgentOf(x.Lock.Tx, p.User.ID)
	} else {
		person = x.World.User(x.Lock.Tx, assignment.Agent.User)
	}
	if assignment != nil {
		hash := x.hashcode(x.Lock.Tx, assignment.Agent, c.Rules.HashcodeChanges)
		out.MainAccountID, out.AgentURL, out.LoginHashcode = assignment.Main.ID, &agentPath, &hash
		out.AgentDetails = []agentDetail{newAgentDetail(assignment, person)}
	}
	return out
}
