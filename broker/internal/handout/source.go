// Package handout hands out tokens: the vendor's access token to callers that ask for it, and tokens of the broker's own to
// programs that log in by themselves. It never hands out a refresh token of the vendor's, nor a credential.
package handout

import (
	"context"
	"encoding/json"
	"errors"
	"sync"
	"sync/atomic"
	"time"

	"github.com/ringcx-go/ringcx"
)

// Session is what a profile's tokens come from; a ringcx.Session is one.
type Session interface {
	ringcx.TokenSource
	TokenFor(ctx context.Context, minTTL time.Duration) (*ringcx.Token, error)
}

// Source is the tokens of a profile, and those who wait for the next one: they share one channel, and while there are any, one
// goroutine that asks for the token when it is due.
type Source struct {
	session Session
	now     func() time.Time

	last  atomic.Pointer[known] // nil: no token was asked for
	ended chan struct{}         // closed by End

	mu      sync.Mutex // guards the fields below
	changed chan struct{}
	watched map[*func()]bool // those to call then
	waiting int
	stop    func() // ends the goroutine that asks; nil: there is none
}

// known is a token with its name.
type known struct {
	token       *ringcx.Token
	fingerprint string
}

// NewSource is the source of a session's tokens. now is its clock; nil: time.Now.
func NewSource(s Session, now func() time.Time) *Source {
	if now == nil {
		now = time.Now
	}
	return &Source{session: s, now: now, changed: make(chan struct{}), ended: make(chan struct{})}
}

// Token is the token at hand, with its fingerprint.
func (s *Source) Token(ctx context.Context, minTTL time.Duration) (*ringcx.Token, string, error) {
	var t *ringcx.Token
	var err error
	if minTTL > 0 {
		t, err = s.session.TokenFor(ctx, minTTL)
	} else {
		t, err = s.session.Token(ctx)
		if err == nil && !t.Expiry.IsZero() && !s.now().Before(t.Expiry) {
			// A process that was stopped may take it from memory before the timer comes that forgets it.
			t, err = s.session.TokenFor(ctx, time.Nanosecond)
		}
	}
	if err != nil {
		return nil, "", err
	}
	return t, s.note(t), nil
}

// note sees to it that those who wait learn of a token.
func (s *Source) note(t *ringcx.Token) (fingerprint string) {
	if k := s.last.Load(); k != nil && k.token == t {
		return k.fingerprint
	}
	k := &known{t, Fingerprint(t)}
	s.mu.Lock()
	defer s.mu.Unlock()
	if old := s.last.Load(); old == nil || old.fingerprint != k.fingerprint {
		close(s.changed)
		s.changed = make(chan struct{})
		s.wake()
	}
	s.last.Store(k)
	return k.fingerprint
}

// Names remembers the fingerprint of the last token that it was asked about.
type Names struct{ last atomic.Pointer[known] }

// Of is the fingerprint of a token.
func (n *Names) Of(t *ringcx.Token) string {
	k := n.last.Load()
	if k == nil || k.token != t {
		k = &known{t, Fingerprint(t)}
		n.last.Store(k)
	}
	return k.fingerprint
}

// Fingerprint names a token without telling it, as logs and the status of a session do.
func Fingerprint(t *ringcx.Token) string {
	var shown struct{ Token string }
	if text, err := json.Marshal(t); err == nil {
		_ = json.Unmarshal(text, &shown)
	}
	return shown.Token
}

// After is the first token that is not the one with a fingerprint, or what is there when wait is over, or ending is closed (nil: it
// never is).
func (s *Source) After(ctx context.Context, fingerprint string, wait time.Duration, ending <-chan struct{}) (*ringcx.Token, string, error) {
	t, name, err := s.Token(ctx, 0)
	if err != nil || name != fingerprint || wait <= 0 {
		return t, name, err
	}
	defer s.wait(ending)()
	timer := time.NewTimer(wait)
	defer timer.Stop()
	for {
		s.mu.Lock()
		changed, k := s.changed, s.last.Load()
		s.mu.Unlock()
		if k.fingerprint != fingerprint {
			return k.token, k.fingerprint, nil
		}
		select {
		case <-changed:
		case <-timer.C:
			return s.Token(ctx, 0)
		case <-ending:
			return s.Token(ctx, 0)
		case <-s.ended:
			return nil, "", errEnded
		case <-ctx.Done():
			return nil, "", ctx.Err()
		}
	}
}

// Watch calls wake once, when the token is not the one with a fingerprint any more, or ending is closed (nil: it never is): for those
// who wait without a goroutine of their own. It is not called when stop has returned.
func (s *Source) Watch(fingerprint string, ending <-chan struct{}, wake func()) (stop func()) {
	done := s.wait(ending)
	s.mu.Lock()
	defer s.mu.Unlock()
	select {
	case <-ending:
		wake()
		return done
	case <-s.ended:
		wake()
		return done
	default:
	}
	if k := s.last.Load(); k != nil && k.fingerprint != fingerprint {
		wake()
		return done
	}
	if s.watched == nil {
		s.watched = map[*func()]bool{}
	}
	s.watched[&wake] = true
	return func() {
		s.mu.Lock()
		delete(s.watched, &wake)
		s.mu.Unlock()
		done()
	}
}

// errEnded is a source that nobody is served from any more.
var errEnded = errors.New("the profile is not served any more as it was")

// End has those who wait be woken, and asks for no token any more: nobody is served from the source. It is called once.
func (s *Source) End() {
	close(s.ended)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.wake()
}

// wake calls all that watch. The caller holds mu.
func (s *Source) wake() {
	for wake := range s.watched {
		(*wake)()
	}
	clear(s.watched)
}

// wait counts one who waits until the function that it returns is called.
func (s *Source) wait(ending <-chan struct{}) (done func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.waiting++
	if s.stop == nil {
		ctx, cancel := context.WithCancel(context.Background())
		s.stop = cancel
		go s.keepAsking(ctx, ending)
	}
	return func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		if s.waiting--; s.waiting == 0 {
			s.stop()
			s.stop = nil
		}
	}
}

// Waiting is how many wait for the next token.
func (s *Source) Waiting() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.waiting
}

// soonest is how long the source waits at least before it asks again.
const soonest = 250 * time.Millisecond

// keepAsking asks for the token whenever another one is due, so that those who wait need not, and wakes them when ending is closed.
func (s *Source) keepAsking(ctx context.Context, ending <-chan struct{}) {
	for failures := 0; ; {
		pause := soonest
		if k := s.last.Load(); k != nil {
			pause = max(k.token.RenewAt().Sub(s.now()), soonest)
		}
		pause = max(pause, min(soonest<<min(failures, 8), 30*time.Second))
		select {
		case <-time.After(pause):
		case <-ending:
			ending = nil
			s.mu.Lock()
			s.wake()
			s.mu.Unlock()
			continue
		case <-s.ended:
			return
		case <-ctx.Done():
			return
		}
		if _, _, err := s.Token(ctx, 0); err != nil {
			failures++
		} else {
			failures = 0
		}
	}
}
