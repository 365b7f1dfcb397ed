package ringcxtest

import (
	"bytes"
	"context"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/ringcx-go/ringcx"
)

func storePanics(t *testing.T, open func() ringcx.Store) {
	a, b := open(), open()
	func() {
		defer func() {
			if recover() == nil {
				t.Error("the panic did not reach the caller")
			}
		}()
		_ = a.Update(t.Context(), "k", func(_ []byte, save func([]byte) error) error {
			if err := save([]byte("before")); err != nil {
				t.Error(err)
			}
			panic("in the update")
		})
	}()
	want(t, b, "k", []byte("before"))
	put(t, b, "k", []byte("after"))
}

func storeOutlasts(t *testing.T, open func() ringcx.Store) {
	s := open()
	ctx, cancel := context.WithCancel(t.Context())
	err := s.Update(ctx, "k", func(_ []byte, save func([]byte) error) error {
		cancel()
		return save([]byte("answer"))
	})
	if err != nil {
		t.Error(err)
	}
	want(t, s, "k", []byte("answer"))
	put(t, s, "k", []byte("free again"))
}

func storeWakes(t *testing.T, open func() ringcx.Store) {
	holds, release := make(chan struct{}), make(chan struct{})
	var all sync.WaitGroup
	holder := open()
	all.Go(func() {
		err := holder.Update(t.Context(), "k", func(_ []byte, save func([]byte) error) error {
			close(holds)
			<-release
			return save([]byte("x"))
		})
		if err != nil {
			t.Error(err)
		}
	})
	<-holds
	for range 4 {
		s := open()
		all.Go(func() {
			ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
			defer cancel()
			err := s.Update(ctx, "k", func(old []byte, save func([]byte) error) error { return save(append(bytes.Clone(old), 'x')) })
			if err != nil {
				t.Error(err)
			}
		})
	}
	close(release)
	all.Wait()
	want(t, holder, "k", []byte("xxxxx"))
}

func storeSpreads(t *testing.T, open func() ringcx.Store) {
	const keys, rounds = 40, 3
	handles := []ringcx.Store{open(), open()}
	var all sync.WaitGroup
	for i := range keys {
		for _, s := range handles {
			all.Go(func() {
				for range rounds {
					err := s.Update(t.Context(), fmt.Sprintf("key-%d", i), func(old []byte, save func([]byte) error) error {
						return save(fmt.Appendf(bytes.Clone(old), "%d;", i))
					})
					if err != nil {
						t.Error(err)
					}
				}
			})
		}
	}
	all.Wait()
	for i := range keys {
		want(t, handles[0], fmt.Sprintf("key-%d", i), []byte(strings.Repeat(fmt.Sprintf("%d;", i), len(handles)*rounds)))
	}
}

// storeOrders lets writers make the value longer while readers look. The length says how old what is read is.
func storeOrders(t *testing.T, open func() ringcx.Store) {
	const clients, rounds = 3, 20
	var newest longest
	var writing, reading sync.WaitGroup
	done := make(chan struct{})
	for range clients {
		writer, reader := open(), open()
		writing.Go(func() {
			for range rounds {
				lengthen(t, writer, &newest)
			}
		})
		reading.Go(func() {
			for look(t, reader, &newest) {
				select {
				case <-done:
					return
				default:
				}
			}
		})
	}
	writing.Wait()
	close(done)
	reading.Wait()
	want(t, open(), "k", []byte(strings.Repeat("x", clients*rounds)))
}

// longest is the length of the longest value that a finished Update or Load has shown.
type longest struct{ atomic.Int64 }

func (l *longest) seen(n int) {
	for old := l.Load(); int64(n) > old && !l.CompareAndSwap(old, int64(n)); {
		old = l.Load()
	}
}

func lengthen(t *testing.T, s ringcx.Store, newest *longest) {
	var n int
	err := s.Update(t.Context(), "k", func(old []byte, save func([]byte) error) error {
		n = len(old) + 1
		return save(append(bytes.Clone(old), 'x'))
	})
	if err != nil {
		t.Error(err)
		return
	}
	newest.seen(n)
}

func look(t *testing.T, s ringcx.Store, newest *longest) bool {
	before := newest.Load()
	value, err := s.Load(t.Context(), "k")
	if err != nil || int64(len(value)) < before {
		t.Errorf("Load found %d bytes (%v) after %d had been seen", len(value), err, before)
		return false
	}
	newest.seen(len(value))
	return true
}
