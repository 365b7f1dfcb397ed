package sandbox

import (
	"errors"
	"fmt"
	"net/http"

	"github.com/ringcx-go/ringcx/sandbox/internal/fault"
	"github.com/ringcx-go/ringcx/sandbox/internal/wording"
)

var errFaults = fmt.Errorf("%d faults are armed already: disarm them, with DELETE /_sandbox/faults", fault.Most)

// controlFault arms a fault, or begins or ends a hostile day if there is "hostile" in the request.
func (s *Server) controlFault(r *http.Request) (any, error) {
	var in struct {
		fault.Request
		Hostile  *float64              `json:"hostile"`
		Seed     *uint64               `json:"seed"`
		Kinds    []string              `json:"kinds"`
		MaxDelay *wording.JSONDuration `json:"maxDelay"`
	}
	if err := readJSON(r, &in); err != nil {
		return nil, err
	}
	switch {
	case in.Hostile != nil && in.Request != fault.Request{Path: in.Path}:
		return nil, errors.New("a hostile day takes hostile, seed, path, kinds and maxDelay only")
	case in.Hostile != nil:
		day, _, err := (&fault.DayRequest{Share: *in.Hostile, Seed: in.Seed, Path: in.Path, Kinds: in.Kinds, MaxDelay: in.MaxDelay}).Order(s.seed())
		if err != nil {
			return nil, err
		}
		return map[string]any{"armed": s.order(func() { s.faults.SetDay(day) }), "hostile": day}, nil
	case in.Seed != nil || in.Kinds != nil || in.MaxDelay != nil:
		return nil, errors.New(`seed, kinds and maxDelay belong to a hostile day: give "hostile", a share from 0 to 1`)
	}
	f, _, err := in.Order()
	if err != nil {
		return nil, err
	}
	armed := s.order(func() {
		if s.faults.Size() >= fault.Most {
			err = errFaults
			return
		}
		s.faults.Arm(f)
	})
	if err != nil {
		return nil, err
	}
	return map[string]int{"armed": armed}, nil
}

// controlFaults lists what is armed, and the hostile day with what it did so far.
func (s *Server) controlFaults(*http.Request) (any, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	armed, day := s.faults.List()
	faults := make([]fault.Request, 0, len(armed))
	for i := range armed {
		faults = append(faults, armed[i].View())
	}
	return map[string]any{"faults": faults, "hostile": day}, nil
}

func (s *Server) controlClearFaults(*http.Request) (any, error) {
	s.order(func() {
		s.faults.Disarm()
		s.faults.SetDay(nil)
	})
	return map[string]int{"armed": 0}, nil
}

// order changes what is armed or the day, and says how much is armed then.
func (s *Server) order(change func()) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	change()
	return s.faults.Size()
}
