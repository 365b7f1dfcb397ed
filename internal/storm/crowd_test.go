//go:build unix && storm

package storm_test

import (
	"fmt"
	"os"
	"testing"
	"time"
)

// crowd starts n workers that wait at a gate, opens it, and returns how long it took until all were served.
func crowd(t *testing.T, l *lineage, n int) time.Duration {
	t.Helper()
	gate, open, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	l.gate = gate
	var all []*worker
	for range n {
		all = append(all, l.hire(func(o *orders) { o.Pace = 0 }))
	}
	for _, w := range all {
		if _, err := w.says(saidReady); err != nil {
			t.Fatal(err)
		}
	}
	start := time.Now()
	if err := open.Close(); err != nil {
		t.Fatal(err)
	}
	for _, w := range all {
		if _, err := w.says(saidOK); err != nil {
			t.Error(err)
		}
	}
	took := time.Since(start)
	for _, w := range all {
		if err := w.dies(); err != nil {
			t.Error(err)
		}
	}
	_ = gate.Close()
	return took
}

func TestACrowdThatStartsWithoutATokenLogsInOnce(t *testing.T) {
	for _, c := range []struct {
		store string
		size  int
	}{{"file", 20}, {"file", 50}, {"file", 200}, {"PostgreSQL", 40}, {"Redis", 40}} {
		t.Run(fmt.Sprint(c.store, " ", c.size), func(t *testing.T) {
			l := newLineage(t, places[c.store](t, false), "", nil)
			took := crowd(t, l, c.size)
			s := add(l)
			busy, span := l.vendor.times()
			t.Logf("%-10s | %d processes | served %d | logins %d | exchanges %d | refreshes %d | vendor's time %v, first request to last answer %v | all served after %v",
				c.store, c.size, s.served, s.logins, s.exchanges, s.refreshes, busy.Round(time.Millisecond), span.Round(time.Millisecond), took.Round(time.Millisecond))
			s.keepsPromises(t)
			s.neverFails(t)
			if s.served != c.size || s.logins != 1 || s.exchanges != 1 || s.refreshes != 0 {
				t.Errorf("%d of %d served, %d logins, %d exchanges, %d refreshes", s.served, c.size, s.logins, s.exchanges, s.refreshes)
			}
			if busy >= time.Second {
				t.Errorf("it took %v of the vendor's time", busy)
			}
		})
	}
}
