package sandbox

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/ringcx-go/ringcx/sandbox/internal/contract"
	"github.com/ringcx-go/ringcx/sandbox/internal/journal"
	"github.com/ringcx-go/ringcx/sandbox/internal/verdict"
	"github.com/ringcx-go/ringcx/sandbox/internal/wording"
)

// limiter counts requests per key in a sliding window. Breaking the limit opens a penalty, and every request inside
// the penalty opens it anew. Callers bring their own lock.
type limiter struct {
	name    string // of its records
	group   string // value of X-Rate-Limit-Group
	off     bool
	initial bool // off as the server was started
	buckets map[string]*bucket
	swept   moment // when buckets that meant nothing any more were dropped
	changes *changes
}

// bucket is what a limiter knows about one key.
type bucket struct {
	sent  []moment // admitted requests inside the window, oldest first
	quiet moment   // end of the penalty
	until moment   // from when on nothing here matters
}

// allowance is what a limiter lets in.
type allowance struct {
	limit           int // 0: everything
	window, penalty time.Duration
	retry           string // form of Retry-After
	headers         bool   // answers tell of the limit
}

func authLimit(r *contract.Rules) allowance { return platformLimit(r, r.AuthLimit) }

func lightLimit(r *contract.Rules) allowance { return platformLimit(r, r.LightLimit) }

func mediumLimit(r *contract.Rules) allowance { return platformLimit(r, r.MediumLimit) }

func heavyLimit(r *contract.Rules) allowance { return platformLimit(r, r.HeavyLimit) }

func platformLimit(r *contract.Rules, limit int) allowance {
	return allowance{limit, r.LimitWindow, r.LimitPenalty, r.PlatformRetryAfter, true}
}

func exchangeLimit(r *contract.Rules) allowance {
	return ringcxLimit(r, r.ExchangeLimit, r.RingCXLimitPenalty)
}

// signInLimit is what sign-ins with a password are counted by, if they are.
func signInLimit(r *contract.Rules) allowance {
	if !r.LimitPasswordLogins {
		return allowance{window: r.LimitWindow}
	}
	return exchangeLimit(r)
}

func refreshLimit(r *contract.Rules) allowance {
	return ringcxLimit(r, r.RingCXRefreshLimit, r.RingCXLimitPenalty)
}

func readLimit(r *contract.Rules) allowance { return ringcxLimit(r, r.APILimit, r.APILimitPenalty) }

func ringcxLimit(r *contract.Rules, limit int, penalty time.Duration) allowance {
	return allowance{limit, r.LimitWindow, penalty, r.RingCXRetryAfter, r.RingCXLimitHeaders}
}

// exchangeKey is what an exchange is counted by.
func exchangeKey(r *contract.Rules, a *app, u *user) string {
	switch r.ExchangeLimitCountedBy {
	case contract.ByApp:
		return a.id
	case contract.ByAccount:
		return strconv.FormatInt(u.account.id, 10)
	}
	return fmt.Sprintf("%s %d", a.id, u.id)
}

// ruling is the limiter's answer about one request.
type ruling struct {
	allowance
	group     string
	admitted  bool
	remaining int
	verdict   string    // set when refused
	again     time.Time // when a request would be admitted; set when refused
	wait      time.Duration
}

func newLimiter(name, group string, off bool, news *changes) *limiter {
	return &limiter{name: name, group: group, off: off, initial: off, buckets: map[string]*bucket{}, changes: news}
}

// bucket is that of a key, a new one if the key is new. When there are very many, new keys share one: nobody makes l forget
// another by inventing keys.
func (l *limiter) bucket(key string, now moment) (string, *bucket) {
	key = wording.Cut(key, journal.WordShown)
	b := l.buckets[key]
	if b != nil {
		return key, b
	}
	if since := now - l.swept; since < 0 || since >= moment(sweepEvery) || len(l.buckets) >= bucketsMost && since >= moment(time.Second) {
		l.sweep(now)
	}
	if len(l.buckets) >= bucketsMost {
		if key = "others"; l.buckets[key] != nil {
			return key, l.buckets[key]
		}
	}
	b = &bucket{}
	l.buckets[strings.Clone(key)] = b
	return key, b
}

