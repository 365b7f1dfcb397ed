package lease

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"time"
	"unicode/utf8"
)

// turns lets the goroutines of one Store pass one by one for each key, so that only one of them asks the server. The
// zero value is ready.
type turns struct {
	mu  sync.Mutex // guards all below
	all map[string]*turn
}

type turn struct {
	free  chan struct{} // holds one value while nobody has the turn
	users int
}

func (t *turns) enter(ctx context.Context, key string) error {
	t.mu.Lock()
	mine := t.all[key]
	if mine == nil {
		mine = &turn{free: make(chan struct{}, 1)}
		mine.free <- struct{}{}
		if t.all == nil {
			t.all = map[string]*turn{}
		}
		t.all[key] = mine
	}
	mine.users++
	t.mu.Unlock()
	select {
	case <-mine.free:
		return nil
	case <-ctx.Done():
		t.drop(key, mine)
		return ctx.Err()
	}
}

func (t *turns) leave(key string) {
	t.mu.Lock()
	mine := t.all[key]
	t.mu.Unlock()
	mine.free <- struct{}{}
	t.drop(key, mine)
}

func (t *turns) drop(key string, mine *turn) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if mine.users--; mine.users == 0 {
		delete(t.all, key)
	}
}

// bell passes on that a lease was given back. It listens while somebody waits and a little longer. It may miss a ring:
// who waits must look by himself too. The zero value is ready.
type bell struct {
	mu      sync.Mutex // guards all below
	rings   map[string]chan struct{}
	waiting int
	stop    context.CancelFunc // nil: nobody listens
	closed  bool

	listener sync.WaitGroup
}

// join is called before the first wait, leave after the last.
func (b *bell) join(listen func(context.Context, func(string)) error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.waiting++
	if b.stop != nil || b.closed {
		return
	}
	ctx, cancel := context.WithCancel(context.Background())
	b.stop = cancel
	b.listener.Go(func() {
		defer cancel()
		for ctx.Err() == nil {
			_ = listen(ctx, b.ring) // what is not heard is found by looking
			rest(ctx, defaultPoll)
		}
	})
}

// leave lets the listener go on for linger: where leases are contended they soon are again.
func (b *bell) leave(linger time.Duration) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.waiting--; b.waiting > 0 {
		return
	}
	clear(b.rings)
	time.AfterFunc(linger, func() {
		b.mu.Lock()
		defer b.mu.Unlock()
		if b.waiting == 0 {
			b.silence()
		}
	})
}

func (b *bell) close() {
	b.mu.Lock()
	b.closed = true
	b.silence()
	b.mu.Unlock()
	b.listener.Wait()
}

// silence stops the listener. The caller holds mu.
func (b *bell) silence() {
	if b.stop != nil {
		b.stop()
		b.stop = nil
	}
}

// rung is closed at the next ring for key.
func (b *bell) rung(key string) <-chan struct{} {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.rings == nil {
		b.rings = map[string]chan struct{}{}
	}
	if b.rings[key] == nil {
		b.rings[key] = make(chan struct{})
	}
	return b.rings[key]
}

// ring wakes those who wait for key, all if it is "".
func (b *bell) ring(key string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for k, c := range b.rings {
		if k == key || key == "" {
			close(c)
			delete(b.rings, k)
		}
	}
}

// rest waits for about d. False: ctx ended before.
func rest(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(jitter(d))
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}

// jitter is between half of d and one and a half, so that programs that started together do not stay together.
func jitter(d time.Duration) time.Duration {
	if d <= 0 {
		return 0
	}
	return d/2 + rand.N(d) //nolint:gosec // no secret
}

const maxKey = 1024

// CheckKey refuses keys that not every server takes.
func CheckKey(key string) error {
	switch {
	case key == "":
		return errors.New("the store was given an empty key")
	case len(key) > maxKey:
		return fmt.Errorf("the key is too long: %d bytes, at most %d", len(key), maxKey)
	case !utf8.ValidString(key) || strings.ContainsRune(key, 0):
		return fmt.Errorf("the key %q is not text", key)
	}
	return nil
}
