package ringcx

import (
	"context"
	"fmt"
	"sync/atomic"
	"time"
)

// storeClock is a Store that tells the time to all who share it, so that machines whose clocks differ agree on when a token
// ends and when a request was sent, see [Store]. What is stored is on its clock.
type storeClock interface {
	Now(ctx context.Context) (time.Time, error)
}

// clocks are those that a session goes by: ours, the one that records are kept by, which is the Store's if it has one, and
// the vendor's.
type clocks struct {
	own     func() time.Time
	store   Store
	reading atomic.Pointer[reading] // what the Store's clock said last, nil if it was not asked
	vendor  atomic.Int64            // how far the vendor's clock is ahead of ours, as last seen
}

// reading is what the Store's clock said, and when.
type reading struct {
	ahead time.Duration // of ours
	there time.Time     // on the wall alone, so that a difference shows when somebody sets ours
	at    time.Time     // on the clock of the runtime, which nobody can set
}

// tolerance is how far two clocks may differ and still be taken to tell the same time.
const tolerance = 50 * time.Millisecond

// now is the time on the clock that records are kept by: the Store's if it has one, else ours.
func (c *clocks) now() time.Time { return c.own().Add(c.ahead()) }

// ahead is how far the Store's clock is ahead of ours. If ours was set back since the Store was asked, that is more now;
// if it seems to have been set forward the machine may have slept, and the Store's clock has not.
func (c *clocks) ahead() time.Duration {
	r := c.reading.Load()
	if r == nil {
		return 0
	}
	if steady := r.there.Add(time.Since(r.at)).Sub(c.own()); steady > r.ahead+tolerance {
		return steady
	}
	return r.ahead
}

// sync asks the Store for the time. Differences that the way there explains are none. An error is no reason to
// stop once the difference is known: it is what it was.
func (c *clocks) sync(ctx context.Context) error {
	stored, ok := c.store.(storeClock)
	if !ok {
		return nil
	}
	asked := time.Now()
	there, err := stored.Now(ctx)
	switch {
	case err != nil && c.reading.Load() != nil:
		return nil
	case err != nil:
		return fmt.Errorf("ask the store for the time: %w", err)
	}
	r, now := &reading{at: time.Now()}, c.own().Round(0)
	way := r.at.Sub(asked)
	r.ahead = there.Round(0).Add(way / 2).Sub(now)
	if r.ahead.Abs() <= way/2+tolerance {
		r.ahead = 0
	}
	r.there = now.Add(r.ahead)
	c.reading.Store(r)
	return nil
}

// follow asks the Store again if our clock seems to have been set forward since it was asked, or the machine slept.
func (c *clocks) follow(ctx context.Context) {
	r := c.reading.Load()
	if r != nil && c.own().Add(r.ahead).Sub(r.there)-time.Since(r.at) > tolerance {
		_ = c.sync(ctx) // never fails once it has been told the time
	}
}

// here is a stored time on our own clock.
func (c *clocks) here(t time.Time) time.Time {
	if t.IsZero() {
		return t
	}
	return t.Add(-c.ahead())
}

// local is a stored token on our own clock.
func (c *clocks) local(t *Token) *Token { return t.shifted(-c.ahead()) }

// noteVendor notes how far the vendor's clock is ahead of ours.
func (c *clocks) noteVendor(ahead time.Duration) { c.vendor.Store(int64(ahead)) }

// vendorAhead is how far the vendor's clock is ahead of ours, 0 if it is not known.
func (c *clocks) vendorAhead() time.Duration { return time.Duration(c.vendor.Load()) }

// farthest is how far a clock can be ahead or behind. No arithmetic on it overflows.
const farthest = 10 * maxLifetime

// wall is how far the clock on the wall is ahead of the Store's.
func (c *clocks) wall() time.Duration { return -min(max(c.ahead(), -farthest), farthest) }

// watch is how often a token that is handed out from memory is looked at for signs that the machine was suspended:
// timers do not run then, but tokens end.
const watch = 15 * time.Second

// slept is how much longer it was than the timers think. Setting the clock looks the same, and is treated the same.
func slept(from, to time.Time) time.Duration { return to.Round(0).Sub(from.Round(0)) - to.Sub(from) }

// left is how long t lives from now on, on the clock on which that is less.
func left(t *Token, now time.Time) time.Duration {
	return min(t.Expiry.Sub(now), t.Expiry.Round(0).Sub(now.Round(0)))
}

// before compares on the clock on the wall too: the other one stands still while a machine is suspended.
func before(a, b time.Time) bool { return a.Before(b) && a.Round(0).Before(b.Round(0)) }

// shifted is the token on a clock that is d ahead.
func (t *Token) shifted(d time.Duration) *Token {
	c := *t
	for _, at := range []*time.Time{&c.Obtained, &c.Expiry, &c.RefreshExpiry} {
		if !at.IsZero() {
			*at = at.Add(d)
		}
	}
	return &c
}

// canRefresh tells whether there is a refresh token that has not ended.
func (t *Token) canRefresh(now time.Time) bool {
	return t.RefreshToken != "" && (t.RefreshExpiry.IsZero() || now.Before(t.RefreshExpiry))
}
