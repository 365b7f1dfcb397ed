package ringcx_test

import (
	"context"
	"fmt"
	"net/http"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/ringcx-go/ringcx"
	"github.com/ringcx-go/ringcx/ringcxtest"
)

// server is a database that people empty, restore from a copy, and move to machines with other clocks.
type server struct {
	mu    sync.Mutex
	rows  *ringcx.Memory
	keys  []string
	ahead time.Duration
}

// seenBy is the server as one process sees it.
type seenBy struct {
	*server
	process int
}

func (s *server) Load(ctx context.Context, key string) ([]byte, error) {
	s.mu.Lock()
	rows := s.rows
	s.mu.Unlock()
	return rows.Load(ctx, key)
}

func (s *server) Update(ctx context.Context, key string, fn func([]byte, func([]byte) error) error) error {
	s.mu.Lock()
	if !slices.Contains(s.keys, key) {
		s.keys = append(s.keys, key)
	}
	rows := s.rows
	s.mu.Unlock()
	return rows.Update(ctx, key, fn)
}

// restore puts a copy in the place of what is there; nil empties it.
func (s *server) restore(from *ringcx.Memory) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.rows = s.copied(from)
}

func (s *server) copied(from *ringcx.Memory) *ringcx.Memory {
	to := new(ringcx.Memory)
	for _, key := range s.keys {
		if from == nil {
			break
		}
		value, _ := from.Load(context.Background(), key)
		_ = to.Update(context.Background(), key, func(_ []byte, save func([]byte) error) error { return save(value) })
	}
	return to
}

// damage spoils the ledgers.
func (s *server) damage() {
	for _, key := range s.keys {
		if strings.HasPrefix(key, "ledger-") {
			_ = s.rows.Update(context.Background(), key, func(_ []byte, save func([]byte) error) error { return save([]byte("{")) })
		}
	}
}

func newServer() *server { return &server{rows: new(ringcx.Memory)} }

// clockServer tells the time, too.
type clockServer struct{ seenBy }

func (s clockServer) Now(context.Context) (time.Time, error) { return time.Now().Add(s.ahead), nil }

// losses are the ways to lose what a Store holds. Each is given a copy from after the first login.
var losses = map[string]func(s *server, copied *ringcx.Memory){
	"nothing is lost":               func(*server, *ringcx.Memory) {},
	"emptied":                       func(s *server, _ *ringcx.Memory) { s.restore(nil) },
	"restored from an older copy":   func(s *server, copied *ringcx.Memory) { s.restore(copied) },
	"damaged":                       func(s *server, _ *ringcx.Memory) { s.damage() },
	"moved, the clock is ahead":     func(s *server, _ *ringcx.Memory) { s.ahead = 10 * time.Minute },
	"moved, the clock is behind":    func(s *server, _ *ringcx.Memory) { s.ahead = -10 * time.Minute },
	"emptied, the clock is ahead":   func(s *server, _ *ringcx.Memory) { s.restore(nil); s.ahead = 24 * time.Hour },
	"emptied, the clock is behind":  func(s *server, _ *ringcx.Memory) { s.restore(nil); s.ahead = -24 * time.Hour },
	"restored, the clock is ahead":  func(s *server, copied *ringcx.Memory) { s.restore(copied); s.ahead = 10 * time.Minute },
	"restored, the clock is behind": func(s *server, copied *ringcx.Memory) { s.restore(copied); s.ahead = -10 * time.Minute },
}

func login(t *testing.T, sessions ...*ringcx.Session) {
	t.Helper()
	for _, s := range sessions {
		if err := s.Login(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
}

func TestTheLimitsOutliveWhatTheStoreHolds(t *testing.T) {
	for name, lose := range losses {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				v, db := newVendor(t), newServer()
				at := func(process int, key string) *ringcx.Session {
					return v.Session(&ringcx.SessionOptions{Store: clockServer{seenBy{db, process}}, Key: key})
				}
				first, second := at(1, "a"), at(1, "b")
				begin := time.Now()
				login(t, first)
				copied := db.copied(db.rows)
				login(t, second, first, second, second)
				lose(db, copied)
				login(t, first)
				if waited := time.Since(begin); waited < time.Minute || waited > 3*time.Minute {
					t.Errorf("the sixth login came %s after the first", waited)
				}
				login(t, at(1, "c"), second, first, second)
				wantNoVerdicts(t, v)
			})
		})
	}
}

