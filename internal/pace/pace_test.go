package pace_test

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/ringcx-go/ringcx/internal/apispec"
	"github.com/ringcx-go/ringcx/internal/pace"
)

func TestAllWindowsOfALimitHoldHoweverLongAnswersTake(t *testing.T) {
	for _, name := range []string{"leadLoads", "reports", "leadSearch"} {
		synctest.Test(t, func(t *testing.T) {
			limit := apispec.Default().Limit(name)
			p := pace.New(limit)
			var arrived []time.Time
			for n := range 200 {
				if err := pace.Sleep(t.Context(), p.Wait()); err != nil {
					t.Fatal(err)
				}
				time.Sleep(time.Duration(n%7) * 100 * time.Millisecond) // the way there
				arrived = append(arrived, time.Now())
				time.Sleep(time.Duration(n%5) * 10 * time.Millisecond) // and back
				p.Done()
			}
			for _, w := range limit.Windows {
				for i := w.Requests; i < len(arrived); i++ {
					if d := arrived[i].Sub(arrived[i-w.Requests]); d < w.Time {
						t.Fatalf("%s: %d requests arrived in %s, and %d in %s are allowed", name, w.Requests+1, d, w.Requests, w.Time)
					}
				}
			}
		})
	}
}

func TestWithoutALimitNothingWaits(t *testing.T) {
	p := pace.New(nil)
	for range 1000 {
		p.Done()
	}
	if d := p.Wait(); d != 0 {
		t.Error(d)
	}
}
