// Package lease makes a Store of a server that can do a few steps atomically: who may renew a lineage is decided by a
// lease that runs by the server's clock, renewed while its holder works, taken over when it has run out, and fenced by a
// random name, so that who was taken over cannot save.
package lease

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/ringcx-go/ringcx"
)

const (
	// Default is the length of a lease where none is given.
	Default = 10 * time.Second
	// Patience is how long a broken connection or a server that restarts is borne where no save depends on it.
	Patience = 2 * time.Second
	// OneTry is the time for a connection to be made and an answer to come.
	OneTry = 5 * time.Second

	defaultPoll = 500 * time.Millisecond
)

var (
	errLost = fmt.Errorf("the lease on the lineage was lost, nothing was saved: %w", ringcx.ErrTakenOver)
	errOver = errors.New("save was called after its Update had ended: nothing was saved")
)

// Engine is what the server does, each step atomic and by the server's clock. A step may be repeated when its answer
// was lost, and does no harm when it arrives late.
type Engine interface {
	// Take gives the lease on key to holder if it is free, has run out or is the holder's already.
	Take(ctx context.Context, key, holder string, lease time.Duration) (Claim, error)
	// Keep makes the holder's lease run from now. False: another has taken it.
	Keep(ctx context.Context, key, holder string, lease time.Duration) (bool, error)
	// Save replaces the value and keeps the lease. False: another has taken it, or a later save was made.
	Save(ctx context.Context, key, holder string, number int64, value []byte, lease time.Duration) (bool, error)
	// Release gives the lease back and tells those who listen.
	Release(ctx context.Context, key, holder string) error
	// Listen calls ring with the key of each lease given back, and with "" once it hears, until ctx or a connection ends.
	Listen(ctx context.Context, ring func(key string)) error
	// Passing says whether an error may be gone in a moment: a broken connection, a server that restarts.
	Passing(err error) bool
}

// Claim is the answer to Take.
type Claim struct {
	Taken  bool
	Value  []byte        // if taken
	Number int64         // if taken: of the last save
	Left   time.Duration // if not: until the other's lease runs out
}

// Leases are those of one Store.
type Leases struct {
	// Engine is set before the first use.
	Engine Engine

	turns      turns
	bell       bell
	background sync.WaitGroup // what goes on after its caller has left
}

// Timing is what a Store's fields say.
type Timing struct {
	Lease time.Duration // zero: [Default]
	Poll  time.Duration // between two looks at a lease that another holds; zero: half a second
}

func (t Timing) orDefault() Timing {
	if t.Lease <= 0 {
		t.Lease = Default
	}
	if t.Poll <= 0 {
		t.Poll = defaultPoll
	}
	return t
}

// Update is Store.Update.
func (l *Leases) Update(ctx context.Context, t Timing, key string, fn func([]byte, func([]byte) error) error) error {
	if err := l.turns.enter(ctx, key); err != nil {
		return waiting(key, err)
	}
	defer l.turns.leave(key)
	// The holder's name is what fences: random, because a counter would repeat after a failover or a restored backup
	// that lost the last steps.
	h := &holding{Leases: l, ctx: context.WithoutCancel(ctx), Timing: t.orDefault(), key: key, holder: rand.Text()}
	old, err := h.acquire(ctx)
	if err != nil {
		return err
	}
	stop := h.keepAlive()
	defer h.end(stop)
	return fn(old, h.save)
}

// Close ends what goes on in the background and waits for it.
func (l *Leases) Close() {
	l.bell.close()
	l.background.Wait()
}

// Patiently repeats do while its error may pass, for as long as most. No try takes longer than each, so that a
// connection that is silent is given up for another.
func (l *Leases) Patiently(parent context.Context, most, each time.Duration, do func(context.Context) error) error {
	enough, cancel := context.WithTimeout(parent, most)
	defer cancel()
	for pause := 5 * time.Millisecond; ; pause = min(2*pause, 250*time.Millisecond) {
		try, cancelTry := context.WithTimeout(parent, each)
		err := do(try)
		late := try.Err() != nil
		cancelTry()
		switch {
		case err == nil, parent.Err() != nil, !late && !l.Engine.Passing(err):
			return err
		case rest(enough, pause):
		case late: // not an error that looks as if the caller's own time was up
			return &lateError{each, err}
		default:
			return err
		}
	}
}

// lateError is a server that did not answer. It does not unwrap.
type lateError struct {
	limit time.Duration
	last  error
}

func (e *lateError) Error() string {
	return fmt.Sprintf("the server did not answer within %v (%s)", e.limit, e.last.Error())
}

