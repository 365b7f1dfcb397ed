package budget_test

import (
	"cmp"
	"container/heap"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/ringcx-go/ringcx/broker/internal/budget"
	"github.com/ringcx-go/ringcx/internal/apispec"
)

// world is a vendor, a Store and replicas, in a time that tests spend as they like. Everything happens in the order of that
// time; the replicas' decisions are those of the package, and what they do with clocks and the Store is as in sync.go.
type world struct {
	schedule
	now      time.Duration
	events   events
	random   *rand.Rand
	store    simStore
	replicas []*replica
	sent     []time.Duration // when requests were at the vendor
	forgot   time.Duration   // when the Store did last
	writes   int
	born     int
	refused  int
}

// schedule is what happens in a world.
type schedule struct {
	Windows  []apispec.Window
	Replicas int
	Apart    bool          // replicas have slots of their own
	Every    time.Duration // of each replica's requests, half of them and twice that
	Slow     time.Duration // the longest way of a request, or of an answer
	Way      time.Duration // the longest way to the Store
	Dawdle   time.Duration // the longest time until a request that may be sent is
	Uneven   bool          // the first replica has four times as many as the others
	Doubtful int           // of 100 saves fail, and some of them have happened
	Last     time.Duration
	Seed     uint64
	Faults   []fault
	broken   string // what is done wrong
}

// fault is what befalls a replica, or the Store, for some time.
type fault struct {
	At, For time.Duration
	Kind    string
	Who     int
}

type event struct {
	at   time.Duration
	nth  int
	what func()
}

type events struct {
	all []event
	n   int
}

func (e *events) Len() int { return len(e.all) }

func (e *events) Less(i, j int) bool {
	return cmp.Or(cmp.Compare(e.all[i].at, e.all[j].at), cmp.Compare(e.all[i].nth, e.all[j].nth)) < 0
}

func (e *events) Swap(i, j int) { e.all[i], e.all[j] = e.all[j], e.all[i] }

func (e *events) Push(x any) { e.all = append(e.all, x.(event)) }

func (e *events) Pop() any {
	x := e.all[len(e.all)-1]
	e.all = e.all[:len(e.all)-1]
	return x
}

func (w *world) after(d time.Duration, what func()) {
	w.events.n++
	heap.Push(&w.events, event{w.now + max(0, d), w.events.n, what})
}

func (w *world) upTo(d time.Duration) time.Duration {
	if d <= 0 {
		return 0
	}
	return time.Duration(w.random.Int64N(int64(d)))
}

// drift is how much faster than time a clock runs.
func (w *world) drift() float64 { return float64(w.random.IntN(801)-400) / 1e6 }

// simStore is a Store with a clock. Who holds its turn for long loses it.
type simStore struct {
	value  []byte
	old    [][]byte
	holder *replica
	since  time.Duration
	down   bool
	drift  float64
}

var epoch = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

func (w *world) storeTime() time.Time {
	return epoch.Add(w.now + time.Duration(float64(w.now)*w.store.drift))
}

// run spends the time of a schedule, and returns the world as it is then.
func run(s schedule) *world {
	w := &world{schedule: s, random: rand.New(rand.NewPCG(s.Seed, 1))}
	w.store.drift = w.drift()
	for i := range s.Replicas {
		w.replicas = append(w.replicas, w.newReplica(i))
	}
	for _, f := range s.Faults {
		w.after(f.At, func() { w.befall(f) })
	}
	for w.events.Len() > 0 {
		e := heap.Pop(&w.events).(event)
		if e.at > s.Last {
			break
		}
		w.now = e.at
		e.what()
	}
	slices.Sort(w.sent)
	return w
}

// befall has a fault happen.
func (w *world) befall(f fault) {
	r := w.replicas[f.Who%len(w.replicas)]
	if r.dead {
		return
	}
	switch f.Kind {
	case "kill":
		r.dead = true
		w.after(f.For, func() { w.replicas[r.place] = w.newReplica(r.place) })
	case "end":
		r.leave()
		w.after(f.For, func() { w.replicas[r.place] = w.newReplica(r.place) })
	case "pause", "suspend":
		r.until = max(r.until, w.now+f.For)
		if f.Kind == "suspend" {
			r.asleep += f.For
		}
	case "cut off":
		r.cut = max(r.cut, w.now+f.For)
	case "store down":
		w.store.down = true
		w.after(f.For, func() { w.store.down = false })
	case "clock set":
		r.set += f.For - time.Minute
	case "store forgets":
		if n := len(w.store.old); n > 0 {
			w.store.value = w.store.old[max(0, n-1-f.Who)]
			w.store.old, w.store.holder, w.forgot = nil, nil, w.now
		}
	default:
		panic(f.Kind)
	}
}

