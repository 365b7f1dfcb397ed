package ringcx

import (
	"context"
	"errors"
	"log/slog"
	"time"
)

// waitError says that nothing may be sent before until, which is on the clock that records are kept by.
type waitError struct {
	until time.Time
	cause *failure
}

func (e *waitError) Error() string {
	return "nothing may be sent to the vendor before " + e.until.Format(time.TimeOnly)
}

// err is what a caller learns that cannot wait.
func (e *waitError) err(d time.Duration) error {
	if e.cause != nil {
		return e.cause.errUntil(d)
	}
	return &Error{Op: "renew", Message: e.Error() + ", its limit of requests is used up", RetryAfter: d, kind: failLimited}
}

// defaultWait is SessionOptions.MaxWait when that says nothing.
const defaultWait = 2 * time.Minute

// maxRetries is how often a call tries again after the vendor's server failed or could not be understood.
const maxRetries = 2

// patience is how long the calls of a session wait.
type patience struct {
	most   time.Duration // SessionOptions.MaxWait
	clocks *clocks
	log    *slog.Logger
	key    string // of the lineage, for log
}

// withRetry calls fn until it brings a token, an error that waiting cannot mend, or ctx or MaxWait end the waiting.
func (p *patience) withRetry(ctx context.Context, fn func() (*Token, error)) (*Token, error) {
	most := p.most
	if most == 0 {
		most = defaultWait
	}
	giveUp := p.clocks.own().Add(most)
	for failures := 0; ; {
		t, err := fn()
		var wait *waitError
		if !errors.As(err, &wait) {
			return t, err
		}
		if wait.cause != nil && wait.cause.Kind != failLimited {
			failures++
		}
		d := wait.until.Sub(p.clocks.now())
		until := p.clocks.own().Add(d)
		deadline, ok := ctx.Deadline()
		if failures > maxRetries || until.After(giveUp) || ok && time.Now().Add(d).After(deadline) {
			return nil, wait.err(d)
		}
		p.log.Info("ringcx: waiting", slog.String("key", p.key), slog.Time("until", until))
		select {
		case <-time.After(d):
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
}
