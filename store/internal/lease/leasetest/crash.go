//go:build unix

package leasetest

import (
	"fmt"
	"strconv"
	"sync"
	"testing"
	"time"
)

// Keeps checks that nothing is lost that a save acknowledged, while the server is killed and started again.
func (s *Suite[S]) Keeps(t *testing.T) {
	const kills = 3
	s.Start(t)
	store, key := s.lease(t, time.Second, 0), newKey() // a release that the crash undid costs a lease
	var mu sync.Mutex
	acknowledged, enough := 0, false
	var writer sync.WaitGroup
	writer.Go(func() {
		for n := 1; ; n++ {
			_, err := swap(t.Context(), store, key, strconv.Itoa(n))
			mu.Lock()
			if err == nil {
				acknowledged = n
			}
			end := enough
			mu.Unlock()
			if end {
				return
			}
		}
	})
	count := func() int { mu.Lock(); defer mu.Unlock(); return acknowledged }
	for range kills {
		if before := count(); !eventually(func() bool { return count() >= before+20 }) {
			t.Fatal("no save went through")
		}
		if err := s.server.Kill(); err != nil {
			t.Fatal(err)
		}
		safe := count()
		if err := s.server.Start(); err != nil {
			t.Fatal(err)
		}
		got, err := store.Load(t.Context(), key)
		if err != nil {
			t.Fatal(err)
		}
		if n, _ := strconv.Atoi(string(got)); n < safe {
			t.Errorf("after kill -9 of the server the store holds %d, acknowledged was %d", n, safe)
		}
	}
	mu.Lock()
	enough = true
	mu.Unlock()
	writer.Wait()
	t.Logf("%d saves acknowledged, %d kills", acknowledged, kills)
}

// Outlives checks that an Update under way goes on when the server was killed and started again.
func (s *Suite[S]) Outlives(t *testing.T) {
	s.Start(t)
	store, key := s.lease(t, 0, 0), newKey()
	err := store.Update(t.Context(), key, func(_ []byte, save func([]byte) error) error {
		if err := save([]byte("intent")); err != nil {
			return err
		}
		if err := s.server.Kill(); err != nil {
			return err
		}
		started := make(chan error, 1)
		go func() { started <- s.server.Start() }()
		if err := save([]byte("answer")); err != nil { // while the server is away
			return fmt.Errorf("save: %w", err)
		}
		return <-started
	})
	if err != nil {
		t.Fatal(err)
	}
	wantLoad(t, store, key, "answer")
}

// eventually looks until a condition holds. False: it does not in ten seconds.
func eventually(holds func() bool) bool {
	for range 1000 {
		if holds() {
			return true
		}
		pause(10 * time.Millisecond)
	}
	return false
}
