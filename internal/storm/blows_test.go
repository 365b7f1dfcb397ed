//go:build unix && storm

package storm_test

import (
	"cmp"
	"errors"
	"fmt"
	"iter"
	"net/http"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

func sorted[T cmp.Ordered](all iter.Seq[T]) []T { return slices.Sorted(all) }

// blow is something that is done to the brokers or to what they need, and undone after a while.
type blow struct {
	name   string
	strike func(f *fleet) (heal func() error, err error)
}

// blows are all of them. Times are noted before what is done, and after what is undone.
var blows = []blow{
	{"broker killed", func(f *fleet) (func() error, error) { return f.kill(f.any()) }},
	{"broker stopped", func(f *fleet) (func() error, error) { return f.stop(f.any()) }},
	{"all brokers killed", func(f *fleet) (func() error, error) { return f.kill(f.brokers...) }},
	{"store killed", func(f *fleet) (func() error, error) { return f.place.server.Start, f.place.server.Kill() }},
	{"store stopped", func(f *fleet) (func() error, error) { return f.place.server.Resume, f.place.server.Pause() }},
	{"store held up", func(f *fleet) (func() error, error) { f.toStore.stall(); return f.toStore.mend, nil }},
	{"store cut off", func(f *fleet) (func() error, error) { f.toStore.cut(); return f.toStore.mend, nil }},
	{"vendor gone", func(f *fleet) (func() error, error) { return f.vendorGoes((*line).fell) }},
	{"vendor held up", func(f *fleet) (func() error, error) { return f.vendorGoes((*line).stall) }},
	{"vendor cut off", func(f *fleet) (func() error, error) { return f.vendorGoes((*line).cut) }},
}

func (f *fleet) any() *broker { return f.brokers[f.rng.IntN(len(f.brokers))] }

func (f *fleet) kill(all ...*broker) (heal func() error, err error) {
	for _, b := range all {
		err = errors.Join(err, b.kill())
	}
	return func() (err error) {
		for _, b := range all {
			err = errors.Join(err, b.listens())
			b.isBack()
		}
		return err
	}, err
}

func (f *fleet) stop(all ...*broker) (heal func() error, err error) {
	for _, b := range all {
		b.leaves()
		err = errors.Join(err, b.signal(syscall.SIGSTOP))
	}
	return func() (err error) {
		for _, b := range all {
			err = errors.Join(err, b.signal(syscall.SIGCONT), b.listens())
			b.isBack()
		}
		return err
	}, err
}

func (f *fleet) vendorGoes(how func(*line)) (heal func() error, err error) {
	f.mu.Lock()
	f.gone.begin()
	f.mu.Unlock()
	how(f.toVendor)
	return func() error {
		err := f.toVendor.mend()
		f.mu.Lock()
		defer f.mu.Unlock()
		f.gone.end()
		return err
	}, nil
}

func (f *fleet) struckBy(name string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.struck[name]++
}

// suffer strikes in turn until a time, each blow once before one comes again. Every few blows one is aimed at a renewal: that
// may cost an exchange, of which the vendor allows five a minute.
func (f *fleet) suffer(until time.Time) error {
	var next []blow
	for n := 1; time.Now().Before(until); n++ {
		if len(next) == 0 {
			next = slices.Clone(blows)
			f.rng.Shuffle(len(next), func(i, j int) { next[i], next[j] = next[j], next[i] })
		}
		if err := f.hit(next[0], n%aimsEach == 0); err != nil {
			return err
		}
		next = next[1:]
		<-f.within(700 * time.Millisecond)
	}
	return nil
}

const aimsEach = 5 // blows

func (f *fleet) within(d time.Duration) <-chan time.Time {
	return time.After(time.Duration(f.rng.Int64N(int64(d))))
}

// hit strikes and heals. An aimed blow comes while the vendor is asked for a token, if that is in time.
func (f *fleet) hit(b blow, aimed bool) error {
	var heal func() error
	var err error
	var once sync.Once
	strike := func() { once.Do(func() { heal, err = b.strike(f) }) }
	if aimed {
		at := []window{received, acted, delivered}[f.rng.IntN(3)]
		sprung := f.vendor.await(refreshPath, at, func(string) { strike() })
		select {
		case <-sprung:
			f.struckBy("aimed")
		case <-time.After(brokerTTL + time.Second):
			if !f.vendor.relax() {
				<-sprung
			}
		}
	}
	strike()
	if err != nil {
		return err
	}
	f.struckBy(b.name)
	begin, longest := time.Now(), 1500*time.Millisecond
	if f.rng.IntN(8) == 0 && !f.short {
		longest = 12 * time.Second // more than a token lives, and than a lease
	}
	<-f.within(longest)
	err = heal()
	f.mu.Lock()
	defer f.mu.Unlock()
	f.story = append(f.story, fmt.Sprintf("%s from %v to %v", b.name, begin.Sub(f.began).Round(time.Millisecond), time.Since(f.began).Round(time.Millisecond)))
	return err
}

// endure has the brokers suffer while callers call, and looks whether they recover.
func (f *fleet) endure(length time.Duration) {
	f.t.Helper()
	f.short = length < time.Minute
	must(f.t, f.recovers()) // with the first token
	end := f.live()
	err := f.suffer(time.Now().Add(length))
	if err == nil {
		err = f.recovers()
	}
	end()
	if err != nil {
		f.t.Error(err)
	}
}

// It is not run beside the others: a broker that does not answer in time is one that has failed.
func TestBrokersThatAreKilledWithTheirStoreAndVendorKeepTheirPromises(t *testing.T) {
	length := brokersSuffer(t)
	for _, name := range []string{"PostgreSQL", "Redis"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newFleet(t, places[name](t, true), true, "")
			f.endure(length)
			for _, b := range f.brokers {
				if err := b.end(); err != nil {
					t.Error(err)
				}
			}
			t.Log(f.row(name))
			tally.include(f.sum())
			for what, n := range f.breaks() {
				t.Errorf("%s: %d times", what, n)
			}
			if n := len(f.calls.samples); n > 0 {
				t.Logf("such as\n%s\nwhile\n%s", strings.Join(f.calls.samples, "\n"), strings.Join(f.story, "\n"))
			}
			// A short one may kill whoever refreshes each time, so that what is renewed is exchanged.
			if f.vendor.count(refreshPath)+f.vendor.count(exchangePath) < 2 || f.calls.answered == 0 || len(f.struck) < 3 {
				t.Error("this was no storm")
			}
		})
	}
}

