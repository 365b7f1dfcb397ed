package handout

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/ringcx-go/ringcx/broker/internal/caller"
)

const (
	// AccessLife is how long an access token of the broker's own lives, as one of RingCX does.
	AccessLife = 5 * time.Minute
	// RefreshLife is how long a refresh token of the broker's own lives. It is spent by its use.
	RefreshLife = time.Hour

	accessPrefix, refreshPrefix = "rcxs_", "rcxr_"

	// most is how many tokens of its own the broker keeps for all callers, and mostEach for one: beyond that the oldest of the
	// caller, or of all, ends.
	most, mostEach = 100_000, 1_000
)

// Short are the tokens of the broker's own, for programs that log in by themselves: random, in memory, of one caller each. They
// are keys to the broker and to nothing else.
type Short struct {
	Now   func() time.Time                                // nil: time.Now
	Alive func(ctx context.Context, c caller.Caller) bool // whether a caller may still come; nil: any may

	mu     sync.Mutex // guards the fields below
	tokens map[[sha256.Size]byte]*short
	each   map[string][]*short // by caller, the oldest first
	queue  []*short            // of all, the oldest first
}

type short struct {
	hash    [sha256.Size]byte
	caller  caller.Caller
	pair    *pair
	ends    time.Time
	refresh bool
	ended   bool
}

// pair is what was handed out together, and ends together.
type pair struct{ all []*short }

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

// Issue makes a pair for a caller.
func (s *Short) Issue(c caller.Caller) Pair {
	s.mu.Lock()
	defer s.mu.Unlock()
	together, p := new(pair), Pair{AccessLife: AccessLife, RefreshLife: RefreshLife}
	if !c.Until.IsZero() { // it could go on for ever with what it showed once
		left := max(c.Until.Sub(s.now()), 0)
		p.AccessLife, p.RefreshLife = min(p.AccessLife, left), min(p.RefreshLife, left)
	}
	p.Access, p.Refresh = s.issue(c, together, accessPrefix, p.AccessLife), s.issue(c, together, refreshPrefix, p.RefreshLife)
	return p
}

// issue makes a token. The caller of it holds s.mu.
func (s *Short) issue(c caller.Caller, together *pair, prefix string, life time.Duration) string {
	var random [32]byte
	_, _ = rand.Read(random[:])
	text := prefix + base64.RawURLEncoding.EncodeToString(random[:])
	t := &short{hash: sha256.Sum256([]byte(text)), caller: c, pair: together, ends: s.now().Add(life), refresh: prefix == refreshPrefix}
	together.all = append(together.all, t)
	if s.tokens == nil {
		s.tokens, s.each = map[[sha256.Size]byte]*short{}, map[string][]*short{}
	}
	s.tokens[t.hash] = t
	s.each[c.Name] = append(s.each[c.Name], t)
	s.queue = append(s.queue, t)
	s.tidy(c.Name)
	return text
}

// tidy forgets tokens that have ended, and the oldest of too many.
func (s *Short) tidy(name string) {
	now := s.now()
	gone := func(t *short) bool { return t.ended || !now.Before(t.ends) }
	own := s.each[name]
	for len(own) > 0 && (gone(own[0]) || len(own) > mostEach) {
		s.end(own[0])
		own = own[1:]
	}
	s.each[name] = own
	for len(s.queue) > 0 && (gone(s.queue[0]) || len(s.tokens) > most) {
		t := s.queue[0]
		s.end(t)
		s.queue = s.queue[1:]
		rest := s.each[t.caller.Name]
		for len(rest) > 0 && rest[0].ended {
			rest = rest[1:]
		}
		if s.each[t.caller.Name] = rest; len(rest) == 0 {
			delete(s.each, t.caller.Name)
		}
	}
}

func (s *Short) end(t *short) {
	t.ended = true
	delete(s.tokens, t.hash)
}

// find is a token that has not ended. The caller holds s.mu.
func (s *Short) find(text string, refresh bool) *short {
	prefix := accessPrefix
	if refresh {
		prefix = refreshPrefix
	}
	if len(text) != len(prefix)+43 || !strings.HasPrefix(text, prefix) {
		return nil
	}
	t := s.tokens[sha256.Sum256([]byte(text))] // what can be timed is the hash of a guess
	if t == nil || t.refresh != refresh || !s.now().Before(t.ends) {
		return nil
	}
	return t
}

// Whose tells whose an access token is, and until when it lives.
func (s *Short) Whose(text string) (c caller.Caller, until time.Time, ok bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	t := s.find(text, false)
	if t == nil {
		return c, until, false
	}
	return t.caller, t.ends, true
}

// Refresh spends a refresh token for a new pair.
func (s *Short) Refresh(ctx context.Context, text string) (p Pair, c caller.Caller, ok bool) {
	s.mu.Lock()
	t := s.find(text, true)
	if t != nil {
		s.endPair(t)
	}
	s.mu.Unlock()
	if t == nil || s.Alive != nil && !s.Alive(ctx, t.caller) {
		return p, c, false
	}
	return s.Issue(t.caller), t.caller, true
}

// End ends a token with what was handed out with it. One that is not known has ended.
func (s *Short) End(text string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, refresh := range []bool{false, true} {
		if t := s.find(text, refresh); t != nil {
			s.endPair(t)
		}
	}
}

func (s *Short) endPair(t *short) {
	for _, one := range t.pair.all {
		s.end(one)
	}
}

// Authenticate implements [caller.Authenticator].
func (s *Short) Authenticate(_ *http.Request, secret string) (*caller.Caller, error) {
	c, _, ok := s.Whose(secret)
	if !ok {
		return nil, caller.ErrUnknown
	}
	known := c // so that only those that are known take memory
	return &known, nil
}
