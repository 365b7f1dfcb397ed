package ringcx

import (
	"net/http"
	"time"

	"github.com/ringcx-go/ringcx/sandbox/internal/contract"
	"github.com/ringcx-go/ringcx/sandbox/internal/endpoint"
	"github.com/ringcx-go/ringcx/sandbox/internal/instant"
	"github.com/ringcx-go/ringcx/sandbox/internal/model"
	"github.com/ringcx-go/ringcx/sandbox/internal/state"
)

// SignIn is one sign-in of somebody at RingCX, by an exchange or with a password, with the tokens that live on: the
// newest refresh token and the X-Auth-Token. There may be very many.
type SignIn struct {
	Number  uint64       `json:"-"` // its key
	App     string       `json:"app"`
	User    int64        `json:"user,omitempty"`    // who signed in; 0: an agent
	Agent   int32        `json:"agent,omitempty"`   // the same; 0: a user
	Turn    uint32       `json:"turn,omitempty"`    // of the newest refresh token; the first is 1, 0: none was handed out
	XTurn   uint16       `json:"xturn,omitempty"`   // which X-Auth-Token is the newest; the first is 1, 0: there is none
	Ended   bool         `json:"ended,omitempty"`   // logged out
	Cut     bool         `json:"cut,omitempty"`     // its access tokens do not work either
	From    uint64       `json:"from,omitempty"`    // session of RingCentral that it came from; 0: it came from none, or that was forgotten
	SSO     bool         `json:"sso,omitempty"`     // it came from one, also if that was forgotten
	Renewal instant.Time `json:"renewal,omitempty"` // end of the newest refresh token, or when it was logged out
	XEnds   instant.Time `json:"xends,omitempty"`   // end of the X-Auth-Token, if it is not used
	XLife   uint32       `json:"xlife,omitempty"`   // lifetime of the X-Auth-Token in seconds
}

// complete mends what a record was read as.
func (in *SignIn) complete(number uint64) {
	in.Number, in.App, in.SSO = number, appNamed(in.App).String(), in.SSO || in.From != 0
	if in.Agent != 0 {
		in.User = 0
	}
}

func (in *SignIn) over(now instant.Time) bool {
	return (in.Ended || now >= in.Renewal) && now >= in.XEnds
}

// SignIn is the one of a number, or nil. What is changed of it is to be kept.
func (x *Service) SignIn(number uint64) *SignIn {
	if in, ok := x.SignIns.Get(x.Lock.Tx, number); ok {
		return &in
	}
	return nil
}

func (x *Service) keep(in *SignIn) { x.SignIns.Put(x.Lock.Tx, in.Number, *in) }

// Who is whom the tokens of in speak for.
func (x *Service) Who(tx *state.Tx, in *SignIn) Principal {
	if in.Agent != 0 {
		return Principal{app: appNamed(in.App), Assignment: x.World.Agent(tx, in.Agent)}
	}
	return Principal{app: appNamed(in.App), User: x.World.Member(tx, in.User)}
}

// fromEnded reports whether the session that in came from has ended.
func (x *Service) fromEnded(tx *state.Tx, in *SignIn) bool {
	if ended, known := x.Platform.Ended(tx, in.From); known {
		return ended
	}
	_, ended := x.gone[in.From]
	return ended
}

// SessionDropped is told of a session of RingCentral that went because there were too many. If it had ended, so has
// what came from it; one that no sign-in came from means nothing.
func (x *Service) SessionDropped(tx *state.Tx, session uint64, ended bool) {
	if !ended {
		return
	}
	if len(x.gone) >= x.goneMost {
		named := map[uint64]struct{}{}
		for _, in := range x.SignIns.All(tx) {
			if _, gone := x.gone[in.From]; gone {
				named[in.From] = struct{}{}
			}
		}
		x.gone, x.goneMost = named, 2*len(named)+model.SessionsLeast
	}
	x.gone[session] = struct{}{}
}

// IsCut reports whether the access tokens of in are refused although they have not expired.
func (x *Service) IsCut(in *SignIn, r *contract.Rules) bool {
	return in.Cut || r.SessionEndTakesRingCX && x.fromEnded(x.Lock.Tx, in)
}

