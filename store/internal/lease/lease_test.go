package lease_test

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/ringcx-go/ringcx"
	"github.com/ringcx-go/ringcx/ringcxtest"
	"github.com/ringcx-go/ringcx/store/internal/lease"
)

// server is an engine in memory, with the clock of the process as its own.
type server struct {
	mu   sync.Mutex // guards rows
	rows map[string]*row

	slow  func(holder string) // nil; called at the begin of each Keep
	rings chan string         // nil: nobody is told
}

type row struct {
	holder string
	value  []byte
	number int64
	until  time.Time
}

func (s *server) row(key string) *row {
	if s.rows == nil {
		s.rows = map[string]*row{}
	}
	if s.rows[key] == nil {
		s.rows[key] = &row{}
	}
	return s.rows[key]
}

func (s *server) Take(_ context.Context, key, holder string, length time.Duration) (lease.Claim, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	r := s.row(key)
	if left := time.Until(r.until); left > 0 && r.holder != holder {
		return lease.Claim{Left: left}, nil
	}
	r.holder, r.until = holder, time.Now().Add(length)
	return lease.Claim{Taken: true, Value: bytes.Clone(r.value), Number: r.number}, nil
}

func (s *server) Keep(_ context.Context, key, holder string, length time.Duration) (bool, error) {
	if s.slow != nil {
		s.slow(holder)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	r := s.row(key)
	if r.holder != holder {
		return false, nil
	}
	r.until = time.Now().Add(length)
	return true, nil
}

func (s *server) Save(_ context.Context, key, holder string, number int64, value []byte, length time.Duration) (bool, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	r := s.row(key)
	if r.holder != holder || r.number > number {
		return false, nil
	}
	r.value, r.number, r.until = bytes.Clone(value), number, time.Now().Add(length)
	return true, nil
}

func (s *server) Release(_ context.Context, key, holder string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if r := s.row(key); r.holder == holder {
		r.holder, r.until = "", time.Time{}
	}
	if s.rings != nil {
		s.rings <- key
	}
	return nil
}

func (s *server) Listen(ctx context.Context, ring func(string)) error {
	ring("")
	for {
		select {
		case key := <-s.rings:
			ring(key)
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

func (s *server) Passing(error) bool { return false }

// store is a Store of such a server.
type store struct {
	leases lease.Leases
	server *server
	timing lease.Timing
}

func newStore(t *testing.T, s *server, timing lease.Timing) *store {
	made := &store{server: s, timing: timing}
	made.leases.Engine = s
	t.Cleanup(made.leases.Close)
	return made
}

func (s *store) Load(_ context.Context, key string) ([]byte, error) {
	s.server.mu.Lock()
	defer s.server.mu.Unlock()
	return bytes.Clone(s.server.row(key).value), nil
}

func (s *store) Update(ctx context.Context, key string, fn func([]byte, func([]byte) error) error) error {
	return s.leases.Update(ctx, s.timing, key, fn)
}

func (s *store) append(ctx context.Context, key, value string) error {
	return s.Update(ctx, key, func(old []byte, save func([]byte) error) error { return save(append(bytes.Clone(old), value...)) })
}

func TestLeasesMakeAStoreOfAServer(t *testing.T) {
	ringcxtest.TestStore(t, func(t *testing.T) func() ringcx.Store {
		s := &server{}
		return func() ringcx.Store { return newStore(t, s, lease.Timing{Poll: 10 * time.Millisecond}) }
	})
}

func TestAHolderThatWasTakenOverCannotSave(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		// The first holder's server is so slow that its lease runs out.
		s := &server{slow: func(string) { time.Sleep(time.Hour) }}
		first, second := newStore(t, s, lease.Timing{}), newStore(t, s, lease.Timing{})
		err := first.Update(t.Context(), "k", func(_ []byte, save func([]byte) error) error {
			if err := save([]byte("intent,")); err != nil {
				return err
			}
			if err := second.append(t.Context(), "k", "other"); err != nil {
				return err
			}
			return save([]byte("stale"))
		})
		if err == nil || !strings.Contains(err.Error(), "lease on the lineage was lost") {
			t.Errorf("the holder that was taken over got %v", err)
		}
		if got, _ := first.Load(t.Context(), "k"); string(got) != "intent,other" {
			t.Errorf("the store holds %q", got)
		}
	})
}

func TestAHolderThatWorksKeepsItsLease(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &server{}
		first, second := newStore(t, s, lease.Timing{}), newStore(t, s, lease.Timing{})
		err := first.Update(t.Context(), "k", func(_ []byte, save func([]byte) error) error {
			ctx, cancel := context.WithTimeout(t.Context(), 100*lease.Default)
			defer cancel()
			if err := second.append(ctx, "k", "intruder"); !errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("the other Update answered %v", err)
			}
			return save([]byte("mine"))
		})
		if err != nil {
			t.Error(err)
		}
	})
}

func TestWhoWaitsGoesOnWhenToldAndNotWhenLooking(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &server{rings: make(chan string, 10)}
		timing := lease.Timing{Lease: 24 * time.Hour, Poll: 24 * time.Hour}
		first, second := newStore(t, s, timing), newStore(t, s, timing)
		done := make(chan error, 1)
		begin := time.Now()
		err := first.Update(t.Context(), "k", func([]byte, func([]byte) error) error {
			go func() { done <- second.append(t.Context(), "k", "b") }()
			synctest.Wait()
			time.Sleep(time.Minute)
			return nil
		})
		if err := errors.Join(err, <-done); err != nil {
			t.Fatal(err)
		}
		if took := time.Since(begin); took != time.Minute {
			t.Errorf("it took %v, the lease was free after a minute", took)
		}
		first.leases.Close()
		second.leases.Close()
	})
}

func TestASaveAfterItsUpdateIsRefused(t *testing.T) {
	s := newStore(t, &server{}, lease.Timing{})
	var kept func([]byte) error
	err := s.Update(t.Context(), "k", func(_ []byte, save func([]byte) error) error {
		kept = save
		return nil
	})
	if err != nil || kept([]byte("late")) == nil {
		t.Errorf("%v, and a save after the end of Update was made", err)
	}
}

func TestKeysThatNotEveryServerTakesAreRefused(t *testing.T) {
	for key, want := range map[string]string{"": "empty key", strings.Repeat("k", 1025): "too long", "a\x00b": "not text", "\xff": "not text"} {
		if err := lease.CheckKey(key); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("key %.10q: %v, want %q", key, err, want)
		}
	}
	if err := lease.CheckKey(strings.Repeat("ä", 512)); err != nil {
		t.Error(err)
	}
}

// What the clock of the machine says must not matter, so nothing asks it. Timers and deadlines run on the monotonic one.
func TestNoCodeOfLeasesReadsTheClock(t *testing.T) {
	files, err := filepath.Glob("*.go")
	if err != nil || len(files) < 2 {
		t.Fatal(files, err)
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if !strings.HasSuffix(file, "_test.go") && strings.Contains(string(text), "time.Now") {
			t.Errorf("%s reads the clock", file)
		}
	}
}
