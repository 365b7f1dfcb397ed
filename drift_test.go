package ringcx_test

import (
	"context"
	"encoding/json"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/ringcx-go/ringcx"
	"github.com/ringcx-go/ringcx/ringcxtest"
)

// pausedStore has a clock that stood still for a while.
type pausedStore struct {
	*ringcx.Memory
	behind *time.Duration
}

func (s pausedStore) Now(context.Context) (time.Time, error) {
	return time.Now().Add(-*s.behind), nil
}

// machine runs short programs, one after the other, that share a lineage.
type machine struct {
	v     *ringcxtest.Server
	store pausedStore
	ahead time.Duration // the clock on the wall, of the true time
}

func newMachine(v *ringcxtest.Server) *machine {
	return &machine{v: v, store: pausedStore{new(ringcx.Memory), new(time.Duration)}}
}

// program is one that lives for a call.
func (m *machine) program() *ringcx.Session {
	c := m.v.Config()
	c.Now = func() time.Time { return time.Now().Add(m.ahead) }
	return c.NewSession(c.JWT(m.v.Demo().JWT), &ringcx.SessionOptions{Store: m.store, Key: "k", Inline: true})
}

// pause stops the machine with all of its clocks, and then sets the one on the wall right.
func (m *machine) pause(d time.Duration) {
	<-time.After(d) // in a bubble
	*m.store.behind += d
}

// runs counts the renewals of programs that run for five minutes, and tells whether a token did not work.
func (m *machine) runs(t *testing.T, programs ...func() *ringcx.Session) (renewals int) {
	t.Helper()
	from := len(m.v.Paths())
	for range 30 {
		for _, p := range programs {
			token := mustToken(t, p())
			if !works(t, m.v, token) {
				t.Fatal("a token that has ended was handed out")
			}
		}
		<-time.After(10 * time.Second)
	}
	return count(asked(m.v, from), refreshPath)
}

func TestAPauseOfTheWholeMachineLeavesNoDeadToken(t *testing.T) {
	for _, d := range []time.Duration{time.Millisecond, 3 * time.Second, 30 * time.Second, 4 * time.Minute, 5 * time.Minute, time.Hour, 72 * time.Hour} {
		t.Run(d.String(), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				m := newMachine(newVendor(t))
				for range 3 {
					m.runs(t, m.program)
					m.pause(d)
					if n := m.runs(t, m.program); n > 2 {
						t.Errorf("%d renewals in five minutes", n)
					}
				}
				wantNoVerdicts(t, m.v)
			})
		})
	}
}

func TestAMachineThatSleptHasATokenOfItsAge(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := newMachine(newVendor(t))
		mustToken(t, m.program())
		time.Sleep(3 * time.Minute) // the Store's clock went on
		from := len(m.v.Paths())
		mustToken(t, m.program())
		wantAsked(t, m.v, from)
		m.runs(t, m.program)
	})
}

func TestAClockOnTheWallThatIsSetCostsOneRenewalAtMost(t *testing.T) {
	for name, by := range map[string]time.Duration{
		"not at all": 0, "ten seconds": 10 * time.Second, "an hour": time.Hour, "ten years": 10 * 365 * 24 * time.Hour, "for ever": 1<<63 - 1,
		"ten seconds back": -10 * time.Second, "an hour back": -time.Hour, "ten years back": -10 * 365 * 24 * time.Hour,
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				m := newMachine(newVendor(t))
				usual := m.runs(t, m.program) // the vendor's tokens live so long
				for range 3 {
					m.ahead = by
					if n := m.runs(t, m.program); n > usual+2 {
						t.Errorf("%d renewals in five minutes", n)
					}
					m.ahead = 0
					if n := m.runs(t, m.program); n > usual+2 {
						t.Errorf("%d renewals in five minutes, after it was set right", n)
					}
				}
				wantNoVerdicts(t, m.v)
			})
		})
	}
}

func TestMachinesWhoseClocksAreAheadAreToldFromOneThatMoved(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v := newVendor(t)
		m := newMachine(v)
		programs := []func() *ringcx.Session{m.program}
		for _, ahead := range []time.Duration{time.Hour, -time.Hour, 4 * time.Minute, 26 * time.Hour, 300 * time.Millisecond} {
			other := &machine{v: v, store: m.store, ahead: ahead}
			programs = append(programs, other.program)
		}
		m.runs(t, programs...) // they get to know each other
		for range 4 {
			if n := m.runs(t, programs...); n > 2 {
				t.Errorf("%d renewals in five minutes", n)
			}
		}
		mustToken(t, m.program())
		m.pause(10 * time.Minute)
		if n := m.runs(t, programs...); n > 2+len(programs) {
			t.Errorf("%d renewals in five minutes after a pause", n)
		}
		wantNoVerdicts(t, v)
	})
}

