package ringcx

import (
	"context"
	"errors"
	"fmt"
)

// Logout revokes the RingCentral session, which ends all its tokens, and the RingCX refresh token, and forgets the
// lineage. A RingCX access token cannot be revoked: it ends by itself within minutes. What the vendor says to it is
// returned, but the lineage is forgotten all the same. The ledgers of requests stay: the vendor does not forget them
// either.
func (s *Session) Logout(ctx context.Context) error {
	if s.key == "" {
		return s.invalid
	}
	if err := s.syncClock(ctx); err != nil {
		return fmt.Errorf("forget the session: %w", err)
	}
	var revoked error
	err := s.store.Update(ctx, s.key, func(old []byte, save func([]byte) error) error {
		if r, err := decodeRecord(s.key, old); err == nil && s.owns(r) && s.invalid == nil {
			ctx := context.WithoutCancel(ctx)
			s.skew.CompareAndSwap(0, int64(r.Skew))
			revoked = errors.Join(s.revoke(ctx, r), s.end(ctx, r))
		}
		return save(nil)
	})
	s.mu.Lock()
	defer s.mu.Unlock()
	s.current, s.refused, s.heir, s.unsaved = nil, "", nil, nil
	s.hot.Store(nil)
	if err != nil {
		return fmt.Errorf("forget the session: %w", err)
	}
	return revoked
}

// revoke ends the RingCentral session of r, if it has one and the vendor's limit, which counts revocations too, allows.
func (s *Session) revoke(ctx context.Context, r *record) error {
	t, start := r.RingCentral.token(), s.now()
	if t.AccessToken == "" {
		return nil
	}
	err := s.claim(ctx, actLogin, r, start)
	if errors.Is(err, errNotYet) {
		return &Error{Op: opRevoke, Message: "not sent, because the vendor's limit of requests is used up", kind: failLimited}
	} else if err != nil {
		return err
	}
	err = s.config.Revoke(ctx, t)
	var e *Error
	if err != nil {
		e = asError(actLogin, err)
	}
	now := s.now()
	return errors.Join(err, s.settle(ctx, actLogin, r, func(l *ledger) { l.settle(actLogin, e, start, now) }))
}

// end ends the RingCX refresh token of r, if it has one. The vendor documents no limit for that, but a quiet time is one
// for everything.
func (s *Session) end(ctx context.Context, r *record) error {
	t := r.RingCX.token()
	if t.RefreshToken == "" {
		return nil
	}
	if err := s.readLedgers(ctx, r, false); err != nil {
		return err
	}
	now := s.now()
	if at := r.Ledgers.RingCX.next(now, false); at.After(now) {
		return &Error{Op: opEnd, Message: "not sent, because the vendor asked for quiet", RetryAfter: at.Sub(now), kind: failLimited}
	}
	return s.config.endRingCX(ctx, t)
}
