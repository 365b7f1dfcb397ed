package budget

import (
	"fmt"
	"slices"
	"time"
)

// proposal is a change of the record.
type proposal struct {
	next  *record
	slots []int // of the lease, of each window, when it is saved
	nth   int64
	until time.Time
	valid moment
	gains bool
}

// propose says what is to be saved in place of r, nil if that is not worth it. What is given back is not used from now on; what
// is taken is there when confirm says that it was saved. r becomes the proposal's.
func (s *share) propose(r *record, damaged bool, at reading, now moment) *proposal {
	there := at.earliest(now)
	_, stored := r.find(s.holder)
	r.expire(there, s.windows)
	worth := s.reconcile(r, damaged, at, now)
	worth = s.tell(r, at, now) || worth
	d := s.demand(now)
	worth = worth || stored && !d.active && !now.before(s.valid) // the Store need not keep it
	p := &proposal{next: r, slots: make([]int, len(s.windows)), until: s.until, valid: s.valid}
	mine := entry{Holder: s.holder, Slots: p.slots, Until: s.until}
	old, known := r.find(s.holder)
	for i := range s.windows {
		held := s.leased[i].total()
		n, want := s.goal(r, i, d, there)
		p.slots[i] = n
		p.gains = p.gains || n > held
		worth = worth || n > held && d.waiting > 0 || n < held && (d.pressed[i] || d.renews && !d.active)
		if d.active {
			mine.Wanted = append(mine.Wanted, want)
			told := known && there.Before(r.Shares[old].Until) && len(r.Shares[old].Wanted) > i && r.Shares[old].Wanted[i] > held
			worth = worth || n < want && d.waiting > 0 && !told
		}
	}
	if worth = worth || d.renews && d.active; !worth {
		return nil
	}
	if d.active {
		p.until = there.Add(s.term)
		p.valid = at.valid(p.until)
		mine.Until = p.until
	}
	for i := range s.windows {
		if l := &s.leased[i]; l.total() > p.slots[i] {
			l.free -= l.total() - p.slots[i]
		}
	}
	s.tries++
	mine.Nth, p.nth = s.tries, s.tries
	r.put(mine)
	return p
}

// confirm is called when p was saved, or not. Whether it was is not known for sure then: reconcile will see.
func (s *share) confirm(p *proposal, saved bool) {
	if !saved {
		return
	}
	for i := range s.windows {
		if l := &s.leased[i]; p.slots[i] > l.total() {
			s.vacant[i] -= p.slots[i] - l.total()
			l.free += p.slots[i] - l.total()
		}
	}
	s.nth, s.untold = p.nth, false
	if _, known := p.next.find(s.holder); !known {
		s.nth = 0 // it said nothing
	}
	s.until, s.valid = p.until, p.valid
}

// looked notes that the record was looked at, and whether there was more in it.
func (s *share) looked(now moment, gained bool, err error) {
	s.tried, s.gained, s.failing, s.syncing = now.steady, gained, err != nil, false
}

// reconcile makes of the lease what the record says: a save whose answer was lost may have happened or not. A Store that
// forgot what was saved is told what this replica has, and that all others may have the rest for the longest that a lease can
// last. It reports whether that has to be saved, with what this replica has.
func (s *share) reconcile(r *record, damaged bool, at reading, now moment) bool {
	held := at.latest(now).Before(s.until.Add(flight)) // nobody may have dropped our entry
	mine := entry{Slots: make([]int, len(s.windows))}
	if i, ok := r.find(s.holder); ok {
		mine = r.Shares[i]
	}
	s.tries = max(s.tries, mine.Nth)
	if !damaged && (mine.Nth >= s.nth || !held) {
		for i := range s.windows {
			if l := &s.leased[i]; l.total() > mine.Slots[i] {
				l.lose(mine.Slots[i])
			}
		}
		return false
	}
	rest := entry{Holder: nobody, Slots: make([]int, len(s.windows)), Until: at.latest(now).Add(s.term)}
	r.put(rest)
	for i := range r.Shares {
		r.Shares[i].Until = rest.Until
	}
	for i := range s.windows {
		if !held {
			s.leased[i].lose(0)
		}
		have, _, _, _ := r.others(s.holder, i, 0, rest.Until)
		rest.Slots[i] = max(0, s.pool[i]-have-s.leased[i].total())
	}
	r.put(rest)
	return true
}

