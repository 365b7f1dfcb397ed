package budget

import (
	"time"
)

// What the tests of the decisions see of them, without the clocks and the Store at their edge.

type (
	Share    = share
	Slots    = slots
	Claim    = claim
	Waiter   = waiter
	Turns    = turns
	Moment   = moment
	Reading  = reading
	Record   = record
	Entry    = entry
	Proposal = proposal
)

const (
	Term   = term
	Look   = look
	Flight = flight
	Never  = never
)

var (
	Decode   = decode
	Fair     = fair
	Rest     = rest
	NewShare = newShare
)

var (
	ErrDamaged = errDamaged
	ErrNewer   = errNewer
)

func NewMoment(steady, wall time.Duration) Moment { return moment{steady, wall} }

func (m moment) Steady() time.Duration { return m.steady }

func NewReading(there time.Time, asked, answered Moment) Reading {
	return reading{there: there, asked: asked, answered: answered}
}

func (s *share) SetWaits(most int) { s.most = most }

func (s *share) Reserve(now Moment) (Claim, bool) { return s.reserve(now) }

// Wait has a request wait for so long.
func (s *share) Wait(now Moment, w *Waiter, long time.Duration) []*Waiter {
	w.giveUp = now.steady + long
	return s.wait(now, w)
}

func (s *share) Tick(now Moment) []*Waiter { return s.tick(now) }

func (s *share) InTime(now Moment, c Claim) bool { return s.inTime(now, c) }

func (s *share) End(now Moment, c Claim, used bool) { s.end(now, c, used) }

func (s *share) Next(now Moment) time.Duration { return s.next(now) }

func (s *share) Due(now Moment) time.Duration { return s.due(now) }

func (s *share) SetSyncing() { s.syncing = true }

func (s *share) Worth(r *Record, damaged bool, at Reading, now Moment) bool {
	return s.worth(r, damaged, at, now)
}

func (s *share) Propose(r *Record, damaged bool, at Reading, now Moment) *Proposal {
	return s.propose(r, damaged, at, now)
}

func (s *share) Confirm(p *Proposal, saved bool) { s.confirm(p, saved) }

func (s *share) Looked(now Moment, gained bool, err error) { s.looked(now, gained, err) }

func (s *share) Leave(r *Record, at Reading, now Moment) *Proposal {
	return s.leave(r, false, at, now)
}

// FreeOwn breaks the promise that own slots rest after the start.
func (s *share) FreeOwn() {
	for i := range s.own {
		s.own[i].settle(never)
	}
}

// Forgive breaks the promise that what the Store forgot is noticed.
func (s *share) Forgive() { s.nth = 0 }

// Holds is how many slots of a window the share has by its lease.
func (s *share) Holds(i int) int { return s.leased[i].total() }

func (p *proposal) Encode() ([]byte, error) { return p.next.encode() }

func (p *proposal) Gains() bool { return p.gains }

func (r *record) Encode() ([]byte, error) { return r.encode() }

func NewWaiter(caller string) *Waiter { return &waiter{caller: caller} }

func (w *waiter) Claim() (Claim, bool) { return w.claim, w.refused == nil }

func (w *waiter) Caller() string { return w.caller }

func (t *turns) Push(w *Waiter) { t.push(w) }

func (t *turns) Pop() *Waiter { return t.pop() }

func (t *turns) Remove(w *Waiter) bool { return t.remove(w) }

func (t *turns) MakeRoom(caller string) *Waiter { return t.makeRoom(caller) }

func (t *turns) Len() int { return len(t.all) }

const (
	MaxLimits  = maxLimits
	MaxWindows = maxWindows
)

// LimitsOf are the names of the limits of a request.
func (g *Governor) LimitsOf(q Request) (names []string) {
	for _, l := range g.limits(&q, nil) {
		names = append(names, l.Name)
	}
	return names
}

// Known is how many limits of accounts are known.
func (g *Governor) Known() int {
	g.mu.Lock()
	defer g.mu.Unlock()
	return len(g.buckets)
}

// Names are the names of the records.
func (g *Governor) Names() (names []string) {
	for _, b := range g.buckets {
		names = append(names, b.name)
	}
	return names
}

func (p *proposal) Until() time.Time { return p.until }