// most is an interval that has more requests than a window lets in, if there is one.
func (w *world) most() error {
	sent := w.sent
	if w.forgot > 0 { // and holders of leases need two looks to notice that and to stop
		after, _ := slices.BinarySearch(sent, w.forgot+2*budget.Look+w.Slow)
		sent = sent[after:]
	}
	for _, win := range w.Windows {
		for i := range len(sent) - win.Requests {
			if a, b := sent[i], sent[i+win.Requests]; b-a < win.Time {
				return fmt.Errorf("%d requests in %v from %v on, the limit is %d in %v", win.Requests+1, b-a, a, win.Requests, win.Time)
			}
		}
	}
	return nil
}

// used is how much of what the windows let in was sent from some time on.
func (w *world) used(from time.Duration) float64 {
	n := 0
	for _, at := range w.sent {
		if at >= from {
			n++
		}
	}
	best := 1e9
	for _, win := range w.Windows {
		best = min(best, float64(win.Requests)/win.Time.Seconds())
	}
	return float64(n) / (best * (w.Last - from).Seconds())
}

// replica is a process.
type replica struct {
	w       *world
	place   int
	share   *budget.Share
	dead    bool
	born    time.Duration
	drift   float64
	asleep  time.Duration // its steady clock stood still for so long
	set     time.Duration // its wall's clock was set by so much
	until   time.Duration // it is paused
	cut     time.Duration // it cannot reach the Store
	reading *budget.Reading
	wakes   int // the last one counts
	served  int
}

func (w *world) newReplica(place int) *replica {
	w.born++
	own := make([]int, len(w.Windows))
	n := w.Replicas
	for i, win := range w.Windows {
		if w.Apart {
			own[i] = win.Requests / 10 / n
		}
	}
	if w.broken == "own slots are others' too" {
		n = 0
	}
	r := &replica{w: w, place: place, born: w.now, drift: w.drift(), share: budget.NewShare(fmt.Sprintf("r%03d", w.born), w.Windows, own, n)}
	r.share.SetWaits(50)
	if w.broken == "own slots are free at the start" {
		r.share.FreeOwn()
	}
	r.after(w.upTo(w.Every), r.arrive)
	return r
}

func (r *replica) moment() budget.Moment {
	steady := r.w.now - r.born - r.asleep
	if r.w.now < r.until { // only the vendor and the Store ask now
		panic("a paused replica reads its clock")
	}
	steady += time.Duration(float64(steady) * r.drift)
	wall := steady + r.asleep + r.set
	if r.w.broken == "the wall's clock is not looked at" {
		wall = steady
	}
	return budget.NewMoment(steady, wall)
}

// after has the replica do something, unless it is dead then, and later if it is paused.
func (r *replica) after(d time.Duration, what func()) {
	r.w.after(d, func() {
		switch {
		case r.dead:
		case r.w.now < r.until:
			r.after(r.until-r.w.now, what)
		default:
			what()
		}
	})
}

// arrive is a request of a caller.
func (r *replica) arrive() {
	every := r.w.Every
	if r.w.Uneven && r.place == 0 {
		every /= 4
	}
	r.after(every/2+r.w.upTo(every*3/2), r.arrive)
	now := r.moment()
	if c, ok := r.share.Reserve(now); ok {
		r.send(c)
	} else {
		r.decide(r.share.Wait(now, budget.NewWaiter(fmt.Sprint("caller ", r.w.random.IntN(3))), 30*time.Second))
	}
	r.pump()
}

func (r *replica) decide(decided []*budget.Waiter) {
	for _, w := range decided {
		if c, ok := w.Claim(); ok {
			r.send(c)
		} else {
			r.w.refused++
		}
	}
}

func (r *replica) pump() {
	now := r.moment()
	r.decide(r.share.Tick(now))
	if r.share.Due(now) <= now.Steady() {
		r.share.SetSyncing()
		r.sync()
	}
	if at := r.share.Next(now); at != budget.Never {
		r.wakes++
		nth := r.wakes
		r.after(at-now.Steady(), func() {
			if nth == r.wakes {
				r.pump()
			}
		})
	}
}

// send has a request be begun after a moment, be at the vendor somewhat later, and be answered still later.
func (r *replica) send(c budget.Claim) {
	r.after(r.w.upTo(r.w.Dawdle), func() {
		if r.w.broken != "requests are begun late" && !r.share.InTime(r.moment(), c) {
			r.end(c, false)
			return
		}
		there, back := r.w.upTo(min(r.w.Slow, budget.Flight)), r.w.upTo(r.w.Slow)
		r.w.after(there, func() { r.w.sent = append(r.w.sent, r.w.now) })
		r.served++
		if r.w.broken == "slots rest from when they were taken" {
			there, back = 0, 0
		}
		r.after(there+back, func() { r.end(c, true) })
	})
}

