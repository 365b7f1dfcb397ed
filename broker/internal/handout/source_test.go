package handout_test

import (
	"context"
	"errors"
	"runtime"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/ringcx-go/ringcx"
	"github.com/ringcx-go/ringcx/broker/internal/handout"
	"github.com/ringcx-go/ringcx/ringcxtest"
)

func TestWhoWaitsGetsTheNextTokenWhenItIsThere(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		vendor := ringcxtest.NewServer(t, &ringcxtest.Options{NoSockets: true})
		s := handout.NewSource(vendor.Session(nil), nil)
		first, name, err := s.Token(t.Context(), 0)
		if err != nil {
			t.Fatal(err)
		}
		begun := time.Now()
		var wg sync.WaitGroup
		for range 50 {
			wg.Go(func() {
				next, other, err := s.After(t.Context(), name, 10*time.Minute, nil)
				if err != nil || other == name || next.AccessToken == first.AccessToken {
					t.Errorf("%s after %s: %v", other, name, err)
				}
				if waited := time.Since(begun); waited < 3*time.Minute || waited > 5*time.Minute {
					t.Errorf("it came after %s", waited)
				}
			})
		}
		wg.Wait()
		if n := len(vendor.Paths()); n != 3 {
			t.Errorf("%d requests for fifty that wait: %q", n, vendor.Paths())
		}
		if got := vendor.Verdicts(); len(got) > 0 {
			t.Errorf("the vendor would object: %q", got)
		}
		if _, other, err := s.After(t.Context(), "", 0, nil); err != nil || other == name {
			t.Error("who knows none does not get the one at hand", err)
		}
	})
}

func TestAWaitEndsWithWhatIsThere(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		vendor := ringcxtest.NewServer(t, &ringcxtest.Options{NoSockets: true})
		s := handout.NewSource(vendor.Session(nil), nil)
		_, name, err := s.Token(t.Context(), 0)
		if err != nil {
			t.Fatal(err)
		}
		begun := time.Now()
		if _, same, err := s.After(t.Context(), name, time.Minute, nil); err != nil || same != name || time.Since(begun) != time.Minute {
			t.Errorf("%s after %s: %v", same, time.Since(begun), err)
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if _, _, err := s.After(ctx, name, time.Minute, nil); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("who has gone away: %v", err)
		}
		time.Sleep(time.Hour)
		synctest.Wait()
		if n := len(vendor.Paths()); n != 2 {
			t.Errorf("nobody waits, and %d requests were made", n)
		}
	})
}

func TestWhoWaitsWhileTheVendorFailsIsServedWhenItRecovers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		vendor := ringcxtest.NewServer(t, &ringcxtest.Options{NoSockets: true})
		session := vendor.Session(nil)
		s := handout.NewSource(session, nil)
		_, name, err := s.Token(t.Context(), 0)
		if err != nil {
			t.Fatal(err)
		}
		done := make(chan struct{})
		go func() {
			defer close(done)
			if _, other, err := s.After(t.Context(), name, time.Hour, nil); err != nil || other == name {
				t.Errorf("%s, %v", other, err)
			}
		}()
		synctest.Wait()
		if err := session.Login(t.Context()); err != nil { // another part of the program renews
			t.Fatal(err)
		}
		if _, _, err := s.Token(t.Context(), 0); err != nil {
			t.Fatal(err)
		}
		<-done
	})
}

func TestTenThousandWhoWaitAreCheap(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		vendor := ringcxtest.NewServer(t, &ringcxtest.Options{NoSockets: true})
		s := handout.NewSource(vendor.Session(nil), nil)
		_, name, err := s.Token(t.Context(), 0)
		if err != nil {
			t.Fatal(err)
		}
		const n = 10_000
		before := runtime.NumGoroutine()
		var wg sync.WaitGroup
		for range n {
			wg.Go(func() {
				if _, other, err := s.After(t.Context(), name, 10*time.Minute, nil); err != nil || other == name {
					t.Error(other, err)
				}
			})
		}
		synctest.Wait()
		if more := runtime.NumGoroutine() - before - n; more > 2 { // theirs are those of their requests
			t.Errorf("%d goroutines besides their own", more)
		}
		wg.Wait()
	})
}

// late is a session in a process that was stopped: its memory has not noticed yet that time went by.
type late struct {
	handout.Session
	last *ringcx.Token
}

func (s *late) Token(context.Context) (*ringcx.Token, error) { return s.last, nil }

func TestATokenThatEndedWhileTheProcessWasStoppedIsNotHandedOut(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		vendor := ringcxtest.NewServer(t, &ringcxtest.Options{NoSockets: true})
		session := vendor.Session(nil)
		ended, err := session.Token(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Until(ended.Expiry))
		s := handout.NewSource(&late{session, ended}, nil)
		if next, _, err := s.Token(t.Context(), 0); err != nil || !time.Now().Before(next.Expiry) {
			t.Errorf("%v, %v", next, err)
		}
	})
}
