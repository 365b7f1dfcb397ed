package sandbox

import (
	"errors"
	"net/http"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// fault is what happens to a request on a bad day. The methods of a nil fault do what a good day does.
type fault struct {
	kind       string
	status     int
	retryAfter string
	retryDate  time.Duration // 0: Retry-After is retryAfter; else it is a date so far ahead
	delay      time.Duration
	skew       time.Duration
}

// armedFault is a fault ordered over POST /_sandbox/faults: the next matching requests get it.
type armedFault struct {
	fault
	place
	id     uint64 // among those that are armed; 0: nobody has asked yet
	method string // "" matches all
	left   int
}

// place is a path, or all that begin with it if it ends in "*".
type place struct{ path string }

func (p place) covers(path string) bool {
	if prefix, ok := strings.CutSuffix(p.path, "*"); ok {
		return strings.HasPrefix(path, prefix)
	}
	return p.path == path
}

// wrong is why no request can be at p: such a fault would wait for ever.
func (p place) wrong() error {
	switch begin := strings.TrimSuffix(p.path, "*"); {
	case strings.ContainsAny(begin, "?#"):
		return errors.New("path is without the query")
	case strings.Contains(begin, "*"):
		return errors.New(`path has "*" at its end only`)
	case strings.HasPrefix(begin, "/_sandbox/"), strings.HasPrefix(begin, "/_ns/"), strings.HasPrefix(begin, "/console/"):
		return errors.New("path is one of the vendors': what steers the sandbox is not spoiled")
	}
	return nil
}

// faultList holds the armed faults, first armed first served, and the hostile day. Its lock guards them.
type faultList struct {
	busy atomic.Bool // something is armed or a day is on: else a request costs nothing here

	mu    sync.Mutex
	armed []*armedFault
	named uint64      // faults that have an id
	day   *hostileDay // nil: an ordinary day
}

// noteBusy is called with the lock held, after a change.
func (l *faultList) noteBusy() { l.busy.Store(len(l.armed) > 0 || l.day != nil) }

func (l *faultList) arm(f *armedFault) int {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.armed = append(l.armed, f)
	l.noteBusy()
	return len(l.armed)
}

// setDay begins a hostile day, or ends it if day is nil.
func (l *faultList) setDay(day *hostileDay) int {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.day = day
	l.noteBusy()
	return len(l.armed)
}

// disarm takes away all that is armed; the hostile day goes on.
func (l *faultList) disarm() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.armed = nil
	l.noteBusy()
	return 0
}

// disarmOne takes away the fault with an id of list, if it is still armed.
func (l *faultList) disarmOne(id uint64) int {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.armed = slices.DeleteFunc(slices.Clone(l.armed), func(f *armedFault) bool { return f.id == id && id != 0 })
	l.noteBusy()
	return len(l.armed)
}

// clear disarms all and ends the hostile day.
func (l *faultList) clear() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.armed, l.day = nil, nil
	l.noteBusy()
	return 0
}

// dayAgain is the hostile day before its first request; nil if there is none.
func (l *faultList) dayAgain() *hostileDay {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.day == nil {
		return nil
	}
	return newHostileDay(l.day.hostility)
}

// list copies the armed faults and describes the hostile day; nil if there is none.
func (l *faultList) list() ([]armedFault, *hostileView) {
	l.mu.Lock()
	defer l.mu.Unlock()
	out := make([]armedFault, 0, len(l.armed))
	for _, f := range l.armed {
		if f.id == 0 {
			l.named++
			f.id = l.named
		}
		out = append(out, *f)
	}
	return out, l.day.view()
}

func (l *faultList) size() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return len(l.armed)
}

// take is the fault for r, or nil, and counts it as used. What was armed comes before what the day brings. The call is what
// the day counted, "" if it counted nothing.
func (l *faultList) take(r *http.Request) (f *fault, call string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	brought, call := l.day.draw(r)
	for i, f := range l.armed {
		if !f.matches(r) {
			continue
		}
		if f.left--; f.left <= 0 {
			l.armed = append(l.armed[:i:i], l.armed[i+1:]...)
			l.noteBusy()
		}
		return &f.fault, call
	}
	l.day.count(brought)
	return brought, call
}

func (f *armedFault) matches(r *http.Request) bool {
	return (f.method == "" || f.method == r.Method) && f.covers(r.URL.Path)
}
