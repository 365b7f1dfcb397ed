package ringcx

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"sync"
	"sync/atomic"
	"time"
)

// Session is one lineage of tokens, kept alive. It is safe for any number of goroutines. A session that nobody asks
// costs nothing: it renews when it is asked, not by itself.
type Session struct {
	config   *Config
	grant    Grant
	made     *configGrant // grant, if a Config made it; nil: it is the program's own
	store    Store
	key      string
	app      string        // which app at which hosts, by fingerprint
	identity string        // with which credential, by fingerprint; "" if the grant has none
	inline   bool          // SessionOptions.Inline
	maxWait  time.Duration // SessionOptions.MaxWait
	log      *slog.Logger
	invalid  error // what is wrong with the configuration

	knownRingCentral, knownRingCX, knownLineage *known // what the process knows of what the Store keeps

	clock atomic.Pointer[reading] // what the Store's clock said last, nil if it was not asked
	skew  atomic.Int64            // how far the vendor's clock is ahead of ours, as last seen
	used  atomic.Int64            // what usedUp said of the last answer

	// hot is the token to hand out at once, nil if there is something to decide first.
	hot atomic.Pointer[Token]

	// lastGood is the last token that an answer other than 401 has proved good.
	lastGood atomic.Pointer[Token]

	mu          sync.Mutex // guards the fields below
	current     *Token     // the last token known, as handed out
	ends        time.Time  // of current, on the clock of the runtime, which nobody can set
	refused     string     // fingerprint of the token that Invalidate was told about, until it is replaced
	replacement *Token     // the token that replaced a refused one
	retryAt     time.Time  // no renewal ahead of time before
	timer       *time.Timer
	flight      *flight // the renewal under way, nil if none
	unsaved     *unsaved
	corrections []pendingCorrection
	apart       *apart // the pause under way or past, nil after an answer
}

// SessionOptions are the less common settings of a [Session]. The zero value is fine.
type SessionOptions struct {
	// Store keeps the lineage; nil: a [Memory] of its own, so that it ends with the session.
	Store Store
	// Key names the lineage in the Store. "": derived from hosts, app and credential, so that sessions made from the
	// same ones share it; a session with a Store whose grant does not say whom it stands for (see [Identified]) then fails
	// every call.
	// A lineage of other credentials under the same key is replaced once the new login worked.
	Key string
	// Inline makes every renewal happen in the call that finds it due, and never in the background, for programs
	// that live for one call: commands, serverless functions.
	Inline bool
	// MaxWait is how long a call waits at most when the vendor's limits, or a vendor that fails, leave nothing to do but wait. A
	// call whose ctx ends earlier waits no longer than that. 0: two minutes. Negative: not at all.
	MaxWait time.Duration
	// Log gets a line for each renewal; nil: none. Secrets never appear in it. A line that tells of a wait as MaxWait
	// bounds it has the attribute "until", the time at which the wait ends; no other line has it.
	Log *slog.Logger
}

// NewSession makes a session that logs in with login when the Store has nothing that can be renewed. With a nil login
// only what is stored is used. Nothing is sent before a token is needed, and a mistake in the configuration is
// reported by the first call that needs one.
func (c *Config) NewSession(login Grant, opts *SessionOptions) *Session {
	if opts == nil {
		opts = &SessionOptions{}
	}
	own := *c
	var s *Session
	own.observe = func(skew time.Duration) { s.skew.Store(int64(skew)) }
	own.count = func(used int) { s.used.Store(int64(used)) }
	own.skew = func() time.Duration { return time.Duration(s.skew.Load()) }
	s = &Session{config: &own, grant: login, store: opts.Store, key: opts.Key, inline: opts.Inline, maxWait: opts.MaxWait, log: opts.Log}
	s.invalid = c.Validate()
	s.app = fingerprint(c.ringCentral(), c.ringCX(), c.ClientID)
	if known, ok := login.(Identified); ok {
		s.identity = known.Identity()
	}
	if login == nil {
		s.made = storedGrant(&own)
	} else if g, ok := login.(*configGrant); ok {
		s.made = g.bound(c, &own)
	}
	if s.made != nil {
		s.grant = s.made
	}
	if s.store == nil {
		s.store, s.knownRingCentral, s.knownRingCX, s.knownLineage = new(Memory), new(known), new(known), new(known)
	} else {
		s.knownRingCentral, s.knownRingCX = knownOf(s.store, s.ledgerKey(actLogin)), knownOf(s.store, s.ledgerKey(actExchange))
	}
	switch {
	case s.key != "":
	case s.identity == "" && opts.Store != nil:
		s.invalid = errNameless // and it has no key, so that nothing is read or written
	default:
		s.key = fingerprint(s.app, s.identity)
	}
	if s.knownLineage == nil {
		s.knownLineage = knownOf(s.store, s.key)
	}
	if s.log == nil {
		s.log = slog.New(slog.DiscardHandler)
	}
	return s
}

// Format writes the key of the lineage for every verb, so that no verb shows a secret.
func (s *Session) Format(f fmt.State, _ rune) { _, _ = fmt.Fprintf(f, "session %s", s.key) }

// errNameless is of a session that could be anybody's: two users would find each other's tokens in a Store that they share.
var errNameless error = &namelessError{}

type namelessError struct{}

func (*namelessError) Error() string {
	return "nothing says whose session it is: no key names it, and its grant does not say whom it stands for"
}

