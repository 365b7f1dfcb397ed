package sandbox

import (
	"fmt"
	"sync/atomic"
	"time"

	"github.com/ringcx-go/ringcx/sandbox/internal/contract"
	"github.com/ringcx-go/ringcx/sandbox/internal/state"
)

// clockMost is how far the clock can be moved.
const clockMost = 100 * contract.Year

// clock is the server's own time: the base clock plus an offset that only tests move.
type clock struct {
	base   func() time.Time
	offset atomic.Int64 // nanoseconds
	kept   state.Cell[time.Duration]
}

func (c *clock) now() time.Time { return c.base().Add(time.Duration(c.offset.Load())).UTC() }

// Advance is that of a [Server].
func (s *server) Advance(d time.Duration) {
	s.mu.Lock()
	s.clock.offset.Add(int64(d))
	s.clock.kept.Set(s.mu.Tx, s.offset())
	s.mu.Unlock()
	_ = s.keep() // if that fails, so does the next request, which can say so
}

// move is Advance for who can be refused.
func (s *server) move(d time.Duration) error {
	err := inBounds(d)
	if err == nil {
		err = inBounds(s.offset() + d)
	}
	if err == nil {
		s.Advance(d)
	}
	return err
}

// inBounds refuses what would bring the clock round to the other end of its range.
func inBounds(offset time.Duration) error {
	if offset.Abs() > clockMost {
		return fmt.Errorf("the clock can be moved by %d years at most", clockMost/contract.Year)
	}
	return nil
}

// Now is the time on the clock, in UTC.
func (s *server) Now() time.Time { return s.clock.now() }

// offset is how far the server's clock was moved.
func (s *server) offset() time.Duration { return time.Duration(s.clock.offset.Load()) }
