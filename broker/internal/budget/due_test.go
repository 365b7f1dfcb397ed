package budget_test

import (
	"testing"
	"time"

	"github.com/ringcx-go/ringcx/broker/internal/budget"
)

// take has s take slots, as many as it can, whose requests are on their way.
func (tb *table) take(s *budget.Share) (all []budget.Claim) {
	for {
		c, ok := s.Reserve(tb.moment())
		if !ok {
			return all
		}
		all = append(all, c)
	}
}

// hold has s lease all of the window without using it.
func (tb *table) hold(s *budget.Share) {
	tb.t.Helper()
	for range 20 {
		claims := tb.take(s)
		for range 200 { // who wait have it ask for more
			s.Wait(tb.moment(), budget.NewWaiter("caller"), time.Minute)
		}
		tb.look(s)
		for _, w := range s.Tick(tb.moment()) {
			if c, ok := w.Claim(); ok {
				claims = append(claims, c)
			}
		}
		for _, c := range claims {
			s.End(tb.moment(), c, false)
		}
	}
	tb.now += time.Minute
	s.Tick(tb.moment()) // nobody waits any more
	tb.now -= time.Minute
}

// firstOf is when s can send for the first time, a second or less late.
func (tb *table) firstOf(s *budget.Share) time.Duration {
	tb.t.Helper()
	for range 600 {
		if tb.burst(s, 1) > 0 {
			return tb.now
		}
		tb.now += time.Second / 2
	}
	tb.t.Fatal("it never sends")
	return 0
}

func TestWhatADeadReplicaSentLastIsWaitedFor(t *testing.T) {
	tb := newTable(t)
	tb.hold(tb.a)
	if n := tb.a.Holds(0); n != 120 {
		t.Fatalf("it holds %d", n)
	}
	tb.now = budget.Term - time.Second
	if n := len(tb.take(tb.a)); n != 120 {
		t.Fatalf("it sends %d", n)
	}
	there := tb.now + budget.Flight // at the latest
	if at := tb.firstOf(tb.b); at < there+time.Minute || at > there+time.Minute+3*time.Second {
		t.Errorf("another sends at %v, the last one was at the vendor at %v", at, there)
	}
}

func TestWhatIsOnItsWayWhenAReplicaEndsIsWaitedFor(t *testing.T) {
	tb := newTable(t)
	tb.hold(tb.a)
	claims := tb.take(tb.a)
	there := tb.now + budget.Flight
	r, err := budget.Decode(tb.value, 1)
	if err != nil {
		t.Fatal(err)
	}
	if tb.value, err = tb.a.Leave(r, tb.reading(), tb.moment()).Encode(); err != nil {
		t.Fatal(err)
	}
	if tb.a.InTime(tb.moment(), claims[0]) { // although the answer to the save is not there yet, or lost
		t.Error("a request may still be begun")
	}
	if at := tb.firstOf(tb.b); at < there+time.Minute || at > there+time.Minute+3*time.Second {
		t.Errorf("another sends at %v, the last one was at the vendor at %v", at, there)
	}
}

func TestAReplicaThatComesBackHasLostWhatOthersTook(t *testing.T) {
	tb := newTable(t)
	tb.hold(tb.a)
	claims := tb.take(tb.a)
	tb.now = 150 * time.Second
	if n := tb.burst(tb.b, 120); n != 120 {
		t.Fatalf("another one sends %d", n)
	}
	tb.now = 155 * time.Second
	tb.look(tb.a)
	if n := len(tb.take(tb.a)) + tb.burst(tb.a, 120); n != 0 {
		t.Errorf("it sends %d", n)
	}
	for _, c := range claims {
		if tb.a.InTime(tb.moment(), c) {
			t.Fatal("what it was to send before may still be sent")
		}
		tb.a.End(tb.moment(), c, true)
	}
	tb.now = 230 * time.Second // all of the other's have rested
	tb.look(tb.b)
	if n := len(tb.take(tb.b)) + len(tb.take(tb.a)) + tb.burst(tb.b, 120) + tb.burst(tb.a, 120); n > 120 {
		t.Errorf("together they send %d", n)
	}
}

