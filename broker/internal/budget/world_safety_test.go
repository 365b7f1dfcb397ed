//go:build !race

package budget_test

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/ringcx-go/ringcx/broker/internal/budget"
)

// kinds are what may befall. A Store that forgets is none that a Store is allowed, and has a test of its own.
var kinds = []string{"kill", "kill", "end", "pause", "pause", "suspend", "cut off", "store down", "clock set"}

// schedules are all that can happen.
func schedules(all []string) *rapid.Generator[schedule] {
	return rapid.Custom(func(t *rapid.T) schedule {
		kinds := all
		s := schedule{
			Windows:  rapid.SampledFrom(documented()).Draw(t, "limit"),
			Replicas: rapid.IntRange(1, 8).Draw(t, "replicas"),
			Apart:    rapid.Bool().Draw(t, "slots of their own"),
			Slow:     rapid.SampledFrom([]time.Duration{20 * time.Millisecond, 500 * time.Millisecond, budget.Flight}).Draw(t, "slow"),
			Way:      rapid.SampledFrom([]time.Duration{10 * time.Millisecond, time.Second}).Draw(t, "way to the store"),
			Dawdle:   rapid.SampledFrom([]time.Duration{20 * time.Millisecond, 3 * time.Second}).Draw(t, "dawdle"),
			Uneven:   rapid.Bool().Draw(t, "uneven"),
			Doubtful: rapid.SampledFrom([]int{0, 10, 50}).Draw(t, "doubtful saves"),
			Seed:     rapid.Uint64().Draw(t, "seed"),
		}
		span, rate := time.Duration(0), 1e9
		for _, w := range s.Windows {
			span, rate = max(span, w.Time), min(rate, float64(w.Requests)/w.Time.Seconds())
		}
		s.Last = min(4*span, 20*time.Minute) + 3*time.Minute
		load := rapid.SampledFrom([]float64{0.1, 0.8, 1.5, 4}).Draw(t, "load")
		s.Every = time.Duration(float64(time.Second) / (rate * load) * float64(s.Replicas))
		if kind := rapid.SampledFrom(append([]string{""}, kinds...)).Draw(t, "only"); kind != "" { // which then happens often
			kinds = []string{kind}
		}
		longest := rapid.SampledFrom([]int{5, 60, 400}).Draw(t, "longest")
		for range rapid.IntRange(0, 12).Draw(t, "faults") {
			s.Faults = append(s.Faults, fault{
				At:   time.Duration(rapid.IntRange(0, int(s.Last/time.Second)).Draw(t, "at")) * time.Second,
				For:  time.Duration(rapid.IntRange(0, longest).Draw(t, "for")) * time.Second,
				Kind: rapid.SampledFrom(kinds).Draw(t, "kind"),
				Who:  rapid.IntRange(0, 7).Draw(t, "who"),
			})
		}
		return s
	})
}

func TestNoScheduleExceedsAWindow(t *testing.T) {
	all := schedules(kinds)
	rapid.Check(t, func(t *rapid.T) {
		if err := run(all.Draw(t, "schedule")).most(); err != nil {
			t.Fatal(err)
		}
	})
}

// TestAStoreThatForgetsIsNoticed: there may be too many requests until all holders of leases have looked, and not after.
func TestAStoreThatForgetsIsNoticed(t *testing.T) {
	all := schedules([]string{"store forgets", "clock set"})
	rapid.Check(t, func(t *rapid.T) {
		if err := run(all.Draw(t, "schedule")).most(); err != nil {
			t.Fatal(err)
		}
	})
}

// TestEachPromiseIsNeeded breaks one at a time, and finds a schedule in which a window is exceeded.
func TestEachPromiseIsNeeded(t *testing.T) {
	for broken, befalls := range map[string][]string{
		"slots rest from when they were taken":    kinds,
		"the dead are followed at once":           {"kill"},
		"a lost save is taken for one":            {"kill"},
		"requests are begun late":                 {"pause", "suspend"},
		"own slots are others' too":               kinds,
		"own slots are free at the start":         {"kill"},
		"records are kept by the replica's clock": {"kill"},
		"the wall's clock is not looked at":       {"suspend"},
	} {
		t.Run(broken, func(t *testing.T) {
			all := schedules(befalls)
			for seed := range 500 {
				s := all.Example(seed)
				s.broken, s.Doubtful = broken, 50
				if err := run(s).most(); err != nil {
					t.Logf("schedule %d: %v", seed, err)
					return
				}
			}
			t.Error("no schedule exceeds a window")
		})
	}
}
