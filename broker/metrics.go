package broker

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/ringcx-go/ringcx"
	"github.com/ringcx-go/ringcx/broker/internal/caller"
	"github.com/ringcx-go/ringcx/broker/internal/handout"
	"github.com/ringcx-go/ringcx/broker/internal/metrics"
	"github.com/ringcx-go/ringcx/broker/internal/problem"
)

// Metrics counts what brokers do, for Prometheus: with [Options.Metrics] GET /metrics tells it. Processes of this machine
// need no key for that; others, and what a proxy passes on as far as that can be told, need one that the rules let GET /metrics.
// With [Options.MetricsKey] all do. Nothing that it tells is secret, and no caller can make series of its own. Make one with
// [NewMetrics].
type Metrics struct {
	requests, callers, vendor, renewals, shared metrics.Counter
	took, turns                                 metrics.Histogram
	audit                                       metrics.Counter

	names    metrics.Names // of callers
	accounts metrics.Names // that the vendor knows
}

// How many callers and accounts have series of their own.
const (
	maxCallers  = 200
	maxAccounts = 100
)

// NewMetrics makes one that has counted nothing.
func NewMetrics() *Metrics {
	m := &Metrics{names: metrics.Names{Most: maxCallers}, accounts: metrics.Names{Most: maxAccounts}}
	m.requests.Family = family("requests_total", "Requests of callers, by operation, class of the answer, and what was decided.", "operation", "code", "decision")
	m.callers.Family = family("caller_requests_total", "Requests of callers that are known, by name.", "caller", "decision")
	m.vendor.Family = family("vendor_answers_total", "Answers of the vendor to requests that were forwarded: 429, else a class, or none.", "code")
	m.renewals.Family = family("renewals_total", "What sessions sent to have a token, by the way and the result.", "profile", "way", "result")
	m.shared.Family = family("coalesced_total", "Requests for a token that waited for one: a renewal serves all that wait for it.", "profile")
	m.audit.Family = family("audit_failures_total", "Lines of the audit log that could not be written: what they tell of was not served.")
	m.took.Family = family("request_seconds", "Time from a request that was forwarded to the end of its answer.", "operation")
	m.took.Bounds = []float64{.005, .025, .1, .25, .5, 1, 2.5, 5, 10, 30}
	m.turns.Family = family("turn_seconds", "Time that a request waited until the limits of the vendor let it be sent, or that was over.")
	m.turns.Bounds = []float64{.001, .1, 1, 5, 15, 30, 60}
	m.audit.Add(metrics.Values{}, 0)
	m.vendor.Add(metrics.Values{class(http.StatusTooManyRequests)}, 0)
	return m
}

// family is one of the broker's.
func family(name, help string, labels ...string) metrics.Family {
	return metrics.Family{Name: "ringcx_broker_" + name, Help: help, Labels: labels}
}

var classes = [...]string{1: "1xx", "2xx", "3xx", "4xx", "5xx"}

// class is the status of an answer, in few values.
func class(status int) string {
	switch {
	case status == http.StatusTooManyRequests:
		return "429"
	case status >= 100 && status < 600:
		return classes[status/100]
	}
	return "none"
}

// decision is what a status of the broker's own says.
func decision(status int) string {
	switch {
	case status < http.StatusBadRequest:
		return "allowed"
	case status == http.StatusUnauthorized:
		return "unknown"
	case status == http.StatusForbidden:
		return "denied"
	case status == http.StatusTooManyRequests:
		return "limited"
	case status == problem.Left:
		return "left"
	case status >= http.StatusInternalServerError:
		return "unavailable"
	}
	return "invalid"
}

// Operations that are the broker's own.
const (
	tokenOperation = "broker.token" // of the vendor
	loginOperation = "broker.login" // of programs that log in by themselves
)

// count counts a request that was answered.
func (q *request) count(operation, decided string, status int) {
	m := q.b.metrics
	if m == nil {
		return
	}
	m.requests.Inc(metrics.Values{operation, class(status), decided})
	if q.caller != nil {
		m.callers.Inc(metrics.Values{m.names.Admit(q.caller.Name), decided})
	}
}

// operation is the value of a label.
func (q *request) operation() string {
	if q.op == nil {
		return metrics.Other
	}
	return q.op.ID
}

