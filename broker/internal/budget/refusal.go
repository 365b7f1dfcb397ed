package budget

import (
	"fmt"
	"strings"
	"time"
)

// reason is why a request is refused.
type reason uint8

const (
	tooLong reason = iota + 1 // it would wait, or has waited, for longer than it may
	tooMany                   // that wait
	ending                    // the broker is
	keys                      // there are too many
	slow                      // bodies of its caller have not come
)

// Refusal is the error of a request that must not be sent now. It was not sent, and holds nothing of a budget.
type Refusal struct {
	Reason     string        // in words: which limit, whose, and until when
	RetryAfter time.Duration // until such a request is likely to be let in, whole seconds, one at the least
	Ending     bool          // the Governor is closed, and lets nothing in any more
}

// Error implements error.
func (r *Refusal) Error() string { return r.Reason }

// refusal is r in words, at a time.
func (b *bucket) refusal(r *refusal, now time.Time, steady time.Duration) *Refusal {
	wait := max(time.Second, (r.again - steady + time.Second - 1).Truncate(time.Second))
	limit := fmt.Sprintf("the limit %s of %s, %s,", b.key.limit.Name, b.key.words(), b.key.limit)
	until := now.Add(wait).UTC().Format("15:04:05 MST")
	e := &Refusal{RetryAfter: wait, Ending: r.why == ending}
	switch {
	case r.why == ending:
		e.Reason = "the broker is about to end: ask another one"
		return e
	case r.why == slow:
		e.Reason = fmt.Sprintf("%s has %d requests of this caller under way whose bodies have not come yet, and takes no more at a time", strings.TrimSuffix(limit, ","), b.streams.most)
		return e
	case r.why == keys:
		e.Reason = "requests to too many accounts at a time: " + limit + " cannot be counted for one more"
	case b.share.quiet > steady:
		e.Reason = limit + " is quiet until " + until + ": the vendor has answered that there were too many requests"
	case r.why == tooMany:
		e.Reason = limit + fmt.Sprintf(" is used up until %s, and %d requests wait already", until, len(b.share.queue.all))
	default:
		e.Reason = limit + " is used up until " + until
	}
	if b.share.failing {
		e.Reason += "; the Store that brokers share cannot be reached, so that only what was set aside may be used"
	}
	return e
}
