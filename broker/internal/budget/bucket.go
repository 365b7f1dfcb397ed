package budget

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"sync"
	"time"
)

// storeWait bounds one look at the Store.
const storeWait = 5 * time.Second

// bucket is one limit of one account: the share of this replica, and what keeps it going.
type bucket struct {
	g    *Governor
	key  key
	name string // of its record

	mu    sync.Mutex // guards what follows
	share *share
	timer *time.Timer

	streams streams
	gone    bool // another one has taken its place, or the Governor has ended
}

// bucket is that of a key, locked. It is an error if there are too many.
func (g *Governor) bucket(k key) (*bucket, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	b := g.buckets[k]
	if b == nil || g.closed {
		b = g.newBucket(k)
		now := g.now().steady
		if len(g.buckets) >= sweepAbove && now-g.swept >= time.Second {
			g.sweep()
			g.swept = now
		}
		switch {
		case g.closed:
			return nil, b.refusal(&refusal{ending, now}, time.Now(), now)
		case len(g.buckets) >= maxBuckets:
			return nil, b.refusal(&refusal{keys, now + time.Minute}, time.Now(), now)
		}
		g.buckets[k] = b
	}
	b.mu.Lock()
	return b, nil
}

func (g *Governor) newBucket(k key) *bucket {
	own := make([]int, len(k.limit.Windows))
	for i, w := range k.limit.Windows {
		if g.o.Replicas > 0 {
			own[i] = w.Requests / apart / g.o.Replicas
		}
	}
	sum := sha256.Sum256(fmt.Appendf(nil, "%q %q %v %q", g.o.Server, k.limit.Name+" "+k.limit.String(), k.account, k.of))
	b := &bucket{g: g, key: k, name: "budget-" + hex.EncodeToString(sum[:12])}
	b.share = newShare(g.holder, k.limit.Windows, own, g.o.Replicas)
	b.share.most = g.o.MaxWaiting
	b.streams = newStreams(k.limit.Windows, g.o.Replicas)
	b.timer = time.AfterFunc(never, b.wake)
	return b
}

// sweep forgets buckets of which nothing is known that matters. The caller holds g.mu.
func (g *Governor) sweep() {
	for k, b := range g.buckets {
		b.mu.Lock()
		if b.share.idle(g.now()) {
			b.gone = true
			b.timer.Stop()
			delete(g.buckets, k)
		}
		b.mu.Unlock()
	}
}

// take waits for what a request needs of one limit, until giveUp at the most.
func (g *Governor) take(ctx context.Context, k key, q *Request, giveUp time.Duration) (hold, error) {
	b, err := g.bucket(k)
	if err != nil {
		return hold{}, err
	}
	if q.Streamed {
		if err := b.stream(ctx, q.Caller, giveUp); err != nil {
			b.mu.Unlock()
			return hold{}, err
		}
	}
	now := g.now()
	c, ok := b.share.reserve(now)
	if ok {
		if b.share.due(now) <= now.steady {
			b.pump(now)
		}
		b.mu.Unlock()
		return hold{b, c}, nil
	}
	w := &waiter{caller: q.Caller, giveUp: giveUp, ready: make(chan struct{})}
	b.decide(b.share.wait(now, w))
	b.pump(now)
	b.mu.Unlock()
	if err = b.await(ctx, w); err != nil && q.Streamed {
		b.arrived(q.Caller)
	}
	return hold{b, w.claim}, err
}

// await waits until w is decided.
func (b *bucket) await(ctx context.Context, w *waiter) error {
	select {
	case <-w.ready:
	case <-ctx.Done():
		b.mu.Lock()
		defer b.mu.Unlock()
		if !b.share.queue.remove(w) && w.refused == nil {
			b.share.end(b.g.now(), w.claim, false)
			b.pump(b.g.now())
		}
		return fmt.Errorf("wait for the limit %s of %s: %w", b.key.limit.Name, b.key.words(), ctx.Err())
	}
	if w.refused == nil {
		return nil
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.refusal(w.refused, time.Now(), b.g.now().steady)
}

// end ends a request that was sent or not; the vendor wants no more for some time.
func (b *bucket) end(c claim, sent bool, quiet time.Duration) {
	b.mu.Lock()
	defer b.mu.Unlock()
	now := b.g.now()
	b.share.end(now, c, sent)
	if b.share.hush(now, quiet) || len(b.share.queue.all) > 0 {
		b.pump(now)
	}
}

// The caller of these holds b.mu.

// decide tells requests that wait what became of them.
func (b *bucket) decide(decided []*waiter) {
	for _, w := range decided {
		close(w.ready)
	}
}

// pump does what can be done now, and sees to it that what can be done later is done then.
func (b *bucket) pump(now moment) {
	if b.gone {
		return
	}
	b.decide(b.share.tick(now))
	if b.share.due(now) <= now.steady {
		b.share.syncing = true
		b.g.work.Go(b.sync)
	}
	if at := b.share.next(now); at == never {
		b.timer.Stop()
	} else {
		b.timer.Reset(at - now.steady)
	}
}

func (b *bucket) wake() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.pump(b.g.now())
}

// Close refuses those that wait, and gives back what is leased: nothing of it may be used any more, but what is on its way.
func (g *Governor) Close(ctx context.Context) error {
	g.mu.Lock()
	g.closed = true
	g.mu.Unlock()
	g.cancel()
	for _, b := range g.buckets { // which nobody changes any more
		b.mu.Lock()
		now := g.now().steady
		for b.gone = true; len(b.share.queue.all) > 0; {
			w := b.share.queue.pop()
			w.refuse(ending, now)
			close(w.ready)
		}
		b.timer.Stop()
		b.mu.Unlock()
	}
	g.work.Wait()
	var errs []error
	for _, b := range g.buckets {
		errs = append(errs, b.leave(ctx))
	}
	return errors.Join(errs...)
}
