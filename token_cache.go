package ringcx

import (
	"context"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"
)

// tokenCache holds the token at hand, and sees to it that there is another when it is time. Where that comes from it does not
// know: it asks renew.
type tokenCache struct {
	renew   func(context.Context, want) (*Token, error)
	clocks  *clocks
	timers  bool          // a timer says when there is something to decide; false: every call looks at the clock
	inline  bool          // SessionOptions.Inline
	maxWait time.Duration // SessionOptions.MaxWait
	log     *slog.Logger

	// hot is the token to hand out at once, nil if there is something to decide first.
	hot atomic.Pointer[Token]

	// lastGood is the last token that an answer other than 401 has proved good.
	lastGood atomic.Pointer[Token]

	mu          sync.Mutex // guards the fields below
	current     *Token     // the last token known, as handed out
	ends        time.Time  // of current, on the clock of the runtime, which nobody can set
	refused     string     // fingerprint of the token that invalidate was told about, until it is replaced
	replacement *Token     // the token that replaced a refused one
	retryAt     time.Time  // no renewal ahead of time before
	timer       *time.Timer
	flight      *flight // the renewal under way, nil if none
}

// flight is a renewal under way, shared by all who wait for it.
type flight struct {
	minTTL time.Duration // what it was asked for
	done   chan struct{} // closed when token and err are set
	token  *Token
	err    error
}

// confirm notes that the vendor accepted t.
func (c *tokenCache) confirm(t *Token) {
	if c.lastGood.Load() != t {
		c.lastGood.Store(t)
	}
}

// invalidate notes that the vendor refused t, see [Session.Invalidate].
func (c *tokenCache) invalidate(t *Token) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.current == nil || t == nil || c.current.AccessToken != t.AccessToken {
		return
	}
	if c.replacement == c.current && c.lastGood.Load() != c.current && c.clocks.own().Sub(c.current.Obtained) < 30*time.Second {
		return
	}
	c.refused = t.fingerprint()
	c.hot.Store(nil)
}

// replace makes t, the token of a new login, the token to hand out.
func (c *tokenCache) replace(t *Token) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.publish(t.public())
}

// follow makes t the token to hand out in place of another, if there is one.
func (c *tokenCache) follow(t *Token) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.current != nil {
		c.publish(t.public())
	}
}

// forget forgets every token.
func (c *tokenCache) forget() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.current, c.refused, c.replacement = nil, "", nil
	c.hot.Store(nil)
}

// publish makes t the token to hand out and returns it. The caller holds c.mu.
func (c *tokenCache) publish(t *Token) *Token {
	if c.current != nil && c.current.AccessToken == t.AccessToken {
		return c.current
	}
	c.replacement = nil
	if c.refused != "" {
		c.refused, c.replacement = "", t
	}
	c.keep(t, c.clocks.own())
	c.retryAt = time.Time{}
	c.warm(t, c.clocks.own())
	return t
}

// keep makes t the token in use. The caller holds c.mu.
func (c *tokenCache) keep(t *Token, now time.Time) {
	c.current, c.ends = t, time.Now().Add(t.endAt().Sub(now))
}

// stillWorks tells whether t, which a renewal was to replace in time, may be handed out in spite of its failure.
func (c *tokenCache) stillWorks(t *Token) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.alive(t, c.clocks.own())
}

func (c *tokenCache) wasRefused(t *Token) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return t.fingerprint() == c.refused
}

// alive tells whether t is in memory and may be handed out at now, whatever has been done to the clock since it came. The
// caller holds c.mu.
func (c *tokenCache) alive(t *Token, now time.Time) bool {
	cur := c.current
	return t != nil && cur != nil && t.AccessToken == cur.AccessToken && t.fingerprint() != c.refused &&
		before(now, cur.endAt()) && time.Now().Before(c.ends)
}

// warm lets callers take t from memory until there is something to decide: a renewal is due, a failed one may be tried
// again, or the token ends. The caller holds c.mu.
func (c *tokenCache) warm(t *Token, now time.Time) {
	if !c.timers {
		return // a clock of its own, or a process of one call: no timers
	}
	until := later(t.RenewAt(), c.retryAt)
	if c.flight != nil || until.After(t.endAt()) {
		until = t.endAt()
	}
	if c.timer != nil {
		c.timer.Stop()
	}
	if !before(now, until) {
		c.hot.Store(nil)
		return
	}
	c.hot.Store(t)
	c.timer = time.AfterFunc(min(until.Sub(now), watch), func() { c.look(t, now) })
}

// look decides whether t, handed out from memory since the last look, still may be. After a suspension it may not,
// before somebody has asked the clock on the wall.
func (c *tokenCache) look(t *Token, last time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.hot.Load() != t {
		return
	}
	now := c.clocks.own()
	if d := slept(last, now); d.Abs() > time.Second {
		c.log.Info("ringcx: the machine slept or its clock was set", slog.Duration("by", d))
		c.hot.Store(nil)
		return
	}
	c.warm(t, now)
}
