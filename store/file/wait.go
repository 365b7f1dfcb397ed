package file

import (
	"context"
	"math/rand/v2"
	"time"
)

const (
	firstPause = 2 * time.Millisecond
	maxPause   = 50 * time.Millisecond
)

// locker is a lock that can be tried without waiting.
type locker interface{ TryLock() (bool, error) }

// await tries a lock until it is taken or ctx ends, which never leaves it taken. The pauses grow: a holder needs the
// processor for its work, and hundreds of processes that try every few milliseconds would leave it none.
func await(ctx context.Context, lock locker) error {
	for pause := firstPause; ; pause = min(2*pause, maxPause) {
		if err := ctx.Err(); err != nil {
			return err
		}
		if taken, err := lock.TryLock(); err != nil || taken {
			return err
		}
		timer := time.NewTimer(jitter(pause))
		select {
		case <-timer.C:
		case <-ctx.Done():
			timer.Stop()
		}
	}
}

// jitter is between half of d and one and a half, so that programs that started together do not stay together.
func jitter(d time.Duration) time.Duration { return d/2 + rand.N(d) } //nolint:gosec // no secret
