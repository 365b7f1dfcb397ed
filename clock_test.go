package ringcx_test

import (
	"context"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/ringcx-go/ringcx"
)

// clockedStore is a store that tells the time.
type clockedStore struct{ *ringcx.Memory }

func (clockedStore) Now(context.Context) (time.Time, error) { return time.Now(), nil }

func TestMachinesWhoseClocksDifferAgreeByTheStoresClock(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v := newVendor(t)
		store := clockedStore{new(ringcx.Memory)}
		machine := func(ahead time.Duration) *ringcx.Session {
			c := v.Config()
			c.Now = func() time.Time { return time.Now().Add(ahead) }
			return c.NewSession(c.JWT(v.Demo().JWT), &ringcx.SessionOptions{Store: store, Key: "k"})
		}
		var machines []*ringcx.Session
		aheads := []time.Duration{0, time.Hour, -time.Hour, 2 * time.Minute, -2 * time.Minute}
		for _, ahead := range aheads {
			machines = append(machines, machine(ahead))
		}
		for range 100 {
			for i, m := range machines {
				token := mustToken(t, m)
				if !works(t, v, token) {
					t.Fatal("a token does not work")
				}
				if left := token.Expiry.Sub(time.Now().Add(aheads[i])); left <= 0 || left > 5*time.Minute {
					t.Fatalf("the machine that is %s ahead thinks the token lives %s", aheads[i], left)
				}
			}
			time.Sleep(30 * time.Second)
		}
		for range 3 {
			for _, m := range machines {
				if err := m.Login(t.Context()); err != nil {
					t.Fatal(err)
				}
			}
		}
		if n := strings.Count(strings.Join(v.Paths(), " "), refreshPath); n > 15 {
			t.Errorf("%d refreshes in 50 minutes", n)
		}
		st, err := machines[1].Status(t.Context())
		if left := st.Expiry.Sub(time.Now().Add(time.Hour)); err != nil || left <= 0 || left > 5*time.Minute {
			t.Errorf("status says the token lives %s: %v", left, err)
		}
		wantNoVerdicts(t, v)
	})
}

func TestAClockThatIsSetBackStopsNobodyForLong(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v := newVendor(t)
		store := new(ringcx.Memory)
		back := time.Duration(0)
		c := v.Config()
		c.Now = func() time.Time { return time.Now().Add(-back) }
		session := func() *ringcx.Session {
			return c.NewSession(c.JWT(v.Demo().JWT), &ringcx.SessionOptions{Store: store, Key: "k"})
		}
		for range 5 {
			if err := session().Login(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		back = 24 * time.Hour
		begin := time.Now()
		if !works(t, v, mustToken(t, session())) {
			t.Error("the token does not work")
		}
		if err := session().Login(t.Context()); err != nil {
			t.Error(err)
		}
		if waited := time.Since(begin); waited > 2*time.Minute {
			t.Errorf("waited %s", waited)
		}
		wantNoVerdicts(t, v)
	})
}

func TestAfterASuspensionTheTokenIsLookedAtBeforeItIsHandedOut(t *testing.T) {
	if d := ringcx.Slept(time.Now(), time.Now().Add(time.Minute)); d.Abs() > time.Second {
		t.Errorf("slept %s in a minute awake", d)
	}
	synctest.Test(t, func(t *testing.T) {
		v := newVendor(t)
		s := v.Session(nil)
		token := mustToken(t, s)
		s.Look(time.Now())
		if s.Hot() != token {
			t.Error("a look at a token that works took it away")
		}
		time.Sleep(3 * time.Minute)
		if s.Hot() != token {
			t.Error("looking now and then took the token away")
		}
		time.Sleep(2 * time.Minute)
		if s.Hot() != nil {
			t.Error("a token is handed out past its end")
		}
	})
}

func TestStatusShowsHowFarTheVendorsClockIsAhead(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v := newVendor(t)
		v.Advance(6 * time.Minute)
		s := v.Session(nil)
		mustToken(t, s)
		st, err := s.Status(t.Context())
		if err != nil || st.SkewSeconds < 358 || st.SkewSeconds > 362 {
			t.Errorf("%v seconds, %v", st.SkewSeconds, err)
		}
	})
}

