package ringcx

import (
	"reflect"
	"runtime"
	"slices"
	"sync"
	"time"
	"weak"
)

// known is what this process knows of a ledger or a lineage, whatever the Store says: a Store that is emptied under a program, or
// restored from an older copy, forgets, and the vendor does not. All sessions of the process that share the Store share it.
type known struct {
	mu    sync.Mutex // guards the fields below
	last  *knowledge // of a ledger; nil: nothing yet
	spent []string   // refresh tokens of a lineage, by fingerprint, the latest last
}

// knowledge is a ledger as it was last read or written. It does not change.
type knowledge struct {
	ledger  *ledger
	pending []time.Time // entries of requests of this process whose fate it has not written down
	since   moment
}

// moment is one moment on three clocks.
type moment struct {
	there time.Time // on the one that records are kept by
	here  time.Time // on the wall
	at    time.Time // on the clock of the runtime, which nobody can set, and which stands still while the machine sleeps
}

func (c *clocks) moment() moment {
	return moment{there: c.now().Round(0), here: c.own().Round(0), at: time.Now()}
}

// jumped is how far the clock of records went ahead of the time that has passed from m to now: so much as that clock and
// the one on the wall agree on, and no less than the runtime counted. What explains itself by delays is no jump.
func (m moment) jumped(now moment) time.Duration {
	there := now.there.Sub(m.there)
	passed := max(min(there, now.here.Sub(m.here)), now.at.Sub(m.at))
	if jump := there - passed; jump.Abs() > maxPause {
		return jump
	}
	return 0
}

// recall adds to l, a ledger as it was just read, what it should say and does not, and reports whether it was anything. A
// mended ledger counts its requests as made now, which is enough of them.
func (k *knowledge) recall(l *ledger, mended bool, now moment) (added bool) {
	if k == nil {
		return false
	}
	jump, old := k.since.jumped(now), k.ledger
	followed := !l.Written.Before(old.Written.Add(jump)) // what was still under way then has been settled since
	counts := func(t time.Time) bool { return t.Add(longest(budget).window + slack).After(now.there) }
	said := slices.DeleteFunc(slices.Clone(l.Sent), func(t time.Time) bool { return !counts(t) })
	for _, t := range old.Sent {
		at := t.Add(jump)
		i := slices.IndexFunc(said, at.Equal)
		if i < 0 && mended {
			i = len(said) - 1
		}
		switch open := t.After(k.since.there.Add(slack)); {
		case i >= 0:
			said = slices.Delete(said, i, i+1)
		case open && followed && !slices.ContainsFunc(k.pending, t.Equal):
		case counts(at):
			l.enter(at)
			added = true
		}
	}
	if until := old.QuietUntil.Add(jump); until.After(l.QuietUntil) && until.After(now.there) {
		l.QuietUntil, added = until, true
	}
	if !followed && old.Failures > l.Failures {
		l.Failures, added = old.Failures, true
	}
	l.Others = later(l.Others, old.Others)
	return added
}

// look returns what is known now.
func (k *known) look() *knowledge {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.last
}

// read notes a ledger that was read when before was known. What has become known meanwhile is newer, and stays.
func (k *known) read(before *knowledge, l *ledger, now moment) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.last != before {
		return
	}
	k.last = &knowledge{ledger: l.clone(), since: now}
	k.hold(l, now.there)
	if before == nil {
		return
	}
	jump := before.since.jumped(now)
	k.last.ledger.Written = later(l.Written, before.ledger.Written.Add(jump))
	for _, t := range before.pending {
		k.last.pending = append(k.last.pending, t.Add(jump))
	}
}

// wrote notes a ledger that was written, in place of one with the requests old. Those that are new are this process's own.
func (k *known) wrote(old []time.Time, l *ledger, now moment) {
	k.mu.Lock()
	defer k.mu.Unlock()
	next := &knowledge{ledger: l.clone(), since: now}
	for _, t := range l.Sent {
		own := !slices.ContainsFunc(old, t.Equal)
		if own || k.last != nil && slices.ContainsFunc(k.last.pending, t.Equal) {
			next.pending = append(next.pending, t.Round(0))
		}
	}
	k.last = next
	k.hold(l, now.there)
}

// hold keeps k as long as what l says counts, for programs that make a session for each call.
func (k *known) hold(l *ledger, now time.Time) {
	until := l.QuietUntil
	if n := len(l.Sent); n > 0 {
		until = later(until, l.Sent[n-1].Add(longest(budget).window+slack))
	}
	if d := until.Sub(now); d > 0 {
		time.AfterFunc(d, func() { runtime.KeepAlive(k) })
	}
}

// clone is l as it would be read again: without the readings of the runtime's clock.
func (l *ledger) clone() *ledger {
	c := *l
	c.Sent = slices.Clone(l.Sent)
	for _, t := range []*time.Time{&c.QuietUntil, &c.Written, &c.Others} {
		*t = t.Round(0)
	}
	for i, t := range c.Sent {
		c.Sent[i] = t.Round(0)
	}
	return &c
}

// place names a ledger or a lineage: where it is kept, and its key there.
type place struct{ store, key any }

// places are those that sessions of this process use, each as long as one of them lives, or what is known still counts.
var places = struct {
	mu    sync.Mutex // guards known
	known map[place]weak.Pointer[known]
}{known: make(map[place]weak.Pointer[known])}

// placed is a Store that says which place it is, see [Store].
type placed interface{ Place() string }

// knownOf is what the process knows of what store keeps under key.
func knownOf(store Store, key string) *known {
	where := place{store, key}
	if s, ok := store.(placed); ok {
		where.store = s.Place()
	}
	if !reflect.ValueOf(where.store).Comparable() {
		return new(known)
	}
	places.mu.Lock()
	defer places.mu.Unlock()
	if k := places.known[where].Value(); k != nil {
		return k
	}
	k := new(known)
	places.known[where] = weak.Make(k)
	runtime.AddCleanup(k, forgetPlace, where)
	return k
}

func forgetPlace(where place) {
	places.mu.Lock()
	defer places.mu.Unlock()
	if places.known[where].Value() == nil { // and not one that a later session made
		delete(places.known, where)
	}
}
