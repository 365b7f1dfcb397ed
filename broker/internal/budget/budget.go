package budget

import (
	"context"
	"crypto/rand"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/ringcx-go/ringcx"
	"github.com/ringcx-go/ringcx/internal/apispec"
)

// Options say how a Governor counts.
type Options struct {
	// Store is what all brokers share that send for the same accounts. It must not be nil.
	Store ringcx.Store

	// Server is which of the vendor's servers requests go to. Governors of different ones have nothing in common. Standard is the
	// limit there of what has none by its description; nil: that of RingCX.
	Server   string
	Standard *apispec.Limit

	// Replicas is how many brokers share the Store at the most, those that replace others already counted; it is the same for all
	// of them. Each then has a part of a tenth of each limit as its own, which it may use whether the Store can be reached or
	// not. With 0 there is no such part: without the Store nothing is sent once the lease has ended.
	Replicas int

	// MaxWait is how long a request waits for its turn. 0 means 30 seconds.
	MaxWait time.Duration

	// MaxWaiting is how many requests may wait for one limit of one account. 0 means 1,000.
	MaxWaiting int

	// Log is told when the Store fails, and when it is back. nil: nobody is.
	Log *slog.Logger
}

const (
	defaultWait    = 30 * time.Second
	defaultWaiting = 1_000

	// apart is the part of a limit that replicas have as their own: what idle ones have of it cannot be used by others, so that
	// it is what may be lost.
	apart = 10

	maxLimits  = 4      // of an operation
	maxBuckets = 10_000 // limits and accounts at a time
	sweepAbove = 1_000
)

// Governor lets requests be sent when the vendor's limits allow it. It is safe for concurrent use.
type Governor struct {
	o      Options
	holder string // this replica, in records
	start  time.Time
	wall   time.Time // start, on the wall's clock alone

	ctx    context.Context //nolint:containedctx // of what is done in the background
	cancel context.CancelFunc
	work   sync.WaitGroup

	mu      sync.Mutex // guards what follows
	buckets map[key]*bucket
	swept   time.Duration // when those were forgotten of which nothing is known
	closed  bool
}

