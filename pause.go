package ringcx

import (
	"errors"
	"time"
)

// A session whose own way to the vendor failed makes a pause before it takes the Store's turn again, so that programs whose
// way is better go first. Nobody else knows of it.

const (
	firstPause   = time.Second
	longestPause = 30 * time.Second
)

// apart is how often in a row the way to the vendor failed, and until when the pause lasts.
type apart struct {
	failures int
	until    time.Time // on the clock of the runtime
	last     *Error
}

// ofOurNetwork tells failures that are no news about the vendor, but may be over with the next connection.
func (e *Error) ofOurNetwork() bool {
	return e.kind == failSilent && !errors.Is(e.cause, errDeaf) || errors.Is(e.cause, errNoConnection)
}

// pause begins a pause because of e, and returns the wait for its end.
func (s *Session) pause(e *Error) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	failures := 1
	if s.apart != nil && time.Since(s.apart.until) < longestPause {
		failures += s.apart.failures
	}
	d := min(firstPause<<min(failures-1, 10), longestPause)
	now := time.Now()
	d += time.Duration(now.UnixNano() % int64(d)) // programs that failed together do not come back together
	s.apart = &apart{failures, now.Add(d), e}
	return s.waitApart(d)
}

// pausing is the wait for the end of a pause under way, nil if there is none.
func (s *Session) pausing() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.apart == nil || !time.Now().Before(s.apart.until) {
		return nil
	}
	return s.waitApart(time.Until(s.apart.until))
}

// waitApart makes the wait. The caller holds s.mu.
func (s *Session) waitApart(d time.Duration) error {
	e := s.apart.last
	return &waitError{s.now().Add(d), &failure{
		Time: s.now(), Op: e.Op, StatusCode: e.StatusCode, Message: e.Message, Kind: e.kind, origin: e,
	}}
}

// connected ends it: the vendor answered.
func (s *Session) connected() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.apart = nil
}
