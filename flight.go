package ringcx

import (
	"context"
	"fmt"
	"log/slog"
	"time"
)

// flight is a renewal under way, shared by all who wait for it.
type flight struct {
	minTTL time.Duration // what it was asked for
	done   chan struct{} // closed when token and err are set
	token  *Token
	err    error
}

func (s *Session) need(minTTL time.Duration) need {
	return need{minTTL: minTTL, login: !s.made.needsPerson(), direct: s.direct(), credentials: s.credentials()}
}

// token is Token without the short cut.
func (s *Session) token(ctx context.Context, minTTL time.Duration) (*Token, error) {
	if s.invalid != nil {
		return nil, s.invalid
	}
	done, err := s.awaits(ctx)
	if err != nil {
		return nil, err
	}
	defer done()
	return s.withRetry(ctx, func() (*Token, error) { return s.tokenOnce(ctx, minTTL) })
}

// tokenOnce is token without waiting for the vendor's limits.
func (s *Session) tokenOnce(ctx context.Context, minTTL time.Duration) (*Token, error) {
	for {
		t, f := s.decide(ctx, minTTL)
		if f == nil {
			return t, tooShort(t, minTTL, s.config.now())
		}
		select {
		case <-f.done:
		case <-ctx.Done():
			if s.stillWorks(t) {
				return t, nil
			}
			return nil, fmt.Errorf("waiting for a renewal: %w", ctx.Err())
		}
		if f.err == nil {
			err := tooShort(f.token, minTTL, s.config.now())
			if err != nil && f.minTTL != minTTL || s.wasRefused(f.token) {
				continue // it was somebody else's, who asked for less or for too much, or before the refusal
			}
			return f.token, err
		}
		if s.stillWorks(t) {
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
func (s *Session) decide(ctx context.Context, minTTL time.Duration) (*Token, *flight) {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.config.now()
	cur := s.current
	works := s.alive(cur, now)
	if works && minTTL >= cur.lifetime() {
		return cur, nil // no renewal can bring so much
	}
	if !works || left(cur, now) < minTTL {
		return nil, s.fly(ctx, minTTL, false)
	}
	if before(now, later(cur.RenewAt(), s.retryAt)) {
		s.warm(cur, now)
		return cur, nil
	}
	f := s.fly(ctx, minTTL, true)
	if s.inline {
		return cur, f
	}
	s.warm(cur, now)
	return cur, nil
}

// fly joins the renewal under way or starts one. It runs on its own, so that its answer is stored even if every caller
// has given up. The caller holds s.mu.
func (s *Session) fly(ctx context.Context, minTTL time.Duration, ahead bool) *flight {
	if s.flight != nil {
		return s.flight
	}
	f := &flight{minTTL: minTTL, done: make(chan struct{})}
	s.flight = f
	n := s.need(minTTL)
	n.refused, n.ahead = s.refused, ahead || s.inline
	if t := s.current; t != nil && n.refused == "" && t.Idle == 0 && !time.Now().Before(s.ends) {
		n.refused = t.fingerprint() // it has ended, even if a clock that was set back makes its record look alive
	}
	ctx = context.WithoutCancel(ctx)
	go func() {
		ctx, cancel := context.WithTimeout(ctx, max(storeWait, s.maxWait))
		defer cancel()
		t, err := s.renew(ctx, n)
		s.land(f, t, err, ahead)
	}()
	return f
}

// land publishes what a renewal brought.
func (s *Session) land(f *flight, t *Token, err error, ahead bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	defer close(f.done)
	s.flight = nil
	now := s.config.now()
	if err == nil {
		f.token = s.publish(t.public())
		return
	}
	f.err = err
	if ahead && s.alive(s.current, now) {
		s.log.Warn("ringcx: renewal ahead of time failed, the token in use still works", slog.Any("error", err), slog.Time("expiry", s.current.Expiry))
		s.retryAt = now.Add(max(s.current.endAt().Sub(now)/4, time.Second))
		s.warm(s.current, now)
	}
}

// publish makes t the token to hand out and returns it. The caller holds s.mu.
func (s *Session) publish(t *Token) *Token {
	if s.current != nil && s.current.AccessToken == t.AccessToken {
		return s.current
	}
	s.replacement = nil
	if s.refused != "" {
		s.refused, s.replacement = "", t
	}
	s.keepInMemory(t, s.config.now())
	s.retryAt = time.Time{}
	s.warm(t, s.config.now())
	return t
}

// keepInMemory makes t the token in use. The caller holds s.mu.
func (s *Session) keepInMemory(t *Token, now time.Time) {
	s.current, s.ends = t, time.Now().Add(t.endAt().Sub(now))
}

// stillWorks tells whether t, which a renewal was to replace in time, may be handed out in spite of its failure.
func (s *Session) stillWorks(t *Token) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.alive(t, s.config.now())
}

func (s *Session) wasRefused(t *Token) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return t.fingerprint() == s.refused
}

// alive tells whether t is in memory and may be handed out at now, whatever has been done to the clock since it came. The
// caller holds s.mu.
func (s *Session) alive(t *Token, now time.Time) bool {
	cur := s.current
	return t != nil && cur != nil && t.AccessToken == cur.AccessToken && t.fingerprint() != s.refused &&
		before(now, cur.endAt()) && time.Now().Before(s.ends)
}

// warm lets callers take t from memory until there is something to decide: a renewal is due, a failed one may be tried
// again, or the token ends. The caller holds s.mu.
func (s *Session) warm(t *Token, now time.Time) {
	if s.config.Now != nil || s.inline {
		return // a clock of its own, or a process of one call: no timers
	}
	until := later(t.RenewAt(), s.retryAt)
	if s.flight != nil || until.After(t.endAt()) {
		until = t.endAt()
	}
	if s.timer != nil {
		s.timer.Stop()
	}
	if !before(now, until) {
		s.hot.Store(nil)
		return
	}
	s.hot.Store(t)
	s.timer = time.AfterFunc(min(until.Sub(now), watch), func() { s.look(t, now) })
}

// look decides whether t, handed out from memory since the last look, still may be. After a suspension it may not,
// before somebody has asked the clock on the wall.
func (s *Session) look(t *Token, last time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.hot.Load() != t {
		return
	}
	now := s.config.now()
	if d := slept(last, now); d.Abs() > time.Second {
		s.log.Info("ringcx: the machine slept or its clock was set", slog.Duration("by", d))
		s.hot.Store(nil)
		return
	}
	s.warm(t, now)
}
