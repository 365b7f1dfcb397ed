package ringcx

import (
	"context"
	"errors"
	"fmt"
)

// logout ends the lineage at the vendor and forgets it. What the vendor has not ended is kept, and left says why.
func (re *renewer) logout(ctx context.Context) (left, err error) {
	err = re.drop(ctx, func(old []byte, save func([]byte) error) error {
		r, err := decodeRecord(re.key, old)
		if err != nil {
			return err
		}
		if re.invalid != nil {
			return re.invalid
		}
		if !re.owns(r) {
			return save(nil)
		}
		if err := save(old); err != nil {
			return err // what could not be forgotten is not ended
		}
		ctx := context.WithoutCancel(ctx)
		re.clocks.vendor.CompareAndSwap(0, int64(r.Skew))
		if left = re.revoke(ctx, r); left != nil {
			return nil
		}
		if left = re.end(ctx, r); left == nil {
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
	return left, err
}

// forget forgets the lineage without a word to the vendor.
func (re *renewer) forget(ctx context.Context) error {
	return re.drop(ctx, func(_ []byte, save func([]byte) error) error { return save(nil) })
}

// drop changes the record by what ends it.
func (re *renewer) drop(ctx context.Context, change func(old []byte, save func([]byte) error) error) error {
	if re.key == "" {
		return re.invalid // without a name it has nothing stored
	}
	err := re.clocks.sync(ctx)
	if err == nil {
		err = re.store.Update(ctx, re.key, change)
	}
	if err != nil {
		return fmt.Errorf("forget the session: %w", err)
	}
	re.unsaved.take()
	return nil
}

// revoke ends the RingCentral session of r, if it has one and the vendor's limit, which counts revocations too, allows.
func (re *renewer) revoke(ctx context.Context, r *record) error {
	t, start := r.RingCentral.token(), re.clocks.now()
	if t.AccessToken == "" {
		return nil
	}
	var l ledgers
	err := re.ledgers.reserve(ctx, actLogin, &l, start)
	if errors.Is(err, errNotYet) {
		e := &Error{Op: opRevoke, Message: "not sent, because the vendor's limit of requests is used up", kind: failLimited}
		if re.ledgers.read(ctx, &l, true) == nil {
			e.RetryAfter = l.RingCentral.next(start, true).Sub(start)
		}
		return e
	} else if err != nil {
		return err
	}
	err = re.config.Revoke(context.WithValue(ctx, tokenMark{}, &re.lineage), t)
	var e *Error
	if err != nil {
		e = asError(string(actLogin), err)
	}
	now := re.clocks.now()
	kept := re.ledgers.commit(ctx, actLogin, &l, func(l *ledger) { l.commit(actLogin, e, start, now) })
	if e != nil && e.endedToken() {
		return kept
	}
	return errors.Join(err, kept)
}

// end ends the RingCX refresh token of r, if it has one. The vendor documents no limit for that, but a quiet time is one
// for everything.
func (re *renewer) end(ctx context.Context, r *record) error {
	t := r.RingCX.token()
	if t.RefreshToken == "" {
		return nil
	}
	var l ledgers
	if err := re.ledgers.read(ctx, &l, true); err != nil {
		return err
	}
	now := re.clocks.now()
	if at := l.RingCX.next(now, false); at.After(now) {
		return &Error{Op: opEnd, Message: "not sent, because the vendor asked for quiet", RetryAfter: at.Sub(now), kind: failLimited}
	}
	err := re.config.endRingCX(context.WithValue(ctx, tokenMark{}, &re.lineage), t)
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