// tell has the record and this replica know the same of the vendor, and reports whether that has to be saved.
func (s *share) tell(r *record, at reading, now moment) bool {
	there := at.earliest(now)
	if most := there.Add(maxQuiet + slack); r.Quiet.After(most) {
		r.Quiet = most
	}
	news := false
	if until := at.latest(now).Add(s.quiet - now.steady - at.skew); s.untold && s.quiet > now.steady && until.After(r.Quiet.Add(time.Second)) {
		r.Quiet, news = until, true
	}
	s.untold = news
	if d := r.Quiet.Sub(there.Add(at.skew)); d > 0 {
		s.quiet = max(s.quiet, now.steady+d)
	}
	return news
}

// demand is what a share needs of its lease.
type demand struct {
	active  bool // it is in use
	renews  bool // its lease is at half of its time, or has ended
	waiting int
	pressed [maxWindows]bool // others need more of a window than is free
}

func (s *share) demand(now moment) *demand {
	d := &demand{waiting: len(s.queue.all), active: now.steady-s.usedAt < term/3 || len(s.queue.all) > 0, renews: !now.before(s.valid.add(-s.term / 2))}
	for i := range s.windows {
		s.leased[i].settle(now.steady)
		d.active = d.active || s.leased[i].busy > 0
	}
	return d
}

// goal is how many slots of a window are leased from now on, and how many this replica would use: those that are used, those
// that requests wait for, and one more. While there is enough for all it has some more, so that it need not ask for each.
func (s *share) goal(r *record, i int, d *demand, there time.Time) (n, want int) {
	l, pool := &s.leased[i], s.pool[i]
	held := l.total()
	want = l.used() + d.waiting
	if d.active {
		want++
	}
	want = min(want, pool)
	round := int(there.UnixNano() / int64(max(s.windows[i].Time, turn)))
	have, missing, wants, me := r.others(s.holder, i, want, there)
	free := max(0, pool-have-held)
	s.vacant[i] = free
	goal := want
	if d.pressed[i] = missing > 0 && missing+max(0, want-held) > free; d.pressed[i] {
		goal = fair(pool, wants, me, round)
		s.target[i] = goal
	} else {
		free -= missing
		s.target[i] = pool
		if d.active {
			goal = min(pool, want+max(want/4, (pool+7)/8))
		}
	}
	if have+held > pool { // after the Store forgot
		d.pressed[i], goal = true, min(goal, max(0, pool-have))
		s.target[i] = goal
	}
	switch {
	case goal > held && (d.waiting > 0 || d.renews):
		return held + min(max(free, 0), goal-held), want
	case goal < held && (d.pressed[i] || d.renews):
		return held - min(l.free, held-goal), want
	}
	return held, want
}

// leave is what is saved when the replica ends: nothing of it is used any more, but what is on its way, and what was used is back
// about when it would have been here: who comes next need not wait for a whole window. nil: nothing.
func (s *share) leave(r *record, damaged bool, at reading, now moment) *proposal {
	r.expire(at.earliest(now), s.windows)
	healed := s.reconcile(r, damaged, at, now)
	if _, known := r.find(s.holder); !known && !healed {
		return nil
	}
	late := at.latest(now)
	mine := entry{Holder: s.holder, Until: late, Nth: s.tries + 1}
	for i, w := range s.windows {
		l := &s.leased[i]
		l.settle(now.steady)
		mine.Slots = append(mine.Slots, l.busy)
		for n, some := range l.parts(now.steady, rest(w)) {
			left := entry{Holder: fmt.Sprintf("%s-%d-%d", s.holder, i, n), Slots: make([]int, len(s.windows)), Nth: 1}
			left.Slots[i] = len(some)
			left.Until = late.Add(min(some[len(some)-1]-now.steady, rest(w)) - rest(w) - flight)
			r.put(left)
		}
		l.lose(0) // whether it is saved or not
	}
	r.put(mine)
	return &proposal{next: r, slots: make([]int, len(s.windows))}
}

// worth says whether anything is worth saving in place of r, and learns what r tells.
func (s *share) worth(r *record, damaged bool, at reading, now moment) bool {
	c := *s
	c.leased = nil
	for _, l := range s.leased {
		l.resting = slices.Clone(l.resting)
		c.leased = append(c.leased, l)
	}
	p := c.propose(r, damaged, at, now)
	s.quiet = c.quiet
	if p == nil && !now.before(s.valid) {
		s.nth = 0 // nothing of ours is in it
	}
	s.untold = s.untold && p != nil
	return p != nil
}
