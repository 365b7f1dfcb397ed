//go:build unix && storm

package storm_test

import (
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"github.com/ringcx-go/ringcx/sandbox"
)

// shot is one kill at a certain moment of a renewal. Either the vendor's side strikes (path and window) or the worker
// dies by itself at a moment around a save.
type shot struct {
	path   string
	window window
	moment string
}

func (s shot) String() string {
	if s.moment != "" {
		return s.moment
	}
	return string(s.window) + " " + s.path
}

// shotsEach is how many kills a lineage bears without a wait: each may cost an exchange, of which the first was needed
// for the first token and the vendor allows five a minute.
const shotsEach = 4

// shots are the kills of one store, by lineage. The first two of a lineage may be at its login and first exchange.
func shots() [][]shot {
	refresh := func(n int, w window) (all []shot) {
		for range n {
			all = append(all, shot{path: refreshPath, window: w})
		}
		return all
	}
	later := append(refresh(4, received), append(refresh(20, acted), refresh(20, delivered)...)...)
	for _, moment := range []string{beforeIntent, afterIntent, beforeAnswer, afterAnswer} {
		for range 3 {
			later = append(later, shot{moment: moment + toRefresh})
		}
	}
	first := [][]shot{
		{{path: loginPath, window: received}, {path: exchangePath, window: received}},
		{{path: loginPath, window: acted}, {path: exchangePath, window: acted}},
		{{path: loginPath, window: delivered}, {path: exchangePath, window: delivered}},
		{{moment: afterIntent + toLogIn}, {moment: afterIntent + toExchange}},
		{{moment: beforeAnswer + toLogIn}, {moment: beforeAnswer + toExchange}},
		{{moment: afterAnswer + toLogIn}, {moment: afterAnswer + toExchange}},
	}
	for i := 0; len(later) > 0; i++ {
		if i == len(first) {
			first = append(first, nil)
		}
		n := min(shotsEach-len(first[i]), len(later))
		first[i] = append(first[i], later[:n]...)
		later = later[n:]
	}
	return first
}

// fire kills the next worker of a lineage at the moment of a shot.
func (l *lineage) fire(s shot, delay time.Duration) error {
	var sprung <-chan struct{}
	if s.path != "" {
		sprung = l.vendor.awaitVictim(s.path, s.window, func(name string) {
			if s.window == delivered {
				<-time.After(delay)
			}
			l.kill(name)
		})
	}
	w := l.hire(func(o *orders) { o.Dies, o.Pace = s.moment, 100*time.Millisecond })
	if err := w.dies(); err != nil {
		return fmt.Errorf("%s: %w", s, err)
	}
	if sprung != nil {
		<-sprung
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.figures.aimed++
	return nil
}

// endure fires the shots at a lineage, one after the other. Whether the answers were saved that were delivered is seen
// by what the next worker needs: an exchange, or nothing.
func (l *lineage) endure(all []shot, rng *rand.Rand) error {
	for i, s := range all {
		l.jwt = l.jwt && (i < 2 || rng.IntN(2) == 0) // else whoever finds the lineage lost must say so
		before := l.vendor.count(exchangePath)
		if err := l.fire(s, time.Duration(rng.Int64N(int64(time.Millisecond)))); err != nil {
			return err
		}
		if i > 0 && all[i-1] == (shot{path: refreshPath, window: delivered}) {
			l.judge(before)
		}
	}
	before := l.vendor.count(exchangePath)
	if err := l.survives(); err != nil {
		return err
	}
	if all[len(all)-1] == (shot{path: refreshPath, window: delivered}) {
		l.judge(before)
	}
	return nil
}

func (l *lineage) judge(exchanges int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.vendor.count(exchangePath) > exchanges {
		l.figures.unsaved++
	} else {
		l.figures.saved++
	}
}

// aim fires the shots of each lineage, all lineages at once.
func aim(t *testing.T, p *place, plan [][]shot, flaw string) []*lineage {
	t.Helper()
	start := startingSeed(t)
	var lineages []*lineage
	var all sync.WaitGroup
	for i, shots := range plan {
		l := newLineage(t, p, fmt.Sprintf("-%d", i), &sandbox.Options{TokenTTL: tokenTTL})
		l.flaw = flaw
		lineages = append(lineages, l)
		rng := rand.New(rand.NewPCG(start, uint64(i)))
		all.Go(func() {
			if err := l.endure(shots, rng); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	return lineages
}

func TestWorkersKilledInMidRenewalNeitherLoseNorRepeatAnything(t *testing.T) {
	for name, open := range places {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := open(t, false)
			plan := shots()
			want := 0
			for _, shots := range plan {
				want += len(shots)
			}
			s := add(aim(t, p, plan, "")...)
			t.Log(s.row(p.name))
			t.Logf("%-10s | killed after an answer was delivered: %d had saved it, %d had not", p.name, s.saved, s.unsaved)
			s.keepsPromises(t)
			s.neverFails(t)
			if s.kills != want || s.saved+s.unsaved != 20 {
				t.Errorf("%d kills, %d of them after an answer: want %d and 20", s.kills, s.saved+s.unsaved, want)
			}
		})
	}
}

// The controls: what the tests above look for is seen when the store forgets what it is told.

func TestTheSameKillsWithAStoreThatForgetsIntentsAreSeenToReplay(t *testing.T) {
	lost := shot{path: refreshPath, window: acted}
	s := add(aim(t, places["file"](t, false), [][]shot{{lost, lost}, {lost, lost}}, forgetsIntents)...)
	t.Log(s.row("control"))
	if s.replays == 0 {
		t.Error("no replay was seen, so the test that looks for them proves nothing")
	}
}

func TestTheSameKillsWithAStoreThatForgetsLedgersAreSeenToBreakTheLimit(t *testing.T) {
	l := newLineage(t, places["file"](t, false), "", &sandbox.Options{TokenTTL: tokenTTL})
	l.flaw = forgetsLedgers
	for range 6 {
		if err := l.fire(shot{path: exchangePath, window: acted}, 0); err != nil {
			t.Fatal(err)
		}
	}
	t.Log(add(l).row("control"))
	if l.vendor.seen(sixth) == 0 || l.vendor.sixths() == 0 {
		t.Error("no sixth request was seen, so the tests that look for them prove nothing")
	}
}

// A RingCentral token lives an hour, so here an hour passes first, for the vendor and for the workers.
func TestARefreshOfTheRingCentralTokenIsRepeatedByWhoeverComesNext(t *testing.T) {
	const hour = 61 * time.Minute
	for name, open := range places {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := open(t, false)
			l := newLineage(t, p, "", &sandbox.Options{TokenTTL: tokenTTL})
			if err := l.survives(); err != nil {
				t.Fatal(err)
			}
			l.vendor.box.Advance(hour)
			l.jwt, l.ahead = false, hour
			for _, s := range []shot{{path: refreshPath, window: acted}, {path: loginPath, window: acted}, {path: loginPath, window: received}, {path: loginPath, window: acted}} {
				if err := l.fire(s, 0); err != nil {
					t.Fatal(err)
				}
			}
			if err := l.survives(); err != nil {
				t.Fatal(err)
			}
			s := add(l)
			t.Log(s.row(p.name))
			s.keepsPromises(t)
			s.neverFails(t)
		})
	}
}
