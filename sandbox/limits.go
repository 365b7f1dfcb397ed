package sandbox

import (
	"fmt"
	"iter"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/ringcx-go/ringcx/sandbox/internal/contract"
	"github.com/ringcx-go/ringcx/sandbox/internal/instant"
	"github.com/ringcx-go/ringcx/sandbox/internal/journal"
	"github.com/ringcx-go/ringcx/sandbox/internal/model"
	"github.com/ringcx-go/ringcx/sandbox/internal/state"
	"github.com/ringcx-go/ringcx/sandbox/internal/verdict"
	"github.com/ringcx-go/ringcx/sandbox/internal/wording"
)

// limit is what requests are counted for: its index in limitKinds.
type limit int

const (
	limitAuth limit = iota
	limitLight
	limitMedium
	limitHeavy
	limitLogins
	limitExchanges
	limitRefreshes
	limitReads
	limitsCount
)

// limitKind is how a limit goes by.
type limitKind struct {
	name    string // of its records
	group   string // value of X-Rate-Limit-Group
	shown   string // in GET /_sandbox/state
	title   string // in the console
	allowed func(*contract.Rules) allowance
}

// limitKinds are all limits. Whoever lists them, lists these.
var limitKinds = [limitsCount]limitKind{
	limitAuth:      {"auth", "auth", "auth", "RingCentral Auth: token, revoke, userinfo", authLimit},
	limitLight:     {"light", "light", "light", "RingCentral Light: account, extension", lightLimit},
	limitMedium:    {"medium", "medium", "medium", "RingCentral Medium: permissions", mediumLimit},
	limitHeavy:     {"heavy", "heavy", "heavy", "RingCentral Heavy: presence of all", heavyLimit},
	limitLogins:    {"logins", "auth", "ringcxPasswordLogin", "RingCX sign-in with a password", signInLimit},
	limitExchanges: {"exchange", "auth", "exchange", "RingCX exchange", exchangeLimit},
	limitRefreshes: {"refreshes", "auth", "ringcxRefresh", "RingCX refresh", refreshLimit},
	limitReads:     {"reads", "standard", "api", "RingCX users and summaries", readLimit},
}

// limits count requests per limit and key in a sliding window. Breaking a limit opens a penalty, and every request inside the
// penalty opens it anew. Whoever calls a method holds Server.mu.
type limits struct {
	mu      *lock
	initial bool                         // whether limits are off as the server was started
	off     *state.Table[string, bool]   // by name of the limit: whether it is off, if that is not as the server was started
	buckets *state.Table[string, bucket] // by name of the limit and key
	byLimit *state.Index[string, string, bucket]
	swept   [limitsCount]instant.Time // when buckets that meant nothing any more were dropped
}

// bucket is what is known about one key.
type bucket struct {
	Sent  []instant.Time `json:"sent"`            // admitted requests inside the window, oldest first
	Quiet instant.Time   `json:"quiet,omitempty"` // end of the penalty
	Until instant.Time   `json:"until"`           // from when on nothing here matters
}

func newLimits(mu *lock, off bool) *limits {
	l := &limits{
		mu: mu, initial: off,
		off: state.NewTable[string, bool](mu.db, "limiter"), buckets: state.NewTable[string, bucket](mu.db, "limit"),
	}
	l.byLimit = state.NewIndex(l.buckets, func(key string, _ bucket) (string, bool) {
		name, _, _ := strings.Cut(key, " ")
		return name, true
	})
	l.off.Read(func(name string, _ *bool) error { return isLimit(name) })
	l.buckets.Read(func(key string, _ *bucket) error {
		name, _, _ := strings.Cut(key, " ")
		return isLimit(name)
	})
	return l
}

// isLimit wants a name to be that of a limit.
func isLimit(name string) error {
	if !slices.ContainsFunc(limitKinds[:], func(k limitKind) bool { return k.name == name }) {
		return fmt.Errorf("there is no limit %q", name)
	}
	return nil
}

// adopted is called when the tables have become others.
func (l *limits) adopted() {
	l.swept = [limitsCount]instant.Time{}
	for name, off := range l.off.All(l.mu.tx) {
		if off == l.initial {
			l.off.Delete(l.mu.tx, name)
		}
	}
}

// isOff reports whether a limit lets everything in.
func (l *limits) isOff(what limit) bool {
	off, switched := l.off.Get(l.mu.tx, limitKinds[what].name)
	if !switched {
		return l.initial
	}
	return off
}

// turn switches a limit on or off, and says whether it was not so before.
func (l *limits) turn(what limit, off bool) bool {
	before := l.isOff(what)
	if off == l.initial {
		l.off.Delete(l.mu.tx, limitKinds[what].name)
	} else {
		l.off.Put(l.mu.tx, limitKinds[what].name, off)
	}
	return before != off
}

