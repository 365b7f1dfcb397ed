package control

import (
	"errors"
	"net/http"

	"github.com/ringcx-go/ringcx/sandbox/internal/admin"
	"github.com/ringcx-go/ringcx/sandbox/internal/fault"
	"github.com/ringcx-go/ringcx/sandbox/internal/wording"
)

// armFault arms a fault, or begins or ends a hostile day if there is "hostile" in the request.
func (c *control) armFault(r *http.Request) (any, error) {
	var in struct {
		fault.Request
		Hostile  *float64              `json:"hostile"`
		Seed     *uint64               `json:"seed"`
		Kinds    []string              `json:"kinds"`
		MaxDelay *wording.JSONDuration `json:"maxDelay"`
	}
	if err := admin.ReadJSON(r, &in); err != nil {
		return nil, err
	}
	switch {
	case in.Hostile != nil && in.Request != fault.Request{Path: in.Path}:
		return nil, errors.New("a hostile day takes hostile, seed, path, kinds and maxDelay only")
	case in.Hostile != nil:
		day, _, err := (&fault.DayRequest{Share: *in.Hostile, Seed: in.Seed, Path: in.Path, Kinds: in.Kinds, MaxDelay: in.MaxDelay}).Order(c.Seed())
		if err != nil {
			return nil, err
		}
		return map[string]any{"armed": c.ChangeFaults(func() { c.Faults.SetDay(day) }), "hostile": day}, nil
	case in.Seed != nil || in.Kinds != nil || in.MaxDelay != nil:
		return nil, errors.New(`seed, kinds and maxDelay belong to a hostile day: give "hostile", a share from 0 to 1`)
	}
	f, _, err := in.Order()
	if err != nil {
		return nil, err
	}
	armed := c.ChangeFaults(func() {
		if c.Faults.Size() >= fault.MaxArmed {
			err = admin.ErrFaults
			return
		}
		c.Faults.Arm(f)
	})
	if err != nil {
		return nil, err
	}
	return map[string]int{"armed": armed}, nil
}

// listFaults lists what is armed, and the hostile day with what it did so far.
func (c *control) listFaults(*http.Request) (any, error) {
	c.Lock.Lock()
	defer c.Lock.Unlock()
	armed, day := c.Faults.List()
	faults := make([]fault.Request, 0, len(armed))
	for i := range armed {
		faults = append(faults, armed[i].View())
	}
	return map[string]any{"faults": faults, "hostile": day}, nil
}

// disarmFaults takes away all faults, and ends the hostile day.
func (c *control) disarmFaults(*http.Request) (any, error) {
	c.ChangeFaults(func() {
		c.Faults.Disarm()
		c.Faults.SetDay(nil)
	})
	return map[string]int{"armed": 0}, nil
}
