package cached_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"strconv"
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
			})
			all.Go(func() {
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

// quick brings what there is at once, and counts.
type quick struct {
	reads int
	value map[string]int
}

func (q *quick) read(context.Context) (map[string]int, error) {
	q.reads++
	return maps.Clone(q.value), nil
}

func TestWhatWasMadeBeforeSomebodyAsksIsFound(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		q := &quick{value: map[string]int{}}
		r := cached.New(q.read, time.Minute, time.Now)
		for i := range 20 { // each is made just after the record was read for another
			id := strconv.Itoa(i)
			if _, ok, err := r.Get(t.Context(), "no "+id); ok || err != nil {
				t.Error(ok, err)
			}
			q.value[id] = i
			time.Sleep(time.Millisecond)
			if v, ok, err := r.Get(t.Context(), id); v != i || !ok || err != nil {
				t.Errorf("%s is %d, %v, %v", id, v, ok, err)
			}
		}
		s := &slow{value: map[string]int{}}
		r = cached.New(s.read, time.Minute, time.Now)
		go func() { _, _, _ = r.Get(t.Context(), "a") }()
		time.Sleep(time.Millisecond)
		s.mu.Lock()
		s.value = map[string]int{"b": 2} // while it is read
		s.mu.Unlock()
		if v, ok, err := r.Get(t.Context(), "b"); v != 2 || !ok || err != nil {
			t.Errorf("b is %d, %v, %v", v, ok, err)
		}
	})
}

func TestCallersThatGuessHaveTheStoreReadAFewTimesASecond(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		q := &quick{value: map[string]int{"a": 1}}
		r := cached.New(q.read, time.Minute, time.Now)
		_, _, _ = r.Get(t.Context(), "a")
		began, end := q.reads, time.Now().Add(10*time.Second)
		var all sync.WaitGroup
		for i := range 50 {
			all.Go(func() {
				for n := 0; time.Now().Before(end); n++ {
					_, _, _ = r.Get(t.Context(), fmt.Sprint(i, "/", n))
					time.Sleep(time.Millisecond)
				}
			})
		}
		all.Wait()
		if reads := q.reads - began; reads > 51 || reads < 10 {
			t.Errorf("in ten seconds it was read %d times", reads)
		}
		began = q.reads
		for range 100 { // one that it did not have before
			_, _, _ = r.Get(t.Context(), "49/1")
			time.Sleep(10 * time.Millisecond)
		}
		if reads := q.reads - began; reads > 2 {
			t.Errorf("for one ID it was read %d times in a second", reads)
		}
	})
}
