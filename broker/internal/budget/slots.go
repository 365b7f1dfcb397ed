package budget

import (
	"time"

	"github.com/ringcx-go/ringcx/internal/apispec"
)

// What keeps replicas apart from each other.
const (
	term   = 30 * time.Second // how long slots are leased at the least; they are renewed after half of it
	look   = 2 * time.Second  // how often a replica with a lease looks whether others want of it, and who is short whether there is more
	tidy   = 10 * time.Minute // after so long without use the record is left to others
	paced  = 10               // slots of a window, from which on they are free one by one under load
	turn   = time.Minute      // how long a replica keeps what cannot be divided, at the least
	flight = 10 * time.Second // a request is at the vendor so long after it was begun, or never

	// slack covers what is lost between two clocks' readings of the same moment.
	slack = 250 * time.Millisecond
)

// rest is how long a slot rests after its request was answered. Clocks may differ by a thousandth.
func rest(w apispec.Window) time.Duration { return w.Time + w.Time/1000 + slack }

// moment is a time since the process began, on the clock that nobody can set and on the wall's, which goes on while the machine
// sleeps.
type moment struct{ steady, wall time.Duration }

// before needs both clocks to say so.
func (m moment) before(o moment) bool { return m.steady < o.steady && m.wall < o.wall }

func (m moment) add(d time.Duration) moment { return moment{m.steady + d, m.wall + d} }

// reading is what the Store's clock said, and when it was asked and had answered.
type reading struct {
	there           time.Time
	asked, answered moment
	skew            time.Duration // how far others' readings of that clock may differ: 0 if it is the Store's
}

// earliest is what it is at the Store now at the least.
func (r reading) earliest(now moment) time.Time {
	return r.there.Add(now.steady - r.answered.steady - r.skew)
}

// latest is what it is at the Store now at the most.
func (r reading) latest(now moment) time.Time {
	return r.there.Add(max(now.steady-r.asked.steady, now.wall-r.asked.wall) + r.skew)
}

// valid is when a lease that ends at until ends for its holder: not later than for anybody else.
func (r reading) valid(until time.Time) moment {
	return r.asked.add(until.Sub(r.there) - r.skew - slack)
}

// slots are a replica's slots of one window. The zero value is none.
type slots struct {
	free    int
	busy    int             // their requests are not answered yet
	resting []time.Duration // when each of those is free that were used, the first one first
	lost    uint32          // how often all of them were lost: requests from before have none
}

func (s *slots) total() int { return s.free + s.busy + len(s.resting) }

func (s *slots) used() int { return s.busy + len(s.resting) }

// settle frees what has rested.
func (s *slots) settle(now time.Duration) {
	n := 0
	for n < len(s.resting) && s.resting[n] <= now {
		n++
	}
	if n > 0 {
		s.free += n
		s.resting = s.resting[:copy(s.resting, s.resting[n:])]
	}
}

// parts are the slots that rest, in some parts that are free one after the other.
func (s *slots) parts(now, rest time.Duration) (parts [][]time.Duration) {
	const most = 10
	nth := -1
	for i, at := range s.resting {
		if n := min(int((at-now)*most/rest), most); n != nth {
			nth, parts = n, append(parts, nil)
		}
		last := len(parts) - 1
		parts[last] = s.resting[i-len(parts[last]) : i+1]
	}
	return parts
}

func (s *slots) take() uint32 {
	s.free--
	s.busy++
	return s.lost
}

// end ends a request that took a slot when so many times all had been lost. A slot that was used is free at again,
// and as long after the one before.
func (s *slots) end(lost uint32, used bool, again, apart time.Duration) {
	switch {
	case lost != s.lost:
	case used:
		s.busy--
		if n := len(s.resting); n > 0 {
			again = max(again, s.resting[n-1]+apart)
		}
		s.resting = append(s.resting, again)
	default:
		s.busy--
		s.free++
	}
}

// lose drops all slots, and has n others.
func (s *slots) lose(n int) { *s = slots{free: n, resting: s.resting[:0], lost: s.lost + 1} }
