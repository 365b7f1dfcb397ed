package budget

import (
	"math"
	"time"

	"github.com/ringcx-go/ringcx/internal/apispec"
)

// maxWindows is how many windows a limit has at the most.
const maxWindows = 4

// never is later than all times.
const never = math.MaxInt64

// maxQuiet bounds how long the vendor is left alone.
const maxQuiet = time.Hour

// share is what one replica may use of one limit, and the requests that wait for it: states and decisions, without a clock or
// a Store. Each method is told what time it is, which is never before what one was told before.
type share struct {
	holder  string
	windows []apispec.Window
	pool    []int         // slots of each window that are leased
	own     []slots       // of each window: those that need no lease
	leased  []slots       // of each window: those of the lease
	target  []int         // of each window: those of the lease that others do not need more
	vacant  []int         // of each window: those that nobody had when the record was looked at last
	term    time.Duration // how long slots are leased
	most    int           // requests that wait

	valid  moment        // leased slots are used before it
	until  time.Time     // the same on the Store's clock
	nth    int64         // entry.Nth as last saved
	tries  int64         // the largest that may have been
	usedAt time.Duration // when a slot of the lease was taken last

	crowd  time.Duration // until then slots are free one by one: requests had to wait
	quiet  time.Duration // nothing is sent before it
	untold bool          // the record does not know of quiet

	tried   time.Duration // when the record was looked at last
	gained  bool          // there was more then
	failing bool          // that failed
	syncing bool

	queue turns
}

// newShare makes the share of a replica that has own slots of each window, and others have as many each. The own slots rest
// first: a replica that was there before may have used them.
func newShare(holder string, windows []apispec.Window, own []int, replicas int) *share {
	s := &share{holder: holder, windows: windows, gained: true, usedAt: -term, term: term}
	for i, w := range windows {
		s.pool = append(s.pool, w.Requests-own[i]*replicas)
		s.term = max(s.term, w.Time/6) // slots of a replica that died rest for long anyway
		s.leased, s.target, s.vacant = append(s.leased, slots{}), append(s.target, s.pool[i]), append(s.vacant, s.pool[i])
		set := slots{}
		for range own[i] {
			set.resting = append(set.resting, flight+rest(w))
		}
		s.own = append(s.own, set)
	}
	return s
}

// claim is what a request took: which of its slots are the replica's own, a bit for each window, and slots.lost of each.
type claim struct {
	own  uint8
	lost [maxWindows]uint32
}

func (s *share) set(c claim, i int) *slots {
	if c.own&(1<<i) != 0 {
		return &s.own[i]
	}
	return &s.leased[i]
}

// spare are the slots of the lease that may be used now. What others need more is not used again.
func (s *share) spare(i int) int {
	l := &s.leased[i]
	return l.free - max(0, l.total()-s.target[i])
}

// take takes a slot of each window.
func (s *share) take(now moment) (c claim, ok bool) {
	if now.steady < s.quiet {
		return c, false
	}
	live := now.before(s.valid)
	for i := range s.windows {
		s.own[i].settle(now.steady)
		s.leased[i].settle(now.steady)
		switch {
		case s.own[i].free > 0:
			c.own |= 1 << i
		case !live || s.spare(i) <= 0:
			return claim{}, false
		}
	}
	for i := range s.windows {
		c.lost[i] = s.set(c, i).take()
	}
	if c.own != 1<<len(s.windows)-1 {
		s.usedAt = now.steady
	}
	return c, true
}

// reserve lets a request be sent if it can be sent at once.
func (s *share) reserve(now moment) (claim, bool) {
	if len(s.queue.all) > 0 {
		return claim{}, false // which come first
	}
	return s.take(now)
}

// wait has w wait, until w.giveUp. It may be refused at once, or another one be refused in its place: those that are decided are returned.
func (s *share) wait(now moment, w *waiter) (decided []*waiter) {
	if now.steady >= s.crowd {
		s.queue.after, s.queue.owed = nil, nil // nobody had to wait for long
	}
	again := s.again(now, w.caller)
	switch {
	case again > w.giveUp && (s.all(now) || s.quiet > w.giveUp):
		s.queue.turnAway(w.caller)
		return []*waiter{w.refuse(tooLong, again)}
	case len(s.queue.all) >= s.most:
		out := s.queue.makeRoom(w.caller)
		if out == nil {
			s.queue.turnAway(w.caller)
			return []*waiter{w.refuse(tooMany, s.told(now, w.caller))}
		}
		decided = []*waiter{out.refuse(tooMany, s.told(now, w.caller))}
	}
	s.queue.push(w)
	s.crowd = now.steady + s.windows[0].Time
	return decided
}

func (w *waiter) refuse(why reason, again time.Duration) *waiter {
	w.refused = &refusal{why, again}
	return w
}

