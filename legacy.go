package ringcx

import (
	"context"
	"log/slog"
)

// use makes t, a token that lives on with each use, live on from now, if it is the token in use, and returns it as it is then.
// nil: the Store need not know, because less than a twentieth of the life has gone by since it was last told.
func (c *tokenCache) use(t *Token) *Token {
	c.mu.Lock()
	defer c.mu.Unlock()
	cur, now := c.current, c.clocks.own()
	if cur == nil || cur.AccessToken != t.AccessToken || cur.fingerprint() == c.refused || now.Add(cur.Idle).Sub(cur.Expiry) < cur.Idle/endShare {
		return nil
	}
	used := *cur
	used.Expiry = now.Add(used.Idle)
	c.keep(&used, now)
	c.lastGood.Store(&used)
	c.warm(&used, now)
	return &used
}

// saveExpiry tells the Store when t ends. If that fails nothing is lost: the token is taken to end earlier than it does.
func (re *renewer) saveExpiry(t *Token) {
	ctx, cancel := context.WithTimeout(context.Background(), storeWait)
	defer cancel()
	err := re.store.Update(ctx, re.key, func(old []byte, save func([]byte) error) error {
		r, err := decodeRecord(re.key, old)
		if err != nil || r.RingCX == nil || r.RingCX.AccessToken != t.AccessToken {
			return err
		}
		there := t.Expiry.Add(re.clocks.ahead())
		if !there.After(r.RingCX.Expiry) {
			return nil
		}
		r.RingCX.Expiry = there
		r.Wall = r.Wall.noted(re.clocks.wall())
		value, err := r.encode()
		if err != nil {
			return err
		}
		return save(value)
	})
	if err != nil {
		re.log.Warn("ringcx: the store could not be told that the token was used", slog.String("key", re.key), slog.Any("error", err))
	}
}
