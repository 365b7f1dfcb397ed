package ringcxtest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/ringcx-go/ringcx"
)

// TestStore checks that a Store keeps the promises of [ringcx.Store]. open returns another handle on the same store,
// as another process would have it; each call with a new *testing.T gets an empty store. A Store that passes keeps
// lineages safe.
func TestStore(t *testing.T, open func(t *testing.T) func() ringcx.Store) {
	t.Helper()
	for _, c := range []struct {
		name string
		run  func(*testing.T, func() ringcx.Store)
	}{
		{"a value that was saved is there for all", storeKeeps},
		{"a value that was not saved leaves the old one", storeLeaves},
		{"saves inside one Update are seen at once", storePublishes},
		{"updates of a key exclude each other", storeExcludes},
		{"updates of two keys do not", storeParallel},
		{"waiting for a turn ends with the context", storeCancels},
		{"a nil value is none", storeDeletes},
		{"large and odd values come back as they were", storeCarries},
		{"a clock, if it has one, is everybody's and goes forward", storeTellsTime},
		{"odd keys are keys of their own", storeSeparates},
		{"a panic in an update frees the key", storePanics},
		{"what is saved after the caller gave up is saved", storeOutlasts},
		{"who waits for a key goes on when it is free", storeWakes},
		{"many keys at once keep their values apart", storeSpreads},
		{"what is read is never older than what was read or saved before", storeOrders},
	} {
		t.Run(c.name, func(t *testing.T) { c.run(t, open(t)) })
	}
}

func put(t *testing.T, s ringcx.Store, key string, value []byte) {
	t.Helper()
	if err := s.Update(t.Context(), key, func(_ []byte, save func([]byte) error) error { return save(value) }); err != nil {
		t.Fatalf("save %q: %v", key, err)
	}
}

func want(t *testing.T, s ringcx.Store, key string, value []byte) {
	t.Helper()
	got, err := s.Load(t.Context(), key)
	if err != nil {
		t.Fatalf("load %q: %v", key, err)
	}
	if (got == nil) != (value == nil) || !bytes.Equal(got, value) {
		t.Errorf("%q holds %.60q, want %.60q", key, got, value)
	}
}

func storeKeeps(t *testing.T, open func() ringcx.Store) {
	a, b := open(), open()
	want(t, a, "k", nil)
	put(t, a, "k", []byte("one"))
	want(t, b, "k", []byte("one"))
	err := b.Update(t.Context(), "k", func(old []byte, save func([]byte) error) error {
		if string(old) != "one" {
			t.Errorf("Update got %q", old)
		}
		return save([]byte("two"))
	})
	if err != nil {
		t.Fatal(err)
	}
	want(t, a, "k", []byte("two"))
}

func storeLeaves(t *testing.T, open func() ringcx.Store) {
	s := open()
	put(t, s, "k", []byte("one"))
	failure := errors.New("no")
	if err := s.Update(t.Context(), "k", func([]byte, func([]byte) error) error { return failure }); !errors.Is(err, failure) {
		t.Errorf("Update answered %v", err)
	}
	want(t, s, "k", []byte("one"))
	err := s.Update(t.Context(), "k", func(_ []byte, save func([]byte) error) error {
		if err := save([]byte("two")); err != nil {
			return err
		}
		return failure
	})
	if !errors.Is(err, failure) {
		t.Errorf("Update answered %v", err)
	}
	want(t, s, "k", []byte("two"))
}

func storePublishes(t *testing.T, open func() ringcx.Store) {
	a, b := open(), open()
	err := a.Update(t.Context(), "k", func(_ []byte, save func([]byte) error) error {
		for _, v := range []string{"intent", "answer"} {
			if err := save([]byte(v)); err != nil {
				return err
			}
			want(t, b, "k", []byte(v))
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func storeExcludes(t *testing.T, open func() ringcx.Store) {
	const workers, rounds = 8, 20
	var wg sync.WaitGroup
	for range workers {
		s := open()
		wg.Go(func() {
			for range rounds {
				err := s.Update(t.Context(), "k", func(old []byte, save func([]byte) error) error {
					return save(append(bytes.Clone(old), 'x'))
				})
				if err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	want(t, open(), "k", []byte(strings.Repeat("x", workers*rounds)))
}

func storeParallel(t *testing.T, open func() ringcx.Store) {
	a, b := open(), open()
	err := a.Update(t.Context(), "one", func([]byte, func([]byte) error) error {
		put(t, b, "two", []byte("v"))
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func storeCancels(t *testing.T, open func() ringcx.Store) {
	a, b := open(), open()
	err := a.Update(t.Context(), "k", func([]byte, func([]byte) error) error {
		ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
		defer cancel()
		err := b.Update(ctx, "k", func([]byte, func([]byte) error) error {
			t.Error("two updates ran at once")
			return nil
		})
		if !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("the waiting Update answered %v", err)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	put(t, b, "k", []byte("free again"))
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	for range 20 { // a select between two things that are ready takes either
		err := b.Update(ended, "k", func([]byte, func([]byte) error) error {
			t.Error("an Update ran whose context had ended before")
			return nil
		})
		if !errors.Is(err, context.Canceled) {
			t.Errorf("an Update whose context had ended before answered %v", err)
		}
	}
}

func storeDeletes(t *testing.T, open func() ringcx.Store) {
	s := open()
	put(t, s, "k", nil)
	want(t, s, "k", nil)
	put(t, s, "k", []byte("one"))
	put(t, s, "k", nil)
	want(t, s, "k", nil)
}

func storeCarries(t *testing.T, open func() ringcx.Store) {
	s := open()
	for _, v := range [][]byte{bytes.Repeat([]byte("0123456789abcdef"), 64<<10), {0, 1, 0xff, '\n', 0}, []byte("{}")} {
		put(t, s, "k", v)
		want(t, s, "k", v)
	}
}

func storeSeparates(t *testing.T, open func() ringcx.Store) {
	s := open()
	keys := []string{"a", "A", "a.b", "a/b", "../a", "%61", "a b", "ä", ".a", "a.json", "con", strings.Repeat("k", 64)}
	for i, k := range keys {
		put(t, s, k, fmt.Appendf(nil, "value %d", i))
	}
	for i, k := range keys {
		want(t, s, k, fmt.Appendf(nil, "value %d", i))
	}
}

func storeTellsTime(t *testing.T, open func() ringcx.Store) {
	type clock interface {
		Now(context.Context) (time.Time, error)
	}
	a, ok := open().(clock)
	if !ok {
		return // it is kept by the machine's clock
	}
	b := open().(clock)
	var last time.Time
	for _, c := range []clock{a, b, a} {
		now, err := c.Now(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if now.Before(last) || !last.IsZero() && now.Sub(last) > time.Minute {
			t.Errorf("%s after %s", now, last)
		}
		last = now
	}
}
