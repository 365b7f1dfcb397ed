package ringcx

import "time"

// refreshGrace is how long the vendor lets an unanswered refresh of a RingCentral token be repeated: 60 minutes as
// long as the new access token is not used, and it cannot be used if its answer was lost. Five minutes are kept back.
const refreshGrace = 55 * time.Minute

// step is what plan answers: an action and, for a wait, until when.
type step struct {
	action action
	until  time.Time
}

// want is what a caller asks for.
type want struct {
	minTTL  time.Duration // the token must live at least so long
	refused string        // fingerprint of a token the API refused
	ahead   bool          // renew as soon as it is due, not only when the token ends

	ringCentral bool // it is the RingCentral token that is asked for; false: the RingCX token
}

// need is what a renewal needs: what was asked for, and what there is to bring it.
type need struct {
	want
	since       time.Time     // tokens obtained before do not count (a fresh login); zero: all count
	begun       *record       // how far a fresh login has come; nil: it is not one
	started     time.Time     // a token obtained since is as good as it gets; zero: none is
	login       bool          // the grant can log in without a person
	direct      bool          // its logins bring RingCX tokens: there is nothing to exchange
	credentials string        // fingerprint of what would be sent
	held        time.Time     // no login before, as the record is that of other credentials; zero: it is not
	wall        time.Duration // how far the clock on the wall is ahead of the one that records are kept by
}

// allowDue is the same need of a caller who takes a token that is due, too.
func (n need) allowDue() need {
	n.ahead = false
	return n
}

// withoutMinimum is the same need of a caller who takes whatever still works.
func (n need) withoutMinimum() need {
	n.minTTL, n.ahead = 0, false
	return n
}

// plan decides what to do next with a lineage, whose app has the ledgers l. It is pure: all policy about renewing is here. The cheapest step that
// can bring a token is taken: refresh (not limited), exchange, refresh of the RingCentral token, login. Nothing is sent
// to a host before its ledger allows it, and a login is not spent on an exchange that is not allowed yet.
func plan(r *record, l *ledgers, now time.Time, n need) step {
	if serves(r, now, n) {
		return step{action: actUse}
	}
	if f := r.Failure; f != nil && f.Final && now.Before(f.Until) && f.Credentials == n.credentials && n.since.IsZero() && !(n.ringCentral && f.atRingCX()) {
		return step{action: actGiveUp, until: f.Until}
	}
	if now.Before(n.held) {
		return step{action: actWait, until: n.held}
	}
	if n.ringCentral {
		a, at := r.nextLogin(n, r.RingCentral.token(), l.RingCentral.next(now, true), now)
		return when(a, at, now)
	}
	if r.canRefresh(n) { // whatever else is possible ends in an exchange, which may not be sent earlier either
		return when(actRefresh, l.RingCX.next(now, false), now)
	}
	long, longAt := r.nextWithoutRefresh(l, now, n)
	if long == actAskPerson {
		if r.mayStillRefresh(n) {
			return when(actRefresh, l.RingCX.next(now, false), now)
		}
		return step{action: actAskPerson}
	}
	return when(long, longAt, now)
}

func when(a action, at, now time.Time) step {
	if at.After(now) {
		return step{action: actWait, until: at}
	}
	return step{action: a}
}

// asked is the token that n is about, which may have ended; empty if there is none.
func (r *record) asked(n need) *Token {
	if n.ringCentral {
		return r.RingCentral.token()
	}
	return r.usable(n.wall)
}

// serves tells whether the stored token is what the caller needs.
func serves(r *record, now time.Time, n need) bool {
	t, obtained := r.asked(n), r.RingCX.token().Obtained
	if n.ringCentral {
		obtained = t.Obtained
	}
	if t.AccessToken == "" || t.Obtained.Before(n.since) || n.refused == t.fingerprint() {
		return false
	}
	if !now.Before(t.endAt()) || obtained.After(now.Add(time.Minute)) { // the clock was set back: it may have ended
		return false
	}
	if !n.started.IsZero() && !t.Obtained.Before(n.started) {
		return true
	}
	if n.ahead && !now.Before(t.RenewAt()) {
		return false
	}
	return t.Expiry.Sub(now) >= n.minTTL
}

// nextWithoutRefresh is the next step towards an exchange, and when it may be taken.
func (r *record) nextWithoutRefresh(l *ledgers, now time.Time, n need) (action, time.Time) {
	exchange := l.RingCX.next(now, true)
	if n.direct {
		return actDirectLogin, exchange // undocumented, so it is taken to be limited like an exchange
	}
	login := l.RingCentral.next(now, true)
	login = later(login, exchange)
	t := r.RingCentral.token()
	if t.Obtained.Before(n.since) {
		t = new(Token)
	}
	if t.AccessToken != "" && now.Before(t.endAt()) && r.Refused != t.fingerprint() {
		return actExchange, exchange
	}
	return r.nextLogin(n, t, login, now)
}

// nextLogin is the next step towards a RingCentral token in place of t, which is empty if there is none. Both may be taken at
// login.
func (r *record) nextLogin(n need, t *Token, login, now time.Time) (action, time.Time) {
	switch {
	case t.AccessToken != "" && t.canRefresh(now) && !(n.login && r.pastGrace(now)):
		return actRefreshLogin, login
	case n.login:
		return actLogin, login
	}
	return actAskPerson, time.Time{}
}

// pastGrace tells that a refresh of the RingCentral token went unanswered longer ago than the vendor lets it be
// repeated. Without another way in it is repeated all the same: nothing is left to lose.
func (r *record) pastGrace(now time.Time) bool {
	return r.Attempt != nil && r.Attempt.Step == actRefreshLogin && now.Sub(r.Attempt.Start) > refreshGrace
}

func (r *record) canRefresh(n need) bool {
	t := r.RingCX.token()
	return t.RefreshToken != "" && !t.Obtained.Before(n.since) && r.Doubtful != fingerprint(t.RefreshToken)
}

// mayStillRefresh is the last way out: the server said that it failed, so the refresh token may well be alive.
func (r *record) mayStillRefresh(n need) bool {
	t := r.RingCX.token()
	return t.RefreshToken != "" && !t.Obtained.Before(n.since) && r.ServerSaid5
}
