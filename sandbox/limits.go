package sandbox

import (
	"strconv"
	"time"
)

// limiter counts requests per key in a sliding window. Breaking the limit opens a penalty, and every request inside
// the penalty opens it anew. Callers bring their own lock.
type limiter struct {
	group   string // value of X-Rate-Limit-Group
	limit   int
	off     bool
	buckets map[string]*bucket
}

type bucket struct {
	sent  []time.Time // admitted requests inside the window, oldest first
	quiet time.Time   // end of the penalty
}

// ruling is the limiter's answer about one request.
type ruling struct {
	limiter   *limiter
	admitted  bool
	remaining int
	verdict   string // set when refused
}

func newLimiter(group string, limit int, off bool) *limiter {
	return &limiter{group: group, limit: limit, off: off, buckets: map[string]*bucket{}}
}

func (l *limiter) admit(key string, now time.Time) ruling {
	if l.off {
		return ruling{limiter: l, admitted: true, remaining: l.limit}
	}
	b := l.buckets[key]
	if b == nil {
		b = &bucket{}
		l.buckets[key] = b
	}
	if now.Before(b.quiet) {
		b.quiet = now.Add(limitPenalty)
		return ruling{limiter: l, verdict: verdictPenalty}
	}
	for len(b.sent) > 0 && !b.sent[0].Add(limitWindow).After(now) {
		b.sent = b.sent[1:]
	}
	if len(b.sent) >= l.limit {
		b.quiet = now.Add(limitPenalty)
		return ruling{limiter: l, verdict: l.excess()}
	}
	b.sent = append(b.sent, now)
	return ruling{limiter: l, admitted: true, remaining: l.limit - len(b.sent)}
}

// excess is the verdict on the request that breaks the limit; only limits of five make it the sixth.
func (l *limiter) excess() string {
	if l.limit == 5 {
		return verdictSixth
	}
	return verdictExcess
}

// stamp adds the limit headers to a.
func (v ruling) stamp(a answer) answer {
	a = a.limited(v.limiter.group, v.limiter.limit, v.remaining)
	if !v.admitted {
		a = a.with("Retry-After", strconv.Itoa(int(limitPenalty/time.Second)))
	}
	return a
}

// limited adds the headers that every answer of a limited operation carries.
func (a answer) limited(group string, limit, remaining int) answer {
	return a.with("X-Rate-Limit-Group", group).
		with("X-Rate-Limit-Limit", strconv.Itoa(limit)).
		with("X-Rate-Limit-Remaining", strconv.Itoa(remaining)).
		with("X-Rate-Limit-Window", strconv.Itoa(int(limitWindow/time.Second)))
}