// Hint is what the last error says can be done, or what can be done about silence.
func (e *lateError) Hint() string {
	var hinted interface{ Hint() string }
	if errors.As(e.last, &hinted) && hinted.Hint() != "" {
		return hinted.Hint()
	}
	return "check that the server runs, that nothing in between holds its answers back, and that the store's URL names the right host, port and TLS mode"
}

// holding is one Update's hold on a key.
type holding struct {
	*Leases
	Timing
	ctx    context.Context // goes on when the caller gives up: what was sent must be saved
	key    string
	holder string
	lost   atomic.Bool

	mu     sync.Mutex // guards the fields below; held during a save, so that saves keep their order
	number int64      // of the last save
	over   bool
}

// acquire waits for the lease and returns the value.
func (h *holding) acquire(ctx context.Context) ([]byte, error) {
	c, err := h.take(ctx)
	if err == nil && !c.Taken {
		c, err = h.queue(ctx)
	}
	if err != nil {
		return nil, err
	}
	h.number = c.Number
	return c.Value, nil
}

// queue looks again when a lease was given back, when the other's lease has run out, and now and then.
func (h *holding) queue(ctx context.Context) (Claim, error) {
	h.bell.join(h.Engine.Listen)
	defer h.bell.leave(h.Lease)
	for pause := h.Poll / 10; ; pause = min(2*pause, h.Poll) {
		rung := h.bell.rung(h.key) // before the look, so that nothing is missed in between
		c, err := h.take(ctx)
		if err != nil || c.Taken {
			return c, err
		}
		timer := time.NewTimer(min(jitter(pause), c.Left+time.Millisecond+jitter(h.Lease/100)))
		select {
		case <-rung:
		case <-timer.C:
		case <-ctx.Done():
		}
		timer.Stop()
		if err := ctx.Err(); err != nil {
			return Claim{}, waiting(h.key, err)
		}
	}
}

// take tries once. A caller who leaves meanwhile does not stop it, but what it takes then is given back at once: a
// cut connection would leave it open whether the lease was taken.
func (h *holding) take(ctx context.Context) (Claim, error) {
	type answer struct {
		claim Claim
		err   error
	}
	answers := make(chan answer)
	h.background.Go(func() {
		var a answer
		a.err = h.Patiently(h.ctx, Patience, OneTry, func(try context.Context) (err error) {
			a.claim, err = h.Engine.Take(try, h.key, h.holder, h.Lease)
			return err
		})
		select {
		case answers <- a:
		case <-ctx.Done():
			h.release()
		}
	})
	select {
	case a := <-answers:
		return a.claim, a.err
	case <-ctx.Done():
		return Claim{}, waiting(h.key, ctx.Err())
	}
}

// keepAlive renews the lease until stop is called. A lease found lost makes later saves fail and stops nothing else.
func (h *holding) keepAlive() (stop func()) {
	ctx, cancel := context.WithCancel(h.ctx)
	var done sync.WaitGroup
	done.Go(func() {
		ticker := time.NewTicker(h.Lease / 3)
		defer ticker.Stop()
		for {
			select {
			case <-ticker.C:
			case <-ctx.Done():
				return
			}
			var held bool
			err := h.Patiently(ctx, h.Lease/3, h.Lease/3, func(try context.Context) (err error) {
				held, err = h.Engine.Keep(try, h.key, h.holder, h.Lease)
				return err
			})
			if err == nil && !held {
				h.lost.Store(true)
				return
			}
		}
	})
	return func() { cancel(); done.Wait() }
}

// save is what fn gets. It is repeated for as long as a lease lasts: a server that restarts costs no answer of the
// vendor. A lease that ran out while nobody else took it is still good, because nothing has happened in between.
func (h *holding) save(value []byte) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	switch {
	case h.over:
		return errOver
	case h.lost.Load():
		return errLost
	}
	h.number++
	return h.Patiently(h.ctx, h.Lease, max(h.Lease/3, OneTry/5), func(try context.Context) error {
		held, err := h.Engine.Save(try, h.key, h.holder, h.number, value, h.Lease)
		if err == nil && !held {
			h.lost.Store(true)
			return errLost
		}
		return err
	})
}

// end gives the lease back, after the last save.
func (h *holding) end(stop func()) {
	stop()
	h.mu.Lock()
	defer h.mu.Unlock()
	h.over = true
	if !h.lost.Load() {
		h.release()
	}
}

// release is tried for a moment. If it fails the lease runs out by itself.
func (h *holding) release() {
	_ = h.Patiently(h.ctx, Patience/2, Patience/2, func(try context.Context) error { return h.Engine.Release(try, h.key, h.holder) })
}

func waiting(key string, err error) error {
	return fmt.Errorf("waiting for the lease on %q: %w", key, err)
}
