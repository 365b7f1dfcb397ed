//go:build unix && storm

package storm_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/ringcx-go/ringcx/sandbox"
)

const (
	stormLanes   = 4  // lineages at a time, for each store
	stormWorkers = 3  // that share a lineage
	crashEvery   = 10 // kills, for a store that has a server
)

// storm kills workers of many lineages. A lineage is given up for another when its vendor's limit of exchanges is
// nearly used up: workers would do nothing but wait.
type storm struct {
	t     *testing.T
	place *place
	seed  uint64

	kills   atomic.Int64 // tried
	crashes atomic.Int64 // of the server

	crash sync.Mutex // held while the server is away

	mu       sync.Mutex // guards lineages
	lineages []*lineage
}

// rage brings up one lineage after the other, until there were kills enough.
func (s *storm) rage() error {
	for s.kills.Load() < int64(*killsWanted) {
		c := s.muster()
		if err := c.begin(); err != nil {
			return err
		}
		for s.kills.Load() < int64(*killsWanted) && !c.worn() {
			if err := c.strike(); err != nil {
				return err
			}
		}
		if err := c.calm(); err != nil {
			return err
		}
	}
	return nil
}

// muster makes a lineage. The vendor of each fifth limits nothing, and would not mind a sixth request: the count of
// requests must show that none was sent all the same.
func (s *storm) muster() *crew {
	s.mu.Lock()
	defer s.mu.Unlock()
	n := len(s.lineages)
	l := newLineage(s.t, s.place, fmt.Sprintf("-%d", n), &sandbox.Options{TokenTTL: tokenTTL, NoLimits: n%5 == 4})
	s.lineages = append(s.lineages, l)
	return &crew{storm: s, on: l, rng: rand.New(rand.NewPCG(s.seed, uint64(n))), before: s.crashes.Load()}
}

// crew are the workers of one lineage, of whom now one and now another is killed and replaced.
type crew struct {
	storm   *storm
	on      *lineage
	rng     *rand.Rand
	workers []*worker
	before  int64 // crashes of the server before the crew began
}

// begin starts the workers. Most lineages need a person if they lose what is stored.
func (c *crew) begin() error {
	for range stormWorkers {
		c.workers = append(c.workers, c.hire())
	}
	for _, w := range c.workers {
		if _, err := w.says(saidOK); err != nil {
			return err
		}
	}
	c.on.jwt = c.rng.IntN(5) == 0
	return nil
}

func (c *crew) hire() *worker { return c.on.hire(func(o *orders) { o.Tells = true }) }

// worn tells that another kill might cost the last exchange that the vendor allows. Each kill in mid-renewal may cost
// one, and so may a server that is away for longer than a lease.
func (c *crew) worn() bool {
	c.on.mu.Lock()
	hits := int64(c.on.figures.hits())
	c.on.mu.Unlock()
	return hits+c.storm.crashes.Load()-c.before >= shotsEach || c.on.vendor.spent(exchangePath) >= shotsEach
}

// strike kills one worker and replaces it, and now and then the server.
func (c *crew) strike() error {
	s := c.storm
	if n := s.kills.Add(1); s.place.server != nil && n%crashEvery == 0 {
		if err := s.fell(); err != nil {
			return err
		}
	}
	switch c.rng.IntN(6) {
	case 0:
		c.anybody()
	case 1:
		c.ambush()
	default:
		c.surprise()
	}
	for i, w := range c.workers {
		select {
		case <-w.exited:
			c.workers[i] = c.hire()
		default:
		}
	}
	return nil
}

// fell kills the server, or ends it in good order, and starts it again, while workers want it.
func (s *storm) fell() error {
	s.crash.Lock()
	defer s.crash.Unlock()
	end := s.place.server.Kill
	if s.crashes.Add(1)%2 == 0 {
		end = s.place.server.Quit
	}
	return errors.Join(end(), s.place.server.Start())
}

// within is a moment that nobody knows before.
func (c *crew) within(d time.Duration) <-chan time.Time {
	return time.After(time.Duration(c.rng.Int64N(int64(d))))
}

// anybody kills one of the workers, whatever it does.
func (c *crew) anybody() {
	<-c.within(80 * time.Millisecond)
	c.workers[c.rng.IntN(stormWorkers)].kill()
}

// surprise kills the next worker that begins a phase of a renewal, soon after; anybody, if none does in time.
func (c *crew) surprise() {
	found := c.on.watchFor(underWay[c.rng.IntN(len(underWay))])
	select {
	case w := <-found:
		if c.rng.IntN(2) == 0 {
			<-c.within(2 * time.Millisecond)
		}
		w.kill()
	case <-time.After(2 * tokenTTL):
		c.anybody()
	}
}

// ambush kills the next worker that asks the vendor for a token; anybody, if none does in time.
func (c *crew) ambush() {
	v := c.on.vendor
	path := refreshPath
	if c.rng.IntN(4) == 0 {
		path = exchangePath
	}
	sprung := v.await(path, []window{received, acted, delivered}[c.rng.IntN(3)], c.on.kill)
	select {
	case <-sprung:
	case <-time.After(2 * tokenTTL):
		if v.relax() {
			c.anybody()
			return
		}
		<-sprung
	}
}

// calm ends the workers, and sees whether a fresh one can go on.
func (c *crew) calm() error {
	for _, w := range c.workers {
		if err := w.leave(); err != nil {
			return err
		}
	}
	return c.on.survives()
}

func TestRandomKillsOfWorkersAndServersBreakNoPromise(t *testing.T) {
	for name, open := range places {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := &storm{t: t, place: open(t, true), seed: startingSeed(t)}
			var lanes sync.WaitGroup
			for range stormLanes {
				lanes.Go(func() {
					if err := s.rage(); err != nil {
						t.Error(err)
					}
				})
			}
			lanes.Wait()
			total := add(s.lineages...)
			total.crashes = int(s.crashes.Load())
			t.Logf("%s | kills of the server %d | %s", total.row(s.place.name), total.crashes, total.aim())
			total.keepsPromises(t)
			if s.place.server == nil {
				total.neverFails(t)
			}
			// Now and then one who is to be killed has just ended.
			if total.kills < *killsWanted*9/10 || total.hits() == 0 || total.refreshes == 0 {
				t.Errorf("%d kills of %d, %d in mid-renewal, %d refreshes: this was no storm", total.kills, *killsWanted, total.hits(), total.refreshes)
			}
		})
	}
}
