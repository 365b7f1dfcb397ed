package budget_test

import (
	"errors"
	"testing"
	"time"

	"github.com/ringcx-go/ringcx/broker/internal/budget"
)

// table is a Store's record and two replicas at it, whose looks take no time.
type table struct {
	t     *testing.T
	now   time.Duration
	value []byte
	a, b  *budget.Share
}

func newTable(t *testing.T) *table {
	windows := documented()[1]
	tb := &table{t: t, a: budget.NewShare("a", windows, []int{0}, 0), b: budget.NewShare("b", windows, []int{0}, 0)}
	tb.a.SetWaits(1000)
	tb.b.SetWaits(1000)
	return tb
}

func (tb *table) moment() budget.Moment { return budget.NewMoment(tb.now, tb.now) }

func (tb *table) reading() budget.Reading {
	return budget.NewReading(epoch.Add(tb.now), tb.moment(), tb.moment())
}

// look has s look at the record, and change it if it wants to.
func (tb *table) look(s *budget.Share) {
	tb.t.Helper()
	r, err := budget.Decode(tb.value, 1)
	if err != nil && !errors.Is(err, budget.ErrDamaged) {
		tb.t.Fatal(err)
	}
	p := s.Propose(r, err != nil, tb.reading(), tb.moment())
	if p != nil {
		if tb.value, err = p.Encode(); err != nil {
			tb.t.Fatal(err)
		}
		s.Confirm(p, true)
	}
	s.Looked(tb.moment(), p != nil && p.Gains(), nil)
}

// burst has s send as much as it can, and be answered at once.
func (tb *table) burst(s *budget.Share, most int) (n int) {
	tb.t.Helper()
	for range 20 {
		decided := s.Tick(tb.moment())
		for len(decided) == 0 && n < most {
			c, ok := s.Reserve(tb.moment())
			if !ok {
				decided = s.Wait(tb.moment(), budget.NewWaiter("caller"), time.Minute)
				break
			}
			s.End(tb.moment(), c, true)
			n++
		}
		for _, w := range decided {
			if c, ok := w.Claim(); ok {
				s.End(tb.moment(), c, true)
				n++
			}
		}
		tb.look(s)
	}
	return n
}

func TestAReplicaPutsBackWhatTheStoreForgot(t *testing.T) {
	for name, spoil := range map[string]func(tb *table){
		"gone":    func(tb *table) { tb.value = nil },
		"damaged": func(tb *table) { tb.value = append(tb.value, '!') },
		"noticed by nobody": func(tb *table) {
			tb.value = nil
			tb.a.Forgive()
		},
	} {
		t.Run(name, func(t *testing.T) {
			tb := newTable(t)
			n := tb.burst(tb.a, 100)
			spoil(tb)
			tb.now += budget.Look
			tb.look(tb.a)
			n += tb.burst(tb.b, 100)
			if exceeded := n > 120; exceeded != (name == "noticed by nobody") {
				t.Errorf("%d requests", n)
			}
			tb.now += 3 * time.Minute
			if n := tb.burst(tb.b, 120); n < 115 {
				t.Errorf("%d requests when all of it is over", n)
			}
		})
	}
}

// forget has the Store forget all, and time pass until replicas look.
func (tb *table) forget() {
	tb.value = nil
	tb.now += budget.Look
}

func (tb *table) another(name string) *budget.Share {
	s := budget.NewShare(name, documented()[1], []int{0}, 0)
	s.SetWaits(1000)
	return s
}

func TestWhatTheDeadSentBeforeTheStoreForgotIsWaitedFor(t *testing.T) {
	tb := newTable(t)
	dead := tb.another("dead")
	n := tb.burst(dead, 60) + tb.burst(tb.a, 5) + tb.burst(tb.b, 5)
	if n != 70 {
		t.Fatalf("they send %d", n)
	}
	tb.forget()
	for range 2 { // each puts back what it has beside what the other has put back
		tb.look(tb.a)
		tb.look(tb.b)
	}
	if n += tb.burst(tb.another("new"), 120); n > 120 {
		t.Errorf("%d requests", n)
	}
	tb.now += 3 * time.Minute
	if n := tb.burst(tb.another("last"), 120); n < 115 {
		t.Errorf("%d requests when all of it is over", n)
	}
}

func TestAReplicaThatEndsPutsBackWhatTheStoreForgot(t *testing.T) {
	tb := newTable(t)
	n := tb.burst(tb.a, 100)
	tb.forget()
	var err error
	if tb.value, err = tb.a.Leave(&budget.Record{}, tb.reading(), tb.moment()).Encode(); err != nil {
		t.Fatal(err)
	}
	if n += tb.burst(tb.b, 120); n > 120 {
		t.Errorf("%d requests", n)
	}
}

func TestARecordThatNobodyUsesIsLeftToOthers(t *testing.T) {
	tb := newTable(t)
	tb.burst(tb.a, 3)
	for range 100 {
		at := tb.a.Next(tb.moment())
		if at == budget.Never {
			break
		}
		tb.now = max(tb.now, at)
		tb.look(tb.a)
	}
	if tb.a.Next(tb.moment()) != budget.Never || tb.value != nil {
		t.Errorf("after %v there is %s", tb.now, tb.value)
	}
}

func TestSlotsGoToWhoNeedsThem(t *testing.T) {
	tb := newTable(t)
	if n := tb.burst(tb.a, 120); n != 120 {
		t.Fatalf("one alone sends %d", n)
	}
	tb.burst(tb.b, 120)
	for range 70 { // two windows: slots are free one by one
		tb.now += budget.Look
		tb.burst(tb.a, 120)
		tb.burst(tb.b, 120)
	}
	if a, b := tb.a.Holds(0), tb.b.Holds(0); a+b != 120 || min(a, b) < 58 {
		t.Errorf("two that want all have %d and %d", a, b)
	}
}
