package ringcx

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"
)

// maxSteps bounds one renewal. The longest useful way (refresh, exchange, refresh of the RingCentral token, login,
// exchange, each refused but the last) has five.
const maxSteps = 8

// maxTurns is how often a renewal begins anew when another program has taken it over meanwhile.
const maxTurns = 3

// renew brings a token that is what w asks for.
func (re *renewer) renew(ctx context.Context, w want) (*Token, error) {
	return re.bring(ctx, re.need(w))
}

// freshLogin is a need that only a new login meets. Each time it is brought, what an earlier one has done counts.
func (re *renewer) freshLogin() need {
	n := re.need(want{})
	n.since, n.begun = re.clocks.now(), new(record) // any time: bring sets it when it begins
	return n
}

// bring brings a token that meets n: from the Store if another program has renewed already, else by doing what plan
// says. Once a request is sent its answer is stored, whatever becomes of ctx, which bounds the wait for the Store only.
func (re *renewer) bring(ctx context.Context, n need) (*Token, error) {
	var old *Token
	short := ctx
	if n.since.IsZero() {
		r, err := re.load(ctx)
		now := re.clocks.now()
		n.started, n.wall = now, re.clocks.wall()
		if err == nil && re.owns(r) && serves(r, now, n) {
			return re.clocks.local(r.asked(n)), nil
		}
		if err == nil && re.owns(r) && n.minTTL > 0 && n.minTTL >= r.asked(n).lifetime() && serves(r, now, n.withoutMinimum()) {
			return re.clocks.local(r.asked(n)), nil // no renewal can bring so much
		}
		if err == nil && re.owns(r) && re.inline && serves(r, now, n.allowDue()) {
			var cancel context.CancelFunc
			old = r.asked(n)
			short, cancel = context.WithTimeout(ctx, old.endAt().Sub(now)/2) // whoever is at it, the old one is good enough
			defer cancel()
		}
	}
	token, came, err := re.turn(short, n)
	if err != nil && old != nil && re.clocks.now().Before(old.endAt()) {
		re.log.Warn("ringcx: renewal ahead of time failed, the token in use still works", slog.Any("error", err), slog.Time("expiry", old.Expiry))
		return re.clocks.local(old), nil
	}
	if err != nil && old != nil && !came && ctx.Err() == nil {
		token, _, err = re.turn(ctx, n) // it has ended while it was kept in hand
	}
	if err != nil {
		return nil, err
	}
	re.clocks.follow(ctx)
	return re.clocks.local(token), nil
}

// turn runs the renewal loop when it is this session's turn. It tells whether that came.
func (re *renewer) turn(ctx context.Context, n need) (token *Token, came bool, err error) {
	if err := re.pause.underWay(); err != nil {
		return nil, false, err
	}
	if err := re.clocks.sync(ctx); err != nil {
		return nil, false, err
	}
	n.started = re.clocks.now() // not before the Store told the time
	if !n.since.IsZero() {
		n.since = n.started
		if begun := n.begun.RingCentral; begun != nil {
			n.since = begun.Obtained // the login goes on
		}
	}
	for range maxTurns {
		err = re.store.Update(ctx, re.key, func(old []byte, save func([]byte) error) error {
			came = true
			var err error
			token, err = re.run(context.WithoutCancel(ctx), old, save, n)
			return err
		})
		if !errors.Is(err, ErrTakenOver) {
			break
		}
	}
	return token, came, err
}

