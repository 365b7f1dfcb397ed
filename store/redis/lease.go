package redis

// lease.go and wait.go are the same in store/postgres and store/redis, which a test holds them to: a store imports no
// package of ours but the root.

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"
)

const (
	defaultLease = 10 * time.Second
	defaultPoll  = 500 * time.Millisecond
	patience     = 2 * time.Second // how long a broken connection or a server that restarts is borne where no save depends on it
	oneTry       = 5 * time.Second // for a connection to be made and an answer to come
)

var (
	errLost = errors.New("the lease on the lineage was lost, another program has taken it over: nothing was saved")
	errOver = errors.New("save was called after its Update had ended: nothing was saved")
)

// engine is what the server does, each step atomic and by the server's clock. A step may be repeated when its answer
// was lost, and does no harm when it arrives late.
type engine interface {
	// take gives the lease on key to holder if it is free, has run out or is the holder's already.
	take(ctx context.Context, key, holder string, lease time.Duration) (claim, error)
	// keep makes the holder's lease run from now. False: another has taken it.
	keep(ctx context.Context, key, holder string, lease time.Duration) (bool, error)
	// save replaces the value and keeps the lease. False: another has taken it, or a later save was made.
	save(ctx context.Context, key, holder string, number int64, value []byte, lease time.Duration) (bool, error)
	// release gives the lease back and tells those who listen.
	release(ctx context.Context, key, holder string) error
	// listen calls ring with the key of each lease given back, and with "" once it hears, until ctx or a connection ends.
	listen(ctx context.Context, ring func(key string)) error
	// passing says whether an error may be gone in a moment: a broken connection, a server that restarts.
	passing(err error) bool
}

// claim is the answer to take.
type claim struct {
	taken  bool
	value  []byte        // if taken
	number int64         // if taken: of the last save
	left   time.Duration // if not: until the other's lease runs out
}

// leases makes a Store of an engine.
type leases struct {
	engine     engine
	turns      turns
	bell       bell
	background sync.WaitGroup // what goes on after its caller has left
}

// timing is what a Store's fields say.
type timing struct{ lease, poll time.Duration }

func (t timing) orDefault() timing {
	if t.lease <= 0 {
		t.lease = defaultLease
	}
	if t.poll <= 0 {
		t.poll = defaultPoll
	}
	return t
}

// update is Store.Update.
func (l *leases) update(ctx context.Context, t timing, key string, fn func([]byte, func([]byte) error) error) error {
	if err := l.turns.enter(ctx, key); err != nil {
		return waiting(key, err)
	}
	defer l.turns.leave(key)
	// The holder's name is what fences: random, because a counter would repeat after a failover or a restored backup
	// that lost the last steps.
	h := &holding{leases: l, ctx: context.WithoutCancel(ctx), timing: t.orDefault(), key: key, holder: rand.Text()}
	old, err := h.acquire(ctx)
	if err != nil {
		return err
	}
	stop := h.keepAlive()
	defer h.end(stop)
	return fn(old, h.save)
}

// close ends what goes on in the background and waits for it.
func (l *leases) close() {
	l.bell.close()
	l.background.Wait()
}

// patiently repeats do while its error may pass, for as long as most. No try takes longer than each, so that a
// connection that is silent is given up for another.
func (l *leases) patiently(parent context.Context, most, each time.Duration, do func(context.Context) error) error {
	enough, cancel := context.WithTimeout(parent, most)
	defer cancel()
	for pause := 5 * time.Millisecond; ; pause = min(2*pause, 250*time.Millisecond) {
		try, cancelTry := context.WithTimeout(parent, each)
		err := do(try)
		late := try.Err() != nil
		cancelTry()
		switch {
		case err == nil, parent.Err() != nil, !late && !l.engine.passing(err):
			return err
		case rest(enough, pause):
		case late: // not an error that looks as if the caller's own time was up
			return fmt.Errorf("the server did not answer within %v (%s)", each, err.Error())
		default:
			return err
		}
	}
}

// holding is one Update's hold on a key.
type holding struct {
	*leases
	timing
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
	if err == nil && !c.taken {
		c, err = h.queue(ctx)
	}
	if err != nil {
		return nil, err
	}
	h.number = c.number
	return c.value, nil
}

// queue looks again when a lease was given back, when the other's lease has run out, and now and then.
func (h *holding) queue(ctx context.Context) (claim, error) {
	h.bell.join(h.engine.listen)
	defer h.bell.leave(h.lease)
	for pause := h.poll / 10; ; pause = min(2*pause, h.poll) {
		rung := h.bell.rung(h.key) // before the look, so that nothing is missed in between
		c, err := h.take(ctx)
		if err != nil || c.taken {
			return c, err
		}
		timer := time.NewTimer(min(jitter(pause), c.left+time.Millisecond+jitter(h.lease/100)))
		select {
		case <-rung:
		case <-timer.C:
		case <-ctx.Done():
		}
		timer.Stop()
		if err := ctx.Err(); err != nil {
			return claim{}, waiting(h.key, err)
		}
	}
}

// take tries once. A caller who leaves meanwhile does not stop it, but what it takes then is given back at once: a
// cut connection would leave it open whether the lease was taken.
func (h *holding) take(ctx context.Context) (claim, error) {
	type answer struct {
		claim claim
		err   error
	}
	answers := make(chan answer)
	h.background.Go(func() {
		var a answer
		a.err = h.patiently(h.ctx, patience, oneTry, func(try context.Context) (err error) {
			a.claim, err = h.engine.take(try, h.key, h.holder, h.lease)
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
		return claim{}, waiting(h.key, ctx.Err())
	}
}

// keepAlive renews the lease until stop is called. A lease found lost makes later saves fail and stops nothing else.
func (h *holding) keepAlive() (stop func()) {
	ctx, cancel := context.WithCancel(h.ctx)
	var done sync.WaitGroup
	done.Go(func() {
		ticker := time.NewTicker(h.lease / 3)
		defer ticker.Stop()
		for {
			select {
			case <-ticker.C:
			case <-ctx.Done():
				return
			}
			var held bool
			err := h.patiently(ctx, h.lease/3, h.lease/3, func(try context.Context) (err error) {
				held, err = h.engine.keep(try, h.key, h.holder, h.lease)
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
	return h.patiently(h.ctx, h.lease, max(h.lease/3, oneTry/5), func(try context.Context) error {
		held, err := h.engine.save(try, h.key, h.holder, h.number, value, h.lease)
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
	_ = h.patiently(h.ctx, patience/2, patience/2, func(try context.Context) error { return h.engine.release(try, h.key, h.holder) })
}

func waiting(key string, err error) error {
	return fmt.Errorf("waiting for the lease on %q: %w", key, err)
}
