package fault

import (
	"cmp"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/ringcx-go/ringcx/sandbox/internal/endpoint"
	"github.com/ringcx-go/ringcx/sandbox/internal/wording"
)

// Request is what POST /_sandbox/faults takes to arm a fault, and what GET shows of it.
type Request struct {
	Path           string               `json:"path"` // may end in "*"
	Method         string               `json:"method,omitempty"`
	Times          int                  `json:"times"` // 0: 1
	Kind           string               `json:"kind"`
	Status         int                  `json:"status,omitempty"`
	RetryAfter     string               `json:"retryAfter,omitempty"`     // sent as it is
	RetryAfterDate wording.JSONDuration `json:"retryAfterDate,omitempty"` // sent as the date so far ahead
	Delay          wording.JSONDuration `json:"delay,omitempty"`
	Skew           wording.JSONDuration `json:"skew,omitempty"` // 0: an hour
}

// fault is what is armed, or what makes no sense and in which field.
func (in *Request) fault() (f *Armed, field string, err error) {
	standard, known := statuses[in.Kind]
	delay, skew, date := time.Duration(in.Delay), time.Duration(in.Skew), time.Duration(in.RetryAfterDate)
	switch {
	case !known:
		return nil, "kind", fmt.Errorf("kind is %q; it can be %s", in.Kind, strings.Join(Kinds(), ", "))
	case !strings.HasPrefix(in.Path, "/"):
		return nil, "path", errors.New(`give "path", beginning with a slash`)
	case in.Times < 0:
		return nil, "times", errors.New("times is negative")
	case in.Status != 0 && (in.Status < 200 || in.Status > 599):
		return nil, "status", fmt.Errorf("status is %d; it can be 200 to 599", in.Status)
	case max(len(in.Path), len(in.Method), len(in.RetryAfter)) > endpoint.TextMost:
		return nil, "path", fmt.Errorf("path, method or retryAfter is longer than %d bytes", endpoint.TextMost)
	case delay < 0 || delay > maxDelay:
		return nil, "delay", fmt.Errorf("delay is %v; it can be up to %v", delay, maxDelay)
	case in.RetryAfter != "" && date != 0:
		return nil, "retryAfter", errors.New("retryAfter and retryAfterDate exclude each other")
	}
	if in.Kind == Skew {
		skew = cmp.Or(skew, time.Hour)
	}
	status := standard
	if standard != 0 {
		status = cmp.Or(in.Status, standard)
	}
	return &Armed{
		Place: Place{in.Path}, Method: strings.ToUpper(in.Method), Left: max(in.Times, 1),
		Fault: Fault{
			Kind: in.Kind, Status: status, RetryAfter: in.RetryAfter, RetryDate: date,
			Delay: delay, Skew: skew,
		},
	}, "", nil
}

// Order is fault of what somebody asks for: it may not be one that no request gets, as one that was kept may be.
func (in *Request) Order() (f *Armed, field string, err error) {
	switch f, field, err = in.fault(); {
	case err != nil:
		return nil, field, err
	case f.wrong() != nil:
		return nil, "path", f.wrong()
	case in.Kind == Delay && in.Delay == 0:
		return nil, "delay", errors.New(`give "delay", such as "2s"`)
	}
	return f, "", nil
}

// View is f in the form in which it could be armed again.
func (f *Armed) View() Request {
	return Request{
		Path: f.Path, Method: f.Method, Times: f.Left, Kind: f.Kind, Status: f.Status, RetryAfter: f.RetryAfter,
		RetryAfterDate: wording.JSONDuration(f.RetryDate), Delay: wording.JSONDuration(f.Delay), Skew: wording.JSONDuration(f.Skew),
	}
}
