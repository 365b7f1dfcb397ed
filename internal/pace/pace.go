// Package pace keeps requests within what the vendor documents.
package pace

import (
	"context"
	"time"

	"github.com/ringcx-go/ringcx/internal/apispec"
)

// Pace is when requests that share a limit may be sent. It is for requests that are sent one after the other, and knows only
// those of one process: others that share the limit are noticed by the vendor, who answers 429. A nil
// one never waits.
type Pace struct {
	windows []apispec.Window
	ended   []time.Time // of the last requests, as many as the largest window holds
}

// New makes the pace of a limit of the description; nil: none.
func New(limit *apispec.Limit) *Pace {
	p := &Pace{}
	if limit != nil {
		p.windows = limit.Windows
	}
	return p
}

// Wait is how long to wait before the next request, so that all windows hold. A request counts from when its answer came: the
// vendor counted it before that.
func (p *Pace) Wait() time.Duration {
	if p == nil {
		return 0
	}
	var wait time.Duration
	for _, w := range p.windows {
		if n := len(p.ended); n >= w.Requests {
			wait = max(wait, time.Until(p.ended[n-w.Requests].Add(w.Time)))
		}
	}
	return wait
}

// Done counts a request that has ended, however it did.
func (p *Pace) Done() {
	if p == nil {
		return
	}
	p.ended = append(p.ended, time.Now())
	most := 0
	for _, w := range p.windows {
		most = max(most, w.Requests)
	}
	if len(p.ended) > most {
		p.ended = p.ended[len(p.ended)-most:]
	}
}

// Sleep waits, unless ctx ends before.
func Sleep(ctx context.Context, d time.Duration) error {
	if d <= 0 {
		return context.Cause(ctx)
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}
