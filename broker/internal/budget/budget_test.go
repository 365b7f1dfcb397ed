package budget_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/ringcx-go/ringcx"
	"github.com/ringcx-go/ringcx/broker/internal/budget"
	"github.com/ringcx-go/ringcx/internal/apispec"
)

// store is a Store in memory with a clock, that counts what is saved, and can be unreachable.
type store struct {
	ringcx.Memory
	ahead time.Duration

	mu    sync.Mutex
	saves int
	down  bool
}

var errUnreachable = errors.New("connection refused")

func (s *store) fail(down bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.down = down
}

func (s *store) saved() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.saves
}

func (s *store) err() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.down {
		return errUnreachable
	}
	return nil
}

func (s *store) Now(context.Context) (time.Time, error) { return time.Now().Add(s.ahead), s.err() }

func (s *store) Load(ctx context.Context, key string) ([]byte, error) {
	if err := s.err(); err != nil {
		return nil, err
	}
	return s.Memory.Load(ctx, key)
}

func (s *store) Update(ctx context.Context, key string, fn func([]byte, func([]byte) error) error) error {
	return s.Memory.Update(ctx, key, func(old []byte, save func([]byte) error) error {
		return fn(old, func(value []byte) error {
			if err := s.err(); err != nil {
				return err
			}
			s.mu.Lock()
			s.saves++
			s.mu.Unlock()
			return save(value)
		})
	})
}

// operation is one that the vendor describes.
func operation(t *testing.T, id string) *apispec.Operation {
	t.Helper()
	op, ok := apispec.Find(id)
	if !ok {
		t.Fatalf("there is no operation %s", id)
	}
	return op
}

// vendor counts what is sent.
type vendor struct {
	mu   sync.Mutex
	sent []time.Time
	by   map[string]int
}

// send sends a request when it may be sent, and returns the refusal if it may not.
func (v *vendor) send(t *testing.T, g *budget.Governor, q budget.Request) *budget.Refusal {
	t.Helper()
	r, err := g.Reserve(t.Context(), q)
	var refusal *budget.Refusal
	switch {
	case errors.As(err, &refusal):
		return refusal
	case err != nil:
		t.Error(err)
		return nil
	}
	if !r.InTime() {
		r.Release()
		return nil
	}
	v.mu.Lock()
	v.sent = append(v.sent, time.Now())
	if v.by == nil {
		v.by = map[string]int{}
	}
	v.by[q.Caller]++
	v.mu.Unlock()
	r.Commit(200, 0)
	return nil
}

// burst sends requests one after the other until one is refused, and says how many were not.
func (v *vendor) burst(t *testing.T, g *budget.Governor, q budget.Request) (n int, refusal *budget.Refusal) {
	t.Helper()
	for n = range 1000 {
		if refusal = v.send(t, g, q); refusal != nil {
			return n, refusal
		}
	}
	t.Fatal("nothing is refused")
	return 0, nil
}

func (v *vendor) wantAtMost(t *testing.T, n int, window time.Duration) {
	t.Helper()
	slices.SortFunc(v.sent, time.Time.Compare)
	for i := range len(v.sent) - n {
		if d := v.sent[i+n].Sub(v.sent[i]); d < window {
			t.Fatalf("%d requests in %v, the limit is %d in %v", n+1, d, n, window)
		}
	}
}

// governors are brokers that share a store, until the test ends.
func governors(t *testing.T, n int, o budget.Options) (all []*budget.Governor) {
	for range n {
		g := budget.New(o)
		all = append(all, g)
		t.Cleanup(func() {
			if err := g.Close(context.Background()); err != nil {
				t.Error(err)
			}
		})
	}
	return all
}

func TestBrokersThatShareAStoreKeepALimitTogetherAndUseIt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		st, v := &store{ahead: time.Hour}, &vendor{}
		end := time.Now().Add(10 * time.Minute)
		var callers sync.WaitGroup
		for i, g := range governors(t, 3, budget.Options{Store: st}) {
			for j := range 10 {
				callers.Go(func() {
					for time.Now().Before(end) {
						_ = v.send(t, g, budget.Request{Profile: "main", Caller: fmt.Sprint(i, j)})
						time.Sleep(time.Second)
					}
				})
			}
		}
		callers.Wait()
		v.wantAtMost(t, 120, time.Minute)
		if n := len(v.sent); n < 120*10*85/100 {
			t.Errorf("%d requests in ten minutes", n)
		}
		for caller, n := range v.by {
			if n < 120*10/30*8/10 {
				t.Errorf("caller %s has sent %d", caller, n)
			}
		}
		if n := st.saved(); n > len(v.sent)/2 {
			t.Errorf("%d saves for %d requests", n, len(v.sent))
		}
	})
}

