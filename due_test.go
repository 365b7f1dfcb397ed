package ringcx_test

import (
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/ringcx-go/ringcx"
)

// spend uses up the minute's five requests of a ledger, just now.
func spend(l *ringcx.Ledger) {
	for range 5 {
		l.Sent = append(l.Sent, epoch.Add(-time.Second))
	}
}

func TestARefreshIsNotHeldUpByTheLimitOfExchanges(t *testing.T) {
	for name, r := range map[string]*ringcx.Record{
		"beside an exchange":   {RingCX: cxPair(-time.Hour, 0, "r"), RingCentral: rcPair(time.Minute, "")},
		"the only way":         {RingCX: cxPair(-time.Hour, 0, "r")},
		"the last way, to try": {RingCX: cxPair(-time.Hour, 0, "r"), Doubtful: ringcx.Fingerprint("r"), ServerSaid5: true},
	} {
		t.Run(name, func(t *testing.T) {
			spend(&r.Ledgers.RingCX)
			spend(&r.Ledgers.RingCentral)
			n := ringcx.NewNeed(0, "", false, false)
			if a, until := ringcx.Plan(r, epoch, n); a != ringcx.Refresh {
				t.Errorf("%q until %s", a, until)
			}
			r.Ledgers.RingCX.QuietUntil = epoch.Add(20 * time.Second) // which is for everything
			if a, until := ringcx.Plan(r, epoch, n); a != ringcx.Wait || !until.Equal(epoch.Add(20*time.Second)) {
				t.Errorf("in a quiet time: %q until %s", a, until)
			}
		})
	}
}

func TestAQuietTimeOfThePlatformDoesNotHoldUpWhatIsSentToRingCX(t *testing.T) {
	r := &ringcx.Record{RingCX: cxPair(-time.Hour, 0, "r"), RingCentral: rcPair(time.Minute, "")}
	r.Ledgers.RingCentral.QuietUntil = epoch.Add(time.Minute)
	n := ringcx.NewNeed(0, "", false, true)
	if a, _ := ringcx.Plan(r, epoch, n); a != ringcx.Refresh {
		t.Errorf("a refresh: %q", a)
	}
	r.RingCX = nil
	if a, _ := ringcx.Plan(r, epoch, n); a != ringcx.Exchange {
		t.Errorf("an exchange: %q", a)
	}
	r.RingCentral = nil
	if a, until := ringcx.Plan(r, epoch, n); a != ringcx.Wait || !until.Equal(epoch.Add(time.Minute)) {
		t.Errorf("a login: %q until %s", a, until)
	}
}

func TestALogoutIsNotHeldUpByTheLimitOfExchanges(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v := newVendor(t)
		c, demo := v.Config(), v.Demo()
		s := c.NewSession(c.RingCXPassword(demo.AdminUsername, demo.AdminPassword, demo.PlatformID), nil)
		for range 5 {
			if err := s.Login(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		if left := status(t, s).ExchangesLeft; left != 0 {
			t.Fatalf("%d of the five are left", left)
		}
		from := len(v.Paths())
		if err := s.Logout(t.Context()); err != nil {
			t.Errorf("error: %v", err)
		}
		wantAsked(t, v, from, endPath)
	})
}

func TestALogoutThatTheLimitHoldsUpSaysUntilWhen(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newVendor(t).Session(nil)
		for range 5 {
			if err := s.Login(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		var e *ringcx.Error
		if err := s.Logout(t.Context()); !errors.As(err, &e) || e.RetryAfter < 50*time.Second || e.RetryAfter > 62*time.Second {
			t.Fatalf("after five logins: %v", err)
		}
		time.Sleep(e.RetryAfter)
		if err := s.Logout(t.Context()); err != nil {
			t.Errorf("when the time has come: %v", err)
		}
	})
}

func TestARequestThatWasNeverAnsweredHoldsUpNoOtherThanItsOwnSuccessor(t *testing.T) {
	r := &ringcx.Record{Version: 1}
	r.Begin(ringcx.Login, epoch) // it may arrive half a minute later, and its sender dies
	for i := range 4 {
		start := epoch.Add(time.Duration(i+1) * time.Second)
		r.Begin(ringcx.Login, start)
		r.Succeed(ringcx.Login, &ringcx.Token{AccessToken: "rc", Obtained: start, Expiry: start.Add(time.Hour)}, start, start)
	}
	later := &ringcx.Record{Version: 1}
	later.Ledgers = r.Ledgers
	for after, want := range map[time.Duration]ringcx.Action{61 * time.Second: ringcx.Wait, 62 * time.Second: ringcx.Login} {
		if a, until := ringcx.Plan(later, epoch.Add(after), ringcx.NewNeed(0, "", false, true)); a != want {
			t.Errorf("%s after the first: %q until %s, want %q", after, a, until, want)
		}
	}
}