func TestTheLimitsAreNotKnownToAProcessThatNeverSawThem(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v, db := newVendor(t), newServer()
		at := func(process int) *ringcx.Session {
			return v.Session(&ringcx.SessionOptions{Store: clockServer{seenBy{db, process}}, Key: "k"})
		}
		login(t, at(1), at(1), at(1), at(1), at(1))
		db.restore(nil)
		if _ = at(2).Login(t.Context()); len(v.Verdicts()) == 0 {
			t.Error("the vendor has no objection to a sixth login, so that the test before this one tests nothing")
		}
	})
}

func TestAProcessTellsTheOthersWhatAnEmptiedStoreForgot(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v, db := newVendor(t), newServer()
		at := func(process int) *ringcx.Session {
			return v.Session(&ringcx.SessionOptions{Store: seenBy{db, process}, Key: "k"})
		}
		knows := at(1)
		login(t, knows, knows)
		db.restore(nil)
		time.Sleep(time.Second)
		login(t, at(2)) // knows of nothing, and writes a ledger that is newer
		if left := status(t, at(2)).LoginsLeft; left != 4 {
			t.Errorf("%d logins left by a ledger that knows of one", left)
		}
		if left := status(t, knows).LoginsLeft; left != 2 {
			t.Errorf("%d logins left by who made two and reads of one", left)
		}
		login(t, knows)
		if left := status(t, at(3)).LoginsLeft; left != 1 {
			t.Errorf("%d logins left after four", left)
		}
		wantNoVerdicts(t, v)
	})
}

func TestAQuietTimeOutlivesWhatTheStoreHolds(t *testing.T) {
	for name, lose := range losses {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				v, db := newVendor(t), newServer()
				opts := &ringcx.SessionOptions{Store: clockServer{seenBy{db, 1}}, Key: "k"}
				s := v.Session(opts)
				login(t, s)
				copied := db.copied(db.rows)
				fault(t, v, loginPath, "retry-after", `"status":429,"retryAfter":"50"`)
				begin := time.Now()
				soon, cancel := context.WithTimeout(t.Context(), time.Second)
				defer cancel()
				if err := s.Login(soon); err == nil {
					t.Fatal("a login in a quiet time")
				}
				time.Sleep(10 * time.Second)
				lose(db, copied)
				login(t, v.Session(opts))
				if waited := time.Since(begin); waited < 50*time.Second || waited > 2*time.Minute {
					t.Errorf("asked again after %s", waited)
				}
				time.Sleep(2 * time.Minute)
				begin = time.Now()
				if login(t, s); time.Since(begin) > 2*time.Second {
					t.Errorf("a quiet time that had ended held a login for %s", time.Since(begin))
				}
				wantNoVerdicts(t, v)
			})
		})
	}
}

// atTheVendor calls f while a login is on its way there.
func atTheVendor(v *ringcxtest.Server, f func()) *ringcx.Config {
	c, base := v.Config(), v.Client().Transport
	c.HTTPClient = &http.Client{Transport: roundTrip(func(r *http.Request) (*http.Response, error) {
		if r.URL.Path == "/restapi/oauth/token" {
			f()
		}
		return base.RoundTrip(r)
	})}
	return c
}

func TestALoginThatWasUnderWayIsCountedOnce(t *testing.T) {
	for name, c := range map[string]struct {
		befalls func(t *testing.T, db *server, third *ringcx.Session)
		left    int
	}{
		"nothing happens":                       {func(*testing.T, *server, *ringcx.Session) {}, 3},
		"the store is emptied":                  {func(_ *testing.T, db *server, _ *ringcx.Session) { db.restore(nil) }, 3},
		"the store is emptied, others go first": {func(t *testing.T, db *server, third *ringcx.Session) { db.restore(nil); login(t, third) }, 2},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				v, db := newVendor(t), newServer()
				in := func(process int, key string) *ringcx.SessionOptions {
					return &ringcx.SessionOptions{Store: seenBy{db, process}, Key: key}
				}
				saw, same := v.Session(in(2, "k")), v.Session(in(1, "k"))
				config := atTheVendor(v, sync.OnceFunc(func() {
					if left := status(t, saw).LoginsLeft; left != 4 {
						t.Errorf("%d logins left while one is under way", left)
					}
					c.befalls(t, db, v.Session(in(3, "other")))
					if left := status(t, same).LoginsLeft; left != c.left+1 {
						t.Errorf("%d logins left while one is under way, says the process that made it", left)
					}
				}))
				s := config.NewSession(config.JWT(v.Demo().JWT), in(1, "k"))
				login(t, s, s)
				for who, session := range map[string]*ringcx.Session{"who made them": s, "who saw them": saw} {
					if left := status(t, session).LoginsLeft; left != c.left {
						t.Errorf("%d logins left, says %s", left, who)
					}
				}
				wantNoVerdicts(t, v)
			})
		})
	}
}