func TestACallerThatFloodsDoesNotStarveAnother(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v := &vendor{}
		g := governors(t, 1, budget.Options{Store: &store{}, MaxWait: time.Hour})[0]
		var flood sync.WaitGroup
		for range 400 {
			flood.Go(func() { _ = v.send(t, g, budget.Request{Profile: "main", Caller: "flood"}) })
		}
		synctest.Wait()
		start := time.Now()
		refusal := v.send(t, g, budget.Request{Profile: "main", Caller: "other"})
		if d := time.Since(start); refusal != nil || d > 61*time.Second {
			t.Errorf("after %v it is %v", d, refusal)
		}
		flood.Wait()
	})
}

func TestA429KeepsAllBrokersQuiet(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		st, v, q := &store{}, &vendor{}, budget.Request{Profile: "main"}
		patient := governors(t, 1, budget.Options{Store: st})[0]
		r, err := patient.Reserve(t.Context(), q)
		if err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		start, before := time.Now(), st.saved()
		r.Commit(429, 20*time.Second)
		synctest.Wait()
		if n := st.saved() - before; n != 1 {
			t.Errorf("it is saved %d times", n)
		}
		for _, g := range governors(t, 2, budget.Options{Store: st, MaxWait: time.Second}) {
			refusal := v.send(t, g, q)
			if refusal == nil || refusal.RetryAfter < 17*time.Second || refusal.RetryAfter > 22*time.Second || !strings.Contains(refusal.Error(), "quiet until") {
				t.Errorf("another broker's refusal is %v", refusal)
			}
		}
		if refusal := v.send(t, patient, q); refusal != nil || time.Since(start) < 20*time.Second {
			t.Errorf("after %v it is %v", time.Since(start), refusal)
		}
	})
}

func TestWithoutTheStoreTheLeaseIsUsedUpAndThenWhatWasSetAside(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		st, v := &store{}, &vendor{}
		g := governors(t, 1, budget.Options{Store: st, Replicas: 3, MaxWait: time.Second})[0]
		q := budget.Request{Profile: "main"}
		if refusal := v.send(t, g, q); refusal != nil {
			t.Fatal(refusal)
		}
		synctest.Wait()
		st.fail(true)
		leased, _ := v.burst(t, g, q)
		if leased < 5 || leased > 60 {
			t.Errorf("%d requests from the lease", leased)
		}
		time.Sleep(3 * time.Minute)
		own, refusal := v.burst(t, g, q)
		if own != 4 {
			t.Errorf("%d requests without lease, a third of a tenth of 120 are 4", own)
		}
		if refusal == nil || !strings.Contains(refusal.Error(), "Store that brokers share cannot be reached") {
			t.Errorf("the refusal is %v", refusal)
		}
		st.fail(false)
		time.Sleep(time.Minute)
		if n, _ := v.burst(t, g, q); n < 50 {
			t.Errorf("%d requests when it is back", n)
		}
		v.wantAtMost(t, 120, time.Minute)
	})
}

func TestABrokerThatEndsGivesBackWhatItDidNotUse(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		st, v := &store{}, &vendor{}
		old, q := budget.New(budget.Options{Store: st, MaxWait: time.Second}), budget.Request{Profile: "main"}
		for range 40 {
			if refusal := v.send(t, old, q); refusal != nil {
				t.Fatal(refusal)
			}
		}
		waits := make(chan error)
		for range 90 {
			go func() {
				_, err := old.Reserve(context.Background(), q)
				waits <- err
			}()
		}
		synctest.Wait()
		if err := old.Close(t.Context()); err != nil {
			t.Fatal(err)
		}
		refused := 0
		for range 90 {
			var refusal *budget.Refusal
			if errors.As(<-waits, &refusal) {
				refused++
			}
		}
		if refusal := v.send(t, old, q); refusal == nil || !strings.Contains(refusal.Error(), "about to end") {
			t.Errorf("an ended one answers %v", refusal)
		}
		n, _ := v.burst(t, governors(t, 1, budget.Options{Store: st, MaxWait: time.Second})[0], q)
		if want := 120 - 40 - (90 - refused); n != want {
			t.Errorf("the next one sends %d, want %d", n, want)
		}
		v.wantAtMost(t, 120, time.Minute)
	})
}

