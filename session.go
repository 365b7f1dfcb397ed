package ringcx

import (
	"context"
	"fmt"
	"time"
)

// Session is one lineage of tokens, kept alive. It is safe for any number of goroutines. A session that nobody asks
// costs nothing: it renews when it is asked, not by itself.
type Session struct {
	renewer  *renewer
	cache    tokenCache // of RingCX tokens
	platform tokenCache // of RingCentral tokens, for RingCentral
	patience patience
}

// NewSession makes a session that logs in with login when the Store has nothing that can be renewed. With a nil login
// only what is stored is used. Nothing is sent before a token is needed, and a mistake in the configuration is
// reported by the first call that needs one.
func (c *Config) NewSession(login Grant, opts *SessionOptions) *Session {
	if opts == nil {
		opts = &SessionOptions{}
	}
	re := newRenewer(c, login, opts)
	s := &Session{renewer: re, patience: patience{most: opts.MaxWait, clocks: &re.clocks, log: re.log, key: re.key}}
	for _, cache := range []*tokenCache{&s.cache, &s.platform} {
		cache.clocks, cache.log = &re.clocks, re.log
		cache.timers, cache.inline, cache.maxWait = c.Now == nil && !opts.Inline, opts.Inline, opts.MaxWait
	}
	s.cache.renew = re.renew
	s.platform.renew = func(ctx context.Context, w want) (*Token, error) {
		w.ringCentral = true
		return re.renew(ctx, w)
	}
	re.loggedIn = s.platform.follow
	return s
}

// Format writes the key of the lineage for every verb, so that no verb shows a secret.
func (s *Session) Format(f fmt.State, _ rune) { _, _ = fmt.Fprintf(f, "session %s", s.renewer.key) }

// Token returns a token that works. Usually that is a read of memory. When a renewal is needed, one caller's is
// everybody's; when the vendor's limits leave nothing to do but wait, it waits as long as ctx and SessionOptions.MaxWait
// allow. Errors are an [*Error] with the vendor's words, or carry [ErrLoginRequired]. The token is shared: do not change it.
func (s *Session) Token(ctx context.Context) (*Token, error) {
	if t := s.cache.hot.Load(); t != nil {
		return t, nil
	}
	return s.TokenFor(ctx, 0)
}

// TokenFor is Token with a minimum: the token lives at least minTTL from now. If even a new one would not, that is an
// error.
func (s *Session) TokenFor(ctx context.Context, minTTL time.Duration) (*Token, error) {
	if s.renewer.invalid != nil {
		return nil, s.renewer.invalid
	}
	done, err := s.renewer.awaits(ctx)
	if err != nil {
		return nil, err
	}
	defer done()
	return s.patience.withRetry(ctx, func() (*Token, error) { return s.cache.token(ctx, minTTL) })
}

// Invalidate reports that the vendor refused t, so that the next call renews. A report about a token that has been
// replaced since does nothing. If the replacement is refused too before it ever worked, that is not about tokens:
// for half a minute reports about it do nothing either.
func (s *Session) Invalidate(t *Token) { s.cache.invalidate(t) }

// Confirm reports that the vendor accepted t. If t lives on with each use (see Token.Idle), it does so from now, and the Store
// is told when that is worth a write.
func (s *Session) Confirm(t *Token) {
	s.cache.confirm(t)
	if t == nil || t.Idle == 0 {
		return
	}
	used := s.cache.use(t)
	switch {
	case used == nil:
	case s.renewer.inline:
		s.renewer.saveExpiry(used)
	default:
		go s.renewer.saveExpiry(used)
	}
}

// Login logs in anew, whatever is stored. The stored lineage is replaced when the new one is complete, and stays as it
// is when the login fails. A request that is under way when ctx ends is waited for, half a minute at most: its answer is
// stored.
func (s *Session) Login(ctx context.Context) error {
	if s.renewer.invalid != nil {
		return s.renewer.invalid
	}
	n := s.renewer.freshLogin()
	_, err := s.patience.withRetry(ctx, func() (*Token, error) {
		t, err := s.renewer.bring(ctx, n)
		if err == nil {
			s.cache.replace(t)
			s.platform.forget()
		}
		return t, err
	})
	return err
}

// Logout ends the lineage at the vendor, RingCentral session and RingCX refresh token, and forgets it. An error means that
// it goes on: what the vendor has not ended is kept, for another try or for [Session.Forget]. A token that the vendor does not
// know any more has ended. A RingCX access token cannot be revoked: it ends by itself within minutes. The ledgers of requests
// stay: the vendor does not forget them either. What is under way when ctx ends is waited for, as with [Session.Login].
func (s *Session) Logout(ctx context.Context) error {
	left, err := s.renewer.logout(ctx)
	if err != nil {
		return err
	}
	s.forgetTokens()
	return left
}

// Forget forgets the lineage without a word to the vendor, where it lives on until its refresh tokens end.
func (s *Session) Forget(ctx context.Context) error {
	if err := s.renewer.forget(ctx); err != nil {
		return err
	}
	s.forgetTokens()
	return nil
}

func (s *Session) forgetTokens() {
	s.cache.forget()
	s.platform.forget()
}

// Status reads what is known of the lineage from the Store.
func (s *Session) Status(ctx context.Context) (*Status, error) {
	if s.renewer.invalid != nil {
		return nil, s.renewer.invalid
	}
	return s.renewer.status(ctx)
}

// Wait returns when no renewal is under way. A program that is about to end calls it, so that the answer to a request
// that is on its way is stored and not lost.
func (s *Session) Wait(ctx context.Context) error {
	if err := s.cache.wait(ctx); err != nil {
		return err
	}
	return s.platform.wait(ctx)
}
