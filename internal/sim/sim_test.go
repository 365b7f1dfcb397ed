//go:build !race

package sim_test

import (
	"flag"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

var (
	seeds   = flag.Uint64("sim.seeds", 100, "how many seeds to run")
	oneSeed = flag.Uint64("sim.seed", 0, "run this seed only, and tell its story")
	workers = flag.Int("sim.workers", 0, "at most so many programs")
	minutes = flag.Int("sim.minutes", 0, "at most so many minutes")
	parts   = flag.Uint64("sim.parts", 1, "into how many parts the seeds are divided")
	part    = flag.Uint64("sim.part", 0, "which of them to run, from 0; a process keeps one processor busy")
)

func TestNoScheduleBreaksAPromise(t *testing.T) {
	defer oneAtATime()()
	if *oneSeed != 0 {
		w := run(t, *oneSeed, plot{workers: *workers, minutes: *minutes})
		t.Log(strings.Join(w.story, "\n"))
		report(t, *oneSeed, w)
		return
	}
	var ran, requests, crashes, tokens, faults int
	begin := time.Now()
	for seed := 1 + *part; seed <= *seeds; seed += *parts {
		ran++
		w := run(t, seed, plot{workers: *workers, minutes: *minutes})
		requests, crashes, tokens, faults = requests+w.answers, crashes+w.crashes, tokens+w.renewals, faults+len(w.faults)
		if len(w.broken) > 0 {
			report(t, seed, w)
		}
		if t.Failed() {
			return
		}
		if ran%10_000 == 0 {
			t.Logf("%d seeds in %s", ran, time.Since(begin).Round(time.Second))
		}
	}
	t.Logf("%d seeds, %d requests, %d things that went wrong, %d of them crashes, %d tokens handed out", ran, requests, faults, crashes, tokens)
}

// oneAtATime leaves the goroutines one processor, so that a seed replays.
func oneAtATime() (undo func()) {
	before := runtime.GOMAXPROCS(1)
	return func() { runtime.GOMAXPROCS(before) }
}

func TestASeedReplaysExactly(t *testing.T) {
	defer oneAtATime()()
	for seed := uint64(1); seed <= 30; seed++ {
		for _, flaw := range []string{"", "forgets", "shares"} {
			first, again := run(t, seed, plot{flaw: flaw}), run(t, seed, plot{flaw: flaw})
			if diff := cmp.Diff(first.story, again.story); diff != "" {
				t.Fatalf("seed %d with the flaw %q:\n%s", seed, flaw, diff)
			}
		}
	}
}

func TestTheSimulationFindsWhatItLooksFor(t *testing.T) {
	defer oneAtATime()()
	for _, flaw := range []string{"forgets", "shares"} {
		seed, whole := uint64(0), &world{}
		const verdict = "refresh token replayed"
		for !strings.Contains(strings.Join(whole.broken, "\n"), verdict) && seed < 100 {
			seed++
			whole = run(t, seed, plot{flaw: flaw})
		}
		if !strings.Contains(strings.Join(whole.broken, "\n"), verdict) {
			t.Errorf("a store that %s breaks no promise in 100 seeds: %q", flaw, whole.broken)
			continue
		}
		p, short := shrink(t, seed, plot{flaw: flaw})
		if len(short.broken) == 0 || len(short.story) > len(whole.story) {
			t.Errorf("shrinking made a story of %d lines out of %d", len(short.story), len(whole.story))
		}
		t.Logf("a store that %s: %d lines of story, %d things that went wrong; shrunk to %d lines and %d\n%s",
			flaw, len(whole.story), len(whole.faults), len(short.story), len(short.faults)-len(p.spared), strings.Join(short.story, "\n"))
	}
}

// report tells what a seed broke, and the shortest story in which it does.
func report(t *testing.T, seed uint64, w *world) {
	t.Helper()
	if len(w.broken) == 0 {
		return
	}
	for _, b := range w.broken {
		t.Errorf("seed %d: %s", seed, b)
	}
	p, short := shrink(t, seed, plot{workers: *workers, minutes: *minutes})
	t.Logf("the shortest story, in which all but %d things that could have gone wrong did not:\n%s\nreplay the whole with: go test ./internal/sim -run NoSchedule -v -sim.seed %d",
		len(short.faults)-len(p.spared), strings.Join(short.story, "\n"), seed)
}
