package ringcx

import (
	"context"
	"log/slog"
)

// prolong notes that t, a token that lives on with each use, was used now. The Store learns of it when that is worth a
// write: when a twentieth of the life has gone by since it was last told.
func (s *Session) prolong(t *Token) {
	used := s.use(t)
	switch {
	case used == nil:
	case s.inline:
		s.saveExpiry(used)
	default:
		go s.saveExpiry(used)
	}
}

// use makes t live on from now, if it is the token in use, and returns it as it is then; nil: the Store need not know.
func (s *Session) use(t *Token) *Token {
	s.mu.Lock()
	defer s.mu.Unlock()
	cur, now := s.current, s.config.now()
	if cur == nil || cur.AccessToken != t.AccessToken || cur.fingerprint() == s.refused || now.Add(cur.Idle).Sub(cur.Expiry) < cur.Idle/endShare {
		return nil
	}
	used := *cur
	used.Expiry = now.Add(used.Idle)
	s.keepInMemory(&used, now)
	s.lastGood.Store(&used)
	s.warm(&used, now)
	return &used
}

// saveExpiry tells the Store when t ends. If that fails nothing is lost: the token is taken to end earlier than it does.
func (s *Session) saveExpiry(t *Token) {
	ctx, cancel := context.WithTimeout(context.Background(), storeWait)
	defer cancel()
	err := s.store.Update(ctx, s.key, func(old []byte, save func([]byte) error) error {
		r, err := decodeRecord(s.key, old)
		if err != nil || r.RingCX == nil || r.RingCX.AccessToken != t.AccessToken {
			return err
		}
		there := t.Expiry.Add(s.ahead())
		if !there.After(r.RingCX.Expiry) {
			return nil
		}
		r.RingCX.Expiry = there
		r.noteWall(s.wall())
		value, err := r.encode()
		if err != nil {
			return err
		}
		return save(value)
	})
	if err != nil {
		s.log.Warn("ringcx: the store could not be told that the token was used", slog.String("key", s.key), slog.Any("error", err))
	}
}