// Refreshable reports whether the refresh token of a turn gives a new pair.
func (x *Service) Refreshable(c *endpoint.Call, in *SignIn, turn uint32) bool {
	if turn != in.Turn && c.Rules.RingCXRefreshReuse != contract.ReuseAccept {
		return false
	}
	return in.Live(c.Now) && x.active(x.Who(x.Lock.Tx, in)) && !x.IsCut(in, c.Rules)
}

// whyNot notes why the refresh token of a turn is refused.
func (x *Service) whyNot(c *endpoint.Call, in *SignIn, turn uint32) {
	switch {
	case in.Ended:
		c.Why("it was logged out %s", c.Ago(in.Renewal.Time()))
	case turn != in.Turn:
		c.Why("the refresh token was spent, and another one is the newest")
	case instant.Of(c.Now) >= in.Renewal:
		c.Why("the refresh token ended %s", c.Ago(in.Renewal.Time()))
	case !x.active(x.Who(x.Lock.Tx, in)):
		c.Why("who signed in is switched off, or has lost RingCX")
	default:
		c.Why("the session that it came from has ended")
	}
}

// Live reports whether the refresh token of in has neither expired nor been logged out.
func (in *SignIn) Live(now time.Time) bool {
	return in.Turn > 0 && !in.Ended && instant.Of(now) < in.Renewal
}

// End logs in out, and with cut also what access tokens it has.
func (x *Service) End(in *SignIn, cut bool, now time.Time) {
	in.Ended, in.Renewal = true, instant.Of(now)
	if cut {
		x.revokeAccess(in)
		return
	}
	x.keep(in)
}

// revokeAccess ends everything of in but its X-Auth-Token: its access tokens work no more.
func (x *Service) revokeAccess(in *SignIn) {
	in.Cut = true
	x.keep(in)
	x.Endings.Add()
}

// begin makes a sign-in of p, without any token, that is to be kept. from is the session that it comes from; 0: none.
func (x *Service) begin(p Principal, from uint64) *SignIn {
	in := &SignIn{Number: x.SignIns.Last(x.Lock.Tx) + 1, App: p.app.String(), From: from, SSO: from != 0}
	if p.Assignment != nil {
		in.Agent = p.Assignment.Agent.ID
	} else {
		in.User = p.User.ID
	}
	return in
}

// renewRefreshToken gives in, which is to be kept, another refresh token; the one before is spent.
func (in *SignIn) renewRefreshToken(c *endpoint.Call) {
	in.Turn++
	in.Renewal = instant.Of(c.Now).After(c.Rules.RingCXRefreshTTL)
}

// RefreshToken is the newest of in, "" if there is none.
func (x *Service) RefreshToken(in *SignIn) string {
	if in.Turn == 0 {
		return ""
	}
	return x.maker.RingCX(in.Number, in.Turn)
}

// Find gives the sign-in that a refresh token belongs to, and which of its tokens it is; nil if there is none.
func (x *Service) Find(given string) (*SignIn, uint32) {
	t, ok := x.maker.ReadRingCX(given)
	if !ok {
		return nil, 0
	}
	return x.SignIn(t.Number), t.Turn
}

// Live counts the refresh tokens that can be used.
func (x *Service) Live(now time.Time, r *contract.Rules) int {
	n := 0
	for _, in := range x.SignIns.All(x.Lock.Tx) {
		if in.Live(now) && !x.IsCut(&in, r) {
			n++
		}
	}
	return n
}

// Spent counts the refresh tokens that gave another one, of the sign-ins that are remembered.
func (x *Service) Spent() int {
	n := 0
	for _, in := range x.SignIns.All(x.Lock.Tx) {
		n += max(int(in.Turn)-1, 0)
	}
	return n
}

// logoutRefusal answers a logout with a token that ends nothing.
func logoutRefusal(c *endpoint.Call, r *http.Request) endpoint.Response {
	if c.Rules.RingCXLogoutStatus < http.StatusBadRequest {
		return endpoint.Text(c.Rules.RingCXLogoutStatus, c.Rules.RingCXDoneText)
	}
	return unauthorizedAs(c, r, c.Rules.RingCXLogoutStatus, "The refresh token is not valid")
}
