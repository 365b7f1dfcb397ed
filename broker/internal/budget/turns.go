package budget

import (
	"slices"
	"time"
)

// waiter is a request that waits for its turn.
type waiter struct {
	caller  string
	round   int // in which it has its turn
	giveUp  time.Duration
	ready   chan struct{} // closed when it is decided
	claim   claim
	refused *refusal // nil: it may be sent
}

// refusal is why a request may not be sent, and when it is likely that one may.
type refusal struct {
	why   reason
	again time.Duration
}

// turns are the requests that wait, in the order of their rounds. In each round a caller has one turn, whatever number of requests
// it has; those of a round, and of a caller, come in the order in which they came. A caller that had its turn in a round has none
// in it any more, also if it comes anew: those come first who were told to come back later.
type turns struct {
	all   []*waiter
	round int            // of the last turn
	after map[string]int // the first round in which a caller that had a turn may have another one
}

// next is the round of one more request of a caller, and how many have their turn before it.
func (t *turns) next(caller string) (round, ahead int) {
	round = max(t.round, t.after[caller])
	for _, w := range t.all {
		if w.caller == caller {
			round = max(round, w.round+1)
		}
	}
	ahead, _ = slices.BinarySearchFunc(t.all, round+1, func(w *waiter, round int) int { return w.round - round })
	return round, ahead
}

func (t *turns) push(w *waiter) {
	var place int
	w.round, place = t.next(w.caller)
	t.all = slices.Insert(t.all, place, w)
}

// pop takes the request out whose turn it is.
func (t *turns) pop() *waiter {
	w := t.all[0]
	if t.after == nil {
		t.after = map[string]int{}
	}
	t.round, t.after[w.caller] = w.round, w.round+1
	t.all = slices.Delete(t.all, 0, 1)
	return w
}

// remove takes w out, and is false if it is not there.
func (t *turns) remove(w *waiter) bool {
	i := slices.Index(t.all, w)
	if i >= 0 {
		t.all = slices.Delete(t.all, i, i+1)
	}
	return i >= 0
}

// makeRoom takes out the request whose turn is last, for one of a caller that would have its turn in an earlier round. nil: there
// is none.
func (t *turns) makeRoom(caller string) *waiter {
	last := t.all[len(t.all)-1]
	if round, _ := t.next(caller); round >= last.round {
		return nil
	}
	t.all = t.all[:len(t.all)-1]
	return last
}

// late takes out the requests that wait no longer.
func (t *turns) late(now time.Duration) (all []*waiter) {
	t.all = slices.DeleteFunc(t.all, func(w *waiter) bool {
		if w.giveUp <= now {
			all = append(all, w)
		}
		return w.giveUp <= now
	})
	return all
}

// first is when the first request gives up.
func (t *turns) first() time.Duration {
	at := time.Duration(never)
	for _, w := range t.all {
		at = min(at, w.giveUp)
	}
	return at
}