func TestWhatIsKnownOfALedgerIsAddedToWhatIsRead(t *testing.T) {
	begin := time.Date(2026, 11, 29, 12, 0, 0, 0, time.UTC)
	at := func(seconds ...int) (all []time.Time) {
		for _, s := range seconds {
			all = append(all, begin.Add(time.Duration(s)*time.Second))
		}
		return all
	}
	quiet := func(seconds int) time.Time {
		if seconds == 0 {
			return time.Time{}
		}
		return at(seconds)[0]
	}
	passed := func(there, here, runtime int) [3]time.Duration {
		return [3]time.Duration{time.Duration(there) * time.Second, time.Duration(here) * time.Second, time.Duration(runtime) * time.Second}
	}
	const nothing, early, late = -1000, -5, 5 // when it was written
	for name, c := range map[string]struct {
		known, read, want []int // when requests were sent, in seconds from when it was known
		written           int
		quiet, quietWant  int
		mended            bool
		passed            [3]time.Duration
		added             bool
	}{
		"the same":                                    {[]int{-9, -8}, []int{-9, -8}, []int{-9, -8}, 0, 50, 50, false, passed(10, 10, 10), false},
		"two at the same moment":                      {[]int{-9, -9}, []int{-9, -9}, []int{-9, -9}, 0, 0, 0, false, passed(10, 10, 10), false},
		"one of two at the same moment":               {[]int{-9, -9}, []int{-9}, []int{-9, -9}, early, 0, 0, false, passed(10, 10, 10), true},
		"emptied":                                     {[]int{-9, -8}, nil, []int{-9, -8}, nothing, 50, 50, false, passed(10, 10, 10), true},
		"emptied, later":                              {[]int{-9, -8}, nil, nil, nothing, 50, 0, false, passed(100, 100, 100), false},
		"emptied, the machine slept":                  {[]int{-9, -8}, nil, nil, nothing, 50, 0, false, passed(100, 100, 1), false},
		"emptied, the machine was paused":             {[]int{-9, -8}, nil, []int{-9, -8}, nothing, 50, 50, false, passed(10, 9000, 10), true},
		"the other clock is ahead":                    {[]int{-9, -8}, []int{-9, -8}, []int{-9, -8, 591, 592}, 0, 50, 650, false, passed(610, 10, 10), true},
		"the other clock is behind, and empty":        {[]int{-9, -8}, nil, []int{-609, -608}, nothing, 50, -550, false, passed(-590, 10, 10), true},
		"the clock was set back, and mended":          {[]int{-9, -8}, []int{-590, -590}, []int{-590, -590}, -590, 0, 0, true, passed(-590, -590, 10), false},
		"the same, but one request is missing":        {[]int{-9, -8}, []int{-590}, []int{-608, -590}, -590, 0, 0, true, passed(-590, -590, 10), true},
		"one under way was settled":                   {[]int{-9, 30}, []int{-9, 2}, []int{-9, 2}, late, 0, 0, false, passed(10, 10, 10), false},
		"one under way was settled, but that is lost": {[]int{-9, 30}, []int{-9}, []int{-9, 30}, early, 0, 0, false, passed(10, 10, 10), true},
		"others went on":                              {[]int{-9}, []int{1, 2, 3}, []int{-9, 1, 2, 3}, late, 0, 0, false, passed(10, 10, 10), true},
		"others went on for long":                     {[]int{-9}, []int{1, 2, 3, 4, 5}, []int{1, 2, 3, 4, 5}, late, 0, 0, false, passed(10, 10, 10), true},
	} {
		l := &ringcx.Ledger{Sent: at(c.read...)}
		if c.written != nothing {
			l.Written = at(c.written)[0]
		}
		if c.read != nil {
			l.QuietUntil = quiet(c.quiet)
		}
		added := ringcx.Recall(&ringcx.Ledger{Sent: at(c.known...), QuietUntil: quiet(c.quiet), Written: begin}, begin, l, c.mended, c.passed)
		if !slices.EqualFunc(l.Sent, at(c.want...), time.Time.Equal) || !l.QuietUntil.Equal(quiet(c.quietWant)) || added != c.added {
			t.Errorf("%s: sent %v, quiet until %s, added %v", name, l.Sent, l.QuietUntil, added)
		}
	}
}