// sweep drops what means nothing any more. A map of its own for the rest gives the memory back.
func (l *limiter) sweep(now moment) {
	rest := map[string]*bucket{}
	for k, b := range l.buckets {
		if now < b.until {
			rest[k] = b
			continue
		}
		l.changes.touch(gone{recordLimit, l.name + " " + k})
	}
	l.buckets, l.swept = rest, now
}

func (l *limiter) admit(key string, at time.Time, allowed allowance) ruling {
	v := ruling{allowance: allowed, group: l.group, admitted: true, remaining: allowed.limit}
	if l.off || allowed.limit == 0 {
		return v
	}
	now := momentOf(at)
	key, b := l.bucket(key, now)
	for len(b.sent) > 0 && now >= b.sent[0].after(allowed.window) {
		b.sent = b.sent[1:]
	}
	if now >= b.quiet && len(b.sent) < allowed.limit {
		b.sent = append(b.sent, now)
		v.remaining -= len(b.sent)
	} else {
		v.refuse(b, now)
	}
	b.until = max(b.quiet, now.after(allowed.window))
	l.changes.touch(keptBucket{l, key})
	return v
}

// refuse begins the penalty anew, and says when a request would be admitted.
func (v *ruling) refuse(b *bucket, now moment) {
	v.admitted, v.remaining, v.verdict = false, 0, v.excess()
	if now < b.quiet {
		v.verdict = verdict.Penalty
	}
	b.quiet = now.after(v.penalty)
	again := b.quiet
	if n := len(b.sent) - v.limit; n >= 0 {
		again = max(again, b.sent[n].after(v.window))
	}
	v.again, v.wait = again.time(), time.Duration(again-now)
}

// excess is the verdict on the request that breaks the limit; only limits of five make it the sixth.
func (a allowance) excess() string {
	if a.limit == 5 && a.window == time.Minute {
		return verdict.Sixth
	}
	return verdict.Excess
}

// stamp adds the limit headers to a.
func (v ruling) stamp(a answer) answer {
	if a.header == nil {
		a.header = make(http.Header, 8)
	}
	v.tell(a.header)
	return a
}

// tell adds the limit headers to h.
func (v ruling) tell(h http.Header) {
	if v.headers && v.limit > 0 {
		h.Set("X-Rate-Limit-Group", v.group)
		h.Set("X-Rate-Limit-Limit", strconv.Itoa(v.limit))
		h.Set("X-Rate-Limit-Remaining", strconv.Itoa(v.remaining))
		h.Set("X-Rate-Limit-Window", strconv.Itoa(int(v.window/time.Second)))
	}
	switch {
	case v.admitted, v.retry == contract.RetryAbsent:
	case v.retry == contract.RetryDate:
		h.Set("Retry-After", v.again.Add(time.Second-1).UTC().Format(http.TimeFormat))
	default:
		h.Set("Retry-After", strconv.Itoa(int((v.wait+time.Second-1)/time.Second)))
	}
}

// standardRate limits the API operations of the "standard" rate.
func (s *Server) standardRate(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		c := callOf(r)
		if allowed := readLimit(c.rules); allowed.limit > 0 {
			ruling := s.admitRead(c, allowed)
			if !ruling.admitted {
				c.limited(&ruling)
				c.answer = ruling.stamp(cxTooMany(c, r))
				return
			}
			defer func() { c.answer = ruling.stamp(c.answer) }()
		}
		next.ServeHTTP(w, r)
	})
}

func (s *Server) admitRead(c *call, allowed allowance) ruling {
	s.mu.Lock()
	defer s.mu.Unlock()
	key := strconv.FormatInt(c.subject, 10)
	if u := s.caller(c.subject); u != nil && c.rules.APILimitCountedBy == contract.ByAccount {
		key = "account " + strconv.FormatInt(u.account.id, 10)
	}
	return s.cx.reads.admit(key, c.now, allowed)
}