// The controls.

func TestBrokersThatShareNoStoreAreSeenToLogInEach(t *testing.T) {
	f := newFleet(t, &place{name: "control"}, false, "")
	must(t, f.recovers())
	t.Log(f.row("control"))
	if f.breaks()["second logins"] != brokers-1 {
		t.Errorf("%d brokers without a common store were seen to break %v", brokers, f.breaks())
	}
}

func TestABrokerThatHangsAlthoughItHasATokenIsSeen(t *testing.T) {
	f := newFleet(t, &place{name: "control"}, false, "")
	must(t, f.recovers())
	end := f.live()
	f.brokers[0].blind = true
	for limit := time.Now().Add(tooLong); f.breaks()[avoidable] == 0 && time.Now().Before(limit); {
		heal, err := f.stop(f.brokers[0])
		must(t, err)
		<-time.After(patience + time.Second)
		must(t, heal())
		<-f.within(brokerTTL)
	}
	end()
	t.Log(f.row("control"))
	if f.breaks()[avoidable] == 0 {
		t.Error("it was not seen, so the test that looks for it proves nothing")
	}
}

func TestBrokersThatKeepToNoLimitsAreSeen(t *testing.T) {
	f := newFleet(t, &place{name: "control"}, false, "limits = false\n")
	c := &caller{fleet: f, client: &http.Client{}}
	for limit := time.Now().Add(tooLong); f.breaks()[limited] == 0 && time.Now().Before(limit); {
		c.call(t.Context(), forward)
	}
	t.Log(f.row("control"))
	if f.breaks()[limited] == 0 {
		t.Error("the vendor never said 429, so the test that looks for it proves nothing")
	}
}
