package ringcx

import (
	"context"
	"fmt"
	"log/slog"
	"time"
)

// token is a token that lives minTTL more. It does not wait for the vendor's limits.
func (c *tokenCache) token(ctx context.Context, minTTL time.Duration) (*Token, error) {
	for {
		t, f := c.decide(ctx, minTTL)
		if f == nil {
			return t, tooShort(t, minTTL, c.clocks.own())
		}
		select {
		case <-f.done:
		case <-ctx.Done():
			if c.stillWorks(t) {
				return t, nil
			}
			return nil, fmt.Errorf("waiting for a renewal: %w", ctx.Err())
		}
		if f.err == nil {
			err := tooShort(f.token, minTTL, c.clocks.own())
			if err != nil && f.minTTL != minTTL || c.wasRefused(f.token) {
				continue // it was somebody else's, who asked for less or for too much, or before the refusal
			}
			return f.token, err
		}
		if c.stillWorks(t) {
			return t, nil
		}
		return nil, f.err
	}
}

func tooShort(t *Token, minTTL time.Duration, now time.Time) error {
	if minTTL > 0 && left(t, now) < minTTL {
		return fmt.Errorf("a token that lives %s more was asked for, but the vendor's live %s in all", minTTL, t.lifetime().Round(time.Second))
	}
	return nil
}

// decide answers a token to hand out, or a renewal to wait for, or both: a token that still works, and a renewal that
// may bring a better one.
func (c *tokenCache) decide(ctx context.Context, minTTL time.Duration) (*Token, *flight) {
	c.mu.Lock()
	defer c.mu.Unlock()
	now := c.clocks.own()
	cur := c.current
	works := c.alive(cur, now)
	if works && minTTL >= cur.lifetime() {
		return cur, nil // no renewal can bring so much
	}
	if !works || left(cur, now) < minTTL {
		return nil, c.fly(ctx, minTTL, false)
	}
	if before(now, later(cur.RenewAt(), c.retryAt)) {
		c.warm(cur, now)
		return cur, nil
	}
	f := c.fly(ctx, minTTL, true)
	if c.inline {
		return cur, f
	}
	c.warm(cur, now)
	return cur, nil
}

// fly joins the renewal under way or starts one. It runs on its own, so that its answer is stored even if every caller
// has given up. The caller holds c.mu.
func (c *tokenCache) fly(ctx context.Context, minTTL time.Duration, ahead bool) *flight {
	if c.flight != nil {
		return c.flight
	}
	f := &flight{minTTL: minTTL, done: make(chan struct{})}
	c.flight = f
	w := want{minTTL: minTTL, refused: c.refused, ahead: ahead || c.inline}
	if t := c.current; t != nil && w.refused == "" && t.Idle == 0 && !time.Now().Before(c.ends) {
		w.refused = t.fingerprint() // it has ended, even if a clock that was set back makes its record look alive
	}
	ctx = context.WithoutCancel(ctx)
	go func() {
		ctx, cancel := context.WithTimeout(ctx, max(storeWait, c.maxWait))
		defer cancel()
		t, err := c.renew(ctx, w)
		c.land(f, t, err, ahead)
	}()
	return f
}

// land publishes what a renewal brought.
func (c *tokenCache) land(f *flight, t *Token, err error, ahead bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	defer close(f.done)
	c.flight = nil
	now := c.clocks.own()
	if err == nil {
		f.token = c.publish(t.public())
		return
	}
	f.err = err
	if ahead && c.alive(c.current, now) {
		c.log.Warn("ringcx: renewal ahead of time failed, the token in use still works", slog.Any("error", err), slog.Time("expiry", c.current.Expiry))
		c.retryAt = now.Add(max(c.current.endAt().Sub(now)/4, time.Second))
		c.warm(c.current, now)
	}
}

// wait returns when no renewal is under way.
func (c *tokenCache) wait(ctx context.Context) error {
	c.mu.Lock()
	f := c.flight
	c.mu.Unlock()
	if f == nil {
		return nil
	}
	select {
	case <-f.done:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
