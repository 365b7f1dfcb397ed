package sandbox

import (
	"net/http"
	"time"

	"github.com/ringcx-go/ringcx/sandbox/internal/contract"
	"github.com/ringcx-go/ringcx/sandbox/internal/endpoint"
	"github.com/ringcx-go/ringcx/sandbox/internal/instant"
	"github.com/ringcx-go/ringcx/sandbox/internal/model"
	"github.com/ringcx-go/ringcx/sandbox/internal/state"
)

// signIn is one sign-in of somebody at RingCX, by an exchange or with a password, with the tokens that live on: the
// newest refresh token and the X-Auth-Token. There may be very many.
type signIn struct {
	number  uint64       // its key
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
func (in *signIn) complete(number uint64) {
	in.number, in.App, in.SSO = number, cxAppNamed(in.App).String(), in.SSO || in.From != 0
	if in.Agent != 0 {
		in.User = 0
	}
}

func (in *signIn) over(now instant.Time) bool {
	return (in.Ended || now >= in.Renewal) && now >= in.XEnds
}

// signIn is the one of a number, or nil. What is changed of it is to be kept.
func (x *ringcx) signIn(number uint64) *signIn {
	if in, ok := x.signIns.Get(x.Lock.Tx, number); ok {
		return &in
	}
	return nil
}

func (x *ringcx) keep(in *signIn) { x.signIns.Put(x.Lock.Tx, in.number, *in) }

// who is whom the tokens of in speak for.
func (x *ringcx) who(tx *state.Tx, in *signIn) principal {
	if in.Agent != 0 {
		return principal{app: cxAppNamed(in.App), seat: x.World.Agent(tx, in.Agent)}
	}
	return principal{app: cxAppNamed(in.App), user: x.World.Member(tx, in.User)}
}

// fromEnded reports whether the session that in came from has ended.
func (x *ringcx) fromEnded(tx *state.Tx, in *signIn) bool {
	if ended, known := x.Platform.ended(tx, in.From); known {
		return ended
	}
	_, ended := x.gone[in.From]
	return ended
}

// sessionDropped is told of a session of RingCentral that went because there were too many. If it had ended, so has what came from it.
func (x *ringcx) sessionDropped(tx *state.Tx, session uint64, ended bool) {
	if ended {
		x.remember(tx, session)
	}
}

// remember notes a session that had ended. Those that no sign-in came from mean nothing.
func (x *ringcx) remember(tx *state.Tx, session uint64) {
	if len(x.gone) >= x.goneMost {
		named := map[uint64]struct{}{}
		for _, in := range x.signIns.All(tx) {
			if _, gone := x.gone[in.From]; gone {
				named[in.From] = struct{}{}
			}
		}
		x.gone, x.goneMost = named, 2*len(named)+model.SessionsLeast
	}
	x.gone[session] = struct{}{}
}

// isCut reports whether the access tokens of in are refused although they have not expired.
func (x *ringcx) isCut(in *signIn, r *contract.Rules) bool {
	return in.Cut || r.SessionEndTakesRingCX && x.fromEnded(x.Lock.Tx, in)
}

// gives reports whether the refresh token of a turn gives a new pair.
func (x *ringcx) gives(c *endpoint.Call, in *signIn, turn uint32) bool {
	if turn != in.Turn && c.Rules.RingCXRefreshReuse != contract.ReuseAccept {
		return false
	}
	return in.live(c.Now) && x.active(x.who(x.Lock.Tx, in)) && !x.isCut(in, c.Rules)
}

// whyNot notes why the refresh token of a turn is refused.
func (x *ringcx) whyNot(c *endpoint.Call, in *signIn, turn uint32) {
	switch {
	case in == nil:
		c.Why("the sandbox never gave this refresh token out: it is of another one, or of the time before a reset")
	case in.Ended:
		c.Why("it was logged out %s", c.Ago(in.Renewal.Time()))
	case turn != in.Turn:
		c.Why("the refresh token was spent, and another one is the newest")
	case instant.Of(c.Now) >= in.Renewal:
		c.Why("the refresh token ended %s", c.Ago(in.Renewal.Time()))
	case !x.active(x.who(x.Lock.Tx, in)):
		c.Why("who signed in is switched off, or has lost RingCX")
	default:
		c.Why("the session that it came from has ended")
	}
}

// live reports whether the refresh token of in has neither expired nor been logged out.
func (in *signIn) live(now time.Time) bool {
	return in.Turn > 0 && !in.Ended && instant.Of(now) < in.Renewal
}

// end logs in out, and with cut also what access tokens it has.
func (x *ringcx) end(in *signIn, cut bool, now time.Time) {
	in.Ended, in.Renewal = true, instant.Of(now)
	if cut {
		x.cut(in)
		return
	}
	x.keep(in)
}

// cutShort ends everything of in but its X-Auth-Token.
func (x *ringcx) cut(in *signIn) {
	in.Cut = true
	x.keep(in)
	x.Endings.Add()
}

// begin makes a sign-in of p, without any token, that is to be kept. from is the session that it comes from; 0: none.
func (x *ringcx) begin(p principal, from uint64) *signIn {
	in := &signIn{number: x.signIns.Last(x.Lock.Tx) + 1, App: p.app.String(), From: from, SSO: from != 0}
	if p.seat != nil {
		in.Agent = p.seat.Agent.ID
	} else {
		in.User = p.user.ID
	}
	return in
}

// renewRefreshToken gives in, which is to be kept, another refresh token; the one before is spent.
func (in *signIn) renewRefreshToken(c *endpoint.Call) {
	in.Turn++
	in.Renewal = instant.Of(c.Now).After(c.Rules.RingCXRefreshTTL)
}

// refreshToken is the newest of in, "" if there is none.
func (x *ringcx) refreshToken(in *signIn) string {
	if in.Turn == 0 {
		return ""
	}
	return x.maker.RingCX(in.number, in.Turn)
}

// find gives the sign-in that a refresh token belongs to, and which of its tokens it is; nil if there is none.
func (x *ringcx) find(given string) (*signIn, uint32) {
	t, ok := x.maker.ReadRingCX(given)
	if !ok {
		return nil, 0
	}
	return x.signIn(t.Number), t.Turn
}

// live counts the refresh tokens that can be used.
func (x *ringcx) live(now time.Time, r *contract.Rules) int {
	n := 0
	for _, in := range x.signIns.All(x.Lock.Tx) {
		if in.live(now) && !x.isCut(&in, r) {
			n++
		}
	}
	return n
}

// spent counts the refresh tokens that gave another one, of the sign-ins that are remembered.
func (x *ringcx) spent() int {
	n := 0
	for _, in := range x.signIns.All(x.Lock.Tx) {
		n += max(int(in.Turn)-1, 0)
	}
	return n
}

// Why an X-Auth-Token is refused.
const (
	xauthUnknown = "The X-Auth-Token is not valid"
	xauthEnded   = "The X-Auth-Token has expired"
)

// renewAuthToken gives in, which is to be kept, another X-Auth-Token. Each use extends it by its lifetime.
func (in *signIn) renewAuthToken(lifetime time.Duration, now time.Time) {
	in.XTurn++
	in.XLife = uint32(lifetime / time.Second) //nolint:gosec // at most years
	in.XEnds = instant.Of(now).After(lifetime)
}

// useAuthToken extends the X-Auth-Token of in, which is to be kept, unless it has ended.
func (in *signIn) useAuthToken(now time.Time) (used bool) {
	if in.XTurn == 0 || instant.Of(now) >= in.XEnds {
		return false
	}
	in.XEnds = instant.Of(now).After(time.Duration(in.XLife) * time.Second)
	return true
}

// authToken is the X-Auth-Token of in, "" if it has none.
func (x *ringcx) authToken(in *signIn) string {
	if in.XTurn == 0 {
		return ""
	}
	return x.maker.UUID(in.number, uint32(in.XTurn))
}

// holder finds whose X-Auth-Token it is, of a sign-in or permanent, or says what is wrong with it. A use extends it.
func (x *ringcx) holder(given string, now time.Time, use bool) (*model.User, string) {
	if u := x.World.Member(x.Lock.Tx, x.owner(x.Lock.Tx, given)); u != nil {
		return u, ""
	}
	return x.signInHolder(given, now, use)
}

// signInHolder is that of the X-Auth-Token of a sign-in.
func (x *ringcx) signInHolder(given string, now time.Time, use bool) (*model.User, string) {
	t, ok := x.maker.ReadUUID(given)
	in := x.signIn(t.Number)
	switch {
	case !ok, in == nil:
		return nil, xauthUnknown
	case t.Turn != uint32(in.XTurn), instant.Of(now) >= in.XEnds:
		return nil, xauthEnded
	case use && in.useAuthToken(now):
		x.keep(in)
	}
	return x.who(x.Lock.Tx, in).user, ""
}

// cxLogoutRefusal answers a logout with a token that ends nothing.
func cxLogoutRefusal(c *endpoint.Call, r *http.Request) endpoint.Response {
	if c.Rules.RingCXLogoutStatus < http.StatusBadRequest {
		return endpoint.Text(c.Rules.RingCXLogoutStatus, c.Rules.RingCXDoneText)
	}
	return cxUnauthorizedAs(c, r, c.Rules.RingCXLogoutStatus, "The refresh token is not valid")
}
