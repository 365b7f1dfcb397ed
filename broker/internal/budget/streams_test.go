package budget_test

import (
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/ringcx-go/ringcx/broker/internal/budget"
)

// A caller who does not send the bodies of its requests keeps nobody else from sending.
func TestBodiesThatDoNotComeHoldAQuarterOfALimitAtTheMost(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := budget.New(budget.Options{Store: new(store), Replicas: 1})
		defer func() { _ = g.Close(t.Context()) }()
		reserve := func(caller string, streamed bool) (*budget.Reservation, error) {
			return g.Reserve(t.Context(), budget.Request{Profile: "main", Caller: caller, Streamed: streamed})
		}
		var held []*budget.Reservation
		var refusal *budget.Refusal
		for {
			r, err := reserve("slow", true)
			if errors.As(err, &refusal) {
				break
			}
			if err != nil {
				t.Fatal(err)
			}
			held = append(held, r)
		}
		if len(held) != 30 || !strings.Contains(refusal.Reason, "30 requests for one caller whose bodies are still coming") || refusal.RetryAfter != 5*time.Second {
			t.Errorf("%d are let in, then %+v", len(held), refusal)
		}
		for range 5 {
			for _, of := range []struct {
				caller   string
				streamed bool
			}{{"slow", false}, {"other", true}, {"other", false}} {
				r, err := reserve(of.caller, of.streamed)
				if err != nil {
					t.Errorf("%+v is refused: %v", of, err)
					continue
				}
				r.Commit(200, 0)
			}
		}
		held[0].Commit(200, 0)
		held[1].Release()
		held[1].Release() // a second time is none
		for i := range 3 {
			_, err := reserve("slow", true)
			if refused := errors.As(err, &refusal); refused != (i == 2) {
				t.Errorf("after two have ended, number %d: %v", i, err)
			}
		}
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
