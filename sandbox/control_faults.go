package sandbox

import (
	"cmp"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"
)

// faultRequest is what POST /_sandbox/faults takes to arm a fault, and what GET shows of it.
type faultRequest struct {
	Path           string       `json:"path"` // may end in "*"
	Method         string       `json:"method,omitempty"`
	Times          int          `json:"times"` // 0: 1
	Kind           string       `json:"kind"`
	Status         int          `json:"status,omitempty"`
	RetryAfter     string       `json:"retryAfter,omitempty"`     // sent as it is
	RetryAfterDate jsonDuration `json:"retryAfterDate,omitempty"` // sent as the date so far ahead
	Delay          jsonDuration `json:"delay,omitempty"`
	Skew           jsonDuration `json:"skew,omitempty"` // 0: an hour
}

// fault is what is armed, or what makes no sense and in which field.
func (in *faultRequest) fault() (f *armedFault, field string, err error) {
	standard, known := faultStatuses[in.Kind]
	delay, skew, date := time.Duration(in.Delay), time.Duration(in.Skew), time.Duration(in.RetryAfterDate)
	switch {
	case !known:
		return nil, "kind", fmt.Errorf("kind is %q; it can be %s", in.Kind, strings.Join(faultKinds(), ", "))
	case !strings.HasPrefix(in.Path, "/"):
		return nil, "path", errors.New(`give "path", beginning with a slash`)
	case in.Times < 0:
		return nil, "times", errors.New("times is negative")
	case in.Status != 0 && (in.Status < 200 || in.Status > 599):
		return nil, "status", fmt.Errorf("status is %d; it can be 200 to 599", in.Status)
	case max(len(in.Path), len(in.Method), len(in.RetryAfter)) > textMost:
		return nil, "path", fmt.Errorf("path, method or retryAfter is longer than %d bytes", textMost)
	case delay < 0 || delay > maxDelay:
		return nil, "delay", fmt.Errorf("delay is %v; it can be up to %v", delay, maxDelay)
	case in.RetryAfter != "" && date != 0:
		return nil, "retryAfter", errors.New("retryAfter and retryAfterDate exclude each other")
	}
	if in.Kind == faultSkew {
		skew = cmp.Or(skew, time.Hour)
	}
	status := standard
	if standard != 0 {
		status = cmp.Or(in.Status, standard)
	}
	return &armedFault{
		place: place{in.Path}, Method: strings.ToUpper(in.Method), Left: max(in.Times, 1),
		fault: fault{
			Kind: in.Kind, Status: status, RetryAfter: in.RetryAfter, RetryDate: date,
			Delay: delay, Skew: skew,
		},
	}, "", nil
}

// order is fault of what somebody asks for: it may not be one that no request gets, as one that was kept may be.
func (in *faultRequest) order() (f *armedFault, field string, err error) {
	switch f, field, err = in.fault(); {
	case err != nil:
		return nil, field, err
	case f.wrong() != nil:
		return nil, "path", f.wrong()
	case in.Kind == faultDelay && in.Delay == 0:
		return nil, "delay", errors.New(`give "delay", such as "2s"`)
	}
	return f, "", nil
}

// view is f in the form in which it could be armed again.
func (f *armedFault) view() faultRequest {
	return faultRequest{
		Path: f.Path, Method: f.Method, Times: f.Left, Kind: f.Kind, Status: f.Status, RetryAfter: f.RetryAfter,
		RetryAfterDate: jsonDuration(f.RetryDate), Delay: jsonDuration(f.Delay), Skew: jsonDuration(f.Skew),
	}
}

var errFaults = fmt.Errorf("%d faults are armed already: disarm them, with DELETE /_sandbox/faults", faultsMost)

// controlFault arms a fault, or begins or ends a hostile day if there is "hostile" in the request.
func (s *Server) controlFault(r *http.Request) (any, error) {
	var in struct {
		faultRequest
		Hostile  *float64      `json:"hostile"`
		Seed     *uint64       `json:"seed"`
		Kinds    []string      `json:"kinds"`
		MaxDelay *jsonDuration `json:"maxDelay"`
	}
	if err := readJSON(r, &in); err != nil {
		return nil, err
	}
	switch {
	case in.Hostile != nil && in.faultRequest != faultRequest{Path: in.Path}:
		return nil, errors.New("a hostile day takes hostile, seed, path, kinds and maxDelay only")
	case in.Hostile != nil:
		day, _, err := (&hostileRequest{*in.Hostile, in.Seed, in.Path, in.Kinds, in.MaxDelay}).order(s.seed())
		if err != nil {
			return nil, err
		}
		return map[string]any{"armed": s.order(func() { s.faults.setDay(day) }), "hostile": day}, nil
	case in.Seed != nil || in.Kinds != nil || in.MaxDelay != nil:
		return nil, errors.New(`seed, kinds and maxDelay belong to a hostile day: give "hostile", a share from 0 to 1`)
	}
	f, _, err := in.order()
	if err != nil {
		return nil, err
	}
	armed := s.order(func() {
		if s.faults.size() >= faultsMost {
			err = errFaults
			return
		}
		s.faults.arm(f)
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
	armed, day := s.faults.list()
	faults := make([]faultRequest, 0, len(armed))
	for i := range armed {
		faults = append(faults, armed[i].view())
	}
	return map[string]any{"faults": faults, "hostile": day}, nil
}

func (s *Server) controlClearFaults(*http.Request) (any, error) {
	s.order(func() {
		s.faults.disarm()
		s.faults.setDay(nil)
	})
	return map[string]int{"armed": 0}, nil
}
