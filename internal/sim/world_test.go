//go:build !race

package sim_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"time"

	"github.com/ringcx-go/ringcx"
	"github.com/ringcx-go/ringcx/ringcxtest"
)

// world is one run: a vendor, a store, some processes, and the dice.
type world struct {
	vendor   *ringcxtest.Server
	rows     *rows
	chaos    bool // things go wrong
	begin    time.Time
	sender   *process             // who makes the request under way
	quiet    map[string]time.Time // nothing may be sent to a host before; as far as somebody lived to write it down
	known    map[string]time.Time // since when
	story    []string
	broken   []string // promises that were not kept
	faults   []string // what went wrong, by name
	spared   map[string]bool
	answered map[string][]byte // the last answer to a refresh of a lineage, as something on the way may repeat it
	steady   bool              // nobody sets the clock of the one machine, when there is only one
	set      time.Duration     // how far the clock of the one machine was set back, when there is only one
	leapt    time.Time         // when it was last set forward
	answers  int               // requests the vendor saw from us
	renewals int
	crashes  int
}

// process is one life of a program. It has dice of its own, so that what happens to it does not depend on who else ran
// first.
type process struct {
	w     *world
	skew  time.Duration // how far the clock of its machine is behind
	apart time.Duration // a few nanoseconds of its own, so that no two wake at the same instant
	rng   *rand.Rand
	name  string
	dead  bool

	ownTimers bool // it goes by the machine's clock and timers
	hits      int  // things that went wrong in this life

	lineage string
	told    map[string]time.Time // quiet times it was told of and has not written down yet
}

var errDied = errors.New("the process died")

func (w *world) tell(format string, args ...any) {
	w.story = append(w.story, fmt.Sprintf("%10.3fs  ", time.Since(w.begin).Seconds())+fmt.Sprintf(format, args...))
}

func (w *world) breaks(format string, args ...any) {
	text := fmt.Sprintf(format, args...)
	w.tell("BROKEN: %s", text)
	w.broken = append(w.broken, text)
}

// chance tells whether something goes wrong that does so in so many cases of a hundred.
func (p *process) chance(percent int) bool {
	if p.rng.IntN(100) >= percent || !p.w.chaos {
		return false
	}
	p.hits++
	name := fmt.Sprintf("%s, %d", p.name, p.hits)
	p.w.faults = append(p.w.faults, name)
	return !p.w.spared[name]
}

// now is the time on the machine of the process. Each has its own if the store has leases, else all are on one.
func (p *process) now() time.Time { return time.Now().Add(-p.skew - p.apart - p.w.set) }

// maybeSetClock sets the clock of the machine, by ten minutes at most.
func (p *process) maybeSetClock() {
	if p.ownTimers || p.w.steady || !p.chance(3) {
		return
	}
	by := time.Duration(p.rng.IntN(1200)-600) * time.Second
	p.w.tell("%s: its clock is set by %s", p.name, -by)
	if p.w.rows.lease > 0 {
		p.skew += by
		return
	}
	if p.w.set += by; by < 0 {
		p.w.leapt = time.Now()
	}
}

// lenient tells whether the vendor may say so: when the only clock of a file's users is set forward, requests seem to
// lie longer back than they do.
func (w *world) lenient(verdict string) bool {
	return verdict != "refresh token replayed" && !w.leapt.IsZero() && time.Since(w.leapt) < 3*time.Minute
}

// pass lets time go by, to the nanosecond, so that two events hardly ever fall on the same instant.
func (p *process) pass(from, to time.Duration) {
	time.Sleep(from + time.Duration(p.rng.Int64N(int64(to-from)+1)))
}

func (p *process) die(where string) {
	p.dead = true
	p.w.crashes++
	p.w.tell("%s dies %s", p.name, where)
}

// session is what the process works with.
func (p *process) session(stored bool) *ringcx.Session {
	c := p.w.vendor.Config()
	c.HTTPClient = &http.Client{Transport: network{p}}
	if !p.ownTimers {
		c.Now = p.now // and no timers
	}
	opts := &ringcx.SessionOptions{Store: &store{p}, Key: p.lineage, Inline: p.rng.IntN(2) == 0}
	if stored {
		return c.NewSession(nil, opts)
	}
	return c.NewSession(c.JWT(p.w.vendor.Demo().JWT), opts)
}

// works asks the vendor itself about a token, past the network.
func (w *world) works(token *ringcx.Token) bool {
	req, err := http.NewRequestWithContext(context.Background(), http.MethodGet, w.vendor.URL+"/voice/api/v1/admin/accounts", nil)
	if err != nil {
		return false
	}
	req.Header.Set("Authorization", "Bearer "+token.AccessToken)
	req.Header.Set("User-Agent", "sim/1.0")
	resp, err := w.vendor.Client().Transport.RoundTrip(req)
	if err != nil {
		return false
	}
	_ = resp.Body.Close()
	return resp.StatusCode == http.StatusOK
}
