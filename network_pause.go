package ringcx

import (
	"errors"
	"sync"
	"time"
)

// A session whose own way to the vendor failed makes a pause before it takes the Store's turn again, so that programs whose
// way is better go first. Nobody else knows of it.

const (
	firstPause   = time.Second
	longestPause = 30 * time.Second
)

// pause is how often in a row the way to the vendor failed, and until when that keeps the session back.
type pause struct {
	clocks *clocks

	mu       sync.Mutex // guards the fields below
	failures int
	until    time.Time // on the clock of the runtime
	last     *Error    // nil: the vendor answered since
}

// ofOurNetwork tells failures that are no news about the vendor, but may be over with the next connection.
func (e *Error) ofOurNetwork() bool {
	return e.kind == failSilent && !errors.Is(e.cause, errDeaf) || errors.Is(e.cause, errNoConnection)
}

// begin begins a pause because of e, and returns the wait for its end.
func (p *pause) begin(e *Error) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	failures := 1
	if p.last != nil && time.Since(p.until) < longestPause {
		failures += p.failures
	}
	d := min(firstPause<<min(failures-1, 10), longestPause)
	now := time.Now()
	d += time.Duration(now.UnixNano() % int64(d)) // programs that failed together do not come back together
	p.failures, p.until, p.last = failures, now.Add(d), e
	return p.wait(d)
}

// underWay is the wait for the end of a pause under way, nil if there is none.
func (p *pause) underWay() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.last == nil || !time.Now().Before(p.until) {
		return nil
	}
	return p.wait(time.Until(p.until))
}

// wait makes the wait. The caller holds p.mu.
func (p *pause) wait(d time.Duration) error {
	e, now := p.last, p.clocks.now()
	return &waitError{now.Add(d), &failure{
		Time: now, Op: e.Op, StatusCode: e.StatusCode, Message: e.Message, Kind: e.kind, origin: e,
	}}
}

// end ends it: the vendor answered.
func (p *pause) end() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.last = nil
}
