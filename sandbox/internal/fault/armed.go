// Package fault spoils answers: by faults that were armed one by one, and on hostile days, which spoil a seeded share of all
// requests. The same seed, share and requests always meet the same faults.
//
// It decides what happens to a request and does it to the answer. It does not know what the vendors answer, and notes
// nothing in the log.
package fault

import (
	"cmp"
	"errors"
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync/atomic"

	"github.com/ringcx-go/ringcx/sandbox/internal/journal"
	"github.com/ringcx-go/ringcx/sandbox/internal/state"
	"github.com/ringcx-go/ringcx/sandbox/internal/wording"
)

// Armed is a fault ordered over POST /_sandbox/faults: the next matching requests get it.
type Armed struct {
	Place
	Method string `json:"method,omitempty"` // "": all
	Left   int    `json:"left"`
	Fault
	ID uint64 `json:"-"` // among those that are armed, of this process
}

// Place is a path, or all that begin with it if it ends in "*".
type Place struct {
	Path string `json:"path"`
}

func (p Place) covers(path string) bool {
	if prefix, ok := strings.CutSuffix(p.Path, "*"); ok {
		return strings.HasPrefix(path, prefix)
	}
	return p.Path == path
}

// wrong is why no request can be at p: such a fault would wait for ever.
func (p Place) wrong() error {
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

// Faults are what is armed, first armed first served, and the hostile day. They are rows of tables: every method
// but Busy.Load is for the holder of the lock that New was given.
type Faults struct {
	Busy atomic.Bool // something is armed or a day is on: else a request costs nothing here

	mu      *state.Lock
	armed   state.Cell[[]Armed]
	day     state.Cell[Day]           // none: an ordinary day
	turns   *state.Table[string, int] // how often a method and path, as logged, came on that day
	Started *Day                      // the day that the server was started with; nil: an ordinary one
	named   uint64                    // faults that have got an id
}

// New makes the tables of faults in the DB of mu. The server was started with the hostile day started; nil: an ordinary one.
func New(mu *state.Lock, started *Day) *Faults {
	l := &Faults{
		mu: mu, Started: started, armed: state.NewCell[[]Armed](mu.DB, "faults"),
		day: state.NewCell[Day](mu.DB, "hostile-day"), turns: state.NewTable[string, int](mu.DB, "hostile-turns"),
	}
	l.armed.Read(func(all *[]Armed) error {
		for i, f := range *all {
			checked, _, err := (&Request{
				f.Path, f.Method, f.Left, f.Kind, f.Status, f.RetryAfter, wording.JSONDuration(f.RetryDate), wording.JSONDuration(f.Delay), wording.JSONDuration(f.Skew),
			}).fault()
			if err != nil {
				return err
			}
			(*all)[i] = *checked
		}
		return nil
	})
	l.day.Read(func(d *Day) error {
		checked, _, err := (&DayRequest{d.Share, &d.Seed, d.Path, d.Kinds, &d.MaxDelay}).Day(d.Seed)
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

// Restored is called when the tables have become what records say. A day that the server was started with wins over another.
func (l *Faults) Restored() {
	armed, day := l.List()
	l.setArmed(slices.Clone(armed))
	switch {
	case l.Started != nil && (day == nil || !day.same(l.Started)):
		l.SetDay(l.Started)
	case day == nil:
		l.turns.Clear(l.mu.Tx)
	}
}

// NoteBusy is called when there may be something where nothing was, or the other way.
func (l *Faults) NoteBusy() {
	armed, day := l.List()
	l.Busy.Store(len(armed) > 0 || day != nil)
}

// List are the armed faults and the hostile day; nil if there is none.
func (l *Faults) List() ([]Armed, *Day) {
	armed, _ := l.armed.Get(l.mu.Tx)
	if day, is := l.day.Get(l.mu.Tx); is {
		return armed, &day
	}
	return armed, nil
}

// Size is how many faults are armed. The hostile day is none of them.
func (l *Faults) Size() int {
	armed, _ := l.List()
	return len(armed)
}

func (l *Faults) setArmed(all []Armed) {
	for i := range all {
		if all[i].ID == 0 {
			l.named++
			all[i].ID = l.named
		}
	}
	if len(all) == 0 {
		l.armed.Clear(l.mu.Tx)
	} else {
		l.armed.Set(l.mu.Tx, all)
	}
	l.NoteBusy()
}

// Arm has the next matching requests meet f, after what was armed before.
func (l *Faults) Arm(f *Armed) {
	armed, _ := l.List()
	l.setArmed(append(slices.Clone(armed), *f))
}

// Disarm takes away all that is armed; the hostile day goes on.
func (l *Faults) Disarm() { l.setArmed(nil) }

// DisarmOne takes away the fault with an id, if it is still armed.
func (l *Faults) DisarmOne(id uint64) {
	armed, _ := l.List()
	l.setArmed(slices.DeleteFunc(slices.Clone(armed), func(f Armed) bool { return f.ID == id }))
}

// SetDay begins a hostile day from its first request, or ends it if day is nil.
func (l *Faults) SetDay(day *Day) {
	l.turns.Clear(l.mu.Tx)
	if day == nil {
		l.day.Clear(l.mu.Tx)
	} else {
		l.day.Set(l.mu.Tx, day.again())
	}
	l.NoteBusy()
}

// Take is the fault for r, or nil, and counts it as used. What was armed comes before what the day brings.
func (l *Faults) Take(r *http.Request) *Fault {
	armed := l.takeArmed(r)
	brought := l.turn(r, armed == nil)
	return cmp.Or(armed, brought)
}

func (l *Faults) takeArmed(r *http.Request) *Fault {
	armed, _ := l.List()
	i := slices.IndexFunc(armed, func(f Armed) bool { return f.matches(r) })
	if i < 0 {
		return nil
	}
	f, left := armed[i].Fault, slices.Clone(armed)
	if left[i].Left--; left[i].Left <= 0 {
		left = slices.Delete(left, i, i+1)
	}
	l.setArmed(left)
	return &f
}

// turn is what the day brings to r. If it is done, it counts.
func (l *Faults) turn(r *http.Request, done bool) *Fault {
	_, day := l.List()
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

func (f *Armed) matches(r *http.Request) bool {
	return (f.Method == "" || f.Method == r.Method) && f.covers(r.URL.Path)
}
