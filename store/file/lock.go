package file

import (
	"context"
	"errors"
	"math/rand/v2"
	"os"
	"time"

	"github.com/gofrs/flock"
)

// Lock waits until it has the lock that the file path is, which is made if it is not there and stays, or until ctx ends. A
// link and what is no file are refused. The end of the process unlocks it too.
func Lock(ctx context.Context, path string) (unlock func(), err error) {
	info, err := os.Lstat(path)
	if err == nil {
		err = plainLock(path, info)
	}
	if err != nil && !isMissing(err) {
		return nil, err
	}
	lock := flock.New(path, flock.SetPermissions(0o600), flock.SetFlag(os.O_CREATE|os.O_RDONLY|noFollow|nonBlock))
	if err := await(ctx, lock); err != nil {
		return nil, err
	}
	unlock = func() { _ = lock.Close() }
	if info, err = lock.Stat(); err == nil {
		err = plainLock(path, info)
	}
	if err != nil {
		unlock()
		return nil, err
	}
	return unlock, nil
}

func plainLock(path string, info os.FileInfo) error {
	err := plain(path, info)
	if r := (*refusal)(nil); errors.As(err, &r) {
		r.remedy = "remove it: nothing is kept in it"
	}
	return err
}

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
