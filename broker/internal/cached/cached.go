// Package cached keeps what a record of the Store holds in memory, for callers that cannot ask the Store each time.
package cached

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"time"
)

const (
	// pressing is how soon a record is read again for an ID that it did not have before, and first how soon for one that nobody has
	// asked for: it may just have been made, so whoever asks waits for that. Callers that guess IDs cannot have it read more often.
	pressing = time.Second
	first    = 200 * time.Millisecond
	// remembered is how many IDs that it does not have are told from those that nobody has asked for.
	remembered = 1000
	// moment is how long callers whose ID is known wait for the Store, and patience how long it is waited for at all.
	moment   = 250 * time.Millisecond
	patience = 5 * time.Second
)

// Record is what a record of the Store holds, by ID, as far as this process knows. One reads for all who ask, and is no caller: it
// goes on when the caller that it began for does not wait. Callers whose ID is known wait only for a moment, so that a Store that
// hangs holds up none of them. With the Store down what was read last goes on to count.
type Record[K comparable, V any] struct {
	read  func(context.Context) (map[K]V, error)
	fresh time.Duration
	now   func() time.Time

	known atomic.Pointer[view[K, V]] // nil: it was never read

	mu      sync.Mutex    // held by who changes known; guards what follows
	reading *reader[K, V] // nil: nobody reads
	missed  map[K]bool    // IDs that it did not have
}

// view is a record as it was read. It does not change.
type view[K comparable, V any] struct {
	byID  map[K]V
	at    time.Time // when that was
	err   error     // of a later read that failed; byID is that of the last that did not
	began time.Time // when it began to be read, by the clock of the process
}

// reader reads a record for all who wait. Its view and err are set when done is closed.
type reader[K comparable, V any] struct {
	began time.Time
	done  chan struct{}
	view  *view[K, V]
	err   error
}

// New is a record that read brings, which is read again when what is known is older than fresh. now is the clock.
func New[K comparable, V any](read func(context.Context) (map[K]V, error), fresh time.Duration, now func() time.Time) *Record[K, V] {
	return &Record[K, V]{read: read, fresh: fresh, now: now}
}

// Get is what the record holds under an ID; false: nothing. An error is that it cannot be told: the record could not be read,
// or not since something may have come to it.
func (r *Record[K, V]) Get(ctx context.Context, id K) (value V, ok bool, err error) {
	is, err := r.view(ctx, id)
	if err != nil {
		return value, false, err
	}
	if value, ok = is.byID[id]; ok {
		return value, true, nil
	}
	r.miss(id)
	return value, false, is.err
}

// miss notes that the record does not have an ID.
func (r *Record[K, V]) miss(id K) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.missed == nil || len(r.missed) >= remembered {
		r.missed = map[K]bool{}
	}
	r.missed[id] = true
}

// view is the record as it is known, read again if that is too long ago. What is made before somebody asks for it is found: an ID
// that nobody has asked for is looked for in what began to be read later.
func (r *Record[K, V]) view(ctx context.Context, id K) (*view[K, V], error) {
	asked := time.Now()
	for {
		is := r.known.Load()
		if is.has(id) && !r.stale(is, r.fresh) {
			return is, nil
		}
		reads, pause := r.reader(id, asked)
		if reads == nil && pause <= 0 {
			return r.known.Load(), nil
		}
		var paused, enough <-chan time.Time
		var read <-chan struct{}
		switch {
		case reads == nil:
			paused = time.After(pause)
		case is.has(id):
			enough = time.After(moment - time.Since(reads.began))
			fallthrough
		default:
			read = reads.done
		}
		select {
		case <-paused:
		case <-read:
			if reads.err != nil || reads.view.err != nil || reads.view.has(id) || !reads.view.began.Before(asked) {
				return reads.view, reads.err
			}
		case <-enough:
			return is, nil
		case <-ctx.Done():
			return nil, fmt.Errorf("wait for the Store: %w", ctx.Err())
		}
	}
}

func (v *view[K, V]) has(id K) bool {
	if v == nil {
		return false
	}
	_, ok := v.byID[id]
	return ok
}

// stale tells whether what is known is older than limit.
func (r *Record[K, V]) stale(is *view[K, V], limit time.Duration) bool {
	if is == nil {
		return true
	}
	age := r.now().Sub(is.at)
	return age < 0 || age >= limit
}

// reader is who reads the record for an ID that was asked for at a time, or how long to wait until somebody may; neither: what is
// known will do.
func (r *Record[K, V]) reader(id K, asked time.Time) (reads *reader[K, V], pause time.Duration) {
	r.mu.Lock()
	defer r.mu.Unlock()
	is := r.known.Load()
	limit := r.fresh
	if !is.has(id) {
		limit = min(limit, pressing)
	}
	if !r.stale(is, limit) {
		if is.has(id) || r.missed[id] || !is.began.Before(asked) {
			return nil, 0
		}
		if pause := first - time.Since(is.began); pause > 0 && r.reading == nil {
			return nil, pause
		}
	}
	if r.reading == nil {
		r.reading = &reader[K, V]{began: time.Now(), done: make(chan struct{})}
		go r.readAgain(r.reading)
	}
	return r.reading, 0
}

func (r *Record[K, V]) readAgain(reads *reader[K, V]) {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	defer close(reads.done)
	byID, err := r.read(ctx)
	r.mu.Lock()
	defer r.mu.Unlock()
	is := r.known.Load()
	switch {
	case r.reading != reads && is != nil: // it was replaced in the meantime
		reads.view = is
	case err != nil && is == nil:
		reads.err = err
	case err != nil:
		reads.view = &view[K, V]{is.byID, r.now(), err, reads.began}
		r.known.Store(reads.view)
	default:
		reads.view = &view[K, V]{byID, r.now(), nil, reads.began}
		r.known.Store(reads.view)
	}
	if r.reading == reads {
		r.reading = nil
	}
}

// Replace has byID count, which was just read or saved, and nothing that was begun to be read before.
func (r *Record[K, V]) Replace(byID map[K]V) { r.replace(&view[K, V]{byID, r.now(), nil, time.Now()}) }

func (r *Record[K, V]) replace(is *view[K, V]) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.reading = nil
	r.known.Store(is)
}

// Reread has the record read again for the next caller. What is known stays so if it cannot be.
func (r *Record[K, V]) Reread() {
	if is := r.known.Load(); is != nil {
		r.replace(&view[K, V]{byID: is.byID, err: is.err, began: is.began})
	}
}

// Look reads the record if nobody has yet, and tells why it could not be.
func (r *Record[K, V]) Look(ctx context.Context) error {
	if r.known.Load() != nil {
		return nil
	}
	var none K
	_, err := r.view(ctx, none)
	return err
}

// Problem is why the record could not be read again, nil if it could.
func (r *Record[K, V]) Problem() error {
	if is := r.known.Load(); is != nil {
		return is.err
	}
	return nil
}
