//go:build !race

package sim_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"regexp"
	"testing"
	"testing/synctest"
	"time"

	"github.com/ringcx-go/ringcx"
	"github.com/ringcx-go/ringcx/ringcxtest"
	"github.com/ringcx-go/ringcx/sandbox"
)

// run plays a seed until its time is over or a promise is broken.
func run(t *testing.T, seed uint64, p plot) (w *world) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		rng := rand.New(rand.NewPCG(seed, 0))
		v := ringcxtest.NewServer(t, &ringcxtest.Options{NoSockets: true, Sandbox: sandbox.Options{}})
		w = &world{
			vendor: v, chaos: true, begin: time.Now(), spared: p.spared,
			quiet: make(map[string]time.Time), known: make(map[string]time.Time), answered: make(map[string][]byte),
			rows: &rows{of: make(map[string]*row), outages: make(map[*process]time.Time), flaw: p.flaw},
		}
		if w.steady = rng.IntN(2) == 0; rng.IntN(2) == 0 {
			w.rows.lease, w.steady = 10*time.Second, false
		}
		v.OnRequest(func(r sandbox.Request) {
			for _, verdict := range r.Verdicts {
				if w.sender != nil && !w.lenient(verdict) {
					w.breaks("%s: %s %s: %s", w.sender.name, r.Method, r.Path, verdict)
				}
			}
		})
		workers, lineages := atMost(1+rng.IntN(5), p.workers), 1+rng.IntN(3)
		done := make(chan struct{}, workers)
		end := time.Now().Add(time.Duration(atMost(10+rng.IntN(170), p.minutes)) * time.Minute)
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

// atMost is n, or limit if that is one and less.
func atMost(n, limit int) int {
	if limit > 0 {
		return min(n, limit)
	}
	return n
}

// worker is a program that is started again whenever it dies. What its callers do and what befalls its engine are
// decided by dice of their own, so that it does not matter which of the two the scheduler lets go first.
func (w *world) worker(i int, seed uint64, end time.Time, lineage string) {
	callers, fate := rand.New(rand.NewPCG(seed, uint64(i)+1)), rand.New(rand.NewPCG(seed, uint64(i)+1001))
	p := &process{w: w, rng: fate, apart: time.Duration(7 * i)}
	if w.rows.lease > 0 && i > 0 { // machines of their own, each with a clock of its own
		p.skew = time.Duration(callers.IntN(1200)-600) * time.Second
	}
	p.pass(0, time.Minute)
	for life := 0; w.goesOn(end); life++ {
		p = &process{
			w: w, rng: fate, skew: p.skew, apart: p.apart, told: make(map[string]time.Time),
			lineage: lineage, name: fmt.Sprintf("worker %d.%d", i, life), ownTimers: i == 0 && (w.steady || w.rows.lease > 0),
		}
		s := p.session(false)
		for !p.dead && w.goesOn(end) {
			w.use(p, s, callers)
			time.Sleep(time.Duration(callers.Int64N(int64(2 * time.Minute))))
			p.maybeSetClock()
		}
	}
}

func (w *world) goesOn(end time.Time) bool { return time.Now().Before(end) && len(w.broken) == 0 }

func (w *world) use(p *process, s *ringcx.Session, callers *rand.Rand) {
	ctx, cancel := context.WithTimeout(context.Background(), time.Duration(callers.Int64N(int64(2*time.Minute))))
	defer cancel()
	token, err := s.Token(ctx)
	switch {
	case p.dead:
	case errors.Is(err, ringcx.ErrLoginRequired):
		w.breaks("%s: a person is asked for: %v", p.name, err)
	case err != nil:
		w.tell("%s: no token: %s", p.name, requestID.ReplaceAllString(err.Error(), ""))
	case !w.works(token):
		w.breaks("%s was given a token that does not work", p.name)
	default:
		w.renewals++
	}
}

// requestID is what of an error differs from run to run.
var requestID = regexp.MustCompile(` \(request [^)]*\)`)

// calm ends the bad days: now every program must get a token.
func (w *world) calm() {
	if len(w.broken) > 0 {
		return
	}
	w.chaos = false
	w.tell("calm")
	time.Sleep(61 * time.Second)
	p := &process{w: w, rng: rand.New(rand.NewPCG(0, 0)), name: "the last", lineage: "lineage 0", ownTimers: true}
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