func TestAReplicaThatComesBackToADamagedRecordHasNothing(t *testing.T) {
	tb := newTable(t)
	tb.hold(tb.a)
	tb.now = 150 * time.Second
	if n := tb.burst(tb.b, 120); n != 120 {
		t.Fatalf("another one sends %d", n)
	}
	tb.value = []byte("?")
	tb.now += 5 * time.Second
	tb.look(tb.a)
	if n := tb.a.Holds(0); n != 0 {
		t.Errorf("it holds %d", n)
	}
	if n := tb.burst(tb.a, 120); n != 0 {
		t.Errorf("it sends %d", n)
	}
}

func TestALeaseIsCountedFromWhenTheStoreWasAsked(t *testing.T) {
	tb := newTable(t)
	windows := documented()[1]
	s := budget.NewShare("s", windows, []int{0}, 0)
	s.SetWaits(10)
	asked, answered := tb.moment(), budget.NewMoment(5*time.Second, 5*time.Second)
	s.Wait(answered, budget.NewWaiter("caller"), time.Minute)
	p := s.Propose(&budget.Record{}, false, budget.NewReading(epoch, asked, answered), answered)
	s.Confirm(p, true)
	c, ok := s.Tick(answered)[0].Claim()
	until := p.Until().Sub(epoch)
	if !ok || until != budget.Term {
		t.Fatalf("the lease ends after %v", until)
	}
	for at, want := range map[time.Duration]bool{until - time.Second: true, until: false} { // the Store may have read its clock when it was asked
		if now := budget.NewMoment(at, at); s.InTime(now, c) != want {
			t.Errorf("after %v a request may be begun: %v", at, !want)
		}
		if now := budget.NewMoment(10*time.Second, at); s.InTime(now, c) != want {
			t.Errorf("when the machine slept until %v a request may be begun: %v", at, !want)
		}
		if now := budget.NewMoment(at, 10*time.Second); s.InTime(now, c) != want {
			t.Errorf("when its clock was set back, after %v a request may be begun: %v", at, !want)
		}
	}
}

func TestOthersLeasesEndWhenTheStoreSurelySaysSo(t *testing.T) {
	tb := newTable(t)
	tb.hold(tb.a)
	back := budget.Term + budget.Flight + budget.Rest(documented()[1][0])
	for d, want := range map[time.Duration]bool{-time.Second: false, time.Second: true} {
		r, err := budget.Decode(tb.value, 1)
		if err != nil {
			t.Fatal(err)
		}
		s := budget.NewShare("s", documented()[1], []int{0}, 0)
		s.SetWaits(10)
		now := budget.NewMoment(10*time.Second, 10*time.Second)
		s.Wait(now, budget.NewWaiter("caller"), time.Minute)
		at := budget.NewReading(epoch.Add(back+d), budget.NewMoment(0, 0), now) // the Store may have read its clock when it answered
		if p := s.Propose(r, false, at, now); p.Gains() != want {
			t.Errorf("%v after the other's slots are back some are taken: %v", d, !want)
		}
	}
}

func TestARequestDoesNotPassThoseThatWait(t *testing.T) {
	tb := newTable(t)
	tb.a.SetWaits(10)
	tb.burst(tb.a, 120)
	tb.a.Wait(tb.moment(), budget.NewWaiter("caller"), 2*time.Minute)
	tb.now = 25 * time.Second
	tb.look(tb.a)
	tb.now = 50 * time.Second
	tb.look(tb.a)
	tb.now = 61 * time.Second
	if _, ok := tb.a.Reserve(tb.moment()); ok {
		t.Error("it passes one that waits")
	}
	if n := len(tb.a.Tick(tb.moment())); n == 0 {
		t.Error("nobody is served")
	}
	if _, ok := tb.a.Reserve(tb.moment()); !ok {
		t.Error("when nobody waits it may not be sent")
	}
}
