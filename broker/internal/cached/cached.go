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
	// pressing is how soon a record is read again for an ID that it does not have.
	pressing = time.Second
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

	mu      sync.Mutex    // held by who changes known; guards reading
	reading *reader[K, V] // nil: nobody reads
}

// view is a record as it was read. It does not change.
type view[K comparable, V any] struct {
	byID map[K]V
	at   time.Time // when that was
	err  error     // of a later read that failed; byID is that of the last that did not
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
	return value, false, is.err
}

// view is the record as it is known, read again if that is too long ago.
func (r *Record[K, V]) view(ctx context.Context, id K) (*view[K, V], error) {
	is := r.known.Load()
	if !r.stale(is, id) {
		return is, nil
	}
	reads := r.reader(id)
	if reads == nil {
		return r.known.Load(), nil
	}
	var enough <-chan time.Time
	if is.has(id) {
		timer := time.NewTimer(moment - time.Since(reads.began))
		defer timer.Stop()
		enough = timer.C
	}
	select {
	case <-reads.done:
		return reads.view, reads.err
	case <-enough:
		return is, nil
	case <-ctx.Done():
		return nil, fmt.Errorf("wait for the Store: %w", ctx.Err())
	}
}

func (v *view[K, V]) has(id K) bool {
	if v == nil {
		return false
	}
	_, ok := v.byID[id]
	return ok
}

// stale tells whether the record has to be read again for an ID.
func (r *Record[K, V]) stale(is *view[K, V], id K) bool {
	if is == nil {
		return true
	}
	age := r.now().Sub(is.at)
	return age < 0 || age >= r.fresh || age >= pressing && !is.has(id)
}

// reader is who reads the record; nil: it has just been read.
func (r *Record[K, V]) reader(id K) *reader[K, V] {
	r.mu.Lock()
	defer r.mu.Unlock()
	if !r.stale(r.known.Load(), id) {
		return nil
	}
	if r.reading == nil {
		r.reading = &reader[K, V]{began: time.Now(), done: make(chan struct{})}
		go r.readAgain(r.reading)
	}
	return r.reading
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
		reads.view = &view[K, V]{is.byID, r.now(), err}
		r.known.Store(reads.view)
	default:
		reads.view = &view[K, V]{byID, r.now(), nil}
		r.known.Store(reads.view)
	}
	if r.reading == reads {
		r.reading = nil
	}
}

// Replace has byID count, which was just read or saved, and nothing that was begun to be read before.
func (r *Record[K, V]) Replace(byID map[K]V) { r.replace(&view[K, V]{byID, r.now(), nil}) }

func (r *Record[K, V]) replace(is *view[K, V]) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.reading = nil
	r.known.Store(is)
}

// Reread has the record read again for the next caller. What is known stays so if it cannot be.
func (r *Record[K, V]) Reread() {
	if is := r.known.Load(); is != nil {
		r.replace(&view[K, V]{byID: is.byID, err: is.err})
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
