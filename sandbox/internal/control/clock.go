package control

import (
	"errors"
	"net/http"
	"time"

	"github.com/ringcx-go/ringcx/sandbox/internal/admin"
	"github.com/ringcx-go/ringcx/sandbox/internal/wording"
)

// moveClock advances the clock, or sets it back.
func (c *control) moveClock(r *http.Request) (any, error) {
	var in struct {
		Advance *wording.JSONDuration `json:"advance"`
	}
	if err := admin.ReadJSON(r, &in); err != nil {
		return nil, err
	}
	if in.Advance == nil {
		return nil, errors.New(`give "advance", a duration such as "5m"`)
	}
	if err := c.MoveClock(time.Duration(*in.Advance)); err != nil {
		return nil, err
	}
	return map[string]time.Time{"now": c.Now()}, nil
}

// reset returns to the first minute.
func (c *control) reset(*http.Request) (any, error) {
	if err := c.Reset(); err != nil {
		return nil, err
	}
	return map[string]time.Time{"now": c.Now()}, nil
}
