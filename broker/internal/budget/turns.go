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
// in it any more, also if it comes anew: those come first who were told to come back later, and that for longest. Without that
// who comes back always when others have just come would never have a turn.
type turns struct {
	all   []*waiter
	round int            // of the last turn
	after map[string]int // the first round in which a caller that had a turn may have another one
	owed  map[string]int // the round that a caller was told to come back in, and had no turn since
}

// next is the round of one more request of a caller, and how many have their turn before it.
func (t *turns) next(caller string) (round, ahead int) {
	round = t.round
	if owed, ok := t.owed[caller]; ok {
		round = owed
	}
	round = max(round, t.after[caller])
	for _, w := range t.all {
		if w.caller == caller {
			round = max(round, w.round+1, t.round)
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
	t.round, t.after[w.caller] = max(t.round, w.round), w.round+1
	delete(t.owed, w.caller)
	t.all = slices.Delete(t.all, 0, 1)
	return w
}

// turnAway notes that a caller is told to come back later.
func (t *turns) turnAway(caller string) {
	round, _ := t.next(caller)
	t.owe(caller, round)
}

// owe has a caller that was told to come back later be before those who come meanwhile.
func (t *turns) owe(caller string, round int) {
	if t.owed == nil {
		t.owed = map[string]int{}
	}
	if _, known := t.owed[caller]; !known {
		t.owed[caller] = round
	}
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
	t.owe(last.caller, last.round)
	return last
}

// late takes out the requests that wait no longer.
func (t *turns) late(now time.Duration) (all []*waiter) {
	t.all = slices.DeleteFunc(t.all, func(w *waiter) bool {
		if w.giveUp <= now {
			all = append(all, w)
			t.owe(w.caller, w.round)
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
