package limit

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
	"github.com/ringcx-go/ringcx/sandbox/internal/state"
	"github.com/ringcx-go/ringcx/sandbox/internal/verdict"
	"github.com/ringcx-go/ringcx/sandbox/internal/wording"
)

// Bounds of this program, not of the vendor.
const (
	bucketsMost = 10_000      // keys that a limit knows at a time
	sweepEvery  = time.Minute // so often a limit forgets whom it need not remember
)

// Kind is what requests are counted for: its index in limitKinds.
type Kind int

const (
	// None is the limit of what is not counted.
	None Kind = iota - 1
	Auth
	Light
	Medium
	Heavy
	Logins
	Exchanges
	Refreshes
	Reads
	Count
)

// KindInfo is how a limit goes by.
type KindInfo struct {
	name    string // of its records
	Group   string // value of X-Rate-Limit-Group
	Shown   string // in GET /_sandbox/state
	Title   string // in the console
	Allowed func(*contract.Rules) Allowance
}

// Kinds are all limits. Whoever lists them, lists these.
var Kinds = [Count]KindInfo{
	Auth:      {"auth", "auth", "auth", "RingCentral Auth: token, revoke, userinfo", authLimit},
	Light:     {"light", "light", "light", "RingCentral Light: account, extension", lightLimit},
	Medium:    {"medium", "medium", "medium", "RingCentral Medium: permissions", mediumLimit},
	Heavy:     {"heavy", "heavy", "heavy", "RingCentral Heavy: presence of all", heavyLimit},
	Logins:    {"logins", "auth", "ringcxPasswordLogin", "RingCX sign-in with a password", signInLimit},
	Exchanges: {"exchange", "auth", "exchange", "RingCX exchange", ExchangeLimit},
	Refreshes: {"refreshes", "auth", "ringcxRefresh", "RingCX refresh", RefreshesAllowed},
	Reads:     {"reads", "standard", "api", "RingCX users and summaries", ReadsAllowed},
}

// Limits count requests per limit and key in a sliding window. Breaking a limit opens a penalty, and every request inside the
// penalty opens it anew. Whoever calls a method holds Server.mu.
type Limits struct {
	mu      *state.Lock
	initial bool                         // whether limits are off as the server was started
	off     *state.Table[string, bool]   // by name of the limit: whether it is off, if that is not as the server was started
	buckets *state.Table[string, bucket] // by name of the limit and key
	byLimit *state.Index[string, string, bucket]
	swept   [Count]instant.Time // when buckets that meant nothing any more were dropped
}

// bucket is what is known about one key.
type bucket struct {
	Sent  []instant.Time `json:"sent"`            // admitted requests inside the window, oldest first
	Quiet instant.Time   `json:"quiet,omitempty"` // end of the penalty
	Until instant.Time   `json:"until"`           // from when on nothing here matters
}

func New(mu *state.Lock, off bool) *Limits {
	l := &Limits{
		mu: mu, initial: off,
		off: state.NewTable[string, bool](mu.DB, "limiter"), buckets: state.NewTable[string, bucket](mu.DB, "limit"),
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
	if !slices.ContainsFunc(Kinds[:], func(k KindInfo) bool { return k.name == name }) {
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
func (l *Limits) All(what Kind) iter.Seq2[string, bucket] {
	return func(yield func(string, bucket) bool) {
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

// Allowance is what a limit lets in.
type Allowance struct {
	Limit           int // 0: everything
	Window, Penalty time.Duration
	retry           string // form of Retry-After
	headers         bool   // answers tell of the limit
}

func authLimit(r *contract.Rules) Allowance { return platformLimit(r, r.AuthLimit) }

func lightLimit(r *contract.Rules) Allowance { return platformLimit(r, r.LightLimit) }

func mediumLimit(r *contract.Rules) Allowance { return platformLimit(r, r.MediumLimit) }

func heavyLimit(r *contract.Rules) Allowance { return platformLimit(r, r.HeavyLimit) }

func platformLimit(r *contract.Rules, limit int) Allowance {
	return Allowance{limit, r.LimitWindow, r.LimitPenalty, r.PlatformRetryAfter, true}
}

func ExchangeLimit(r *contract.Rules) Allowance {
	return ringcxLimit(r, r.ExchangeLimit, r.RingCXLimitPenalty)
}

// signInLimit is what sign-ins with a password are counted by, if they are.
func signInLimit(r *contract.Rules) Allowance {
	if !r.LimitPasswordLogins {
		return Allowance{Window: r.LimitWindow}
	}
	return ExchangeLimit(r)
}

func RefreshesAllowed(r *contract.Rules) Allowance {
	return ringcxLimit(r, r.RingCXRefreshLimit, r.RingCXLimitPenalty)
}

func ReadsAllowed(r *contract.Rules) Allowance { return ringcxLimit(r, r.APILimit, r.APILimitPenalty) }

func ringcxLimit(r *contract.Rules, limit int, penalty time.Duration) Allowance {
	return Allowance{limit, r.LimitWindow, penalty, r.RingCXRetryAfter, r.RingCXLimitHeaders}
}

// Decision is the answer of a limit about one request.
type Decision struct {
	Allowance
	Group     string
	Admitted  bool
	remaining int
	Verdict   string    // set when refused
	Again     time.Time // when a request would be admitted; set when refused
	Wait      time.Duration
}

// bucket is what a limit knows about a key, and where that is kept. When there are very many keys, new ones share a bucket:
// nobody makes a limit forget another by inventing keys.
func (l *Limits) bucket(what Kind, key string, now instant.Time) (string, bucket) {
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

// refuse begins the penalty anew, and says when a request would be admitted.
func (v *Decision) refuse(b *bucket, now instant.Time) {
	v.Admitted, v.remaining, v.Verdict = false, 0, v.excess()
	if now < b.Quiet {
		v.Verdict = verdict.Penalty
	}
	b.Quiet = now.After(v.Penalty)
	again := b.Quiet
	if n := len(b.Sent) - v.Limit; n >= 0 {
		again = max(again, b.Sent[n].After(v.Window))
	}
	v.Again, v.Wait = again.Time(), time.Duration(again-now)
}

// excess is the verdict on the request that breaks the limit; only limits of five make it the sixth.
func (a Allowance) excess() string {
	if a.Limit == 5 && a.Window == time.Minute {
		return verdict.Sixth
	}
	return verdict.Excess
}

// SetHeaders adds the limit headers to h.
func (v Decision) SetHeaders(h http.Header) {
	if v.headers && v.Limit > 0 {
		h.Set("X-Rate-Limit-Group", v.Group)
		h.Set("X-Rate-Limit-Limit", strconv.Itoa(v.Limit))
		h.Set("X-Rate-Limit-Remaining", strconv.Itoa(v.remaining))
		h.Set("X-Rate-Limit-Window", strconv.Itoa(int(v.Window/time.Second)))
	}
	switch {
	case v.Admitted, v.retry == contract.RetryAbsent:
	case v.retry == contract.RetryDate:
		h.Set("Retry-After", v.Again.Add(time.Second-1).UTC().Format(http.TimeFormat))
	default:
		h.Set("Retry-After", strconv.Itoa(int((v.Wait+time.Second-1)/time.Second)))
	}
}