// New makes a Governor. Close ends it.
func New(o Options) *Governor {
	if o.MaxWait == 0 {
		o.MaxWait = defaultWait
	}
	if o.MaxWaiting == 0 {
		o.MaxWaiting = defaultWaiting
	}
	if o.Standard == nil {
		o.Standard = apispec.Default().Limit("standard")
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	start := time.Now()
	g := &Governor{o: o, holder: rand.Text(), start: start, wall: start.Round(0), buckets: map[key]*bucket{}}
	g.ctx, g.cancel = context.WithCancel(context.Background())
	return g
}

// now is since the start.
func (g *Governor) now() moment {
	t := time.Now()
	return moment{t.Sub(g.start), t.Round(0).Sub(g.wall)}
}

// Request is what is to be sent.
type Request struct {
	Operation *apispec.Operation // nil: one that nobody describes, which has the standard limit
	Query     string             // of its address, encoded: some limits depend on it

	// Account is the sub-account in its path, decoded, Profile whose token it has. Limits are an account's where that is
	// documented and the path has one, else a profile's. Those that are the same are counted together.
	Account, Profile string

	Caller string // whose turn it takes

	// Streamed is a request whose body comes while it has its slots, for as long as the caller likes. Until [Reservation.Arrived] a
	// caller has a quarter of each limit for these at the most, so that nobody else has to wait for one who does not send.
	Streamed bool
}

// key is a limit and who is counted.
type key struct {
	limit   *apispec.Limit
	account bool
	of      string
}

func (k key) words() string {
	if k.account {
		return fmt.Sprintf("account %q", k.of)
	}
	return fmt.Sprintf("profile %q", k.of)
}

// key is who is counted. An account may be written in several ways: without zeros before it is always the same, and what is no
// number counts as the profile's.
func (q *Request) key(l *apispec.Limit) key {
	if account := strings.TrimLeft(q.Account, "0"); l.Per == "account" && account != "" && strings.Trim(account, "0123456789") == "" {
		return key{l, true, account}
	}
	return key{l, false, q.Profile}
}

// limits are those of a request. A limit that an operation has only with a parameter replaces those that it has always; where
// the vendor may take the query either way, all count.
func (g *Governor) limits(q *Request, all []*apispec.Limit) []*apispec.Limit {
	if q.Operation == nil || len(q.Operation.Limits) == 0 {
		return append(all, g.o.Standard)
	}
	replaced := false
	for _, l := range q.Operation.Limits {
		if l.When != "" {
			is, maybe := matches(q.Query, l.When)
			if maybe {
				all = append(all, l.Limit)
			}
			replaced = replaced || is
		}
	}
	for _, l := range q.Operation.Limits {
		if l.When == "" && !replaced {
			all = append(all, l.Limit)
		}
	}
	return all
}

// matches says whether a query surely has the parameter and value of when, and whether it may.
func matches(query, when string) (is, maybe bool) {
	if query == "" {
		return false, false
	}
	name, value, _ := strings.Cut(when, "=")
	all, err := url.ParseQuery(query)
	got := all[name]
	switch {
	case err != nil || len(got) > 1:
		return false, true
	case len(got) == 0:
		return false, false
	}
	return got[0] == value, got[0] != "false"
}

// Reservation is the right to send one request. One of Commit and Release must be called in the end.
type Reservation struct {
	g      *Governor
	holds  [maxLimits]hold
	n      int
	caller string
	stream atomic.Bool // its body has not come
	ended  atomic.Bool
}

// hold is what a reservation has of one limit.
type hold struct {
	bucket *bucket
	claim  claim
}

// Reserve waits until a request may be sent, for Options.MaxWait and as long as ctx lives at the most. Callers that wait are
// served in turn. An error is a [*Refusal], or ctx's.
func (g *Governor) Reserve(ctx context.Context, q Request) (*Reservation, error) {
	r := &Reservation{g: g, caller: q.Caller}
	r.stream.Store(q.Streamed)
	var room [maxLimits]*apispec.Limit
	giveUp := g.now().steady + g.o.MaxWait
	for _, l := range g.limits(&q, room[:0]) {
		h, err := g.take(ctx, q.key(l), &q, giveUp)
		if err != nil {
			r.Release()
			return nil, err
		}
		r.holds[r.n] = h
		r.n++
	}
	return r, nil
}

// InTime says whether the request may still be begun: what its slots were leased for may have ended since Reserve. It is to be
// asked just before it is sent; if it is false, Release and Reserve anew.
func (r *Reservation) InTime() bool {
	for _, h := range r.holds[:r.n] {
		h.bucket.mu.Lock()
		ok := h.bucket.share.inTime(r.g.now(), h.claim)
		h.bucket.mu.Unlock()
		if !ok {
			return false
		}
	}
	return true
}

// Commit tells that the request was sent, and that its answer has begun or, with status 0, will not come. Until then its slots
// are busy. After 429 no broker sends anything under its limits for as long as the vendor says, a minute if it does not (0).
func (r *Reservation) Commit(status int, retryAfter time.Duration) {
	switch {
	case status != http.StatusTooManyRequests:
		retryAfter = 0
	case retryAfter <= 0:
		retryAfter = time.Minute
	}
	r.end(true, retryAfter)
}

// Release tells that the request was surely not sent. After Commit it does nothing.
func (r *Reservation) Release() { r.end(false, 0) }

// Arrived tells that the body of a request that is streamed has come. It may be told at any time.
func (r *Reservation) Arrived() {
	if !r.stream.Swap(false) {
		return
	}
	for _, h := range r.holds[:r.n] {
		h.bucket.arrived(r.caller)
	}
}

func (r *Reservation) end(sent bool, quiet time.Duration) {
	if r.ended.Swap(true) {
		return
	}
	r.Arrived()
	for _, h := range r.holds[:r.n] {
		h.bucket.end(h.claim, sent, quiet)
	}
}
