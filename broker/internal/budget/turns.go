package budget

import (
	"slices"
	"time"
)

// waiter is a request that waits for its turn.
type waiter struct {
	caller  string
	giveUp  time.Duration
	ready   chan struct{} // closed when it is decided
	decided bool
	claim   claim
	refused *refusal // nil: it may be sent
}

// refusal is why a request may not be sent, and when it is likely that one may.
type refusal struct {
	why   reason
	again time.Duration
}

// turns are the requests that wait. Callers have their turns one after the other, whatever number of requests each has; the
// requests of a caller come in their order.
type turns struct {
	of    map[string][]*waiter
	order []string // whose turn it is first, then next
	n     int
}

func (t *turns) push(w *waiter) {
	if t.of == nil {
		t.of = map[string][]*waiter{}
	}
	if len(t.of[w.caller]) == 0 {
		t.order = append(t.order, w.caller)
	}
	t.of[w.caller] = append(t.of[w.caller], w)
	t.n++
}

// ahead is how many have their turn before one more request of a caller.
func (t *turns) ahead(caller string) (n int) {
	own := len(t.of[caller]) + 1
	for _, q := range t.of {
		n += min(len(q), own)
	}
	return n
}

// pop takes the request out whose turn it is.
func (t *turns) pop() *waiter {
	caller := t.order[0]
	w := t.of[caller][0]
	t.order = append(t.order[:0], t.order[1:]...)
	t.cut(caller, 0)
	if len(t.of[caller]) > 0 {
		t.order = append(t.order, caller)
	}
	return w
}

// remove takes w out, and is false if it is not there.
func (t *turns) remove(w *waiter) bool {
	i := slices.Index(t.of[w.caller], w)
	if i < 0 {
		return false
	}
	t.cut(w.caller, i)
	t.dropIdle()
	return true
}

// makeRoom takes out the last request of the caller that has most, for one of a caller that has fewer. nil: there is none.
func (t *turns) makeRoom(caller string) *waiter {
	most := caller
	for _, c := range t.order {
		if len(t.of[c]) > len(t.of[most]) {
			most = c
		}
	}
	q := t.of[most]
	if len(q) <= len(t.of[caller])+1 {
		return nil
	}
	w := q[len(q)-1]
	t.cut(most, len(q)-1)
	return w
}

// late takes out the requests that wait no longer.
func (t *turns) late(now time.Duration) (all []*waiter) {
	for _, c := range t.order {
		for q := t.of[c]; len(q) > 0 && q[0].giveUp <= now; q = t.of[c] {
			all = append(all, q[0])
			t.cut(c, 0)
		}
	}
	if all != nil {
		t.dropIdle()
	}
	return all
}

// first is when the first request gives up.
func (t *turns) first() time.Duration {
	at := time.Duration(never)
	for _, c := range t.order {
		at = min(at, t.of[c][0].giveUp)
	}
	return at
}

func (t *turns) cut(caller string, i int) {
	t.n--
	if q := slices.Delete(t.of[caller], i, i+1); len(q) > 0 {
		t.of[caller] = q
	} else {
		delete(t.of, caller)
	}
}

// dropIdle takes callers out of the order that have no request any more.
func (t *turns) dropIdle() {
	t.order = slices.DeleteFunc(t.order, func(c string) bool { return len(t.of[c]) == 0 })
}
