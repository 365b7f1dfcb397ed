package ringcx_test

import (
	"net/http"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
	"unsafe"

	"github.com/ringcx-go/ringcx"
)

// onTheWall is t as a machine tells it whose clock was set, or that slept: the clock of the runtime, which time.Now reads
// too, knows nothing of it. The package time has no way to make such a time, and leaves the second reading out of those of
// a bubble.
func onTheWall(t time.Time, set time.Duration) time.Time {
	type reading struct {
		wall    uint64 // a mark, seconds since 1885, nanoseconds
		runtime int64
		loc     *time.Location
	}
	wall := t.Add(set)
	seconds := wall.Unix() - time.Date(1885, 1, 1, 0, 0, 0, 0, time.UTC).Unix()
	r := reading{1<<63 | uint64(seconds)<<30 | uint64(wall.Nanosecond()), t.UnixNano(), time.Local} //nolint:gosec // positive
	return *(*time.Time)(unsafe.Pointer(&r))                                                        //nolint:gosec // the layout is tested below
}

func TestTheTestsSetTheClockOnTheWallAlone(t *testing.T) {
	now := time.Now()
	for _, d := range []time.Duration{time.Hour, -time.Hour} {
		before, set := onTheWall(now, 0), onTheWall(now, d)
		if set.Sub(before) != 0 || set.Round(0).Sub(now.Round(0)) != d {
			t.Fatalf("%s is %s on the runtime's clock and %s on the wall", d, set.Sub(before), set.Round(0).Sub(now.Round(0)))
		}
	}
}

func TestAClockThatIsSetUpsetsNothing(t *testing.T) {
	for name, c := range map[string]struct {
		store  func() ringcx.Store
		set    time.Duration
		during bool // a request
	}{
		"back":                                      {memory, -150 * time.Second, false},
		"back, the store has a clock":               {clocked, -150 * time.Second, false},
		"back during a request":                     {memory, -time.Hour, true},
		"back during a request, a store's clock":    {clocked, -time.Hour, true},
		"forward during a request, a store's clock": {clocked, time.Hour, true},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				v, store, set := newVendor(t), c.store(), new(machineClock)
				config := v.Config()
				config.Now = set.now
				base := v.Client().Transport
				config.HTTPClient = &http.Client{Transport: roundTrip(func(r *http.Request) (*http.Response, error) {
					resp, err := base.RoundTrip(r)
					if c.during && len(v.Paths()) > 3 {
						set.to(c.set)
					}
					return resp, err
				})}
				session := func() *ringcx.Session {
					return config.NewSession(config.JWT(v.Demo().JWT), &ringcx.SessionOptions{Store: store, Key: "k"})
				}
				s, other := session(), session()
				mustToken(t, s)
				mustToken(t, other)
				time.Sleep(3 * time.Minute)
				if !c.during {
					set.to(c.set)
				}
				for range 20 {
					time.Sleep(30 * time.Second)
					for _, s := range []*ringcx.Session{s, other, session()} {
						if token := mustToken(t, s); !works(t, v, token) {
							t.Fatal("a token that has ended was handed out")
						}
					}
				}
				if n := count(v.Paths(), refreshPath); n > 5 {
					t.Errorf("%d refreshes in 13 minutes", n)
				}
				wantNoVerdicts(t, v)
			})
		})
	}
}

func TestAMinimumOfLifeIsKeptByAMachineThatSlept(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v, slept := newVendor(t), new(machineClock)
		config := v.Config()
		config.Now = slept.now
		s := config.NewSession(config.JWT(v.Demo().JWT), nil)
		mustToken(t, s)
		slept.to(3 * time.Minute)
		if _, err := s.TokenFor(t.Context(), 4*time.Minute); err != nil {
			t.Fatal(err)
		}
		wantAsked(t, v, 2, refreshPath)
	})
}

// machineClock is that of a machine, which tests set while requests are under way. The zero value is right.
type machineClock struct{ off atomic.Int64 }

func (c *machineClock) now() time.Time { return onTheWall(time.Now(), time.Duration(c.off.Load())) }

func (c *machineClock) to(off time.Duration) { c.off.Store(int64(off)) }

type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

func memory() ringcx.Store { return new(ringcx.Memory) }

func clocked() ringcx.Store { return clockedStore{new(ringcx.Memory)} }

func count(all []string, one string) (n int) {
	for _, a := range all {
		if a == one {
			n++
		}
	}
	return n
}

func TestAClockThatIsSetDuringALoginLetsNoSixthFollow(t *testing.T) {
	for name, c := range map[string]struct {
		store func() ringcx.Store
		set   time.Duration
	}{
		"back":                        {memory, -time.Hour},
		"back, by a store's clock":    {clocked, -time.Hour},
		"forward, by a store's clock": {clocked, time.Hour},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				v, set := newVendor(t), new(machineClock)
				config := v.Config()
				config.Now = set.now
				base := v.Client().Transport
				config.HTTPClient = &http.Client{Transport: roundTrip(func(r *http.Request) (*http.Response, error) {
					resp, err := base.RoundTrip(r)
					if len(v.Paths()) == 3 {
						set.to(c.set)
					}
					return resp, err
				})}
				opts := &ringcx.SessionOptions{Store: c.store(), Key: "k"}
				s, begin := config.NewSession(config.JWT(v.Demo().JWT), opts), time.Now()
				for range 6 {
					if err := s.Login(t.Context()); err != nil {
						t.Fatal(err)
					}
				}
				if waited := time.Since(begin); waited > 2*time.Minute {
					t.Errorf("waited %s", waited)
				}
				wantNoVerdicts(t, v)
			})
		})
	}
}

func TestATokenThatAnotherLeftAndThatEndedIsNotTakenAfterTheClockWasSetBack(t *testing.T) {
	for name, c := range map[string]struct {
		store  func() ringcx.Store
		set    time.Duration
		during bool // the request that brought it
	}{
		"a store's clock":  {clocked, -150 * time.Second, false},
		"far":              {memory, -8 * time.Minute, false},
		"during a request": {memory, -50 * time.Second, true},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				v, set := newVendor(t), new(machineClock)
				config := v.Config()
				config.Now = set.now
				base := v.Client().Transport
				config.HTTPClient = &http.Client{Transport: roundTrip(func(r *http.Request) (*http.Response, error) {
					resp, err := base.RoundTrip(r)
					if c.during && len(v.Paths()) == 3 {
						set.to(c.set)
					}
					return resp, err
				})}
				opts := &ringcx.SessionOptions{Store: c.store(), Key: "k"}
				busy, idle := config.NewSession(config.JWT(v.Demo().JWT), opts), config.NewSession(config.JWT(v.Demo().JWT), opts)
				mustToken(t, idle)
				time.Sleep(6 * time.Minute)
				mustToken(t, busy)
				set.to(c.set)
				time.Sleep(5*time.Minute + 30*time.Second)
				if !works(t, v, mustToken(t, idle)) {
					t.Error("a token that has ended was handed out")
				}
			})
		})
	}
}
