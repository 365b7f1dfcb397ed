package broker

import (
	"context"
	"maps"
	"net/http"
	"runtime"
	"slices"
	"time"

	"github.com/ringcx-go/ringcx"
	"github.com/ringcx-go/ringcx/broker/internal/budget"
	"github.com/ringcx-go/ringcx/broker/internal/caller"
	"github.com/ringcx-go/ringcx/broker/internal/metrics"
)

func peerOf(r *http.Request) string { return caller.PeerOf(r.Context()).Remote }

// metricsPage is what GET /metrics answers.
func (s *setup) metricsPage(ctx context.Context) *metrics.Page {
	p := new(metrics.Page)
	m := s.metrics
	for _, c := range []*metrics.Counter{&m.requests, &m.callers, &m.vendor, &m.renewals, &m.shared, &m.audit} {
		c.Write(p)
	}
	m.took.Write(p)
	m.turns.Write(p)
	s.writeHealth(ctx, p)
	s.writeLimits(p)
	gauge(p, "build_info", "1, with the version of the broker and of Go.", "version", "goversion")
	p.Sample(1, metrics.Values{ringcx.Version, runtime.Version()})
	return p
}

func gauge(p *metrics.Page, name, help string, labels ...string) {
	p.Begin(family(name, help, labels...), "gauge")
}

func truth(is bool) float64 {
	if is {
		return 1
	}
	return 0
}

// writeHealth writes what /readyz tells in words, and what is known of each profile.
func (s *setup) writeHealth(ctx context.Context, p *metrics.Page) {
	is := s.health.look(ctx, s)
	gauge(p, "ready", "Whether callers are served, maybe worse than usual: 1, else 0.")
	p.Sample(truth(is.Status != notReady && !s.isEnding()), metrics.Values{})
	gauge(p, "store_up", "Whether the Store answers: 1, else 0.")
	p.Sample(truth(!is.lost), metrics.Values{})
	names := slices.Sorted(maps.Keys(is.Profiles))
	each := func(name, help string, of func(state) (float64, bool)) {
		gauge(p, name, help, "profile")
		for _, profile := range names {
			if v, ok := of(is.Profiles[profile]); ok {
				p.Sample(v, metrics.Values{profile})
			}
		}
	}
	each("token_seconds", "How long the RingCX access token at hand lives; 0: there is none.", func(st state) (float64, bool) {
		return float64(st.SecondsLeft), true
	})
	each("login_required", "1 if no stored token or credential brings a token any more: a person has to log in. Else 0.", func(st state) (float64, bool) {
		return truth(st.loginRequired), true
	})
	each("login_quiet_seconds", "How long the vendor wants no login, exchange or renewal; 0: it does not say.", func(st state) (float64, bool) {
		if st.status == nil || st.status.QuietUntil.IsZero() {
			return 0, st.status != nil
		}
		return max(0, st.status.QuietUntil.Sub(s.now()).Seconds()), true
	})
	each("logins_left", "Requests that the token endpoint of RingCentral allows now.", func(st state) (float64, bool) {
		return left(st.status, func(of *ringcx.Status) int { return of.LoginsLeft })
	})
	each("exchanges_left", "Exchanges that RingCX allows now.", func(st state) (float64, bool) {
		return left(st.status, func(of *ringcx.Status) int { return of.ExchangesLeft })
	})
	gauge(p, "long_polls", "Callers that wait for the next token.", "profile")
	for _, profile := range names {
		if of := s.profiles[profile]; of != nil {
			p.Sample(float64(of.source.Waiting()), metrics.Values{profile})
		}
	}
}

// left is a number of a status, if it is known.
func left(st *ringcx.Status, of func(*ringcx.Status) int) (float64, bool) {
	if st == nil {
		return 0, false
	}
	return float64(of(st)), true
}

// writeLimits writes what the vendor's limits leave. Accounts that the vendor has not shown to be there are one.
func (s *setup) writeLimits(p *metrics.Page) {
	all := map[metrics.Values]budget.Left{}
	for _, l := range s.limits.left() {
		of := metrics.Values{l.Limit, "", l.Of}
		if l.Account {
			of = metrics.Values{l.Limit, s.metrics.accounts.Known(l.Of), ""}
		}
		if old, ok := all[of]; ok { // the worst of them
			if old.Left < l.Left {
				l.Left, l.Most = old.Left, old.Most
			}
			l.Waiting, l.Quiet = l.Waiting+old.Waiting, max(l.Quiet, old.Quiet)
		}
		all[of] = l
	}
	keys := slices.SortedFunc(maps.Keys(all), func(a, b metrics.Values) int { return slices.Compare(a[:], b[:]) })
	each := func(name, help string, value func(budget.Left) float64) {
		gauge(p, name, help, "limit", "account", "profile")
		for _, of := range keys {
			p.Sample(value(all[of]), of)
		}
	}
	each("budget_left", "Requests that a limit of the vendor leaves now, by account or profile.", func(l budget.Left) float64 { return float64(l.Left) })
	each("budget_limit", "Requests of a window of that limit.", func(l budget.Left) float64 { return float64(l.Most) })
	each("waiting", "Requests that wait until that limit lets them be sent.", func(l budget.Left) float64 { return float64(l.Waiting) })
	each("quiet_seconds", "How long nothing is sent under that limit, because the vendor answered 429; 0: it did not.", func(l budget.Left) float64 {
		return l.Quiet.Round(time.Millisecond).Seconds()
	})
}

// left is what all governors tell.
func (g *governors) left() (all []budget.Left) {
	if g == nil {
		return nil
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	for _, one := range g.of {
		all = append(all, one.Left()...)
	}
	return all
}
