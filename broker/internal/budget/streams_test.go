package budget_test

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/ringcx-go/ringcx/broker/internal/budget"
)

// All of these run in a bubble with a clock of its own: a sleep in one takes no time.

// streaming reserves for requests whose bodies come slowly, of one who waits a moment at the most.
func streaming(t *testing.T, replicas int) func(caller string, streamed bool) (*budget.Reservation, error) {
	t.Helper()
	g := budget.New(budget.Options{Store: new(store), Replicas: replicas, MaxWait: 5 * time.Second})
	t.Cleanup(func() { _ = g.Close(context.Background()) })
	return func(caller string, streamed bool) (*budget.Reservation, error) {
		return g.Reserve(t.Context(), budget.Request{Profile: "main", Caller: caller, Streamed: streamed})
	}
}

// A caller who does not send the bodies of its requests keeps nobody else from sending.
func TestBodiesThatDoNotComeHoldAQuarterOfALimitAtTheMost(t *testing.T) {
	for replicas, most := range map[int]int{1: 30, 4: 7, 500: 1} {
		synctest.Test(t, func(t *testing.T) {
			reserve := streaming(t, replicas)
			held := 0
			var refusal *budget.Refusal
			for ; ; held++ {
				if _, err := reserve("slow", true); errors.As(err, &refusal) {
					break
				} else if err != nil {
					t.Fatal(err)
				}
			}
			if held != most || !strings.Contains(refusal.Reason, "whose bodies have not come yet") || refusal.RetryAfter != 5*time.Second {
				t.Errorf("of %d replicas %d are let in, then %+v", replicas, held, refusal)
			}
			for _, of := range []struct {
				caller   string
				streamed bool
			}{{"slow", false}, {"other", true}, {"other", false}} {
				if _, err := reserve(of.caller, of.streamed); err != nil {
					t.Errorf("%+v is refused: %v", of, err)
				}
			}
		})
	}
}

// More than a quarter at once waits for the bodies before to have come, and not for their answers.
func TestACallerWhoseBodiesComeWaitsForNoAnswer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		reserve := streaming(t, 1)
		time.Sleep(2 * time.Minute) // slots that a replica has from the beginning rest at first: one before it may have used them
		began := time.Now()
		var all sync.WaitGroup
		for i := range 100 {
			all.Go(func() {
				r, err := reserve("a", true)
				if err != nil {
					t.Errorf("number %d: %v", i, err)
					return
				}
				time.Sleep(time.Second) // its body comes
				switch i % 3 {
				case 0:
					r.Release()
				case 1:
					r.Commit(200, 0)
				default:
					r.Arrived()
				}
				r.Arrived() // a second time is none
			})
		}
		all.Wait()
		if took := time.Since(began); took > 4*time.Second {
			t.Errorf("a hundred take %v, thirty at a time", took)
		}
		for i := range 31 {
			if _, err := reserve("b", true); (err != nil) != (i == 30) {
				t.Errorf("then number %d of another: %v", i, err)
			}
		}
	})
}

func TestWhoLeavesWhileTheBodiesBeforeComeHoldsNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := budget.New(budget.Options{Store: new(store), Replicas: 1})
		reserve := func(ctx context.Context) (*budget.Reservation, error) {
			return g.Reserve(ctx, budget.Request{Profile: "main", Caller: "a", Streamed: true})
		}
		var held []*budget.Reservation
		for range 30 {
			r, err := reserve(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			held = append(held, r)
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if _, err := reserve(ctx); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("who leaves: %v", err)
		}
		held[0].Arrived()
		if _, err := reserve(t.Context()); err != nil {
			t.Errorf("the place of one whose body has come: %v", err)
		}
		go func() { _ = g.Close(context.Background()) }()
		var refusal *budget.Refusal
		if _, err := reserve(t.Context()); !errors.As(err, &refusal) {
			t.Errorf("one who waits when the broker ends: %v", err)
		}
		synctest.Wait()
	})
}

func TestARequestWaitsForItsPlaceAndItsTurnOnceAndIsSeen(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const most = 5 * time.Second
		g := budget.New(budget.Options{Store: new(store), Replicas: 1, MaxWait: most, MaxWaiting: 2})
		defer func() { _ = g.Close(context.Background()) }()
		time.Sleep(2 * time.Minute) // as above
		reserve := func(streamed bool) (*budget.Reservation, error) {
			return g.Reserve(t.Context(), budget.Request{Profile: "main", Caller: "a", Streamed: streamed})
		}
		var first *budget.Reservation
		for i := range 120 {
			r, err := reserve(i < 30)
			if err != nil {
				t.Fatal(err)
			}
			if i == 0 {
				first = r
			}
		}
		began := time.Now()
		var all sync.WaitGroup
		for range 2 {
			all.Go(func() {
				if _, err := reserve(true); !errors.As(err, new(*budget.Refusal)) || time.Since(began) > most {
					t.Errorf("after %v: %v", time.Since(began), err)
				}
			})
		}
		synctest.Wait()
		if left := g.Left(); len(left) != 1 || left[0].Waiting != 2 {
			t.Errorf("%+v", left)
		}
		if _, err := reserve(true); !errors.As(err, new(*budget.Refusal)) || time.Since(began) != 0 {
			t.Errorf("one more than may wait, after %v: %v", time.Since(began), err)
		}
		time.Sleep(most - time.Second)
		first.Arrived() // one has its place, and waits for its turn
		all.Wait()
	})
}

func TestWhoIsRefusedWhileAllSlotsAreBusyIsNotToldToComeBackSoon(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := budget.New(budget.Options{Store: new(store), Replicas: 1})
		defer func() { _ = g.Close(t.Context()) }()
		time.Sleep(2 * time.Minute) // slots that a replica has from the beginning rest at first: one before it may have used them
		for range 120 {
			if _, err := g.Reserve(t.Context(), budget.Request{Profile: "main", Caller: "a"}); err != nil {
				t.Fatal(err)
			}
		}
		_, err := g.Reserve(t.Context(), budget.Request{Profile: "main", Caller: "b"})
		var refusal *budget.Refusal
		if !errors.As(err, &refusal) || refusal.RetryAfter < time.Minute {
			t.Errorf("%v, and comes again in %v", err, refusal.RetryAfter)
		}
	})
}
