package ringcx

import (
	"net/http"
	"slices"
	"time"
)

// The documented limit of the platform's token endpoint and of the RingCX exchange: five requests in sixty seconds,
// then a penalty of sixty seconds, restarted by every request made inside it. Refreshing a RingCX token has no
// documented limit. Sources in docs/protocol.md.
var budget = []limit{{requests: 5, window: time.Minute}}

// limit is a number of requests in a sliding window. A vendor may have several, which must all be kept.
type limit struct {
	requests int
	window   time.Duration
}

const (
	penalty = 60 * time.Second // assumed when a 429 does not say

	// slack covers what is lost between two clocks' readings of the same moment.
	slack = 250 * time.Millisecond
)

// ledger is what one app sent to the token endpoints of one vendor host, and until when nothing may be sent there. All
// lineages of the app in a Store share it.
type ledger struct {
	// Sent holds the latest times at which counted requests may have arrived, oldest first.
	Sent       []time.Time `json:"sent,omitempty"`
	QuietUntil time.Time   `json:"quiet_until,omitzero"`
	Failures   int         `json:"failures,omitempty"` // answers in a row that said the server failed
	Written    time.Time   `json:"written,omitzero"`   // when it was last changed
	Others     time.Time   `json:"others,omitzero"`    // when an answer last told of requests that the ledger does not know

	rest rest // what newer programs wrote and this one does not know
}

// ledgers are those of the vendor's two hosts.
type ledgers struct{ RingCentral, RingCX ledger }

// of is the ledger of the host that a is about.
func (l *ledgers) of(a action) *ledger {
	if atRingCentral(a) {
		return &l.RingCentral
	}
	return &l.RingCX
}

// next is the earliest time at or after now at which a request may be sent. counted says whether the request is one
// of those the budget is for.
func (l *ledger) next(now time.Time, counted bool) time.Time {
	at := later(now, l.QuietUntil)
	for _, b := range budget {
		if n := len(l.Sent); counted && n >= b.requests {
			at = later(at, l.Sent[n-b.requests].Add(b.window+slack))
		}
	}
	return at
}

// left is how many counted requests the budget allows now.
func (l *ledger) left(now time.Time) int {
	left := longest(budget).requests
	for _, b := range budget {
		n := b.requests
		for _, t := range l.Sent {
			if t.Add(b.window + slack).After(now) {
				n--
			}
		}
		left = min(left, max(n, 0))
	}
	return left
}

// latest is when a request that is begun at start may arrive at the latest.
func latest(start time.Time) time.Time { return start.Add(requestTimeout + maxPause) }

// begin enters a request before it is sent. Until its answer is known it counts as late as it may arrive.
func (l *ledger) begin(start time.Time) { l.enter(latest(start)) }

// arrived corrects the entry of the request begun at start: it reached the vendor at now at the latest.
func (l *ledger) arrived(start, now time.Time) {
	if l.release(start) {
		l.enter(now)
	}
}

// release takes back the entry of the request begun at start: it was surely not sent.
func (l *ledger) release(start time.Time) bool {
	i := slices.IndexFunc(l.Sent, latest(start).Equal)
	if i >= 0 {
		l.Sent = slices.Delete(slices.Clone(l.Sent), i, i+1)
	}
	return i >= 0
}

func (l *ledger) enter(at time.Time) {
	l.Sent = append(slices.Clone(l.Sent), at)
	slices.SortFunc(l.Sent, time.Time.Compare)
	if n, most := len(l.Sent), longest(budget).requests; n > most {
		l.Sent = l.Sent[n-most:]
	}
}

// longest is the limit that allows the most requests, and so needs the longest memory.
func longest(limits []limit) limit {
	return slices.MaxFunc(limits, func(a, b limit) int { return a.requests - b.requests })
}

// mend corrects what a clock that was set back left in the future. A request that lies later than one could have arrived
// counts as made now. A quiet time is as long as it was when it was written down, but what another clock may have meant by
// it is kept too, up to a penalty. It reports whether there was anything to mend.
func (l *ledger) mend(now time.Time) (mended bool) {
	for i, t := range l.Sent {
		if t.After(latest(now).Add(slack)) {
			l.Sent[i], mended = now, true
		}
	}
	most, instead := now.Add(maxRetryAfter+slack), now.Add(penalty)
	if l.Written.After(now.Add(slack)) {
		instead = later(now.Add(l.QuietUntil.Sub(l.Written)), instead)
		most = instead
		l.Written, mended = now, true
	}
	if l.QuietUntil.After(most) {
		l.QuietUntil, mended = instead, true
	}
	return mended
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

// quiet keeps everything back for d.
func (l *ledger) quiet(now time.Time, d time.Duration) {
	if until := now.Add(d + slack); until.After(l.QuietUntil) {
		l.QuietUntil = until
	}
}

// commit enters in the ledger what became of a request: e is nil if it brought a token.
func (l *ledger) commit(a action, e *Error, start, now time.Time) {
	switch {
	case !counted(a), e != nil && e.kind == failSilent: // which may arrive yet
	case e != nil && e.kind == failUnsent:
		l.release(start)
	default:
		l.arrived(start, now)
	}
	switch {
	case e == nil:
		l.Failures = 0
	case e.kind == failLimited && e.RetryAfter == 0:
		l.quiet(now, penalty)
	case e.kind == failLimited:
		l.quiet(now, e.RetryAfter)
	case e.kind == failServer, e.kind == failLost:
		l.Failures++
		l.quiet(now, max(backoff(l.Failures), e.RetryAfter))
	}
}

// edge is how long before its window a request may have been sent that the vendor still counts.
const edge = 5 * time.Second

// notice compares what the vendor counts with what the ledger knows, after a request was entered. More, or a 429 although
// the ledger allowed the request, means that somebody uses the app who does not share the ledger.
func (l *ledger) notice(used int, e *Error, now time.Time) {
	known := 0
	for _, t := range l.Sent {
		if t.After(now.Add(-time.Minute - edge)) {
			known++
		}
	}
	if used > known || e != nil && e.StatusCode == http.StatusTooManyRequests {
		l.Others = now
	}
}
