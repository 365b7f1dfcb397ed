package ringcx

import (
	"context"
	"fmt"
)

// Logout revokes the RingCentral session, which ends all its tokens, and forgets the lineage. What the vendor says to
// the revocation is returned, but the lineage is forgotten all the same. The ledger of requests stays: the vendor
// does not forget them either.
func (s *Session) Logout(ctx context.Context) error {
	var revoked error
	err := s.store.Update(ctx, s.key, func(old []byte, save func([]byte) error) error {
		r, err := decodeRecord(old)
		if err != nil {
			return save(nil)
		}
		revoked = s.revoke(context.WithoutCancel(ctx), r)
		if len(r.Ledgers.RingCentral.Sent)+len(r.Ledgers.RingCX.Sent) == 0 {
			return save(nil)
		}
		value, err := (&record{Version: recordVersion, Generation: r.Generation, Ledgers: r.Ledgers}).encode()
		if err != nil {
			return err
		}
		return save(value)
	})
	s.mu.Lock()
	defer s.mu.Unlock()
	s.current, s.refused, s.heir = nil, "", nil
	s.hot.Store(nil)
	if err != nil {
		return fmt.Errorf("forget the session: %w", err)
	}
	return revoked
}

// revoke ends the RingCentral session of r, if it has one and the vendor's limit, which counts revocations too, allows.
// The request is entered in the ledger with the save that follows: a crash in between forgets nothing else.
func (s *Session) revoke(ctx context.Context, r *record) error {
	t, now := r.RingCentral.token(), s.config.now()
	if t.AccessToken == "" || s.invalid != nil || !s.owns(r) {
		return nil
	}
	l := &r.Ledgers.RingCentral
	if at := l.next(now, true); at.After(now) {
		return &Error{Op: opRevoke, Message: "not sent, because the vendor's limit of requests is used up", RetryAfter: at.Sub(now), kind: failLimited}
	}
	l.begin(now)
	err := s.config.Revoke(ctx, t)
	l.arrived(s.config.now())
	return err
}
