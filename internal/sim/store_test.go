//go:build !race

package sim_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"maps"
	"time"

	"github.com/ringcx-go/ringcx"
)

// rows are the values that survive, shared by all processes.
type rows struct {
	of      map[string]*row
	lease   time.Duration // 0: locks that the system releases when their holder dies
	outages map[*process]time.Time
	flaw    string // "": none; "forgets": intents are not kept; "shares": updates do not exclude each other
}

// row is one value and its lock.
type row struct {
	value []byte
	fence int64         // number of the holder
	until time.Time     // the holder's lease ends, for a store with leases
	free  chan struct{} // holds one value when nobody holds the lock
}

func (r *rows) row(key string) *row {
	if r.of[key] == nil {
		r.of[key] = &row{free: make(chan struct{}, 1)}
		r.of[key].free <- struct{}{}
	}
	return r.of[key]
}

// store is the store as one process sees it: exclusive, fenced, and at times out of reach.
type store struct{ *process }

var errStore = errors.New("the store cannot be reached")

func (s *store) reach() error {
	if s.dead {
		return errDied
	}
	if s.chance(1) {
		s.w.tell("%s loses the store", s.name)
		s.w.rows.outages[s.process] = time.Now().Add(time.Duration(s.rng.IntN(30)) * time.Second)
	}
	if time.Now().Before(s.w.rows.outages[s.process]) {
		return errStore
	}
	return nil
}

// Now is the time of the server of a store with leases; for files it is the machine's, on the clock that nobody can set.
func (s *store) Now(context.Context) (time.Time, error) {
	if s.w.rows.lease > 0 {
		if err := s.reach(); err != nil {
			return time.Time{}, err
		}
	}
	return time.Now().Add(-s.apart), nil
}

func (s *store) Load(_ context.Context, key string) ([]byte, error) {
	if err := s.reach(); err != nil {
		return nil, err
	}
	return s.w.rows.row(key).value, nil
}

func (s *store) Update(ctx context.Context, key string, fn func([]byte, func([]byte) error) error) error {
	r, lease := s.w.rows.row(key), s.w.rows.lease
	if err := s.reach(); err != nil {
		return err
	}
	if s.w.rows.flaw == "shares" {
		return fn(r.value, func(value []byte) error {
			r.value = value
			return s.reach()
		})
	}
	mine, err := s.acquire(ctx, r)
	if err != nil {
		return err
	}
	defer func() {
		if r.fence == mine && (lease == 0 || !s.dead) { // the lease of the dead runs out by itself
			r.until = time.Time{}
			r.free <- struct{}{}
		}
	}()
	if s.chance(2) {
		s.die("holding the lock")
		return errDied
	}
	return fn(r.value, func(value []byte) error {
		return s.save(r, mine, value)
	})
}

// acquire waits for the lock, or takes over a lease that ran out.
func (s *store) acquire(ctx context.Context, r *row) (int64, error) {
	lease := s.w.rows.lease
	for {
		if err := ctx.Err(); err != nil { // a select among several that are ready would throw dice of its own
			return 0, err
		}
		wait := time.Hour
		if lease > 0 && !r.until.IsZero() {
			wait = time.Until(r.until) + time.Duration(s.rng.IntN(1000)) // no two at the same instant
		}
		select {
		case <-r.free:
		case <-ctx.Done():
			return 0, ctx.Err()
		case <-time.After(max(wait, 1)):
			if lease == 0 || r.until.IsZero() || time.Now().Before(r.until) {
				continue
			}
			s.w.tell("%s takes over a lease that ran out", s.name)
		}
		r.fence++
		r.until = time.Now().Add(lease)
		return r.fence, nil
	}
}

func (s *store) save(r *row, mine int64, value []byte) error {
	lease := s.w.rows.lease
	if err := s.reach(); err != nil {
		return err
	}
	if s.chance(2) {
		s.die("before a save")
		return errDied
	}
	if lease > 0 && s.chance(3) {
		s.w.tell("%s is paused", s.name)
		s.pass(0, 3*lease)
	}
	s.pass(0, 5*time.Millisecond)
	if r.fence != mine {
		s.w.tell("%s finds its lease taken", s.name)
		return fmt.Errorf("save: %w", ringcx.ErrTakenOver)
	}
	if s.w.rows.flaw != "forgets" || !bytes.Contains(value, []byte(`"attempt"`)) {
		r.value = value
	}
	r.until = time.Now().Add(lease)
	if bytes.Contains(value, []byte(`"quiet_until"`)) {
		for host := range s.told {
			s.w.known[host] = time.Now()
		}
		maps.Copy(s.w.quiet, s.told)
		clear(s.told)
	}
	if lease > 0 && s.chance(3) {
		s.w.tell("%s is paused after a save", s.name)
		s.pass(0, 3*lease)
	}
	if s.chance(2) {
		s.die("after a save")
		return errDied
	}
	return nil
}
