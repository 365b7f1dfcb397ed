package handout

import (
	"context"
	"net/http"
	"sync"
	"time"

	"github.com/ringcx-go/ringcx"
	"github.com/ringcx-go/ringcx/broker/internal/cached"
	"github.com/ringcx-go/ringcx/broker/internal/caller"
)

const (
	// AccessLife is how long an access token of the broker's own lives, as one of RingCX does.
	AccessLife = 5 * time.Minute
	// RefreshLife is how long a refresh token of the broker's own lives. It is spent by its use.
	RefreshLife = time.Hour
)

// Short are the tokens of the broker's own, for programs that log in by themselves. They are keys to the broker and to nothing else.
//
// A token holds what is to be known of it, sealed by a key that is in the Store: every replica that shares the Store takes it, and
// nothing is stored for a token or asked for a request. Ends are by the clocks of the replicas. That a token was ended before its
// time is known to the replica that ended it, until that ends itself; the others learn it of the keys of callers alone.
type Short struct {
	Store ringcx.Store     // nil: tokens are good in this process alone
	Now   func() time.Time // nil: time.Now
	// Alive is nil for a caller that may still come, and [caller.ErrUnknown] for one that may not; another error is that it
	// cannot be told. It is asked about each token that is shown. nil: any caller may come.
	Alive func(ctx context.Context, c caller.Caller) error

	once  sync.Once
	keys  *cached.Record[sealID, *seal] // set by once
	ended ended
}

// Pair are tokens that were handed out together, with how long each lives.
type Pair struct {
	Access, Refresh         string
	AccessLife, RefreshLife time.Duration
}

func (s *Short) now() time.Time {
	if s.Now != nil {
		return s.Now()
	}
	return time.Now()
}

// Issue makes a pair for a caller. One without a key has all that comes of it for [RefreshLife] at most, however often it
// refreshes, and shows then again who it is. The error is that no key can be had that seals them.
func (s *Short) Issue(ctx context.Context, c caller.Caller) (Pair, error) {
	key, err := s.seal(ctx, newest)
	if err != nil {
		return Pair{}, err
	}
	now, p := s.now(), Pair{AccessLife: AccessLife, RefreshLife: RefreshLife}
	if last := now.Add(RefreshLife); !c.Keyed && (c.Until.IsZero() || last.Before(c.Until)) {
		c.Until = last // nothing tells whether it may still come but what it shows
	}
	if !c.Until.IsZero() { // it could go on for ever with what it showed once
		left := max(c.Until.Sub(now), 0)
		p.AccessLife, p.RefreshLife = min(p.AccessLife, left), min(p.RefreshLife, left)
	}
	text := newContent(c, now.Add(p.AccessLife), now.Add(p.RefreshLife)).encode()
	p.Access, p.Refresh = key.close(accessKind, text), key.close(refreshKind, text)
	return p, nil
}

// open is what a token of a kind holds. The error is [caller.ErrUnknown] for one that is none, or has ended, or whose caller may
// not come any more.
func (s *Short) open(ctx context.Context, text string, k *kind) (*content, error) {
	id, sealed, ok := k.parse(text)
	if !ok {
		return nil, caller.ErrUnknown
	}
	key, err := s.seal(ctx, id)
	if err != nil {
		return nil, err
	}
	is := key.open(k, sealed)
	if is == nil || !s.now().Before(is.ends(k)) || s.ended.has(is.pair) {
		return nil, caller.ErrUnknown
	}
	if s.Alive != nil {
		err = s.Alive(ctx, is.caller)
	}
	return is, err
}

// Whose tells whose an access token is, and until when it lives. Its error is [caller.ErrUnknown] if it is nobody's; another one is
// that it cannot be told.
func (s *Short) Whose(ctx context.Context, text string) (c caller.Caller, until time.Time, err error) {
	is, err := s.open(ctx, text, accessKind)
	if err != nil {
		return c, until, err
	}
	return is.caller, is.access, nil
}

// Refreshes tells whose a refresh token is that can be spent, and spends nothing. Its errors are those of Whose.
func (s *Short) Refreshes(ctx context.Context, text string) (c caller.Caller, err error) {
	is, err := s.open(ctx, text, refreshKind)
	if err != nil {
		return c, err
	}
	return is.caller, nil
}

// Refresh spends a refresh token for a new pair. Errors are those of Whose; a token that could not be looked up is not spent.
func (s *Short) Refresh(ctx context.Context, text string) (p Pair, c caller.Caller, err error) {
	is, err := s.open(ctx, text, refreshKind)
	if err != nil {
		return p, c, err
	}
	if p, err = s.Issue(ctx, is.caller); err != nil {
		return p, c, err
	}
	if !s.ended.add(is, s.now()) { // another request was first
		return Pair{}, c, caller.ErrUnknown
	}
	return p, is.caller, nil
}

// End ends a token with what was handed out with it, as far as this replica goes. One that is not known has ended; an error is
// that it cannot be told.
func (s *Short) End(ctx context.Context, text string) error {
	for _, k := range []*kind{accessKind, refreshKind} {
		switch is, err := s.open(ctx, text, k); err {
		case nil:
			s.ended.add(is, s.now())
		case caller.ErrUnknown: //nolint:errorlint // it is returned as it is
		default:
			return err
		}
	}
	return nil
}

// Authenticate implements [caller.Authenticator].
func (s *Short) Authenticate(r *http.Request, secret string) (*caller.Caller, error) {
	is, err := s.open(r.Context(), secret, accessKind)
	if err != nil {
		return nil, err
	}
	return &is.caller, nil
}
