package ringcx

import (
	"slices"
	"time"
)

// The documented limit of the platform's token endpoint and of the RingCX exchange: five requests in sixty seconds,
// then a penalty of sixty seconds, restarted by every request made inside it. Refreshing a RingCX token has no
// documented limit. Sources in docs/protocol.md.
const (
	budgetRequests = 5
	budgetWindow   = 60 * time.Second
	penalty        = 60 * time.Second // assumed when a 429 does not say

	// slack covers what is lost between two clocks' readings of the same moment.
	slack = 250 * time.Millisecond

	maxBackoff = 60 * time.Second
)

// ledger is what one app sent to the token endpoints of one vendor host, and until when nothing may be sent there. All
// lineages of the app in a Store share it.
type ledger struct {
	// Sent holds the latest times at which counted requests may have arrived, oldest first.
	Sent       []time.Time `json:"sent,omitempty"`
	QuietUntil time.Time   `json:"quiet_until,omitzero"`
	Failures   int         `json:"failures,omitempty"` // answers in a row that said the server failed
}

// next is the earliest time at or after now at which a request may be sent. counted says whether the request is one
// of those the budget is for.
func (l *ledger) next(now time.Time, counted bool) time.Time {
	at := now
	if l.QuietUntil.After(at) {
		at = l.QuietUntil
	}
	if n := len(l.Sent); counted && n >= budgetRequests {
		if free := l.Sent[n-budgetRequests].Add(budgetWindow + slack); free.After(at) {
			at = free
		}
	}
	return at
}

// left is how many counted requests the budget allows now.
func (l *ledger) left(now time.Time) int {
	n := budgetRequests
	for _, t := range l.Sent {
		if t.Add(budgetWindow + slack).After(now) {
			n--
		}
	}
	return max(n, 0)
}

// latest is when a request that is begun at start may arrive at the latest.
func latest(start time.Time) time.Time { return start.Add(requestTimeout + maxPause) }

// begin enters a request before it is sent. Until its answer is known it counts as late as it may arrive.
func (l *ledger) begin(start time.Time) { l.enter(latest(start)) }

// arrived corrects the entry of the request begun at start: it reached the vendor at now at the latest.
func (l *ledger) arrived(start, now time.Time) {
	if l.withdraw(start) {
		l.enter(now)
	}
}

// withdraw takes back the entry of the request begun at start: it was surely not sent.
func (l *ledger) withdraw(start time.Time) bool {
	i := slices.IndexFunc(l.Sent, latest(start).Equal)
	if i >= 0 {
		l.Sent = slices.Delete(slices.Clone(l.Sent), i, i+1)
	}
	return i >= 0
}

func (l *ledger) enter(at time.Time) {
	l.Sent = append(slices.Clone(l.Sent), at)
	slices.SortFunc(l.Sent, time.Time.Compare)
	if n := len(l.Sent); n > budgetRequests {
		l.Sent = l.Sent[n-budgetRequests:]
	}
}

// quiet keeps everything back for d.
func (l *ledger) quiet(now time.Time, d time.Duration) {
	if until := now.Add(d + slack); until.After(l.QuietUntil) {
		l.QuietUntil = until
	}
}

// backoff is how long to leave a failing server alone: one second, doubled with each failure, a minute at most.
func backoff(failures int) time.Duration {
	return min(time.Second<<min(max(failures-1, 0), 10), maxBackoff)
}