// run is the renewal loop, inside the Store's exclusivity: plan, write down the intent, send, write down the answer,
// until there is a token to use or nothing to be done.
func (re *renewer) run(ctx context.Context, old []byte, save func([]byte) error, n need) (*Token, error) {
	r, err := decodeRecord(re.key, old)
	if err != nil && n.since.IsZero() {
		return nil, err
	} else if err != nil {
		r = &record{Version: storedVersion} // a person logs in anew; the damaged one goes once that worked
	}
	re.clocks.vendor.CompareAndSwap(0, int64(r.Skew))
	foreign := n.since.IsZero() && re.foreign(r, &n)
	draft := newDraft(&re.lineage, r, old, save, n)
	r = draft.record
	if err := re.unsaved.catchUp(draft); err != nil {
		return nil, err
	}
	r.recover()
	re.known.withoutSpent(r)
	var last error
	for range maxSteps {
		re.clocks.follow(ctx)
		if err := re.ledgers.read(ctx, &draft.ledgers, true); err != nil {
			return nil, err
		}
		n.wall = re.clocks.wall()
		st := plan(r, &draft.ledgers, re.clocks.now(), n)
		switch st.action {
		case actUse:
			re.replaced.finds(true, r, re.clocks.now())
			return r.asked(n), nil
		case actWait:
			return nil, &waitError{st.until, r.Failure}
		case actAskPerson:
			if n.ringCentral && r.RingCentral == nil && r.RingCX != nil {
				return nil, errNoRingCentral
			}
			return nil, loginRequired(r.Failure)
		case actGiveUp:
			return nil, r.Failure.errUntil(st.until.Sub(re.clocks.now()))
		}
		if n.held = (time.Time{}); foreign && (st.action == actLogin || st.action == actDirectLogin) {
			re.replaced.logsIn(re.clocks.now())
		}
		again, err := re.take(ctx, st.action, draft, &n)
		if err != nil && !again {
			return nil, err
		}
		if err == nil && atRingCentral(st.action) && n.since.IsZero() {
			re.loggedIn(re.clocks.local(r.RingCentral.token()))
		}
		last = err
	}
	if last == nil {
		last = &Error{Op: "renew", Message: "the vendor's tokens have ended when they arrive", kind: failServer}
	}
	return nil, last
}

// foreign tells whether a record is that of other credentials, and says so if it is in place of the session's own. Whoever the other
// is does the same: so that two of them do not use up the logins of the app, those because of such a record are not close together.
func (re *renewer) foreign(r *record, n *need) bool {
	own, now := re.owns(r), re.clocks.now()
	if re.replaced.finds(own, r, now) {
		re.log.Warn("ringcx: the stored login was replaced by one with other credentials", slog.String("key", re.key),
			slog.String("hint", "all that share a store and a key need the same credentials: reload, or start again, those that have others"))
	}
	if !own {
		n.held = re.replaced.until(now)
	}
	return !own
}

// take does one step and stores what came of it, before anybody uses it.
func (re *renewer) take(ctx context.Context, a action, b *draft, n *need) (again bool, err error) {
	r := b.record
	start, err := re.intend(ctx, a, b)
	if err != nil {
		return errors.Is(err, errNotYet), fmt.Errorf("before it could %s: %w", a, err)
	}
	intent := *r.Attempt
	re.used.Store(0)
	knew, wall := re.clocks.vendorAhead(), re.clocks.wall()
	t, err := re.send(ctx, a, r)
	if err == nil && a == actRefresh && repeats(t, r.RingCX.token()) {
		err = &Error{Op: opRefresh, StatusCode: 200, Message: "the answer repeats an earlier one: something on the way has kept it", kind: failLost}
	}
	re.known.spend(a, r, t, err)
	re.clocks.follow(ctx)
	now := re.clocks.now()
	r.Skew = re.clocks.vendorAhead()
	var e *Error
	if err == nil {
		r.succeed(a, t)
		if b.settled = !atRingCentral(a) || n.ringCentral; !atRingCentral(a) {
			r.Wall = r.Wall.noted(wall)
		}
		re.log.Info("ringcx: "+string(a), slog.String("key", re.key), slog.Time("expiry", re.clocks.here(t.Expiry)))
	} else {
		e = asError(string(a), err)
		again = r.fail(a, e, n, now)
		if atRingCentral(a) && re.config.misdated(e, knew, re.clocks.vendorAhead()) {
			again, r.Failure = true, nil
		}
		r.missed(a, e, !intent.Start.Equal(start), now)
		if a == actLogin && e.oauth == "invalid_grant" || a == actDirectLogin && e.kind == failRefused {
			err = fmt.Errorf("%w: %w", ErrLoginRequired, err)
			r.Failure.Login = true
		}
		re.log.Warn("ringcx: "+string(a)+" failed", slog.String("key", re.key), slog.Any("error", err))
	}
	b.remember(n)
	saved := b.save()
	if saved != nil {
		re.unsaved.keep(b, intent)
	}
	if counted(a) || e != nil || b.ledgers.of(a).Failures > 0 {
		saved = errors.Join(saved, re.ledgers.commit(ctx, a, &b.ledgers, func(l *ledger) {
			l.commit(a, e, start, now)
			if counted(a) {
				l.notice(int(re.used.Load()), e, now)
			}
		}))
	}
	switch {
	case saved != nil && err != nil:
		return false, fmt.Errorf("%w (and the answer could not be saved: %w)", err, saved)
	case saved != nil:
		return false, fmt.Errorf("save the answer to %s: %w", a, saved)
	case e != nil && e.ofOurNetwork():
		return false, re.pause.begin(e)
	}
	return again, err
}

