package journal

import (
	"sync"
	"sync/atomic"
)

// Log is a ring of the latest requests. Its lock guards all of it.
type Log struct {
	mu       sync.Mutex
	ring     []Packed
	first    int           // index of the oldest
	held     int           // entries in the ring
	bytes    int64         // that they may take
	together *atomic.Int64 // bytes of all logs of the process
	over     bool          // nothing is remembered any more
	count    uint64        // requests so far; numbers the next one
	kept     uint64        // number of the latest that the keeper has
	oldest   uint64        // number of the oldest that the keeper has
	tallies  tallies
	observer func(Request)
	watchers map[chan struct{}]bool
}

// New is a journal without entries. together counts the bytes of all journals that share a bound.
func New(together *atomic.Int64) *Log { return &Log{together: together} }

// Add numbers, counts and remembers an entry, and tells the observer and those who watch.
func (j *Log) Add(e Entry) {
	e.cut()
	packed := e.pack()
	j.mu.Lock()
	j.count++
	packed.Number, e.Number = j.count, j.count
	for w := range j.watchers {
		select {
		case w <- struct{}{}:
		default: // it has something to read already
		}
	}
	j.push(packed)
	j.mu.Unlock()
	j.Observe(e.Request)
}

// push remembers an entry. If there are too many, or all logs together take too much, the oldest of this log go.
func (j *Log) push(e Packed) {
	if j.over {
		return
	}
	switch n := len(j.ring); {
	case j.held < n:
	case n == RequestsHeld:
		j.forgetOldest()
	default:
		grown := make([]Packed, min(RequestsHeld, max(64, 2*n)))
		for i := range j.held {
			grown[i] = *j.at(i)
		}
		j.ring, j.first = grown, 0
	}
	*j.at(j.held) = e
	j.held++
	j.take(int64(e.size))
	for j.bytes > logShare && j.held > 1 && j.together.Load() > logsTogether {
		j.forgetOldest()
	}
}

// at is the place of the i-th entry, counted from the oldest.
func (j *Log) at(i int) *Packed { return &j.ring[(j.first+i)%len(j.ring)] }

func (j *Log) forgetOldest() {
	e := j.at(0)
	j.take(-int64(e.size))
	*e = Packed{}
	j.first, j.held = (j.first+1)%len(j.ring), j.held-1
}

// take counts bytes.
func (j *Log) take(n int64) {
	j.bytes += n
	j.together.Add(n)
}

// clear forgets all entries.
func (j *Log) clear() {
	j.take(-j.bytes)
	j.ring, j.first, j.held = nil, 0, 0
}

// End forgets all entries, and remembers none from now on.
func (j *Log) End() {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.clear()
	j.over = true
}

// Observe counts a request of another journal, and tells the observer of it.
func (j *Log) Observe(r Request) {
	j.mu.Lock()
	j.tallies.count(&r)
	observer := j.observer
	j.mu.Unlock()
	if observer != nil {
		observer(r)
	}
}

// List lists all requests, oldest first.
func (j *Log) List() []Request {
	all, _ := j.Since(0)
	out := make([]Request, 0, len(all))
	for _, p := range all {
		out = append(out, p.Unpack().Request)
	}
	return out
}

// Since lists the entries after a number, oldest first, and gives the number of the latest of all.
func (j *Log) Since(number uint64) ([]Packed, uint64) {
	j.mu.Lock()
	defer j.mu.Unlock()
	n := j.held
	if fresh := j.count - min(number, j.count); fresh < uint64(n) { //nolint:gosec // a length
		n = int(fresh) //nolint:gosec // at most the length
	}
	out := make([]Packed, 0, n)
	for i := j.held - n; i < j.held; i++ {
		out = append(out, *j.at(i))
	}
	return out, j.count
}

// Watch has c told of every entry until the caller calls stop; c has room for one.
func (j *Log) Watch() (c chan struct{}, stop func()) {
	c = make(chan struct{}, 1)
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.watchers == nil {
		j.watchers = map[chan struct{}]bool{}
	}
	j.watchers[c] = true
	return c, func() {
		j.mu.Lock()
		defer j.mu.Unlock()
		delete(j.watchers, c)
	}
}

// Latest is the number of the latest entry.
func (j *Log) Latest() uint64 {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.count
}

// Size is how many entries there are.
func (j *Log) Size() int {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.held
}

// Restore remembers entries, oldest first, instead of what was remembered. Of two with the same place, the newer stays. Records
// of before there were events tell of none: complete finds them, and they are not recorded.
func (j *Log) Restore(entries []Entry, complete func(*Entry)) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.clear()
	j.kept = 0
	for i := range entries {
		j.count = max(j.count, entries[i].Number)
	}
	for i := range entries {
		e := &entries[i]
		if j.count-e.Number < RequestsHeld && (i == 0 || e.Number != entries[i-1].Number) {
			e.cut()
			j.push(e.packWith(complete))
		}
	}
	j.kept, j.oldest = j.count, j.oldestHeld()
}

// oldestHeld is the number of the oldest entry, that of the next one if there is none.
func (j *Log) oldestHeld() uint64 {
	if j.held == 0 {
		return j.count + 1
	}
	return j.at(0).Number
}

// News are the entries that the keeper does not have, and the numbers of those that it has and that are forgotten. A new one
// takes the place of the one before it by RequestsHeld anyway.
func (j *Log) News() (entries []Packed, forgotten []uint64) {
	j.mu.Lock()
	before := j.kept
	j.kept = j.count
	oldest := j.oldestHeld()
	for n := max(j.oldest, j.count-min(j.count, RequestsHeld-1)); n < oldest; n++ {
		forgotten = append(forgotten, n)
	}
	j.oldest = oldest
	j.mu.Unlock()
	entries, _ = j.Since(before)
	return entries, forgotten
}

// SetObserver has f called with each entry that is added; nil removes it.
func (j *Log) SetObserver(f func(Request)) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.observer = f
}