func TestASuccessIsNoFailureThatIsKnown(t *testing.T) {
	begin := time.Date(2026, 11, 29, 12, 0, 0, 0, time.UTC)
	second := [3]time.Duration{time.Second, time.Second, time.Second}
	old, l := &ringcx.Ledger{Failures: 3, Others: begin, Written: begin}, &ringcx.Ledger{Written: begin}
	if ringcx.Recall(old, begin, l, false, second); l.Failures != 0 || !l.Others.Equal(begin) {
		t.Errorf("a success was forgotten: %d failures", l.Failures)
	}
	if !ringcx.Recall(old, begin, &ringcx.Ledger{}, false, second) {
		t.Error("failures were forgotten")
	}
}

// incomparable is a Store that cannot be told from another.
type incomparable struct {
	ringcx.Store
	_ []func()
}

func TestAStoreOfAnyTypeIsASessionsOwn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v, db := newVendor(t), newServer()
		s := v.Session(&ringcx.SessionOptions{Store: incomparable{Store: db}, Key: "k"})
		login(t, s, s, s, s, s)
		db.restore(nil)
		login(t, s)
		wantNoVerdicts(t, v)
	})
}

// placed is a Store that says where it is.
type placed struct {
	*server
	_ *int
}

func (p placed) Place() string { return fmt.Sprintf("%p", p.server) }

func TestStoresThatSayWhereTheyAreAreOne(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v, db := newVendor(t), newServer()
		session := func() *ringcx.Session {
			return v.Session(&ringcx.SessionOptions{Store: &placed{server: db}, Key: "k"})
		}
		a, b := session(), session()
		login(t, a, a, a, a)
		if status(t, b); status(t, b).LoginsLeft != 1 {
			t.Error("the limits are not shared")
		}
		db.restore(nil)
		login(t, b, b)
		wantNoVerdicts(t, v)
	})
}

// collect collects garbage until done.
func collect(done func() bool) bool {
	for range 1000 {
		if runtime.GC(); done() {
			return true
		}
		runtime.Gosched()
	}
	return false
}

func TestNothingIsKeptOfAStoreWhoseSessionsAreGone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v, db := newVendor(t), newServer()
		opts := &ringcx.SessionOptions{Store: db, Key: "k", Inline: true}
		login(t, v.Session(opts))
		if ringcx.Places(db) != 3 {
			t.Fatal("nothing was kept, so this test shows nothing")
		}
		time.Sleep(2 * time.Minute)
		if !collect(func() bool { return ringcx.Places(db) == 0 }) {
			t.Error("what was known of a store is kept")
		}
	})
}

func TestTheLimitsAreKnownWithoutASessionAsLongAsTheyCount(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v, db := newVendor(t), newServer()
		opts := &ringcx.SessionOptions{Store: db, Key: "k", Inline: true}
		begin := time.Now()
		for range 5 {
			login(t, v.Session(opts))
		}
		collect(func() bool { return ringcx.Places(db) == 2 }) // the lineage is gone, the ledgers are not
		db.restore(nil)
		if login(t, v.Session(opts)); time.Since(begin) < time.Minute {
			t.Errorf("a sixth login after %s", time.Since(begin))
		}
		wantNoVerdicts(t, v)
	})
}

func TestTheLimitsThatWereReadAreKnownToTheLastMoment(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v, db := newVendor(t), newServer()
		session := func(process int) *ringcx.Session {
			return v.Session(&ringcx.SessionOptions{Store: seenBy{db, process}, Key: "k", Inline: true})
		}
		for range 5 {
			login(t, session(2))
		}
		if left := status(t, session(1)).LoginsLeft; left != 0 {
			t.Fatalf("%d logins are left, so this test shows nothing", left)
		}
		time.Sleep(time.Minute - 50*time.Millisecond)
		for range 3 {
			runtime.GC()
		}
		db.restore(nil)
		login(t, session(1))
		wantNoVerdicts(t, v)
	})
}