func (r *replica) end(c budget.Claim, used bool) {
	r.share.End(r.moment(), c, used)
	r.pump()
}

var errDown = errors.New("the store is down")

// sync is what bucket.sync does, step by step.
func (r *replica) sync() {
	done := func(gained bool, err error) {
		r.share.Looked(r.moment(), gained, err)
		r.pump()
	}
	r.clock(func(at budget.Reading) {
		r.ask(done, func() {
			rec, damaged := r.decode()
			r.after(r.way(), func() {
				if !r.share.Worth(rec, damaged, at, r.moment()) {
					done(false, nil)
					return
				}
				r.ask(done, func() { r.lock(at, done) })
			})
		})
	}, done)
}

func (r *replica) way() time.Duration { return r.w.upTo(r.w.Way) }

// ask has something be done at the Store.
func (r *replica) ask(done func(bool, error), what func()) {
	r.w.after(r.way(), func() {
		if r.w.store.down || r.w.now < r.cut {
			r.after(time.Second, func() { done(false, errDown) })
			return
		}
		what()
	})
}

func (r *replica) clock(then func(budget.Reading), done func(bool, error)) {
	asked := r.moment()
	r.ask(done, func() {
		there := r.w.storeTime()
		r.after(r.way(), func() {
			if r.w.broken == "records are kept by the replica's clock" {
				there = epoch.Add(r.w.now + time.Duration(r.place)*time.Minute)
			}
			at := budget.NewReading(there, asked, r.moment())
			r.reading = &at
			then(at)
		})
	})
}

func (r *replica) decode() (*budget.Record, bool) {
	rec, err := budget.Decode(r.w.store.value, len(r.w.Windows))
	if r.w.broken == "the dead are followed at once" {
		rec.Shares = slices.DeleteFunc(rec.Shares, func(e budget.Entry) bool { return !r.w.storeTime().Before(e.Until) })
	}
	return rec, errors.Is(err, budget.ErrDamaged)
}

// lock is an Update: wait for the turn, propose, save, and know what became of it.
func (r *replica) lock(at budget.Reading, done func(bool, error)) {
	st := &r.w.store
	if st.holder != nil && !st.holder.dead && r.w.now-st.since < 10*time.Second || st.holder != nil && r.w.now-st.since < 5*time.Second {
		r.w.after(20*time.Millisecond, func() { r.lock(at, done) })
		return
	}
	st.holder, st.since = r, r.w.now
	r.after(r.way(), func() {
		rec, damaged := r.decode()
		if r.w.broken == "what the store forgot is not noticed" {
			r.share.Forgive()
		}
		p := r.share.Propose(rec, damaged, at, r.moment())
		if p == nil {
			r.unlock()
			done(false, nil)
			return
		}
		value, err := p.Encode()
		if err != nil {
			panic(err)
		}
		r.ask(func(_ bool, err error) {
			r.share.Confirm(p, false)
			r.unlock()
			done(false, err)
		}, func() { r.save(p, value, done) })
	})
}

func (r *replica) unlock() {
	if r.w.store.holder == r {
		r.w.store.holder = nil
	}
}

func (r *replica) save(p *budget.Proposal, value []byte, done func(bool, error)) {
	st := &r.w.store
	fails, happens := st.holder != r || r.w.random.IntN(100) < r.w.Doubtful, r.w.random.IntN(2) == 0
	if st.holder == r && (!fails || happens) {
		st.old = append(st.old, st.value)
		st.value = value
		r.w.writes++
	}
	if r.w.broken == "a lost save is taken for one" {
		fails = false
	}
	r.after(r.way(), func() {
		r.unlock()
		r.share.Confirm(p, !fails)
		if fails {
			done(false, errDown)
			return
		}
		done(p.Gains(), nil)
	})
}

// leave ends the replica as Close does, if it can reach the Store.
func (r *replica) leave() {
	if r.w.now >= r.until && r.w.now >= r.cut && !r.w.store.down && r.w.store.holder == nil && r.reading != nil {
		rec, _ := r.decode()
		if next := r.share.Leave(rec, *r.reading, r.moment()); next != nil {
			if value, err := next.Encode(); err == nil {
				r.w.store.old = append(r.w.store.old, r.w.store.value)
				r.w.store.value = value
			}
		}
	}
	r.dead = true
}
