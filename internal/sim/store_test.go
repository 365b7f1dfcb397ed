//go:build !race

package sim_test

import (
	"bytes"
	"context"
	"errors"
	"maps"
	"time"
)

// rows are the values that survive, shared by all processes, with one lock.
type rows struct {
	value   []byte
	fence   int64         // number of the holder
	until   time.Time     // the holder's lease ends, for a store with leases
	free    chan struct{} // holds one value when nobody holds the lock
	lease   time.Duration // 0: a lock that the system releases when its holder dies
	outages map[*process]time.Time
	flaw    string // "": none; "forgets": intents are not kept; "shares": updates do not exclude each other
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

func (s *store) Load(context.Context, string) ([]byte, error) {
	if err := s.reach(); err != nil {
		return nil, err
	}
	return s.w.rows.value, nil
}

func (s *store) Update(ctx context.Context, _ string, fn func([]byte, func([]byte) error) error) error {
	r := s.w.rows
	if err := s.reach(); err != nil {
		return err
	}
	if r.flaw == "shares" {
		return fn(r.value, func(value []byte) error {
			r.value = value
			return s.reach()
		})
	}
	mine, err := s.acquire(ctx)
	if err != nil {
		return err
	}
	defer func() {
		if r.fence == mine && (r.lease == 0 || !s.dead) { // the lease of the dead runs out by itself
			r.until = time.Time{}
			r.free <- struct{}{}
		}
	}()
	if s.chance(2) {
		s.die("holding the lock")
		return errDied
	}
	return fn(r.value, func(value []byte) error {
		return s.save(mine, value)
	})
}

// acquire waits for the lock, or takes over a lease that ran out.
func (s *store) acquire(ctx context.Context) (int64, error) {
	r := s.w.rows
	for {
		wait := time.Hour
		if r.lease > 0 && !r.until.IsZero() {
			wait = time.Until(r.until) + time.Duration(s.rng.IntN(1000)) // no two at the same instant
		}
		select {
		case <-r.free:
		case <-ctx.Done():
			return 0, ctx.Err()
		case <-time.After(max(wait, 1)):
			if r.lease == 0 || r.until.IsZero() || time.Now().Before(r.until) {
				continue
			}
			s.w.tell("%s takes over a lease that ran out", s.name)
		}
		r.fence++
		r.until = time.Now().Add(r.lease)
		return r.fence, nil
	}
}

func (s *store) save(mine int64, value []byte) error {
	r := s.w.rows
	if err := s.reach(); err != nil {
		return err
	}
	if s.chance(3) {
		s.die("before a save")
		return errDied
	}
	if r.lease > 0 && s.chance(3) {
		s.w.tell("%s is paused", s.name)
		s.pass(0, 3*r.lease)
	}
	s.pass(0, 5*time.Millisecond)
	if r.fence != mine {
		s.w.tell("%s finds its lease taken", s.name)
		return errors.New("the lease was taken over")
	}
	if r.until = time.Now().Add(r.lease); r.flaw != "forgets" || !bytes.Contains(value, []byte(`"attempt"`)) {
		r.value = value
	}
	maps.Copy(s.w.quiet, s.told)
	clear(s.told)
	if r.lease > 0 && s.chance(3) {
		s.w.tell("%s is paused after a save", s.name)
		s.pass(0, 3*r.lease)
	}
	if s.chance(3) {
		s.die("after a save")
		return errDied
	}
	return nil
}