// What a broker sent before it ended counts for as long as the vendor counts it, and no longer.
func TestABrokerThatIsStartedAgainGoesOnWhereItStopped(t *testing.T) {
	for name, c := range map[string]struct {
		burst int           // requests at once, at first
		pace  time.Duration // from one to the next after that, before and after the new start
		stops time.Duration // when, since the first
		quiet time.Duration // until somebody sends again
	}{
		"a burst long ago":  {burst: 108, stops: 50 * time.Second, quiet: 12 * time.Second, pace: time.Minute / 100},
		"the same at a run": {pace: time.Minute / 90, stops: 3 * time.Minute},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				store := new(ringcx.Memory)
				start := func() *budget.Governor {
					return budget.New(budget.Options{Store: store, MaxWait: 3 * time.Second})
				}
				g, began := start(), time.Now()
				send := func() {
					r, err := g.Reserve(t.Context(), budget.Request{Profile: "main", Caller: "x"})
					if err != nil {
						t.Fatalf("%v after the beginning: %v", time.Since(began), err)
					}
					r.Commit(200, 0)
				}
				for range c.burst {
					send()
				}
				for c.burst == 0 && time.Since(began) < c.stops {
					send()
					time.Sleep(c.pace)
				}
				time.Sleep(c.stops - time.Since(began))
				if err := g.Close(t.Context()); err != nil {
					t.Fatal(err)
				}
				g = start()
				defer func() { _ = g.Close(t.Context()) }()
				time.Sleep(c.quiet)
				for again := time.Now(); time.Since(again) < 50*time.Second; time.Sleep(c.pace) {
					send()
				}
			})
		})
	}
}

func TestWhatIsLeftIsToldWithoutWhatOthersHave(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := new(ringcx.Memory)
		first, next := budget.New(budget.Options{Store: store}), budget.New(budget.Options{Store: store, MaxWait: 5 * time.Second})
		defer func() { _ = next.Close(t.Context()) }()
		for range 120 {
			r, err := first.Reserve(t.Context(), budget.Request{Profile: "main", Caller: "x"})
			if err != nil {
				t.Fatal(err)
			}
			r.Commit(200, 0)
		}
		if err := first.Close(t.Context()); err != nil {
			t.Fatal(err)
		}
		go func() {
			if r, err := next.Reserve(t.Context(), budget.Request{Profile: "main", Caller: "x"}); err == nil {
				r.Release()
				t.Error("more was sent than the vendor allows")
			}
		}()
		time.Sleep(3 * time.Second)
		if all := next.Left(); len(all) != 1 || all[0].Left != 0 || all[0].Waiting != 1 {
			t.Errorf("while one waits for what another sent: %+v", all)
		}
		synctest.Wait()
		time.Sleep(time.Minute + 5*time.Second)
		if all := next.Left(); len(all) != 1 || all[0].Left < 100 {
			t.Errorf("a window later: %+v", all)
		}
	})
}

func TestARequestThatIsGivenUpTakesNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v := &vendor{}
		g := governors(t, 1, budget.Options{Store: &store{}, MaxWait: 20 * time.Second})[0]
		q := budget.Request{Operation: operation(t, "searchForCampaignLeads"), Account: "1", Profile: "main"}
		for range 15 {
			if refusal := v.send(t, g, q); refusal != nil {
				t.Fatal(refusal)
			}
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if _, err := g.Reserve(ctx, q); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("the error is %v", err)
		}
		for range 30 {
			r, err := g.Reserve(t.Context(), q)
			if err != nil {
				t.Fatal(err)
			}
			r.Release()
			r.Release()
		}
		time.Sleep(11 * time.Second)
		for range 15 {
			if refusal := v.send(t, g, q); refusal != nil {
				t.Fatal(refusal)
			}
		}
		v.wantAtMost(t, 15, 10*time.Second)
	})
}