// all says that there are no slots but those that this replica may use.
func (s *share) all(now moment) bool {
	if !now.before(s.valid) {
		return false
	}
	for i, w := range s.windows {
		if s.own[i].total()+s.leased[i].total() < w.Requests {
			return false
		}
	}
	return true
}

// first is when the first slot of a window may be used, never if that is not known.
func (s *share) first(i int, now moment) time.Duration {
	own, leased, live := &s.own[i], &s.leased[i], now.before(s.valid)
	at := time.Duration(never)
	if own.free > 0 || live && s.spare(i) > 0 {
		return now.steady
	}
	if len(own.resting) > 0 {
		at = own.resting[0]
	}
	if live && len(leased.resting) > 0 {
		at = min(at, leased.resting[0])
	}
	return at
}

// again is when one more request of a caller is likely to be sent. Where nothing is known it is after a look.
func (s *share) again(now moment, caller string) time.Duration {
	_, ahead := s.queue.next(caller)
	at := max(now.steady, s.quiet)
	for i := range s.windows {
		first := s.first(i, now)
		if first == never {
			first = now.steady + 2*look
		}
		at = max(at, first)
	}
	pace := time.Duration(0)
	for i := range s.windows {
		pace = max(pace, s.pace(i))
	}
	return at + pace*time.Duration(ahead)
}

// told is again for who is refused: where no request is answered yet of those that have all slots, none of them is free sooner than
// one that is answered now.
func (s *share) told(now moment, caller string) time.Duration {
	at := s.again(now, caller)
	if s.all(now) {
		for i, w := range s.windows {
			if s.first(i, now) == never {
				at = max(at, now.steady+rest(w))
			}
		}
	}
	return at
}

// pace is the time between slots of a window that are free again, while callers have to wait. If slots that were used at once
// were also free at once, those who wait would take all again, and a caller that comes a moment later would find none for a
// whole window. Few slots are not held back.
func (s *share) pace(i int) time.Duration {
	n := s.own[i].total() + s.target[i]
	if n < paced {
		return 0
	}
	return s.windows[i].Time / time.Duration(n)
}

// tick gives requests that wait their turns, and refuses those that waited long enough.
func (s *share) tick(now moment) (decided []*waiter) {
	for len(s.queue.all) > 0 {
		c, ok := s.take(now)
		if !ok {
			break
		}
		w := s.queue.pop()
		w.claim = c
		decided = append(decided, w)
	}
	for _, w := range s.queue.late(now.steady) {
		decided = append(decided, w.refuse(tooLong, s.told(now, w.caller)))
	}
	return decided
}

// inTime says whether the request of c may be begun now. A lease that has ended would let others send in its place.
func (s *share) inTime(now moment, c claim) bool {
	if now.steady < s.quiet {
		return false
	}
	for i := range s.windows {
		if c.own&(1<<i) == 0 && (c.lost[i] != s.leased[i].lost || !now.before(s.valid)) {
			return false
		}
	}
	return true
}

// end ends a request: one that may have been sent, and is answered or given up, or one that was surely not sent.
func (s *share) end(now moment, c claim, used bool) {
	for i, w := range s.windows {
		apart := time.Duration(0)
		if now.steady < s.crowd {
			apart = s.pace(i)
		}
		s.set(c, i).end(c.lost[i], used, now.steady+rest(w), apart)
	}
}

// hush has nothing be sent for some time, and reports whether all others are to be told.
func (s *share) hush(now moment, d time.Duration) bool {
	if at := now.steady + min(d, maxQuiet); d > 0 && at > s.quiet {
		s.quiet, s.untold = at, true
	}
	return s.untold
}

// next is when something is to be done again: a tick, or a look at the record.
func (s *share) next(now moment) time.Duration {
	at := s.due(now)
	if len(s.queue.all) == 0 {
		return at
	}
	free := max(s.quiet, now.steady+time.Millisecond)
	for i := range s.windows {
		free = max(free, s.first(i, now))
	}
	return min(at, s.queue.first(), free)
}

// due is when the record is to be looked at.
func (s *share) due(now moment) time.Duration {
	live := now.before(s.valid)
	short := len(s.queue.all) > 0 && !s.all(now) && now.steady >= s.quiet
	switch {
	case s.syncing:
		return never
	case s.failing && (live || len(s.queue.all) > 0 || s.untold):
		return s.tried + look
	case s.untold, short && s.gained:
		return now.steady
	case short:
		return s.tried + look/2
	case live:
		return s.tried + look
	case s.nth > 0:
		return max(s.tried, s.usedAt) + tidy
	default:
		return never
	}
}

// idle says that nothing would be lost if this share was forgotten.
func (s *share) idle(now moment) bool {
	for i := range s.windows {
		s.own[i].settle(now.steady)
		s.leased[i].settle(now.steady)
		if s.own[i].used()+s.leased[i].used() > 0 {
			return false
		}
	}
	return len(s.queue.all) == 0 && !s.syncing && now.steady >= s.quiet
}
