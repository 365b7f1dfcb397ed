package sandbox

import (
	"errors"
	"maps"
	"slices"
	"time"
)

// Kinds of records about bad days.
const (
	recordFaults = "faults"
	recordDay    = "hostile-day"
	recordTurns  = "hostile-turns" // how often a method and path came
)

// keptFaults is what is armed.
type keptFaults struct{ of *faultList }

type savedFault struct {
	Path       string        `json:"path"`
	Method     string        `json:"method,omitempty"`
	Left       int           `json:"left"`
	Kind       string        `json:"kind"`
	Status     int           `json:"status,omitempty"`
	RetryAfter string        `json:"retryAfter,omitempty"`
	RetryDate  time.Duration `json:"retryDate,omitempty"`
	Delay      time.Duration `json:"delay,omitempty"`
	Skew       time.Duration `json:"skew,omitempty"`
}

func (keptFaults) recordKey() recordKey { return recordKey{recordFaults, ""} }

func (k keptFaults) recordValue() any {
	armed, _ := k.of.list()
	out := make([]savedFault, 0, len(armed))
	for _, f := range armed {
		out = append(out, savedFault{f.path, f.method, f.left, f.kind, f.status, f.retryAfter, f.retryDate, f.delay, f.skew})
	}
	if len(out) == 0 {
		return nil
	}
	return out
}

// keptDay is the hostile day, but for its turns.
type keptDay struct{ of *faultList }

func (keptDay) recordKey() recordKey { return recordKey{recordDay, ""} }

func (k keptDay) recordValue() any {
	if _, day := k.of.list(); day != nil {
		return day
	}
	return nil
}

// keptTurns is how often a method and path came on the hostile day.
type keptTurns struct {
	of   *faultList
	call string
}

func (k keptTurns) recordKey() recordKey { return recordKey{recordTurns, k.call} }

func (k keptTurns) recordValue() any {
	k.of.mu.Lock()
	defer k.of.mu.Unlock()
	if k.of.day == nil || k.of.day.requests[k.call] == 0 {
		return nil
	}
	return k.of.day.requests[k.call]
}

// parts are the records of l.
func (l *faultList) parts(yield func(kept)) {
	yield(keptFaults{l})
	yield(keptDay{l})
	for _, call := range l.turns() {
		yield(keptTurns{l, call})
	}
}

// turns are the methods and paths that came on the hostile day.
func (l *faultList) turns() []string {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.day == nil {
		return nil
	}
	out := make([]string, 0, len(l.day.requests))
	for call := range l.day.requests {
		out = append(out, call)
	}
	return out
}

// badDays is what records tell of bad days.
type badDays struct {
	armed []*armedFault
	day   *hostileDay
}

// restoredDays reads it. A day that the server was started with wins over another that was kept.
func restoredDays(in *archive, started *hostileDay) (badDays, error) {
	out := badDays{day: started}
	err := each(in, recordFaults, func(_ string, all *[]savedFault) error {
		for _, v := range *all {
			f, _, err := (&faultRequest{
				v.Path, v.Method, v.Left, v.Kind, v.Status, v.RetryAfter, jsonDuration(v.RetryDate), jsonDuration(v.Delay), jsonDuration(v.Skew),
			}).fault()
			if err != nil {
				return err
			}
			out.armed = append(out.armed, f)
		}
		return nil
	})
	if err != nil {
		return out, err
	}
	err = each(in, recordDay, func(_ string, v *hostileView) error {
		day, _, err := (&hostileRequest{v.Share, &v.Seed, v.Path, v.Kinds, &v.MaxDelay}).day(v.Seed)
		if err == nil && day == nil {
			err = errors.New("a hostile day has a share")
		}
		if err != nil || started != nil && !started.same(day) {
			return err
		}
		day.total, out.day = v.Requests, day
		maps.Copy(day.spoiled, v.Spoiled)
		return nil
	})
	if err != nil || out.day == nil || out.day == started {
		return out, err
	}
	return out, each(in, recordTurns, func(call string, n *int) error {
		out.day.requests[call] = *n
		return nil
	})
}

// same reports whether two days bring the same.
func (d *hostileDay) same(other *hostileDay) bool {
	all := func(h *hostileDay) []string {
		if h.kinds == nil {
			return hostileKinds()
		}
		return h.kinds
	}
	return d.place == other.place && d.share == other.share && d.seed == other.seed && d.maxDelay == other.maxDelay &&
		slices.Equal(all(d), all(other))
}

// order changes what is armed or the day, and notes it.
func (s *Server) order(change func() int) int {
	before := s.faults.turns()
	armed := change()
	s.mu.Lock()
	defer s.mu.Unlock()
	s.changes.touch(keptFaults{&s.faults}, keptDay{&s.faults})
	for _, call := range before {
		s.changes.touch(keptTurns{&s.faults, call})
	}
	return armed
}

// become gives l what was kept.
func (l *faultList) become(b badDays) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.armed, l.day = b.armed, b.day
	l.noteBusy()
}
