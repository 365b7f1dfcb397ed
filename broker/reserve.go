package broker

import (
	"context"
	"errors"
	"math"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"sync"
	"time"

	"github.com/ringcx-go/ringcx"
	"github.com/ringcx-go/ringcx/broker/internal/budget"
	"github.com/ringcx-go/ringcx/broker/internal/problem"
	"github.com/ringcx-go/ringcx/internal/apispec"
)

// platformLimit is that of the RingCentral platform. It has several, of 50, 40 and 10 a minute, and which one a path has is in its
// answers alone. When a path turns out to have a stricter one, all wait for as long as the vendor says.
var platformLimit = &apispec.Limit{Name: "platform", Per: "unsaid", Windows: []apispec.Window{{Requests: 40, Time: time.Minute}}}

// governors keep what is sent to each of the vendor's servers within its limits.
type governors struct {
	options budget.Options

	mu sync.Mutex                  // guards the map
	of map[string]*budget.Governor // by server
}

// newGovernors is nil if requests are not held to limits.
func newGovernors(o *Options) *governors {
	if o.NoLimits {
		return nil
	}
	g := &governors{of: map[string]*budget.Governor{}}
	g.options = budget.Options{Store: o.Store, Replicas: o.Replicas, MaxWait: o.MaxWait, MaxWaiting: o.MaxWaiting, Log: o.Log}
	if o.Store == nil {
		g.options.Store = new(ringcx.Memory)
	}
	return g
}

// at is the governor of a server; profiles that have it in common share one.
func (g *governors) at(origin *url.URL, platform bool) *budget.Governor {
	if g == nil {
		return nil
	}
	o := g.options
	o.Server = "RingCX " + origin.String()
	if platform {
		o.Server, o.Standard = "RingCentral "+origin.String(), platformLimit
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.of[o.Server] == nil {
		g.of[o.Server] = budget.New(o)
	}
	return g.of[o.Server]
}

// leaving is how long it may take to give back what is leased; what is not is free when its lease has ended.
const leaving = 5 * time.Second

func (g *governors) close() error {
	if g == nil {
		return nil
	}
	ctx, cancel := context.WithTimeout(context.Background(), leaving)
	defer cancel()
	g.mu.Lock()
	defer g.mu.Unlock()
	var errs []error
	for _, one := range g.of {
		errs = append(errs, one.Close(ctx))
	}
	return errors.Join(errs...)
}

// governor is that of where the request goes; nil: it is not held to limits.
func (q *request) governor() *budget.Governor {
	if q.target.Platform {
		return q.profile.governors[1]
	}
	return q.profile.governors[0]
}

// reserve waits until the vendor's limits let the request be sent.
func (q *request) reserve() *problem.Problem {
	g := q.governor()
	if g == nil {
		return nil
	}
	began := time.Now()
	slot, err := g.Reserve(q.r.Context(), budget.Request{
		Operation: q.op, Query: q.r.URL.RawQuery, Account: q.account, Profile: q.profile.name, Caller: q.caller.Name,
		Streamed: q.forward.Streams(),
	})
	q.countTurn(began)
	if err == nil {
		q.slot = slot
		q.forward.Tell(slot.Arrived)
		return nil
	}
	var refusal *budget.Refusal
	if !errors.As(err, &refusal) {
		return problem.New(problem.Left, "the caller left before its turn")
	}
	p := problem.New(http.StatusTooManyRequests, refusal.Reason+"; the vendor was not asked")
	if refusal.Ending {
		p.Status = http.StatusServiceUnavailable
	}
	p.RetryAfter = refusal.RetryAfter
	return p
}

// Enter implements proxy.Gate: what was reserved is used once, and not when it has ended in the meantime. Whatever was waited for, the
// request is sent only if it still may be. What it goes on with that it was not let through with is in the audit log before.
func (q *request) Enter() *problem.Problem {
	q.refusal = q.enter()
	return q.refusal
}

func (q *request) enter() *problem.Problem {
	began, e := q.profile, &q.forward
	for {
		if q.slot == nil || !q.slot.InTime() {
			q.giveBack()
			if p := q.reserve(); p != nil {
				return p
			}
		}
		if p := q.mayStill(); p != nil {
			return p
		}
		if q.slot == nil || q.slot.InTime() {
			break
		}
	}
	if q.profile == began {
		return nil
	}
	e.Target, e.Token = q.target, q.token
	return q.writeDown()
}

// Leave implements proxy.Gate. Every answer of the vendor counts, and so does a request that may be on its way.
func (q *request) Leave(resp *http.Response, err error) {
	q.countVendor(resp)
	var dial *net.OpError
	switch {
	case q.slot == nil:
	case err == nil && resp.StatusCode == http.StatusTooManyRequests:
		q.slot.Commit(resp.StatusCode, retryAfter(resp.Header, q.b.now()))
	case err == nil:
		q.slot.Commit(resp.StatusCode, 0)
	case errors.As(err, &dial) && dial.Op == "dial":
		q.slot.Release()
	default:
		q.slot.Commit(0, 0)
	}
	q.slot = nil
}

// giveBack gives back what was reserved and not used.
func (q *request) giveBack() {
	if q.slot != nil {
		q.slot.Release()
		q.slot = nil
	}
}

// retryAfter reads Retry-After, seconds or a date, 0 if it says nothing.
func retryAfter(h http.Header, now time.Time) time.Duration {
	said := h.Get("Retry-After")
	if s, err := strconv.ParseFloat(said, 64); err == nil && s > 0 {
		return time.Duration(math.Ceil(min(s, 1e6))) * time.Second
	}
	at, err := http.ParseTime(said)
	if err != nil {
		return 0
	}
	if date, err := http.ParseTime(h.Get("Date")); err == nil {
		now = date
	}
	return max(0, at.Sub(now))
}
