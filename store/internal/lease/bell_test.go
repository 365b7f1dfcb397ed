package lease_test

import (
	"context"
	"errors"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/ringcx-go/ringcx/store/internal/lease"
)

// heardServer counts who listens.
type heardServer struct {
	*server
	listeners atomic.Int32
}

func (s *heardServer) Listen(ctx context.Context, ring func(string)) error {
	s.listeners.Add(1)
	defer s.listeners.Add(-1)
	return s.server.Listen(ctx, ring)
}

func TestAStoreListensWhileSomebodyWaitsAndALittleLonger(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &heardServer{server: &server{rings: make(chan string, 10)}}
		holder, other := newStore(t, s.server, lease.Timing{}), newStore(t, s.server, lease.Timing{})
		other.leases.Engine = s
		wantListeners := func(when string, want int32) {
			t.Helper()
			synctest.Wait()
			if n := s.listeners.Load(); n != want {
				t.Errorf("%s: %d listen, want %d", when, n, want)
			}
		}
		contend := func() {
			var all sync.WaitGroup
			err := holder.Update(t.Context(), "k", func([]byte, func([]byte) error) error {
				ctx, cancel := context.WithCancel(t.Context())
				all.Go(func() {
					if err := other.append(ctx, "k", "x"); !errors.Is(err, context.Canceled) {
						t.Errorf("who gave up got %v", err)
					}
				})
				wantListeners("one waits", 1)
				err := holder.Update(t.Context(), "l", func([]byte, func([]byte) error) error {
					all.Go(func() {
						if err := other.append(t.Context(), "l", "x"); err != nil {
							t.Error(err)
						}
					})
					wantListeners("two wait", 1)
					cancel()
					time.Sleep(time.Minute)
					wantListeners("one of two gave up", 1)
					return nil
				})
				return err
			})
			if err != nil {
				t.Error(err)
			}
			all.Wait()
			wantListeners("nobody waits any more", 1)
			time.Sleep(2 * lease.Default)
			wantListeners("some time later", 0)
		}
		contend()
		contend()
		holder.leases.Close()
		other.leases.Close()
	})
}

// brokenServer cannot be reached.
type brokenServer struct {
	*server
	tries  atomic.Int32
	silent bool // it does not even say so
}

var errBroken = errors.New("connection refused")

func (s *brokenServer) Take(ctx context.Context, _, _ string, _ time.Duration) (lease.Claim, error) {
	s.tries.Add(1)
	if s.silent {
		<-ctx.Done()
		return lease.Claim{}, ctx.Err()
	}
	return lease.Claim{}, errBroken
}

func (s *brokenServer) Passing(err error) bool { return errors.Is(err, errBroken) }

func TestABrokenServerIsAskedForAMomentAndNotInARush(t *testing.T) {
	for _, silent := range []bool{false, true} {
		synctest.Test(t, func(t *testing.T) {
			s := &brokenServer{server: &server{}, silent: silent}
			st := newStore(t, s.server, lease.Timing{})
			st.leases.Engine = s
			begin := time.Now()
			err := st.append(t.Context(), "k", "x")
			took, tries := time.Since(begin), s.tries.Load()
			if silent {
				if err == nil || !strings.Contains(err.Error(), "did not answer within 5s") || took > 2*lease.OneTry || tries > 2 {
					t.Errorf("a server that is silent: after %s and %d tries %v", took, tries, err)
				}
			} else if !errors.Is(err, errBroken) || took < lease.Patience/2 || took > lease.Patience || tries < 5 || tries > 50 {
				t.Errorf("a server that is not there: after %s and %d tries %v", took, tries, err)
			}
			st.leases.Close()
		})
	}
}

// refusingServer takes nothing, for a reason that does not pass.
type refusingServer struct {
	*server
	tries atomic.Int32
}

func (s *refusingServer) Take(context.Context, string, string, time.Duration) (lease.Claim, error) {
	s.tries.Add(1)
	return lease.Claim{}, errBroken
}

func TestAServerThatRefusesIsAskedOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &refusingServer{server: &server{}}
		st := newStore(t, s.server, lease.Timing{})
		st.leases.Engine = s
		begin := time.Now()
		if err := st.append(t.Context(), "k", "x"); !errors.Is(err, errBroken) || time.Since(begin) > 0 || s.tries.Load() != 1 {
			t.Errorf("after %s and %d tries %v", time.Since(begin), s.tries.Load(), err)
		}
		st.leases.Close()
	})
}
