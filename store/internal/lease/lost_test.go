package lease_test

import (
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/ringcx-go/ringcx/store/internal/lease"
)

func TestWhoLostItsLeaseAsksForItNoMore(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var asked atomic.Int32
		s := &server{slow: func(string) {
			if asked.Add(1) == 1 {
				time.Sleep(time.Minute) // so that the lease runs out
			}
		}}
		first, second := newStore(t, s, lease.Timing{}), newStore(t, s, lease.Timing{})
		err := first.Update(t.Context(), "k", func([]byte, func([]byte) error) error {
			time.Sleep(lease.Default + time.Second)
			if err := second.append(t.Context(), "k", "x"); err != nil {
				return err
			}
			time.Sleep(time.Minute)
			before := asked.Load()
			time.Sleep(time.Hour)
			if n := asked.Load() - before; n > 0 {
				t.Errorf("it asked %d times more", n)
			}
			return nil
		})
		if err != nil {
			t.Error(err)
		}
		first.leases.Close()
		second.leases.Close()
	})
}