func TestARefusalSaysWhichLimitWhoseAndUntilWhen(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v := &vendor{}
		g := governors(t, 1, budget.Options{Store: &store{}, MaxWait: time.Second, MaxWaiting: 1})[0]
		q := budget.Request{Operation: operation(t, "searchForCampaignLeads"), Account: "12", Profile: "main"}
		n, refusal := v.burst(t, g, q)
		if n != 15 {
			t.Errorf("%d are let in", n)
		}
		const want = `the limit leadSearch of account "12", 15 in 10s and 60 in 30s per account, is used up until 00:00:10 UTC`
		if refusal.Error() != want && refusal.Error() != strings.Replace(want, ":10 ", ":11 ", 1) {
			t.Errorf("it says %q, want %q", refusal, want)
		}
		if refusal.RetryAfter < 9*time.Second || refusal.RetryAfter > 11*time.Second {
			t.Errorf("it is %+v", refusal)
		}
	})
}

func TestEachOperationHasItsLimits(t *testing.T) {
	g := governors(t, 1, budget.Options{Store: &store{}})[0]
	search, other := operation(t, "searchForCampaignLeads"), operation(t, "getLeadStates")
	for _, c := range []struct {
		op    *apispec.Operation
		query string
		want  string
	}{
		{nil, "", "standard"},
		{other, "count=true", "standard"},
		{search, "", "leadSearch"},
		{search, "count=false", "leadSearch"},
		{search, "page=1&count=true", "leadCount"},
		{search, "count=%74rue", "leadCount"},
		{search, "count=TRUE", "leadCount leadSearch"},
		{search, "count=true&count=false", "leadCount leadSearch"},
		{search, "count=%zz", "leadCount leadSearch"},
		{operation(t, "performLeadAction"), "", "leadActions"},
	} {
		if got := strings.Join(g.LimitsOf(budget.Request{Operation: c.op, Query: c.query}), " "); got != c.want {
			t.Errorf("%v?%s has %s, want %s", c.op, c.query, got, c.want)
		}
	}
}

func TestNoOperationHasMoreLimitsOrWindowsThanThereIsRoomFor(t *testing.T) {
	for _, op := range apispec.Default().Operations {
		if len(op.Limits) > budget.MaxLimits {
			t.Errorf("%s has %d limits", op.ID, len(op.Limits))
		}
	}
	for _, l := range apispec.Default().Limits {
		if len(l.Windows) > budget.MaxWindows {
			t.Errorf("%s has %d windows", l.Name, len(l.Windows))
		}
	}
}

func TestAccountsHaveLimitsOfTheirOwnWhereThatIsDocumented(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v := &vendor{}
		g := governors(t, 1, budget.Options{Store: &store{}, MaxWait: time.Second})[0]
		search := operation(t, "searchForCampaignLeads")
		for _, account := range []string{"1", "2"} {
			if n, _ := v.burst(t, g, budget.Request{Operation: search, Account: account, Profile: "main"}); n != 15 {
				t.Errorf("account %s: %d are let in", account, n)
			}
		}
		if n, _ := v.burst(t, g, budget.Request{Operation: search, Account: "1", Profile: "another"}); n != 0 {
			t.Errorf("another profile: %d are let in", n)
		}
		if n, _ := v.burst(t, g, budget.Request{Operation: search, Account: "001", Profile: "main"}); n != 0 {
			t.Errorf("the same account written otherwise: %d are let in", n)
		}
		for _, account := range []string{"+1", " 1", "one", "0"} {
			if n, _ := v.burst(t, g, budget.Request{Operation: search, Account: account, Profile: "main"}); n != 15 && account == "+1" || n != 0 && account != "+1" {
				t.Errorf("what is no account, %q: %d are let in", account, n)
			}
		}
		if n, _ := v.burst(t, g, budget.Request{Account: "1", Profile: "main"}); n != 120 {
			t.Errorf("an operation that nobody describes: %d are let in", n)
		}
		if n, _ := v.burst(t, g, budget.Request{Account: "2", Profile: "main"}); n != 0 {
			t.Errorf("the same of another account: %d are let in", n)
		}
	})
}

func TestInventedAccountsAreForgotten(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := governors(t, 1, budget.Options{Store: &store{}, MaxWait: time.Second})[0]
		search := operation(t, "searchForCampaignLeads")
		for i := range 3000 {
			r, err := g.Reserve(t.Context(), budget.Request{Operation: search, Account: fmt.Sprint(i), Profile: "main"})
			if err != nil {
				t.Fatal(err)
			}
			r.Release()
			time.Sleep(100 * time.Millisecond)
		}
		if n := g.Known(); n > 1100 {
			t.Errorf("%d are known", n)
		}
	})
}
