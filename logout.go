package ringcx

import (
	"context"
	"errors"
	"fmt"
)

// Logout ends the lineage at the vendor, RingCentral session and RingCX refresh token, and forgets it. An error means that
// it goes on: what the vendor has not ended is kept, for another try or for [Session.Forget]. A token that the vendor does not
// know any more has ended. A RingCX access token cannot be revoked: it ends by itself within minutes. The ledgers of requests
// stay: the vendor does not forget them either. What is under way when ctx ends is waited for, as with [Session.Login].
func (s *Session) Logout(ctx context.Context) error {
	var left error
	err := s.drop(ctx, func(old []byte, save func([]byte) error) error {
		r, err := decodeRecord(s.key, old)
		if err != nil {
			return err
		}
		if s.invalid != nil {
			return s.invalid
		}
		if !s.owns(r) {
			return save(nil)
		}
		if err := save(old); err != nil {
			return err // what could not be forgotten is not ended
		}
		ctx := context.WithoutCancel(ctx)
		s.skew.CompareAndSwap(0, int64(r.Skew))
		if left = s.revoke(ctx, r); left != nil {
			return nil
		}
		if left = s.end(ctx, r); left == nil {
			return save(nil)
		}
		r.RingCentral = nil
		r.Generation++
		value, err := r.encode()
		if err != nil {
			return err
		}
		return save(value)
	})
	if err == nil && left != nil {
		return left
	}
	return err
}

// Forget forgets the lineage without a word to the vendor, where it lives on until its refresh tokens end.
func (s *Session) Forget(ctx context.Context) error {
	return s.drop(ctx, func(_ []byte, save func([]byte) error) error { return save(nil) })
}

// drop changes the record by what ends it, and forgets what is in memory.
func (s *Session) drop(ctx context.Context, change func(old []byte, save func([]byte) error) error) error {
	if s.key == "" {
		return s.invalid // without a name it has nothing stored
	}
	err := s.syncClock(ctx)
	if err == nil {
		err = s.store.Update(ctx, s.key, change)
	}
	if err != nil {
		return fmt.Errorf("forget the session: %w", err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.current, s.refused, s.replacement, s.unsaved = nil, "", nil, nil
	s.hot.Store(nil)
	return nil
}

// revoke ends the RingCentral session of r, if it has one and the vendor's limit, which counts revocations too, allows.
func (s *Session) revoke(ctx context.Context, r *record) error {
	t, start := r.RingCentral.token(), s.now()
	if t.AccessToken == "" {
		return nil
	}
	err := s.reserve(ctx, actLogin, r, start)
	if errors.Is(err, errNotYet) {
		e := &Error{Op: opRevoke, Message: "not sent, because the vendor's limit of requests is used up", kind: failLimited}
		if s.readLedgers(ctx, r, true) == nil {
			e.RetryAfter = r.Ledgers.RingCentral.next(start, true).Sub(start)
		}
		return e
	} else if err != nil {
		return err
	}
	err = s.config.Revoke(context.WithValue(ctx, tokenMark{}, s), t)
	var e *Error
	if err != nil {
		e = asError(string(actLogin), err)
	}
	now := s.now()
	kept := s.commit(ctx, actLogin, r, func(l *ledger) { l.commit(actLogin, e, start, now) })
	if e != nil && e.endedToken() {
		return kept
	}
	return errors.Join(err, kept)
}

// end ends the RingCX refresh token of r, if it has one. The vendor documents no limit for that, but a quiet time is one
// for everything.
func (s *Session) end(ctx context.Context, r *record) error {
	t := r.RingCX.token()
	if t.RefreshToken == "" {
		return nil
	}
	if err := s.readLedgers(ctx, r, true); err != nil {
		return err
	}
	now := s.now()
	if at := r.Ledgers.RingCX.next(now, false); at.After(now) {
		return &Error{Op: opEnd, Message: "not sent, because the vendor asked for quiet", RetryAfter: at.Sub(now), kind: failLimited}
	}
	err := s.config.endRingCX(context.WithValue(ctx, tokenMark{}, s), t)
	var e *Error
	if errors.As(err, &e) && e.kind == failRefused && e.StatusCode != 0 {
		return nil // nobody but the token was asked about: it has ended
	}
	return err
}

// endedToken tells whether the platform refused a revocation because it does not know the token any more, and not because
// of the app or the request.
func (e *Error) endedToken() bool {
	if e.kind != failRefused {
		return false
	}
	switch e.Code {
	case "OAU-128", "OAU-129", "OAU-149", "OAU-210", "OAU-211", "OAU-213":
		return true
	}
	return e.oauth == "invalid_token" || e.oauth == "invalid_grant"
}
