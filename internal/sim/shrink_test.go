//go:build !race

package sim_test

import (
	"maps"
	"testing"
)

// plot is what a seed is played with. The zero value is the whole of it.
type plot struct {
	workers, minutes int             // at most so many; 0: as many as the seed says
	flaw             string          // of the store, see rows
	spared           map[string]bool // what goes wrong in the seed, but not now
}

// shrink finds a short story of a seed that breaks a promise: fewer programs, less time, and fewer things going wrong.
func shrink(t *testing.T, seed uint64, p plot) (plot, *world) {
	t.Helper()
	best := run(t, seed, p)
	better := func(q plot) bool {
		w := run(t, seed, q)
		if len(w.broken) == 0 || len(w.story) > len(best.story) {
			return false
		}
		p, best = q, w
		return true
	}
	for workers := 1; workers <= 5; workers++ {
		for minutes := 1; minutes <= 256; minutes *= 2 {
			q := p
			q.workers, q.minutes = workers, minutes
			better(q)
		}
	}
	for i, tried := 0, 0; i < len(best.faults) && tried < 300; tried++ {
		name := best.faults[i]
		q := p
		q.spared = maps.Clone(p.spared)
		if q.spared == nil {
			q.spared = make(map[string]bool)
		}
		q.spared[name] = true
		if p.spared[name] || !better(q) {
			i++
		}
	}
	return p, best
}
