package cached_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/ringcx-go/ringcx/broker/internal/cached"
)

// slow brings a value after a second, and counts.
type slow struct {
	mu    sync.Mutex
	reads int
	value map[string]int
	err   error
}

func (s *slow) read(context.Context) (map[string]int, error) {
	s.mu.Lock()
	s.reads++
	value, err := s.value, s.err
	s.mu.Unlock()
	<-time.After(time.Second) // in a bubble
	return value, err
}

func TestOneReadsForAllWhoAsk(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &slow{value: map[string]int{"a": 1}}
		r := cached.New(s.read, time.Minute, time.Now)
		var all sync.WaitGroup
		for range 100 {
			all.Go(func() {
				if v, ok, err := r.Get(t.Context(), "a"); v != 1 || !ok || err != nil {
					t.Error(v, ok, err)
				}
				if _, ok, err := r.Get(t.Context(), "b"); ok || err != nil {
					t.Error(ok, err)
				}
			})
		}
		all.Wait()
		if s.reads != 1 {
			t.Errorf("it was read %d times", s.reads)
		}
	})
}

func TestWhatWasReplacedIsNotReadOver(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &slow{value: map[string]int{"a": 1}}
		r := cached.New(s.read, time.Minute, time.Now)
		go func() {
			time.Sleep(time.Millisecond)
			r.Replace(map[string]int{"a": 2})
		}()
		if v, ok, err := r.Get(t.Context(), "a"); v != 2 || !ok || err != nil {
			t.Errorf("who waits gets %d, %v, %v", v, ok, err)
		}
		if v, _, _ := r.Get(t.Context(), "a"); v != 2 {
			t.Errorf("who comes later gets %d", v)
		}
		r.Reread()
		time.Sleep(time.Second)
		_, _, _ = r.Get(t.Context(), "a") // has it read
		time.Sleep(time.Second)
		if v, _, _ := r.Get(t.Context(), "a"); v != 1 { // the control
			t.Errorf("what is read again is %d", v)
		}
	})
}

func TestWhatIsNotKnownIsNotSaidNotToBeWhenItCannotBeRead(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &slow{value: map[string]int{"a": 1}}
		r := cached.New(s.read, time.Minute, time.Now)
		_, _, _ = r.Get(t.Context(), "a")
		down := errors.New("down")
		s.mu.Lock()
		s.err = down
		s.mu.Unlock()
		time.Sleep(time.Minute)
		if _, ok, err := r.Get(t.Context(), "b"); ok || !errors.Is(err, down) || !errors.Is(r.Problem(), down) {
			t.Errorf("%v, %v; %v", ok, err, r.Problem())
		}
		if v, ok, err := r.Get(t.Context(), "a"); v != 1 || !ok || err != nil {
			t.Errorf("what is known is %d, %v, %v", v, ok, err)
		}
		gone, cancel := context.WithCancel(t.Context())
		cancel()
		if _, _, err := cached.New(s.read, time.Minute, time.Now).Get(gone, "a"); !errors.Is(err, context.Canceled) {
			t.Errorf("who goes away is told %v", err)
		}
		time.Sleep(time.Second) // until that was read
	})
}
