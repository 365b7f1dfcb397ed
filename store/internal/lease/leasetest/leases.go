//go:build unix

package leasetest

import (
	"context"
	"crypto/rand"
	"errors"
	"strings"
	"sync"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/ringcx-go/ringcx"
)

const short = 300 * time.Millisecond // a lease that tests wait for

// Leases tests what a lease promises to those who hold it and to those who wait. It restarts the server.
func (s *Suite[S]) Leases(t *testing.T) {
	s.Start(t)
	for name, test := range map[string]func(*testing.T){
		"a paused holder that was taken over cannot save":                s.fences,
		"control: without the fence its save is a lost update":           s.losesWithoutFence,
		"a paused holder that nobody took over goes on":                  s.forgives,
		"a holder that was killed is taken over, with what it had saved": s.takesOver,
		"a holder that works keeps its lease however long it takes":      s.renews,
		"who waits goes on when told, without looking":                   s.rings,
		"a save after Update is refused":                                 s.closes,
		"a wrong clock on a machine does no harm":                        s.ignoresClocks,
		"concurrent histories are linearizable":                          s.linearizes,
		"who stops waiting leaves no lease behind":                       s.abandons,
	} {
		t.Run(name, test)
	}
}

func (s *Suite[S]) lease(t *testing.T, lease, poll time.Duration) S {
	t.Helper()
	store := s.At(t, s.server.URL())
	s.Set(store, lease, poll)
	return store
}

// newKey is a key that holds nothing, however often a test runs.
func newKey() string { return rand.Text() }

// swap saves a value and returns the one before.
func swap(ctx context.Context, s ringcx.Store, key, value string) (string, error) {
	var before string
	err := s.Update(ctx, key, func(old []byte, save func([]byte) error) error {
		before = string(old)
		return save([]byte(value))
	})
	return before, err
}

func wantSwap(t *testing.T, s ringcx.Store, key, before, value string) {
	t.Helper()
	got, err := swap(t.Context(), s, key, value)
	if err != nil || got != before {
		t.Fatalf("Update found %q (%v), want %q", got, err, before)
	}
}

func wantLoad(t *testing.T, s ringcx.Store, key, want string) {
	t.Helper()
	if got, err := s.Load(t.Context(), key); err != nil || string(got) != want {
		t.Errorf("the store holds %q (%v), want %q", got, err, want)
	}
}

func (s *Suite[S]) fences(t *testing.T) {
	store, key := s.lease(t, short, 0), newKey()
	c := s.start(t, key, short, false)
	c.signal(t, syscall.SIGSTOP)
	wantSwap(t, store, key, "intent", "other")
	c.signal(t, syscall.SIGCONT)
	if said := c.finish(t); !strings.Contains(said, "lease on the lineage was lost") {
		t.Errorf("the holder that was taken over says %q", said)
	}
	wantLoad(t, store, key, "other")
}

func (s *Suite[S]) losesWithoutFence(t *testing.T) {
	store, key := s.lease(t, short, 0), newKey()
	c := s.start(t, key, short, true)
	c.signal(t, syscall.SIGSTOP)
	wantSwap(t, store, key, "intent", "other")
	c.signal(t, syscall.SIGCONT)
	if said := c.finish(t); said != "saved" {
		t.Errorf("the holder says %q", said)
	}
	wantLoad(t, store, key, "stale")
}

func (s *Suite[S]) forgives(t *testing.T) {
	store, key := s.lease(t, short, 0), newKey()
	c := s.start(t, key, short, false)
	c.signal(t, syscall.SIGSTOP)
	pause(2 * short) // the lease runs out meanwhile
	c.signal(t, syscall.SIGCONT)
	if said := c.finish(t); said != "saved" {
		t.Errorf("the holder says %q", said)
	}
	wantSwap(t, store, key, "stale", "next")
}

