package file_test

import (
	"context"
	"errors"
	"path/filepath"
	"testing"
	"testing/synctest"
	"time"

	"github.com/ringcx-go/ringcx/store/file"
)

// held is a lock that another holds until a moment, and counts how often it is tried.
type held struct {
	until time.Time
	tried int
}

func (h *held) TryLock() (bool, error) {
	h.tried++
	return !time.Now().Before(h.until), nil
}

func TestWhoWaitsForALockTriesItSeldomAndIsThereSoonWhenItIsFree(t *testing.T) {
	for _, c := range []struct {
		name            string
		held, late      time.Duration
		atMost, atLeast int
	}{
		{"a lock that is free is taken at once", 0, 0, 1, 1},
		{"a short wait ends early", 2 * time.Millisecond, 6 * time.Millisecond, 4, 2},
		{"a long one leaves the holder in peace", 10 * time.Second, 75 * time.Millisecond, 410, 130},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				h := &held{until: time.Now().Add(c.held)}
				if err := file.Await(t.Context(), h); err != nil {
					t.Fatal(err)
				}
				if late := time.Since(h.until); late > c.late || h.tried > c.atMost || h.tried < c.atLeast {
					t.Errorf("taken %v late after %d tries", late, h.tried)
				}
			})
		})
	}
}

func TestWhoGivesUpWaitingLeavesTheLockAlone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		h, begin := &held{until: time.Now().Add(time.Hour)}, time.Now()
		if err := file.Await(ctx, h); !errors.Is(err, context.DeadlineExceeded) || time.Since(begin) != time.Second {
			t.Errorf("after %v: %v", time.Since(begin), err)
		}
		free := &held{}
		if err := file.Await(ctx, free); !errors.Is(err, context.DeadlineExceeded) || free.tried != 0 {
			t.Errorf("a lock was tried %d times for a caller who had left: %v", free.tried, err)
		}
	})
}

func TestAWaitThatWasGivenUpKeepsNobodyFromTheLock(t *testing.T) {
	s := &file.Store{Dir: filepath.Join(t.TempDir(), "state")}
	ctx, cancel := context.WithCancel(t.Context())
	gaveUp := make(chan error, 1)
	err := s.Update(t.Context(), "k", func(_ []byte, save func([]byte) error) error {
		go func() {
			gaveUp <- s.Update(ctx, "k", func([]byte, func([]byte) error) error { return errors.New("it ran") })
		}()
		cancel()
		if err := <-gaveUp; !errors.Is(err, context.Canceled) {
			t.Errorf("the one who waited: %v", err)
		}
		return save([]byte("one"))
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := save(t, s, "k", "two"); err != nil {
		t.Error(err)
	}
}
