package sandbox

import (
	"cmp"
	"errors"
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"github.com/ringcx-go/ringcx/sandbox/internal/journal"
	"github.com/ringcx-go/ringcx/sandbox/internal/state"
	"github.com/ringcx-go/ringcx/sandbox/internal/wording"
)

// fault is what happens to a request on a bad day. The methods of a nil fault do what a good day does.
type fault struct {
	Kind       string        `json:"kind"`
	Status     int           `json:"status,omitempty"`
	RetryAfter string        `json:"retryAfter,omitempty"`
	RetryDate  time.Duration `json:"retryDate,omitempty"` // 0: Retry-After is RetryAfter; else it is a date so far ahead
	Delay      time.Duration `json:"delay,omitempty"`
	Skew       time.Duration `json:"skew,omitempty"`
}

// armedFault is a fault ordered over POST /_sandbox/faults: the next matching requests get it.
type armedFault struct {
	place
	Method string `json:"method,omitempty"` // "": all
	Left   int    `json:"left"`
	fault
	id uint64 // among those that are armed, of this process
}

// place is a path, or all that begin with it if it ends in "*".
type place struct {
	Path string `json:"path"`
}

func (p place) covers(path string) bool {
	if prefix, ok := strings.CutSuffix(p.Path, "*"); ok {
		return strings.HasPrefix(path, prefix)
	}
	return p.Path == path
}

// wrong is why no request can be at p: such a fault would wait for ever.
func (p place) wrong() error {
	switch begin := strings.TrimSuffix(p.Path, "*"); {
	case strings.ContainsAny(begin, "?#"):
		return errors.New("path is without the query")
	case strings.Contains(begin, "*"):
		return errors.New(`path has "*" at its end only`)
	case strings.HasPrefix(begin, "/_sandbox/"), strings.HasPrefix(begin, "/_ns/"), strings.HasPrefix(begin, "/console/"):
		return errors.New("path is one of the vendors': what steers the sandbox is not spoiled")
	}
	return nil
}

// faults are what is armed, first armed first served, and the hostile day. Whoever calls a method holds Server.mu.
type faults struct {
	busy atomic.Bool // something is armed or a day is on: else a request costs nothing here

	mu      *state.Lock
	armed   state.Cell[[]armedFault]
	day     state.Cell[hostileDay]    // none: an ordinary day
	turns   *state.Table[string, int] // how often a method and path, as logged, came on that day
	started *hostileDay               // the day that the server was started with; nil: an ordinary one
	named   uint64                    // faults that have got an id
}

func newFaults(mu *state.Lock, started *hostileDay) *faults {
	l := &faults{
		mu: mu, started: started, armed: state.NewCell[[]armedFault](mu.DB, "faults"),
		day: state.NewCell[hostileDay](mu.DB, "hostile-day"), turns: state.NewTable[string, int](mu.DB, "hostile-turns"),
	}
	l.armed.Read(func(all *[]armedFault) error {
		for i, f := range *all {
			checked, _, err := (&faultRequest{
				f.Path, f.Method, f.Left, f.Kind, f.Status, f.RetryAfter, jsonDuration(f.RetryDate), jsonDuration(f.Delay), jsonDuration(f.Skew),
			}).fault()
			if err != nil {
				return err
			}
			(*all)[i] = *checked
		}
		return nil
	})
	l.day.Read(func(d *hostileDay) error {
		checked, _, err := (&hostileRequest{d.Share, &d.Seed, d.Path, d.Kinds, &d.MaxDelay}).day(d.Seed)
		switch {
		case err != nil:
			return err
		case checked == nil:
			return errors.New("a hostile day has a share")
		}
		checked.Requests = d.Requests
		maps.Copy(checked.Spoiled, d.Spoiled)
		*d = *checked
		return nil
	})
	return l
}