// countEnd counts a request that was forwarded.
func (q *request) countEnd() {
	if q.b.metrics == nil {
		return
	}
	decided := "allowed"
	if q.w.status == problem.Left || q.refusal != nil {
		decided = decision(q.w.status)
	}
	q.count(q.operation(), decided, q.w.status)
	q.b.metrics.took.Observe(q.b.now().Sub(q.began), metrics.Values{q.operation()})
	if q.account != "" && q.w.status >= 200 && q.w.status < 300 { // it is one that there is
		q.b.metrics.accounts.Admit(strings.TrimLeft(q.account, "0"))
	}
}

// countOwn counts an answer of the broker's own.
func (q *request) countOwn(a *handout.Answer) {
	operation := loginOperation
	if q.path == handout.TokenPath {
		operation = tokenOperation
	}
	q.caller = a.Caller
	q.count(operation, decision(a.Status), a.Status)
}

// countVendor counts what came back from the vendor.
func (q *request) countVendor(resp *http.Response) {
	if q.b.metrics == nil {
		return
	}
	status := 0
	if resp != nil {
		status = resp.StatusCode
	}
	q.b.metrics.vendor.Inc(metrics.Values{class(status)})
}

func (q *request) countTurn(since time.Time) {
	if q.b.metrics != nil {
		q.b.metrics.turns.Observe(time.Since(since), metrics.Values{})
	}
}

// unwrittenLine counts a line that the audit log did not take.
func (s *setup) unwrittenLine() {
	if s.metrics != nil {
		s.metrics.audit.Inc(metrics.Values{})
	}
}

// shared is a session of which is counted who waits for its tokens.
type shared struct {
	*ringcx.Session
	profile string
	m       *Metrics
}

// atHand is how long a token takes that is there.
const atHand = time.Millisecond

// Token implements ringcx.TokenSource.
func (s *shared) Token(ctx context.Context) (*ringcx.Token, error) {
	defer s.waited(time.Now())
	return s.Session.Token(ctx)
}

// TokenFor implements handout.Session.
func (s *shared) TokenFor(ctx context.Context, minTTL time.Duration) (*ringcx.Token, error) {
	defer s.waited(time.Now())
	return s.Session.TokenFor(ctx, minTTL)
}

func (s *shared) waited(since time.Time) {
	if time.Since(since) >= atHand {
		s.m.shared.Inc(metrics.Values{s.profile})
	}
}

const metricsPath = "/metrics"

// tellMetrics answers what is asked about numbers; nil: it is not.
func (q *request) tellMetrics() *problem.Problem {
	if q.path != metricsPath || q.b.metrics == nil {
		return nil
	}
	if q.r.Method != http.MethodGet && q.r.Method != http.MethodHead {
		q.w.Header().Set("Allow", "GET, HEAD")
		return problem.New(http.StatusMethodNotAllowed, "the method is not one of this path")
	}
	if !q.isLocal() {
		if p := q.whoCalls(); p != nil {
			return p
		}
		if p := q.chooseProfile(); p != nil {
			return p
		}
		if p := q.may(); p != nil {
			return p
		}
	}
	page := q.b.metricsPage(q.r.Context())
	h := q.w.Header()
	h.Set("Content-Type", metrics.ContentType)
	h.Set("Cache-Control", "no-store")
	h.Set("X-Content-Type-Options", "nosniff")
	_, _ = q.w.Write(page.Text())
	return answered
}

// passedOn are beginnings of headers that proxies add: the connection is theirs then, and says nothing of the caller's machine.
var passedOn = []string{"Forwarded", "Via", "X-Forwarded", "X-Real-Ip", "X-Client-Ip", "X-Cluster-Client-Ip", "X-Envoy-", "True-Client-Ip", "Cf-"}

// isLocal tells a request of a process of this machine, as far as that can be told. A proxy that adds no header is known by HTTP/1.0,
// or by the host that it was asked for; one that hides that too is why there is Options.MetricsKey.
func (q *request) isLocal() bool {
	if q.b.metricsKey || !q.r.ProtoAtLeast(1, 1) || !caller.LocalHost(q.r.Host) {
		return false
	}
	for name := range q.r.Header {
		if slices.ContainsFunc(passedOn, func(start string) bool { return strings.HasPrefix(name, start) }) {
			return false
		}
	}
	remote := peerOf(q.r)
	return remote == "unix" || remote == "loopback"
}
