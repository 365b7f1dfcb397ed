package budget_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/ringcx-go/ringcx/broker/internal/budget"
)

// steady is a schedule in which nothing goes wrong, with so many times the requests that the windows let in.
func steady(limit, replicas int, load float64) schedule {
	s := schedule{Windows: documented()[limit], Replicas: replicas, Apart: true, Slow: 200 * time.Millisecond, Way: 10 * time.Millisecond, Dawdle: time.Millisecond, Seed: 1}
	span, rate := time.Duration(0), 1e9
	for _, w := range s.Windows {
		span, rate = max(span, w.Time), min(rate, float64(w.Requests)/w.Time.Seconds())
	}
	s.Last = min(max(10*span, 10*time.Minute), time.Hour)
	s.Every = time.Duration(float64(time.Second) * 0.8 / (rate * load) * float64(replicas)) // it is 5/4 of that in the mean
	if load > 1 {
		s.Every = min(s.Every, 15*time.Second) // so that some always wait, and not only may
	}
	return s
}

func TestWhatTheVendorAllowsIsUsedUnderLoad(t *testing.T) {
	least, most := 1.0, 0.0
	for limit, windows := range documented() {
		for _, replicas := range []int{1, 3, 8} {
			for _, uneven := range []bool{false, true} {
				s := steady(limit, replicas, 2)
				s.Uneven = uneven
				w := run(s)
				used, writes := w.used(s.Last/2), float64(w.writes)/float64(len(w.sent))
				t.Logf("%v, %d replicas, uneven %v: %.3f used, %.2f writes a request", windows, replicas, uneven, used, writes)
				if used < 0.85 {
					t.Errorf("%v, %d replicas, uneven %v: %.3f used", windows, replicas, uneven, used)
				}
				if windows[0].Requests == 120 {
					most = max(most, writes)
				}
				least = min(least, used)
			}
		}
	}
	t.Logf("the least used is %.3f, the most writes of 120 a minute are %.2f a request", least, most)
	if most > 0.5 {
		t.Errorf("%.2f writes a request", most)
	}
}

// TestWritesAreBoundedHoweverSmallALimitIs: while a replica uses a limit it renews its lease every fifteen seconds, or every
// twelfth of a long window. Besides, eight of them write for every third request that they send, or twice for each where a window
// has fewer slots than they can divide, so that slots go from one to another. What is refused is free.
func TestWritesAreBoundedHoweverSmallALimitIs(t *testing.T) {
	for limit, windows := range documented() {
		renews, small := budget.Term/2, false
		for _, win := range windows {
			renews, small = max(renews, win.Time/12), small || win.Requests < 60
		}
		for _, load := range []float64{0.3, 1, 10} {
			s := steady(limit, 8, load)
			w := run(s)
			renewals := float64(s.Replicas) * (1 + s.Last.Seconds()/renews.Seconds())
			more := max(0, float64(w.writes)-renewals) / float64(len(w.sent))
			t.Logf("%v, load %v: %d sent, %d refused, %d writes, %.2f a request besides renewals", windows, load, len(w.sent), w.refused, w.writes, more)
			if more > 2 || !small && more > 1.0/3 {
				t.Errorf("%v, load %v: %.2f writes a request", windows, load, more)
			}
		}
	}
}

func TestReplicasThatAreEquallyBusySendEquallyMuch(t *testing.T) {
	w := run(steady(1, 8, 2))
	least, most := w.replicas[0].served, 0
	for _, r := range w.replicas {
		least, most = min(least, r.served), max(most, r.served)
	}
	if least < most*8/10 {
		t.Errorf("one has sent %d, another one %d", least, most)
	}
}

func TestAReplicaThatWantsLittleIsNotStarved(t *testing.T) {
	s := steady(1, 2, 4)
	s.Uneven = true // 16 of 5 and 4 of 5 of what the window lets in
	w := run(s)
	if busy, other := w.replicas[0].served, w.replicas[1].served; other < busy*8/10 {
		t.Errorf("the busy one has sent %d, the other one %d", busy, other)
	}
}

func TestASlowFleetWritesTwiceARequestAtTheMost(t *testing.T) {
	for _, apart := range []bool{false, true} {
		s := steady(1, 8, 0.02)
		s.Last, s.Apart = time.Hour, apart
		w := run(s)
		got := fmt.Sprintf("%d writes for %d requests, slots of their own: %v", w.writes, len(w.sent), apart)
		t.Log(got)
		if len(w.sent) == 0 || w.writes > 2*len(w.sent) || apart && w.writes > len(w.sent)/10 {
			t.Error(got)
		}
	}
}
