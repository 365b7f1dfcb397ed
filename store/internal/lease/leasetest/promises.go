//go:build unix

package leasetest

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/ringcx-go/ringcx"
	"github.com/ringcx-go/ringcx/ringcxtest"
)

// Promises tests what every Store promises.
func (s *Suite[S]) Promises(t *testing.T) {
	s.Start(t)
	ringcxtest.TestStore(t, func(t *testing.T) func() ringcx.Store {
		url := s.Empty(t)
		return func() ringcx.Store { return s.At(t, url) }
	})
}

// ReadsNoClock looks through the package that is tested. What the clock of the machine says must not matter, so nothing asks
// it. Timers and deadlines run on the monotonic one.
func ReadsNoClock(t *testing.T) {
	files, err := filepath.Glob("*.go")
	if err != nil || len(files) == 0 {
		t.Fatal(files, err)
	}
	for _, file := range files {
		text, err := os.ReadFile(file) //nolint:gosec // a file of ours
		if err != nil {
			t.Fatal(err)
		}
		if !strings.HasSuffix(file, "_test.go") && strings.Contains(string(text), "time.Now") {
			t.Errorf("%s reads the clock", file)
		}
	}
}

// SavesInOrder has a save arrive again after the next one, as one whose connection was given up may.
func (s *Suite[S]) SavesInOrder(t *testing.T) {
	url := s.Empty(t)
	store := s.At(t, url)
	err := store.Update(t.Context(), "k", func(_ []byte, save func([]byte) error) error {
		if err := errors.Join(save([]byte("one")), save([]byte("two"))); err != nil {
			return err
		}
		holder, number, err := s.Held(t.Context(), url, "k")
		if err != nil {
			return err
		}
		if done, err := store.SaveAgain(t.Context(), "k", holder, number-1, []byte("one")); done || err != nil {
			t.Errorf("the first save arrived again: %v %v", done, err)
		}
		if done, err := store.SaveAgain(t.Context(), "k", holder, number, []byte("two")); !done || err != nil {
			t.Errorf("the last save was repeated: %v %v", done, err)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if got := Load(t, store, "k"); got != "two" {
		t.Errorf("the store holds %q", got)
	}
}

// RemembersLimits has the server lose what it holds, in each of these ways, and sends no sixth login in a minute all the same.
func (s *Suite[S]) RemembersLimits(t *testing.T, ways map[string]func(t *testing.T, url string)) {
	t.Helper()
	for name, lose := range ways {
		t.Run(name, func(t *testing.T) {
			url := s.Empty(t)
			v := ringcxtest.NewServer(t, nil)
			session := func(key string) *ringcx.Session {
				return v.Session(&ringcx.SessionOptions{Store: s.At(t, url), Key: key, MaxWait: -1})
			}
			for _, key := range []string{"a", "b", "a", "b", "a"} {
				if err := session(key).Login(t.Context()); err != nil {
					t.Fatal(err)
				}
			}
			lose(t, url)
			var e *ringcx.Error
			if err := session("b").Login(t.Context()); !errors.As(err, &e) || !e.Limited() {
				t.Errorf("the sixth login in a minute: %v", err)
			}
			if got := v.Verdicts(); len(got) > 0 {
				t.Errorf("the vendor would object: %v", got)
			}
		})
	}
}

// LeavesNothing closes stores one of which waits, and wants nothing of theirs to run on.
func (s *Suite[S]) LeavesNothing(t *testing.T) {
	url := s.Empty(t)
	before := goleak.IgnoreCurrent()
	a, b := s.At(t, url), s.At(t, url)
	err := a.Update(t.Context(), "k", func([]byte, func([]byte) error) error {
		ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
		defer cancel()
		_ = b.Update(ctx, "k", nil) // waits, and listens
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	a.Close()
	b.Close()
	goleak.VerifyNone(t, before)
}

// Client is the program's own way to a server, over which a Store can be made.
type Client[S Store] struct {
	New  func(ctx context.Context) (S, error)
	Ping func(ctx context.Context) error
	End  func()
}

// LeavesClients closes a store of a client of the program, which goes on, and one with a client of its own, which does not.
// Over a client that has ended no store is made.
func (s *Suite[S]) LeavesClients(t *testing.T, url string, c Client[S]) {
	t.Helper()
	store, err := c.New(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	Save(t, store, "k", "one")
	store.Close()
	if err := c.Ping(t.Context()); err != nil {
		t.Errorf("the program's client: %v", err)
	}
	own, err := s.Open(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	own.Close()
	if value, err := own.Load(t.Context(), "k"); err == nil {
		t.Errorf("a store that is closed holds %q", value)
	}
	c.End()
	if _, err := c.New(t.Context()); err == nil {
		t.Error("a store of a client that has ended was made")
	}
}

// Commit measures a save, a whole Update with one save, and what the client does by itself for such a value, in turns. The
// ratios are of medians.
func (s *Suite[S]) Commit(b *testing.B, url string, bare func(value []byte) error) {
	b.Helper()
	store, value := s.At(b, url), make([]byte, 2000) // about a lineage
	var alone, saves, updates []time.Duration
	measure := func(all *[]time.Duration, do func() error) {
		begin := time.Now()
		if err := do(); err != nil {
			b.Fatal(err)
		}
		*all = append(*all, time.Since(begin))
	}
	for b.Loop() {
		measure(&alone, func() error { return bare(value) })
		measure(&updates, func() error {
			return store.Update(b.Context(), "k", func(_ []byte, save func([]byte) error) error {
				measure(&saves, func() error { return save(value) })
				return nil
			})
		})
	}
	b.ReportMetric(0, "ns/op")
	b.ReportMetric(float64(median(alone).Microseconds()), "bare-µs")
	b.ReportMetric(float64(median(saves))/float64(median(alone)), "save/bare")
	b.ReportMetric(float64(median(updates))/float64(median(alone)), "update/bare")
}

func median(all []time.Duration) time.Duration {
	slices.Sort(all)
	return all[len(all)/2]
}