func TestProgramsThatRunTogetherAfterAPauseRenewOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := newMachine(newVendor(t))
		mustToken(t, m.program())
		m.pause(4*time.Minute + 30*time.Second)
		from := len(m.v.Paths())
		var group sync.WaitGroup
		for range 12 {
			group.Go(func() {
				if token := mustToken(t, m.program()); !works(t, m.v, token) {
					t.Error("a token that has ended was handed out")
				}
			})
		}
		group.Wait()
		if n := count(asked(m.v, from), refreshPath); n != 1 {
			t.Errorf("%d renewals", n)
		}
	})
}

func TestAProgramThatWasPausedItselfGetsATokenThatWorks(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := newMachine(newVendor(t))
		c := m.v.Config()
		c.Now = func() time.Time { return time.Now() } // no timers: they stood still
		s := c.NewSession(c.JWT(m.v.Demo().JWT), &ringcx.SessionOptions{Store: m.store, Key: "k"})
		mustToken(t, s)
		m.pause(4*time.Minute + 30*time.Second)
		for range 20 {
			if token := mustToken(t, s); !works(t, m.v, token) {
				t.Fatal("a token that has ended was handed out")
			}
			time.Sleep(20 * time.Second)
		}
	})
}

func TestATokenIsToldToEndWhenTheClockOnTheWallSaysSo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := newMachine(newVendor(t))
		ends := mustToken(t, m.program()).Expiry
		m.pause(2 * time.Minute)
		if got := mustToken(t, m.program()).Expiry; !got.Equal(ends) {
			t.Errorf("it ends %s later than it does", got.Sub(ends))
		}
		st := status(t, m.program())
		if !st.Expiry.Equal(ends) || !strings.Contains(st.Ladder[0].Why, "the clock of this machine went ahead of the store's by 2m0s") {
			t.Errorf("%s, %q", st.Expiry.Sub(ends), st.Ladder[0].Why)
		}
		m.pause(4 * time.Minute)
		if st := status(t, m.program()); st.Next != "refresh RingCX" || !strings.HasPrefix(st.Ladder[0].Why, "it ended 1m0s ago") {
			t.Errorf("next: %s, %q", st.Next, st.Ladder[0].Why)
		}
	})
}

func TestARecordThatSaysNothingOfTheWallIsTakenAsItIs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := newMachine(newVendor(t))
		mustToken(t, m.program())
		err := m.store.Update(t.Context(), "k", func(old []byte, save func([]byte) error) error {
			var r map[string]any
			if err := json.Unmarshal(old, &r); err != nil {
				return err
			}
			delete(r, "wall")
			delete(r, "checksum")
			value, err := json.Marshal(r)
			if err != nil {
				return err
			}
			return save(value)
		})
		if err != nil {
			t.Fatal(err)
		}
		m.ahead = time.Hour
		from := len(m.v.Paths())
		mustToken(t, m.program())
		wantAsked(t, m.v, from)
		m.runs(t, m.program)
	})
}

func TestHowFarTheWallWentAheadIsToldFromWhatWasKnownBefore(t *testing.T) {
	const s, m = time.Second, time.Minute
	for name, c := range map[string]struct {
		noted       []time.Duration // when tokens were obtained, the latest last
		ahead, want time.Duration
		known       int
	}{
		"nothing was noted":            {nil, m, 0, 0},
		"the same":                     {[]time.Duration{0}, 0, 0, 0},
		"measured twice":               {[]time.Duration{0}, 50 * time.Millisecond, 0, 0},
		"a little ahead":               {[]time.Duration{0}, 3 * s, 3 * s, 0},
		"behind":                       {[]time.Duration{0}, -m, 0, 0},
		"behind, as machines differ":   {[]time.Duration{-m}, -20 * s, 40 * s, 0},
		"another machine":              {[]time.Duration{m, 0}, m, 0, 1},
		"nearly as another machine":    {[]time.Duration{m, 0}, m + s, 0, 1},
		"not as another machine":       {[]time.Duration{m, 0}, m + 2*s, m + 2*s, 1},
		"the same machine twice":       {[]time.Duration{m, 0, m, 0, m, 0}, m, 0, 1},
		"drifting a little":            {[]time.Duration{0, s / 2, s, s}, s, 0, 0},
		"one that was known long ago":  {[]time.Duration{m, 1, 3 * s, 5 * s, 7 * s, 9 * s, 11 * s, 13 * s, 0}, m, 0, 7},
		"one that was known too long":  {[]time.Duration{m, 3 * s, 5 * s, 7 * s, 9 * s, 11 * s, 13 * s, 15 * s, 17 * s, 0}, m, m, 8},
		"farther than can be measured": {[]time.Duration{-1 << 62, -1 << 62}, 1<<63 - 1, 0, 0},
	} {
		r := new(ringcx.Record)
		for _, ahead := range c.noted {
			r.NoteWall(ahead)
		}
		if got := r.Drift(c.ahead); got != c.want || r.Wall != nil && r.KnownWalls() != c.known {
			t.Errorf("%s: %s, and %v", name, got, r.Wall)
		}
	}
}