// restored is called when the tables have become what records say. A day that the server was started with wins over another.
func (l *faults) restored() {
	armed, day := l.list()
	l.setArmed(slices.Clone(armed))
	switch {
	case l.started != nil && (day == nil || !day.same(l.started)):
		l.setDay(l.started)
	case day == nil:
		l.turns.Clear(l.mu.Tx)
	}
}

// noteBusy is called when there may be something where nothing was, or the other way.
func (l *faults) noteBusy() {
	armed, day := l.list()
	l.busy.Store(len(armed) > 0 || day != nil)
}

// list are the armed faults and the hostile day; nil if there is none.
func (l *faults) list() ([]armedFault, *hostileDay) {
	armed, _ := l.armed.Get(l.mu.Tx)
	if day, is := l.day.Get(l.mu.Tx); is {
		return armed, &day
	}
	return armed, nil
}

func (l *faults) size() int {
	armed, _ := l.list()
	return len(armed)
}

func (l *faults) setArmed(all []armedFault) {
	for i := range all {
		if all[i].id == 0 {
			l.named++
			all[i].id = l.named
		}
	}
	if len(all) == 0 {
		l.armed.Clear(l.mu.Tx)
	} else {
		l.armed.Set(l.mu.Tx, all)
	}
	l.noteBusy()
}

func (l *faults) arm(f *armedFault) {
	armed, _ := l.list()
	l.setArmed(append(slices.Clone(armed), *f))
}

// disarm takes away all that is armed; the hostile day goes on.
func (l *faults) disarm() { l.setArmed(nil) }

// disarmOne takes away the fault with an id, if it is still armed.
func (l *faults) disarmOne(id uint64) {
	armed, _ := l.list()
	l.setArmed(slices.DeleteFunc(slices.Clone(armed), func(f armedFault) bool { return f.id == id }))
}

// setDay begins a hostile day from its first request, or ends it if day is nil.
func (l *faults) setDay(day *hostileDay) {
	l.turns.Clear(l.mu.Tx)
	if day == nil {
		l.day.Clear(l.mu.Tx)
	} else {
		l.day.Set(l.mu.Tx, day.again())
	}
	l.noteBusy()
}

// take is the fault for r, or nil, and counts it as used. What was armed comes before what the day brings.
func (l *faults) take(r *http.Request) *fault {
	armed := l.takeArmed(r)
	brought := l.turn(r, armed == nil)
	return cmp.Or(armed, brought)
}

func (l *faults) takeArmed(r *http.Request) *fault {
	armed, _ := l.list()
	i := slices.IndexFunc(armed, func(f armedFault) bool { return f.matches(r) })
	if i < 0 {
		return nil
	}
	f, left := armed[i].fault, slices.Clone(armed)
	if left[i].Left--; left[i].Left <= 0 {
		left = slices.Delete(left, i, i+1)
	}
	l.setArmed(left)
	return &f
}

// turn is what the day brings to r. If it is done, it counts.
func (l *faults) turn(r *http.Request, done bool) *fault {
	_, day := l.list()
	if day == nil || !day.covers(r.URL.Path) {
		return nil
	}
	call := wording.Cut(r.Method, journal.WordShown) + " " + journal.MaskedPath(r)
	n, known := l.turns.Get(l.mu.Tx, call)
	if !known && l.turns.Len(l.mu.Tx) >= hostilePaths {
		call = "others"
		n, _ = l.turns.Get(l.mu.Tx, call)
	}
	l.turns.Put(l.mu.Tx, call, n+1)
	day.Requests++
	f := day.at(call, n)
	if f != nil && done {
		day.Spoiled = maps.Clone(day.Spoiled)
		day.Spoiled[f.Kind]++
	}
	l.day.Set(l.mu.Tx, *day)
	return f
}

func (f *armedFault) matches(r *http.Request) bool {
	return (f.Method == "" || f.Method == r.Method) && f.covers(r.URL.Path)
}

// order changes what is armed or the day, and says how much is armed then.
func (s *Server) order(change func()) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	change()
	return s.faults.size()
}
