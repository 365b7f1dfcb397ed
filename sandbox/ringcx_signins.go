package sandbox

import (
	"net/http"
	"sync/atomic"
	"time"

	"github.com/ringcx-go/ringcx/sandbox/internal/contract"
	"github.com/ringcx-go/ringcx/sandbox/internal/token"
)

// ringcx is what RingCX remembers about sign-ins. Server.mu guards it.
type ringcx struct {
	changes *changes
	maker   token.Maker
	signIns table[signIn]
}

func newRingCX(now func() time.Time, news *changes, pages *atomic.Int64) *ringcx {
	x := &ringcx{
		changes: news,
		maker:   token.NewMaker(),
	}
	x.signIns.together = pages
	x.signIns.over = func(s *signIn) bool { return s.over(momentOf(now())) }
	x.signIns.drop = func(s *signIn) { news.touch(gone(s.recordKey())) }
	return x
}

// signIn is one sign-in of somebody at RingCX, by an exchange or with a password, with the tokens that live on: the
// newest refresh token and the X-Auth-Token. There may be very many.
type signIn struct {
	number  uint64
	who     principal
	from    *session    // of RingCentral, that it came from; nil: it came from none
	renewal moment      // end of the newest refresh token, or when it was logged out
	xends   moment      // end of the X-Auth-Token, if it is not used
	turn    uint32      // of the newest refresh token; the first is 1, 0: none was handed out
	xlife   uint32      // lifetime of the X-Auth-Token in seconds
	xturn   uint16      // which X-Auth-Token is the newest; the first is 1, 0: there is none
	ended   bool        // logged out
	sso     bool        // it came from a session of RingCentral, which may be forgotten
	cut     atomic.Bool // its access tokens do not work either; read without Server.mu, too
}

func (s *signIn) over(now moment) bool {
	return (s.ended || now >= s.renewal) && now >= s.xends
}

// cutOff reports whether the access tokens of s are refused although they have not expired.
func (s *signIn) cutOff(r *contract.Rules) bool {
	return s.cut.Load() || r.SessionEndTakesRingCX && s.from != nil && s.from.state.Load() != sessionOpen
}

// gives reports whether the refresh token of a turn gives a new pair.
func (s *signIn) gives(c *call, turn uint32) bool {
	if turn != s.turn && c.rules.RingCXRefreshReuse != contract.ReuseAccept {
		return false
	}
	return s.live(c.now) && s.who.active() && !s.cutOff(c.rules)
}

// whyNot notes why the refresh token of a turn is refused.
func (s *signIn) whyNot(c *call, turn uint32) {
	switch {
	case s == nil:
		c.why("the sandbox never gave this refresh token out: it is of another one, or of the time before a reset")
	case s.ended:
		c.why("it was logged out %s", c.ago(s.renewal.time()))
	case turn != s.turn:
		c.why("the refresh token was spent, and another one is the newest")
	case momentOf(c.now) >= s.renewal:
		c.why("the refresh token ended %s", c.ago(s.renewal.time()))
	case !s.who.active():
		c.why("who signed in is switched off, or has lost RingCX")
	default:
		c.why("the session that it came from has ended")
	}
}

// live reports whether the refresh token of s has neither expired nor been logged out.
func (s *signIn) live(now time.Time) bool {
	return s.turn > 0 && !s.ended && momentOf(now) < s.renewal
}

// end logs s out, and with cut also what access tokens it has.
func (x *ringcx) end(s *signIn, cut bool, now time.Time) {
	s.ended, s.renewal = true, momentOf(now)
	x.changes.touch(s)
	if cut {
		x.cut(s)
	}
}

// cut ends everything of s but its X-Auth-Token.
func (x *ringcx) cut(s *signIn) {
	s.cut.Store(true)
	x.changes.touch(s)
}

// signIn begins one of p, without any token.
func (x *ringcx) signIn(p principal, from *session) *signIn {
	number, s := x.signIns.add()
	*s = signIn{number: number, who: p, from: from, sso: from != nil}
	return s
}

// renewRefreshToken gives s another refresh token; the one before is spent.
func (x *ringcx) renewRefreshToken(c *call, s *signIn) {
	s.turn++
	s.renewal = momentOf(c.now).after(c.rules.RingCXRefreshTTL)
	x.changes.touch(s)
}

// refreshToken is the newest of s, "" if there is none.
func (x *ringcx) refreshToken(s *signIn) string {
	if s.turn == 0 {
		return ""
	}
	return x.maker.RingCX(s.number, s.turn)
}

// find gives the sign-in that a refresh token belongs to, and which of its tokens it is; nil if there is none.
func (x *ringcx) find(given string) (*signIn, uint32) {
	t, ok := x.maker.ReadRingCX(given)
	if !ok {
		return nil, 0
	}
	return x.signIns.get(t.Number), t.Turn
}

// live counts the refresh tokens that can be used.
func (x *ringcx) live(now time.Time, r *contract.Rules) int {
	n := 0
	for in := range x.signIns.all() {
		if in.live(now) && !in.cutOff(r) {
			n++
		}
	}
	return n
}

// spent counts the refresh tokens that gave another one, of the sign-ins that are remembered.
func (x *ringcx) spent() int {
	n := 0
	for in := range x.signIns.all() {
		n += max(int(in.turn)-1, 0)
	}
	return n
}

// Why an X-Auth-Token is refused.
const (
	xauthUnknown = "The X-Auth-Token is not valid"
	xauthEnded   = "The X-Auth-Token has expired"
)

// renewAuthToken gives s another X-Auth-Token. Each use extends it by its lifetime.
func (x *ringcx) renewAuthToken(s *signIn, lifetime time.Duration, now time.Time) {
	s.xturn++
	s.xlife, s.xends = uint32(lifetime/time.Second), momentOf(now).after(lifetime) //nolint:gosec // at most years
	x.changes.touch(s)
}

// authToken is the X-Auth-Token of s, "" if it has none.
func (x *ringcx) authToken(s *signIn) string {
	if s.xturn == 0 {
		return ""
	}
	return x.maker.UUID(s.number, uint32(s.xturn))
}

// holder finds whose X-Auth-Token it is, of a sign-in or permanent, or says what is wrong with it. A use extends it.
func (s *Server) holder(given string, now time.Time, use bool) (*user, string) {
	if u := s.world.cxUser(s.cxTables.owner(s.mu.tx, given)); u != nil {
		return u, ""
	}
	return s.cx.holder(given, now, use)
}

// holder is that of the X-Auth-Token of a sign-in.
func (x *ringcx) holder(given string, now time.Time, use bool) (*user, string) {
	t, ok := x.maker.ReadUUID(given)
	s := x.signIns.get(t.Number)
	switch {
	case !ok, s == nil:
		return nil, xauthUnknown
	case t.Turn != uint32(s.xturn), momentOf(now) >= s.xends:
		return nil, xauthEnded
	case use:
		s.xends = momentOf(now).after(time.Duration(s.xlife) * time.Second)
		x.changes.touch(s)
	}
	return s.who.user, ""
}

// cxLogoutRefusal answers a logout with a token that ends nothing.
func cxLogoutRefusal(c *call, r *http.Request) answer {
	if c.rules.RingCXLogoutStatus < http.StatusBadRequest {
		return textAnswer(c.rules.RingCXLogoutStatus, c.rules.RingCXDoneText)
	}
	return cxUnauthorizedAs(c, r, c.rules.RingCXLogoutStatus, "The refresh token is not valid")
}
