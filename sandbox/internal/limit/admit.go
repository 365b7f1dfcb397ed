package limit

import (
	"time"

	"github.com/ringcx-go/ringcx/sandbox/internal/contract"
	"github.com/ringcx-go/ringcx/sandbox/internal/instant"
	"github.com/ringcx-go/ringcx/sandbox/internal/journal"
	"github.com/ringcx-go/ringcx/sandbox/internal/wording"
)

// Admit counts a request of a key, unless it is refused.
func (l *Limits) Admit(what Kind, key string, at time.Time, r *contract.Rules) Decision {
	allowed := Kinds[what].Allowed(r)
	v := Decision{Allowance: allowed, Group: Kinds[what].Group, Admitted: true, remaining: allowed.Limit}
	if allowed.Limit == 0 || l.IsOff(what) {
		return v
	}
	now := instant.Of(at)
	key, b := l.bucket(what, key, now)
	for len(b.Sent) > 0 && now >= b.Sent[0].After(allowed.Window) {
		b.Sent = b.Sent[1:]
	}
	if now >= b.Quiet && len(b.Sent) < allowed.Limit {
		b.Sent = append(b.Sent, now) // behind what other rows of this key see
		v.remaining -= len(b.Sent)
	} else {
		v.refuse(&b, now)
	}
	b.Until = max(b.Quiet, now.After(allowed.Window))
	l.buckets.Put(l.mu.Tx, key, b)
	return v
}

// bucket is what a limit knows about a key, and where that is kept. When there are very many keys, new ones share a bucket:
// nobody makes a limit forget another by inventing keys.
func (l *Limits) bucket(what Kind, key string, now instant.Time) (string, Bucket) {
	name := Kinds[what].name + " "
	at := name + wording.Cut(key, journal.WordShown)
	b, known := l.buckets.Get(l.mu.Tx, at)
	if known {
		return at, b
	}
	since := now - l.swept[what]
	if since < 0 || since >= instant.Time(sweepEvery) || l.Known(what) >= bucketsMost && since >= instant.Time(time.Second) {
		l.sweep(what, now)
	}
	if l.Known(what) >= bucketsMost {
		at = name + "others"
		b, _ = l.buckets.Get(l.mu.Tx, at)
	}
	return at, b
}

// sweep drops what means nothing any more.
func (l *Limits) sweep(what Kind, now instant.Time) {
	for key, b := range l.byLimit.All(l.mu.Tx, Kinds[what].name) {
		if now >= b.Until {
			l.buckets.Delete(l.mu.Tx, key)
		}
	}
	l.swept[what] = now
}
