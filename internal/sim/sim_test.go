//go:build !race

package sim_test

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"math/rand/v2"
	"runtime"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/ringcx-go/ringcx"
	"github.com/ringcx-go/ringcx/ringcxtest"
	"github.com/ringcx-go/ringcx/sandbox"
)

var (
	seeds   = flag.Uint64("sim.seeds", 100, "how many seeds to run")
	oneSeed = flag.Uint64("sim.seed", 0, "run this seed only, and tell its story")
	workers = flag.Int("sim.workers", most, "at most so many programs")
	minutes = flag.Int("sim.minutes", most, "at most so many minutes")
)

// most is more than any seed has.
const most = 1000

func TestNoScheduleBreaksAPromise(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1)) // one goroutine at a time, so that a seed replays
	if *oneSeed != 0 {
		w := run(t, *oneSeed, "", size{*workers, *minutes})
		t.Log(strings.Join(w.story, "\n"))
		report(t, *oneSeed, w)
		return
	}
	var requests, crashes, tokens int
	for seed := uint64(1); seed <= *seeds; seed++ {
		w := run(t, seed, "", size{*workers, *minutes})
		requests, crashes, tokens = requests+w.answers, crashes+w.crashes, tokens+w.renewals
		if len(w.broken) > 0 {
			report(t, seed, w)
		}
		if t.Failed() {
			return
		}
	}
	t.Logf("%d seeds, %d requests, %d crashes, %d tokens handed out", *seeds, requests, crashes, tokens)
}

func TestTheSimulationFindsWhatItLooksFor(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	for flaw, verdict := range map[string]string{"forgets": "refresh token replayed", "shares": "refresh token replayed"} {
		found := false
		for seed := uint64(1); seed <= 100 && !found; seed++ {
			found = strings.Contains(strings.Join(run(t, seed, flaw, size{most, most}).broken, "\n"), verdict)
			if found {
				whole := run(t, seed, flaw, size{most, most})
				if _, short := shrink(t, seed, flaw); len(short.broken) == 0 || len(short.story) > len(whole.story) {
					t.Errorf("shrinking made a story of %d lines out of %d", len(short.story), len(whole.story))
				}
			}
		}
		if !found {
			t.Errorf("a store that %s breaks no promise in 100 seeds", flaw)
		}
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
	smallest, short := shrink(t, seed, "")
	t.Logf("the shortest story:\n%s\nreplay it with: go test ./internal/sim -run NoSchedule -v -sim.seed %d -sim.workers %d -sim.minutes %d",
		strings.Join(short.story, "\n"), seed, smallest.workers, smallest.minutes)
}

// size bounds a run.
type size struct{ workers, minutes int }

// shrink finds the smallest run of a seed that still breaks a promise.
func shrink(t *testing.T, seed uint64, flaw string) (smallest size, w *world) {
	t.Helper()
	for workers := 1; ; workers++ {
		for minutes := 1; minutes <= 256; minutes *= 2 {
			if w = run(t, seed, flaw, size{workers, minutes}); len(w.broken) > 0 {
				return size{workers, minutes}, w
			}
		}
		if workers == 8 {
			return size{most, most}, run(t, seed, flaw, size{most, most})
		}
	}
}

func run(t *testing.T, seed uint64, flaw string, bound size) (w *world) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		rng := rand.New(rand.NewPCG(seed, 0))
		v := ringcxtest.NewServer(t, &ringcxtest.Options{NoSockets: true, Sandbox: sandbox.Options{}})
		w = &world{
			vendor: v, chaos: true, begin: time.Now(), quiet: make(map[string]time.Time), known: make(map[string]time.Time),
			rows: &rows{of: make(map[string]*row), outages: make(map[*process]time.Time), flaw: flaw},
		}
		if rng.IntN(2) == 0 {
			w.rows.lease = 10 * time.Second
		}
		v.OnRequest(func(r sandbox.Request) {
			for _, verdict := range r.Verdicts {
				if w.sender != nil {
					w.breaks("%s: %s %s: %s", w.sender.name, r.Method, r.Path, verdict)
				}
			}
		})
		workers, lineages := min(1+rng.IntN(5), bound.workers), 1+rng.IntN(3)
		done := make(chan struct{}, workers)
		end := time.Now().Add(time.Duration(min(10+rng.IntN(170), bound.minutes)) * time.Minute)
		for i := range workers {
			go func() {
				w.worker(i, seed, end, fmt.Sprintf("lineage %d", i%lineages))
				done <- struct{}{}
			}()
		}
		for range workers {
			<-done
		}
		w.calm()
	})
	return w
}

// worker is a program that is started again whenever it dies.
func (w *world) worker(i int, seed uint64, end time.Time, lineage string) {
	rng := rand.New(rand.NewPCG(seed, uint64(i)+1))
	p := &process{w: w, rng: rng}
	skew := time.Duration(7 * i)
	if w.rows.lease > 0 && i > 0 { // machines of their own, each with a clock of its own
		skew += time.Duration(rng.IntN(1200)-600) * time.Second
	}
	p.pass(0, time.Minute)
	for life := 0; time.Now().Before(end); life++ {
		p = &process{w: w, rng: rng, skew: skew, told: make(map[string]time.Time), lineage: lineage, name: fmt.Sprintf("worker %d.%d", i, life)}
		s := p.session(false)
		for !p.dead && time.Now().Before(end) {
			w.use(p, s)
			p.pass(0, 2*time.Minute)
		}
	}
}

func (w *world) use(p *process, s *ringcx.Session) {
	ctx, cancel := context.WithTimeout(context.Background(), time.Duration(p.rng.Int64N(int64(2*time.Minute))))
	defer cancel()
	token, err := s.Token(ctx)
	switch {
	case p.dead:
	case errors.Is(err, ringcx.ErrLoginRequired):
		w.breaks("%s: a person is asked for: %v", p.name, err)
	case err != nil:
		w.tell("%s: no token: %v", p.name, err)
	case !w.works(token):
		w.breaks("%s was given a token that does not work", p.name)
	default:
		w.renewals++
	}
}

// calm ends the bad days: now every program must get a token.
func (w *world) calm() {
	w.chaos = false
	w.tell("calm")
	time.Sleep(61 * time.Second)
	p := &process{w: w, rng: rand.New(rand.NewPCG(0, 0)), name: "the last", lineage: "lineage 0"}
	s := p.session(false)
	ctx, cancel := context.WithTimeout(context.Background(), 3*time.Minute)
	defer cancel()
	if token, err := s.Token(ctx); err != nil {
		w.breaks("after the bad days there is no token: %v", err)
	} else if !w.works(token) {
		w.breaks("after the bad days the token does not work")
	}
	_ = s.Wait(ctx)
}