func (s *Suite[S]) takesOver(t *testing.T) {
	store, key := s.lease(t, short, time.Hour), newKey()
	c := s.start(t, key, short, false)
	c.signal(t, syscall.SIGKILL)
	killed := time.Now()
	wantSwap(t, store, key, "intent", "other")
	if took := time.Since(killed); took > short+3*time.Second {
		t.Errorf("taking over took %v, the lease is %v", took, short)
	}
	wantLoad(t, store, key, "other")
}

func (s *Suite[S]) renews(t *testing.T) {
	const lease = time.Second // three renewals in it, on a machine that may be busy
	a, b, key := s.lease(t, lease, 0), s.lease(t, lease, 0), newKey()
	err := a.Update(t.Context(), key, func(_ []byte, save func([]byte) error) error {
		ctx, cancel := context.WithTimeout(t.Context(), 5*lease/2)
		defer cancel()
		if _, err := swap(ctx, b, key, "intruder"); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("the other Update answered %v", err)
		}
		return save([]byte("mine"))
	})
	if err != nil {
		t.Fatal(err)
	}
	wantSwap(t, b, key, "mine", "next")
}

// rings: with a lease of a minute and an hour between two looks only a notification can be in time. On a machine so busy
// that the other does not wait yet when it is told, the test shows less, but fails no more.
func (s *Suite[S]) rings(t *testing.T) {
	a, b, key := s.lease(t, time.Minute, time.Hour), s.lease(t, time.Minute, time.Hour), newKey()
	done := make(chan error, 1)
	err := a.Update(t.Context(), key, func([]byte, func([]byte) error) error {
		go func() {
			_, err := swap(t.Context(), b, key, "b")
			done <- err
		}()
		pause(2 * short)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	select {
	case err := <-done:
		if err != nil {
			t.Error(err)
		}
	case <-time.After(10 * time.Second):
		t.Error("nobody told the one who waits")
	}
}

func (s *Suite[S]) closes(t *testing.T) {
	store, key := s.lease(t, 0, 0), newKey()
	var kept func([]byte) error
	err := store.Update(t.Context(), key, func(_ []byte, save func([]byte) error) error {
		kept = save
		return save([]byte("one"))
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := kept([]byte("two")); err == nil {
		t.Error("a save after the end of Update was made")
	}
	wantLoad(t, store, key, "one")
}

// ignoresClocks: in a bubble of synctest the clock says the year 2000, and a lease given by it would have run out.
func (s *Suite[S]) ignoresClocks(t *testing.T) {
	here, key := s.lease(t, 0, 0), newKey()
	holds, release := make(chan struct{}), make(chan struct{})
	var other sync.WaitGroup
	other.Go(func() {
		defer close(release)
		<-holds
		ctx, cancel := context.WithTimeout(t.Context(), short)
		defer cancel()
		if _, err := swap(ctx, here, key, "intruder"); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("beside a holder whose clock is slow, Update answered %v", err)
		}
	})
	synctest.Test(t, func(t *testing.T) {
		if now := time.Now(); now.Year() != 2000 {
			t.Fatalf("the clock is right: %v", now)
		}
		store, err := s.Open(context.Background(), s.server.URL())
		if err != nil {
			t.Fatal(err)
		}
		defer store.Close()
		err = store.Update(context.Background(), key, func(_ []byte, save func([]byte) error) error {
			close(holds)
			<-release
			return save([]byte("from the past"))
		})
		if err != nil {
			t.Error(err)
		}
	})
	other.Wait()
	wantSwap(t, here, key, "from the past", "next")
}

// abandons cancels waits at every moment. A lease left behind would keep the next one waiting for a minute.
func (s *Suite[S]) abandons(t *testing.T) {
	store, key := s.lease(t, time.Minute, 0), newKey()
	for i := range 40 {
		ctx, cancel := context.WithTimeout(t.Context(), time.Duration(i)*50*time.Microsecond)
		_, _ = swap(ctx, store, key, "x") // whether it was in time does not matter
		cancel()
	}
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	if _, err := swap(ctx, store, key, "last"); err != nil {
		t.Error(err)
	}
}
