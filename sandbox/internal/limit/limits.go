// Package limit counts requests: the limits of both vendors with their penalties, what each of them lets in by the rules in
// force, and the headers that tell clients of it. Which requests a limit counts, and by what key, is the caller's business.
package limit

import (
	"fmt"
	"iter"
	"slices"
	"strings"
	"time"

	"github.com/ringcx-go/ringcx/sandbox/internal/instant"
	"github.com/ringcx-go/ringcx/sandbox/internal/state"
)

// Bounds of this program, not of the vendor.
const (
	bucketsMost = 10_000      // keys that a limit knows at a time
	sweepEvery  = time.Minute // so often a limit forgets whom it need not remember
)

// Limits count requests per limit and key in a sliding window. Breaking a limit opens a penalty, and every request inside the
// penalty opens it anew. They are rows of tables: methods are for the
// holder of the lock that New was given.
type Limits struct {
	mu      *state.Lock
	initial bool                         // whether limits are off as the server was started
	off     *state.Table[string, bool]   // by name of the limit: whether it is off, if that is not as the server was started
	buckets *state.Table[string, Bucket] // by name of the limit and key
	byLimit *state.Index[string, string, Bucket]
	swept   [Count]instant.Time // when buckets that meant nothing any more were dropped
}

// Bucket is what a limit knows about one key.
type Bucket struct {
	Sent  []instant.Time `json:"sent"`            // admitted requests inside the window, oldest first
	Quiet instant.Time   `json:"quiet,omitempty"` // end of the penalty
	Until instant.Time   `json:"until"`           // from when on nothing here matters
}

// New makes the tables of limits in the DB of mu. With off, all limits are off at the start.
func New(mu *state.Lock, off bool) *Limits {
	l := &Limits{
		mu: mu, initial: off,
		off: state.NewTable[string, bool](mu.DB, "limiter"), buckets: state.NewTable[string, Bucket](mu.DB, "limit"),
	}
	l.byLimit = state.NewIndex(l.buckets, func(key string, _ Bucket) (string, bool) {
		name, _, _ := strings.Cut(key, " ")
		return name, true
	})
	l.off.Read(func(name string, _ *bool) error { return isLimit(name) })
	l.buckets.Read(func(key string, _ *Bucket) error {
		name, _, _ := strings.Cut(key, " ")
		return isLimit(name)
	})
	return l
}

// isLimit wants a name to be that of a limit.
func isLimit(name string) error {
	if !slices.ContainsFunc(Kinds[:], func(k Definition) bool { return k.name == name }) {
		return fmt.Errorf("there is no limit %q", name)
	}
	return nil
}

// Adopted is called when the tables have become others.
func (l *Limits) Adopted() {
	l.swept = [Count]instant.Time{}
	for name, off := range l.off.All(l.mu.Tx) {
		if off == l.initial {
			l.off.Delete(l.mu.Tx, name)
		}
	}
}

// IsOff reports whether a limit lets everything in.
func (l *Limits) IsOff(what Kind) bool {
	off, switched := l.off.Get(l.mu.Tx, Kinds[what].name)
	if !switched {
		return l.initial
	}
	return off
}

// Switch switches a limit on or off, and says whether it was not so before.
func (l *Limits) Switch(what Kind, off bool) bool {
	before := l.IsOff(what)
	if off == l.initial {
		l.off.Delete(l.mu.Tx, Kinds[what].name)
	} else {
		l.off.Put(l.mu.Tx, Kinds[what].name, off)
	}
	return before != off
}

// Known is how many keys a limit knows.
func (l *Limits) Known(what Kind) int { return l.byLimit.Len(l.mu.Tx, Kinds[what].name) }

// All are the keys that a limit knows, and what about them.
func (l *Limits) All(what Kind) iter.Seq2[string, Bucket] {
	return func(yield func(string, Bucket) bool) {
		for key, b := range l.byLimit.All(l.mu.Tx, Kinds[what].name) {
			if _, key, _ := strings.Cut(key, " "); !yield(key, b) {
				return
			}
		}
	}
}

// Forget makes a limit know nothing, and says whether it knew something.
func (l *Limits) Forget(what Kind) bool {
	before := l.Known(what)
	for key := range l.byLimit.All(l.mu.Tx, Kinds[what].name) {
		l.buckets.Delete(l.mu.Tx, key)
	}
	return before > 0
}