// known is how many keys a limit knows.
func (l *limits) known(what limit) int { return l.byLimit.Len(l.mu.tx, limitKinds[what].name) }

// all are the keys that a limit knows, and what about them.
func (l *limits) all(what limit) iter.Seq2[string, bucket] {
	return func(yield func(string, bucket) bool) {
		for key, b := range l.byLimit.All(l.mu.tx, limitKinds[what].name) {
			if _, key, _ := strings.Cut(key, " "); !yield(key, b) {
				return
			}
		}
	}
}

// forget makes a limit know nothing, and says whether it knew something.
func (l *limits) forget(what limit) bool {
	before := l.known(what)
	for key := range l.byLimit.All(l.mu.tx, limitKinds[what].name) {
		l.buckets.Delete(l.mu.tx, key)
	}
	return before > 0
}

// allowance is what a limit lets in.
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
func exchangeKey(r *contract.Rules, a *model.App, u *model.User) string {
	switch r.ExchangeLimitCountedBy {
	case contract.ByApp:
		return a.ID
	case contract.ByAccount:
		return strconv.FormatInt(u.Account, 10)
	}
	return fmt.Sprintf("%s %d", a.ID, u.ID)
}

// ruling is the answer of a limit about one request.
type ruling struct {
	allowance
	group     string
	admitted  bool
	remaining int
	verdict   string    // set when refused
	again     time.Time // when a request would be admitted; set when refused
	wait      time.Duration
}

// bucket is what a limit knows about a key, and where that is kept. When there are very many keys, new ones share a bucket:
// nobody makes a limit forget another by inventing keys.
func (l *limits) bucket(what limit, key string, now instant.Time) (string, bucket) {
	name := limitKinds[what].name + " "
	at := name + wording.Cut(key, journal.WordShown)
	b, known := l.buckets.Get(l.mu.tx, at)
	if known {
		return at, b
	}
	since := now - l.swept[what]
	if since < 0 || since >= instant.Time(sweepEvery) || l.known(what) >= bucketsMost && since >= instant.Time(time.Second) {
		l.sweep(what, now)
	}
	if l.known(what) >= bucketsMost {
		at = name + "others"
		b, _ = l.buckets.Get(l.mu.tx, at)
	}
	return at, b
}

// sweep drops what means nothing any more.
func (l *limits) sweep(what limit, now instant.Time) {
	for key, b := range l.byLimit.All(l.mu.tx, limitKinds[what].name) {
		if now >= b.Until {
			l.buckets.Delete(l.mu.tx, key)
		}
	}
	l.swept[what] = now
}

// admit counts a request of a key, unless it is refused.
func (l *limits) admit(what limit, key string, at time.Time, r *contract.Rules) ruling {
	allowed := limitKinds[what].allowed(r)
	v := ruling{allowance: allowed, group: limitKinds[what].group, admitted: true, remaining: allowed.limit}
	if allowed.limit == 0 || l.isOff(what) {
		return v
	}
	now := instant.Of(at)
	key, b := l.bucket(what, key, now)
	for len(b.Sent) > 0 && now >= b.Sent[0].After(allowed.window) {
		b.Sent = b.Sent[1:]
	}
	if now >= b.Quiet && len(b.Sent) < allowed.limit {
		b.Sent = append(b.Sent, now) // behind what other rows of this key see
		v.remaining -= len(b.Sent)
	} else {
		v.refuse(&b, now)
	}
	b.Until = max(b.Quiet, now.After(allowed.window))
	l.buckets.Put(l.mu.tx, key, b)
	return v
}

// refuse begins the penalty anew, and says when a request would be admitted.
func (v *ruling) refuse(b *bucket, now instant.Time) {
	v.admitted, v.remaining, v.verdict = false, 0, v.excess()
	if now < b.Quiet {
		v.verdict = verdict.Penalty
	}
	b.Quiet = now.After(v.penalty)
	again := b.Quiet
	if n := len(b.Sent) - v.limit; n >= 0 {
		again = max(again, b.Sent[n].After(v.window))
	}
	v.again, v.wait = again.Time(), time.Duration(again-now)
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

// admitRead counts a call of the standard rate, by its caller.
func (s *Server) admitRead(c *call) ruling {
	s.mu.Lock()
	defer s.mu.Unlock()
	key := strconv.FormatInt(c.subject, 10)
	if u := s.caller(c.subject); u != nil && c.rules.APILimitCountedBy == contract.ByAccount {
		key = "account " + strconv.FormatInt(u.Account, 10)
	}
	return s.limits.admit(limitReads, key, c.now, c.rules)
}
