package sandbox

import (
	"fmt"
	"slices"
	"strings"
)

// Kinds of records about limits.
const (
	recordLimiter = "limiter"
	recordLimit   = "limit"
)

// A limiter that was switched on or off has a record of itself.
func (l *limiter) recordKey() recordKey { return recordKey{recordLimiter, l.name} }

func (l *limiter) recordValue() any {
	if l.off == l.initial {
		return nil
	}
	return l.off
}

// keptBucket is what a limiter knows about a key.
type keptBucket struct {
	of  *limiter
	key string
}

type savedBucket struct {
	Sent  []moment `json:"sent"`
	Quiet moment   `json:"quiet,omitempty"`
	Until moment   `json:"until"`
}

func (k keptBucket) recordKey() recordKey { return recordKey{recordLimit, k.of.name + " " + k.key} }

func (k keptBucket) recordValue() any {
	b := k.of.buckets[k.key]
	if b == nil {
		return nil
	}
	return savedBucket{slices.Clone(b.sent), b.quiet, b.until}
}

func (l *limiter) parts(yield func(kept)) {
	yield(l)
	for key := range l.buckets {
		yield(keptBucket{l, key})
	}
}

// forget makes l know nothing.
func (l *limiter) forget() {
	for key := range l.buckets {
		l.changes.touch(gone{recordLimit, l.name + " " + key})
	}
	clear(l.buckets)
}

// restoreLimits gives limiters what records tell of.
func restoreLimits(in *archive, all []*limiter) error {
	find := func(name string) (*limiter, error) {
		i := slices.IndexFunc(all, func(l *limiter) bool { return l.name == name })
		if i < 0 {
			return nil, fmt.Errorf("there is no limit %q", name)
		}
		return all[i], nil
	}
	err := each(in, recordLimiter, func(name string, off *bool) error {
		l, err := find(name)
		if err == nil {
			l.off = *off
		}
		return err
	})
	if err != nil {
		return err
	}
	return each(in, recordLimit, func(name string, v *savedBucket) error {
		name, key, _ := strings.Cut(name, " ")
		l, err := find(name)
		if err == nil {
			l.buckets[key] = &bucket{v.Sent, v.Quiet, v.Until}
		}
		return err
	})
}

func (p *platform) limiters() []*limiter { return []*limiter{p.auth, p.light, p.medium, p.heavy} }

func (x *ringcx) limiters() []*limiter {
	return []*limiter{x.exchanges, x.logins, x.refreshes, x.reads}
}
