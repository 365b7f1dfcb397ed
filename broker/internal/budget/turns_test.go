package budget_test

import (
	"fmt"
	"testing"

	"pgregory.net/rapid"

	"github.com/ringcx-go/ringcx/broker/internal/budget"
)

// line is a queue of requests that tests fill and empty at will, and what they know of it.
type line struct {
	budget.Turns
	waiting []*budget.Waiter
	ahead   map[*budget.Waiter]int            // of its own caller's, when it came
	passed  map[*budget.Waiter]map[string]int // how many of each caller were served since
}

func (l *line) push(caller string) {
	w := budget.NewWaiter(caller)
	for _, o := range l.waiting {
		if o.Caller() == caller {
			l.ahead[w]++
		}
	}
	l.passed[w] = map[string]int{}
	l.waiting = append(l.waiting, w)
	l.Push(w)
}

func (l *line) drop(w *budget.Waiter) {
	for i, o := range l.waiting {
		if o == w {
			l.waiting = append(l.waiting[:i], l.waiting[i+1:]...)
			return
		}
	}
}

// next serves a request, and is false if another one has waited for more turns than it has to.
func (l *line) next(pop func() *budget.Waiter) error {
	w := pop()
	l.drop(w)
	for caller, n := range l.passed[w] {
		if most := l.ahead[w] + 2; n > most {
			return fmt.Errorf("a request of %s with %d before it was served after %d of %s", w.Caller(), l.ahead[w], n, caller)
		}
	}
	for _, o := range l.waiting {
		l.passed[o][w.Caller()]++
	}
	return nil
}

// play has callers come and go, and be served by pop.
func play(t *rapid.T, pop func(l *line) *budget.Waiter) error {
	l := &line{ahead: map[*budget.Waiter]int{}, passed: map[*budget.Waiter]map[string]int{}}
	for range rapid.IntRange(1, 200).Draw(t, "steps") {
		switch what := rapid.IntRange(0, 9).Draw(t, "step"); {
		case what < 3:
			for range rapid.IntRange(1, 20).Draw(t, "flood") {
				l.push("flood")
			}
		case what < 5:
			l.push(rapid.SampledFrom([]string{"a", "b", "c"}).Draw(t, "caller"))
		case what == 5 && l.Len() > 0:
			w := l.waiting[rapid.IntRange(0, l.Len()-1).Draw(t, "gives up")]
			if !l.Remove(w) || l.Remove(w) {
				return fmt.Errorf("a request did not leave, or left twice")
			}
			l.drop(w)
		case l.Len() > 0:
			if err := l.next(func() *budget.Waiter { return pop(l) }); err != nil {
				return err
			}
		}
		if l.Len() != len(l.waiting) {
			return fmt.Errorf("%d wait, it says %d", len(l.waiting), l.Len())
		}
	}
	return nil
}

// TestNoCallerStarvesAnother: a request with n of its own caller's before it waits for n+2 requests of any other caller at the
// most.
func TestNoCallerStarvesAnother(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		if err := play(t, func(l *line) *budget.Waiter { return l.Pop() }); err != nil {
			t.Fatal(err)
		}
	})
}

// TestTheBoundOfTurnsCanBeBroken serves requests as they came.
func TestTheBoundOfTurnsCanBeBroken(t *testing.T) {
	broken := false
	rapid.Check(t, func(t *rapid.T) {
		broken = broken || play(t, func(l *line) *budget.Waiter {
			w := l.waiting[0]
			l.Remove(w)
			return w
		}) != nil
	})
	if !broken {
		t.Error("first come, first served starves nobody")
	}
}

func TestAFullQueueMakesRoomForCallersThatHaveFewer(t *testing.T) {
	var turns budget.Turns
	for range 5 {
		turns.Push(budget.NewWaiter("flood"))
	}
	turns.Push(budget.NewWaiter("a"))
	if w := turns.MakeRoom("flood"); w != nil {
		t.Errorf("one of %s is refused for the caller that has most", w.Caller())
	}
	if w := turns.MakeRoom("a"); w == nil || w.Caller() != "flood" || turns.Len() != 5 {
		t.Errorf("%v is refused for a caller that has fewer", w)
	}
	var even budget.Turns
	even.Push(budget.NewWaiter("a"))
	even.Push(budget.NewWaiter("b"))
	if w := even.MakeRoom("c"); w != nil {
		t.Errorf("the only request of %s is refused", w.Caller())
	}
}