// repeats tells an answer to a refresh that something between the vendor and us kept from an earlier one: it holds the
// token that was to be replaced, or one that was made before it.
func repeats(t, old *Token) bool {
	before, ok := issuedAt(old.AccessToken)
	now, known := issuedAt(t.AccessToken)
	return t.AccessToken == old.AccessToken || ok && known && now < before
}

// intend writes down that a is about to be sent, in the ledger and in the record, and returns when it began. If that takes
// too long, what was planned may have been overtaken, and must be planned again.
func (re *renewer) intend(ctx context.Context, a action, b *draft) (start time.Time, err error) {
	start = re.clocks.now()
	if err := re.ledgers.reserve(ctx, a, &b.ledgers, start); err != nil {
		return start, err
	}
	open := b.record.Attempt
	b.record.begin(a, start)
	if err := b.save(); err != nil || re.clocks.now().Sub(start) < maxPause {
		return start, err
	}
	b.record.Attempt = open // an unanswered refresh keeps its start: the vendor's grace runs from there
	if counted(a) {
		if err := re.ledgers.commit(ctx, a, &b.ledgers, func(l *ledger) { l.release(start) }); err != nil {
			return start, err
		}
	}
	return start, fmt.Errorf("%w: it takes longer than %s to save", errNotYet, maxPause)
}

// send makes the one request that action a stands for, and returns the token on the Store's clock. What is set on our own
// while the request is under way does not reach it; without a clock of the Store, a clock that is set back takes the times
// of the token along.
func (re *renewer) send(ctx context.Context, a action, r *record) (*Token, error) {
	at, here, ahead := time.Now(), re.config.now().Round(0), re.clocks.ahead()
	t, err := re.ask(ctx, a, r)
	if err != nil {
		return nil, err
	}
	if set := re.config.now().Sub(here) - time.Since(at); re.clocks.reading.Load() == nil && set < -tolerance {
		ahead = set
	}
	re.pause.end()
	return t.shifted(ahead), nil
}

func (re *renewer) ask(ctx context.Context, a action, r *record) (*Token, error) {
	ctx = context.WithValue(ctx, tokenMark{}, &re.lineage)
	switch a {
	case actRefresh:
		return re.config.Refresh(ctx, r.RingCX.token())
	case actExchange:
		return re.config.Exchange(ctx, r.RingCentral.token())
	}
	var prev *Token
	if a == actRefreshLogin {
		prev = r.RingCentral.token()
	}
	t, err := re.grant.Renew(ctx, prev)
	if e, typed := err.(*Error); err != nil && !(typed && e == nil) { //nolint:errorlint // a nil *Error is no error
		return nil, err
	}
	return re.brought(a, t)
}

// brought is a token as a Grant hands it over. One of the program's own may leave out when it ends (see Token.Expiry), and is
// asked once, not until the limit, if what it brings is no use.
func (re *renewer) brought(a action, t *Token) (*Token, error) {
	useless := func(problem string) (*Token, error) {
		return nil, &Error{Op: string(a), Message: "the grant brought " + problem, kind: failLost}
	}
	if t == nil || !re.direct() && !isBearer(t.AccessToken) {
		return useless("no token that can be one (RFC 6750)")
	}
	if re.made != nil {
		return t, nil
	}
	now, own := re.config.now(), *t
	if own.Obtained.IsZero() {
		own.Obtained = now
	}
	if own.Expiry.IsZero() {
		own.Expiry = own.Obtained.Add(lifetime(own.AccessToken, 0))
	}
	if !own.Expiry.After(now) {
		return useless("a token that has ended")
	}
	return &own, nil
}

func loginRequired(f *failure) error {
	if f == nil {
		return ErrLoginRequired
	}
	return fmt.Errorf("%w: %w", ErrLoginRequired, f.err())
}