// Hint tells what to do about it.
func (*namelessError) Hint() string {
	return "set SessionOptions.Key to a name of the user, or give the grant a method Identity() string (ringcx.Identified)"
}

// credentials is what the session would send, by fingerprint: a failure counts only for those it happened with.
func (s *Session) credentials() string {
	password := ""
	if s.made != nil {
		password = s.made.secret
	}
	return fingerprint(s.app, s.identity, s.config.ClientSecret, s.config.keyName(), password)
}

// direct tells whether the grant logs in to RingCX itself.
func (s *Session) direct() bool { return s.made != nil && s.made.direct }

// owns tells whether a record is of this session's lineage.
func (s *Session) owns(r *record) bool {
	same := func(a, b string) bool { return a == "" || b == "" || a == b }
	return same(s.app, r.App) && same(s.identity, r.Identity)
}

func (s *Session) load(ctx context.Context) (*record, error) {
	if s.clock.Load() == nil {
		if err := s.syncClock(ctx); err != nil {
			return nil, err
		}
	}
	value, err := s.store.Load(ctx, s.key)
	if err != nil {
		return nil, err
	}
	return decodeRecord(s.key, value)
}

// Token returns a token that works. Usually that is a read of memory. When a renewal is needed, one caller's is
// everybody's; when the vendor's limits leave nothing to do but wait, it waits as long as ctx and SessionOptions.MaxWait
// allow. Errors are an [*Error] with the vendor's words, or carry [ErrLoginRequired]. The token is shared: do not change it.
func (s *Session) Token(ctx context.Context) (*Token, error) {
	if t := s.hot.Load(); t != nil {
		return t, nil
	}
	return s.token(ctx, 0)
}

// TokenFor is Token with a minimum: the token lives at least minTTL from now. If even a new one would not, that is an
// error.
func (s *Session) TokenFor(ctx context.Context, minTTL time.Duration) (*Token, error) {
	return s.token(ctx, minTTL)
}

// Client is an http.Client that is always signed in: it sends the token to the RingCX host, and to no other.
func (s *Session) Client() *http.Client { return s.config.Client(s) }

// Invalidate reports that the vendor refused t, so that the next call renews. A report about a token that has been
// replaced since does nothing. If the replacement is refused too before it ever worked, that is not about tokens:
// for half a minute reports about it do nothing either.
func (s *Session) Invalidate(t *Token) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.current == nil || t == nil || s.current.AccessToken != t.AccessToken {
		return
	}
	if s.replacement == s.current && s.lastGood.Load() != s.current && s.config.now().Sub(s.current.Obtained) < 30*time.Second {
		return
	}
	s.refused = t.fingerprint()
	s.hot.Store(nil)
}

// confirm notes that the vendor accepted t.
func (s *Session) confirm(t *Token) {
	if s.lastGood.Load() != t {
		s.lastGood.Store(t)
	}
	if t.Idle > 0 {
		s.prolong(t)
	}
}

// Login logs in anew, whatever is stored. The stored lineage is replaced when the new one is complete, and stays as it
// is when the login fails. A request that is under way when ctx ends is waited for, half a minute at most: its answer is
// stored.
func (s *Session) Login(ctx context.Context) error {
	if s.invalid != nil {
		return s.invalid
	}
	n := s.need(0)
	n.since, n.begun = s.now(), new(record) // any time: the renewal sets it when it begins
	_, err := s.withRetry(ctx, func() (*Token, error) {
		t, err := s.renew(ctx, n)
		if err == nil {
			s.mu.Lock()
			defer s.mu.Unlock()
			s.publish(t.public())
		}
		return t, err
	})
	return err
}

// Wait returns when no renewal is under way. A program that is about to end calls it, so that the answer to a request
// that is on its way is stored and not lost.
func (s *Session) Wait(ctx context.Context) error {
	s.mu.Lock()
	f := s.flight
	s.mu.Unlock()
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

// defaultWait is SessionOptions.MaxWait when that says nothing.
const defaultWait = 2 * time.Minute

// maxRetries is how often a call tries again after the vendor's server failed or could not be understood.
const maxRetries = 2

// withRetry calls fn until it brings a token, an error that waiting cannot mend, or ctx or MaxWait end the waiting.
func (s *Session) withRetry(ctx context.Context, fn func() (*Token, error)) (*Token, error) {
	most := s.maxWait
	if most == 0 {
		most = defaultWait
	}
	giveUp := s.config.now().Add(most)
	for failures := 0; ; {
		t, err := fn()
		var wait *waitError
		if !errors.As(err, &wait) {
			return t, err
		}
		if wait.cause != nil && wait.cause.Kind != failLimited {
			failures++
		}
		d := wait.until.Sub(s.now())
		until := s.config.now().Add(d)
		deadline, ok := ctx.Deadline()
		if failures > maxRetries || until.After(giveUp) || ok && time.Now().Add(d).After(deadline) {
			return nil, wait.err(d)
		}
		s.log.Info("ringcx: waiting", slog.String("key", s.key), slog.Time("until", until))
		select {
		case <-time.After(d):
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
}

// err is what a caller learns that cannot wait.
func (e *waitError) err(d time.Duration) error {
	if e.cause != nil {
		return e.cause.errUntil(d)
	}
	return &Error{Op: "renew", Message: e.Error() + ", its limit of requests is used up", RetryAfter: d, kind: failLimited}
}