func TestStatusExplainsEveryRungOfTheLadder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v := newVendor(t)
		store := new(ringcx.Memory)
		s := v.Session(&ringcx.SessionOptions{Store: store, Key: "k"})
		explain := func(s *ringcx.Session) string {
			st, err := s.Status(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			var b strings.Builder
			for _, r := range st.Ladder {
				mark := "-"
				if r.Possible {
					mark = "+"
				}
				b.WriteString(mark + r.Step + ": " + r.Why + "\n")
			}
			return b.String()
		}
		want := func(got string, lines ...string) {
			t.Helper()
			for _, l := range lines {
				if !strings.Contains(got, l) {
					t.Errorf("%q is missing in\n%s", l, got)
				}
			}
		}
		want(explain(s), "-use the token: there is none", "-refresh RingCX: there is no refresh token",
			"-exchange: there is no RingCentral token", "-refresh RingCentral: there is no", "+log in: a credential is at hand; 5 logins")
		want(explain(v.Config().NewSession(nil, nil)), "-log in: there is no credential")
		mustToken(t, s)
		want(explain(s), "+use the token: it lives 5m0s more", "+refresh RingCX", "+exchange: the RingCentral token lives 1h0m0s more; 4 exchanges",
			"+refresh RingCentral", "+log in: a credential is at hand; 4 logins")
		time.Sleep(4*time.Minute + 30*time.Second)
		want(explain(s), "-use the token: it lives 30s more, but a renewal is due")
		fault(t, v, refreshPath, "drop-answer", "")
		fault(t, v, exchangePath, "status", `"status":500,"times":3`)
		time.Sleep(time.Minute)
		_, _ = s.Token(t.Context())
		want(explain(s), "-use the token: it ended", "-refresh RingCX: the last refresh went unanswered")
		time.Sleep(8 * 24 * time.Hour)
		want(explain(s), "-exchange: the RingCentral token ended", "-refresh RingCentral: the RingCentral refresh token has ended")
	})
}

func TestATokenThatEndedIsNotHandedOutAfterTheClockWasSetBack(t *testing.T) {
	for name, c := range map[string]struct {
		store    func() ringcx.Store
		sessions int
	}{
		"a session in memory":                 {func() ringcx.Store { return new(ringcx.Memory) }, 1},
		"two that share a store with a clock": {func() ringcx.Store { return clockedStore{new(ringcx.Memory)} }, 2},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				v := newVendor(t)
				back := time.Duration(0)
				config, store := v.Config(), c.store()
				config.Now = func() time.Time { return time.Now().Add(-back) }
				var sessions []*ringcx.Session
				for range c.sessions {
					s := config.NewSession(config.JWT(v.Demo().JWT), &ringcx.SessionOptions{Store: store, Key: "k"})
					mustToken(t, s)
					sessions = append(sessions, s)
				}
				time.Sleep(3 * time.Minute)
				back = 2*time.Minute + 30*time.Second
				for range 10 {
					time.Sleep(30 * time.Second)
					for _, s := range sessions {
						if token := mustToken(t, s); !works(t, v, token) {
							t.Fatal("a token that has ended was handed out")
						}
					}
				}
				wantNoVerdicts(t, v)
			})
		})
	}
}

func TestALedgerForgetsNothingWhenTheClockIsSetBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v := newVendor(t)
		back := time.Duration(0)
		c := v.Config()
		c.Now = func() time.Time { return time.Now().Add(-back) }
		opts := &ringcx.SessionOptions{Store: new(ringcx.Memory), Key: "k"}
		s := c.NewSession(c.JWT(v.Demo().JWT), opts)
		for range 5 {
			if err := s.Login(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		back = 10 * time.Minute
		begin := time.Now()
		if err := c.NewSession(c.JWT(v.Demo().JWT), opts).Login(t.Context()); err != nil {
			t.Fatal(err)
		}
		if waited := time.Since(begin); waited < 55*time.Second || waited > 65*time.Second {
			t.Errorf("the sixth login came %s after the fifth, by a clock that was set back ten minutes", waited)
		}
		wantNoVerdicts(t, v)
	})
}
