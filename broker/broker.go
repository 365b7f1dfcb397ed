// Package broker is one renewer for many programs, in every language: an http.Handler that forwards requests to the vendor with the
// right token, and hands out access tokens to callers that may have them. Callers hold a key of the broker's, or are known by
// their user; no secret of the vendor's leaves the broker but its access token, and that only to who asks for it and may.
//
//	b, err := broker.New(&broker.Options{Profiles: []broker.Profile{{Name: "support", Session: session}}, Store: store})
//	server := b.Server()
//	err = server.Serve(listener)
//
// GET /healthz and GET /readyz answer without a key, the second in words: what is wrong, and how long tokens live. With
// [Options.Metrics] GET /metrics answers Prometheus.
//
// # What is forwarded
//
// Paths below /voice/api/, /platform/api/ and /restapi/, with the token of RingCX or of RingCentral. Whatever signs in, renews or
// ends a token is never forwarded: the broker answers programs that log in by themselves with tokens of its own, which are keys
// to the broker alone. Operations that make or tell credentials are denied unless a [Rule] names them.
//
// # Who may
//
// Without any rule a caller may do everything else that its profile may. With one, what no rule allows is denied; the first that
// matches decides. The vendor's access token, at /token and /oauth2/token, is the path /token with the method GET to rules:
// who has it can do at the vendor whatever the profile may.
//
// # When
//
// Requests are held to the limits that the vendor documents, together with those of all brokers that share the Store. One that
// would exceed them waits for its turn, [Options.MaxWait] at the most, and is answered 429 with Retry-After and the reason then,
// without asking the vendor. Callers have their turns one after the other, whatever number of requests each of them sends. The
// broker repeats no request, but once when it was refused because its token had expired.
//
// # What is written down
//
// With an [AuditLog] every request is in it before anything is done: a request whose line cannot be written is answered 503.
package broker

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"reflect"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/ringcx-go/ringcx"
	"github.com/ringcx-go/ringcx/broker/internal/budget"
	"github.com/ringcx-go/ringcx/broker/internal/caller"
	"github.com/ringcx-go/ringcx/broker/internal/handout"
	"github.com/ringcx-go/ringcx/broker/internal/policy"
	"github.com/ringcx-go/ringcx/broker/internal/proxy"
)

// Profile is a lineage of tokens that callers may use.
type Profile struct {
	// Name is what callers and rules call it: letters, digits, - and _.
	Name string
	// Session brings its tokens.
	Session *ringcx.Session
	// Endpoint and AllowHTTP are those of the session's ringcx.Config.
	Endpoint  ringcx.Endpoint
	AllowHTTP string
}

// Options configure a [Broker].
type Options struct {
	// Profiles are what callers may use, one at least. The first is that of callers that name none, with the header
	// RingCX-Profile or in their key.
	Profiles []Profile
	// Store keeps the keys of callers, and what makes tokens of the broker's own good at all brokers that share it. It may be
	// that of the sessions. nil: there are no keys of callers, none can be made, and those tokens are good at this broker alone.
	Store ringcx.Store
	// Users and Groups let in processes of this machine by a unix socket, without a key: names of callers by the ID of a
	// user or of a group. nil: none. A user comes first, then the primary group of the process, then its others.
	Users, Groups map[uint32]string
	// Loopback serves connections of this machine for Users alone, who need no key for them. Whose they are the system tells
	// on Linux; of a connection of which it is not told a key is asked for. false: only keys count there.
	Loopback bool
	// Authenticators are further ways to tell who calls, asked after the others. nil: none.
	Authenticators []Authenticator
	// Rules are who may do what. nil: all callers everything but operations that make or tell credentials.
	Rules []Rule
	// Hosts are the names that the broker answers to, besides addresses, localhost and the name that this machine calls itself.
	// nil: none.
	Hosts []string
	// NoLimits sends requests as they come. Otherwise they are held to the limits that the vendor documents, together with all
	// brokers that have the same Store: one that would exceed them waits, and callers have their turns one after the other.
	NoLimits bool
	// Replicas is how many brokers share the Store at the most, the same for all of them: each may then send a part of a tenth
	// of each limit when the Store cannot be reached. 0: nothing is sent then once what was leased has ended.
	Replicas int
	// MaxWait is how long a request waits for its turn until it is answered 429; 0: 30 seconds. MaxWaiting is how many wait for
	// one limit of an account or profile, with bodies of up to 1 MiB in memory; 0: 1,000.
	MaxWait    time.Duration
	MaxWaiting int
	// Audit is told of every request. nil: nothing is written down.
	Audit *AuditLog
	// Transport has the settings of connections to the vendor. nil: those of http.DefaultTransport.
	Transport *http.Transport
	// Problems are sentences about what else goes wrong beside the broker, which /readyz tells; callers are served all the same. It is
	// called whenever somebody asks, and does not wait. nil: there are none.
	Problems func() []string
	// Log gets what nobody else learns, without secrets. nil: nothing.
	Log *slog.Logger
	// Metrics are counted, and told at /metrics. nil: neither. A Reload keeps those of the beginning.
	Metrics *Metrics
	// MetricsKey has processes of this machine show a key at /metrics, as others do: for a broker behind a proxy of this machine
	// whose requests look like theirs. false: they need none.
	MetricsKey bool
	// Now is the clock; nil: time.Now.
	Now func() time.Time
}

// Broker serves callers. It is an http.Handler, safe for concurrent use.
type Broker struct {
	at       atomic.Pointer[setup]
	requests numbers
	health   health
	waiting  waiters
	ending   chan struct{} // closed by Drain, or Close

	changing sync.Mutex // held by Reload and Drain
	ended    bool       // ending is closed
}

// setup is what requests are served with from their first step to their last. It does not change: [Broker.Reload] makes another.
type setup struct {
	profiles map[string]*profile
	first    *profile
	store    ringcx.Store
	keys     *caller.Keys // nil: there is no Store
	short    *handout.Short
	peers    *caller.Peers
	loopback bool
	ways     []caller.Authenticator
	rules    *policy.Set
	hosts    proxy.Hosts
	audit    *AuditLog
	base     *http.Transport
	proxy    *proxy.Proxy
	desk     *handout.Desk
	log      *slog.Logger
	now      func() time.Time
	limits   *governors // those of the beginning, too
	requests *numbers
	health   *health
	metrics  *Metrics // nil: nothing is counted
	waiting  *waiters

	latest     func() *setup // that of now
	metricsKey bool          // as Options has it
	problems   func() []string
	ending     <-chan struct{}
}

// profile is one that is served.
type profile struct {
	name    string
	session *ringcx.Session
	vendor  proxy.Vendor
	source  *handout.Source
	// governors are those of RingCX and of RingCentral; nil: requests are not held to limits.
	governors [2]*budget.Governor
	named     [2]handout.Names // of RingCX and of RingCentral
}

// New makes a broker. It asks nobody for anything before it is called.
func New(opts *Options) (*Broker, error) {
	b := &Broker{ending: make(chan struct{})}
	if err := b.Reload(opts); err != nil {
		return nil, err
	}
	return b, nil
}

// Reload has the broker serve what opts say from the next request on; Now and what is about limits are those of the beginning. What was
// sent to the vendor ends as it began, and no request is lost; but who waits for a body, a token or its turn is asked once more whether it
// may have it, and has it with the Session that its profile has then. Tokens of the broker's own stay good if the Store is the same. Keys
// are read again. If opts cannot be served all stays as it is. When Reload has returned, an Audit of before that is another may be closed.
func (b *Broker) Reload(opts *Options) error {
	if opts == nil || len(opts.Profiles) == 0 {
		return errors.New("the broker has no profile")
	}
	b.changing.Lock()
	defer b.changing.Unlock()
	old := b.at.Load()
	rules, err := policy.Compile(opts.Rules)
	if err != nil {
		return err
	}
	s := &setup{
		profiles: map[string]*profile{}, rules: rules, hosts: proxy.Hosts(opts.Hosts).Local(), audit: opts.Audit, store: opts.Store, base: opts.Transport,
		log: cmp.Or(opts.Log, slog.New(slog.DiscardHandler)), now: opts.Now, requests: &b.requests, health: &b.health, waiting: &b.waiting, ending: b.ending, metricsKey: opts.MetricsKey, problems: opts.Problems,
	}
	switch {
	case old != nil:
		s.now, s.limits, s.metrics = old.now, old.limits, old.metrics
	case s.now == nil:
		s.now = time.Now
	}
	if old == nil {
		s.limits, s.metrics = newGovernors(opts), opts.Metrics
	}
	for _, p := range opts.Profiles {
		made, err := s.profile(p, old)
		if err != nil {
			return fmt.Errorf("profile %q: %w", p.Name, err)
		}
		s.profiles[p.Name] = made
		s.first = cmp.Or(s.first, made)
	}
	s.join(opts, b, old)
	b.at.Store(s)
	if old != nil {
		for name, p := range old.profiles {
			if now := s.profiles[name]; now == nil || now.source != p.source {
				p.source.End()
			}
		}
	}
	return nil
}

// join makes what asks the parts of s, with what there was before.
func (s *setup) join(opts *Options, b *Broker, old *setup) {
	if old != nil && same(old.store, opts.Store) {
		s.keys, s.short = old.keys, old.short
	} else {
		s.short = &handout.Short{Store: opts.Store, Now: s.now, Alive: func(ctx context.Context, c Caller) error { return b.at.Load().alive(ctx, c) }}
		if opts.Store != nil {
			s.keys = &caller.Keys{Store: opts.Store, Now: s.now}
		}
	}
	s.latest = b.at.Load
	s.desk = &handout.Desk{
		Who: s.who, Source: s.handsOut, Short: s.short, Now: s.now, Ending: b.ending,
		Latest: func() *handout.Desk { return s.latest().desk },
	}
	s.ways = append(s.ways, s.short)
	if s.keys != nil {
		s.keys.Reread()
		s.ways = append(s.ways, s.keys)
	}
	s.peers, s.loopback = &caller.Peers{Users: opts.Users, Groups: opts.Groups}, opts.Loopback
	s.ways = append(s.ways, s.peers)
	s.ways = append(s.ways, opts.Authenticators...)
	if old != nil && old.base == opts.Transport {
		s.proxy = old.proxy
		return
	}
	s.proxy = proxy.New(opts.Transport, "ringcx-broker/"+ringcx.Version)
	if old != nil {
		old.proxy.Close()
	}
}

// same tells whether two Stores are one, as far as that can be told.
func same(a, b ringcx.Store) bool {
	if a == nil || b == nil {
		return a == nil && b == nil
	}
	return reflect.TypeOf(a).Comparable() && reflect.TypeOf(b).Comparable() && a == b
}

// Drain is to be called before the broker ends, while it still listens: /readyz says that it ends, those who wait for a token get
// the one that there is, and connections end with their next answer.
func (b *Broker) Drain() {
	b.changing.Lock()
	defer b.changing.Unlock()
	b.end()
}

// end ends waits for a token. The caller holds changing.
func (b *Broker) end() {
	if !b.ended {
		b.ended = true
		close(b.ending)
	}
}

func (s *setup) profile(p Profile, old *setup) (*profile, error) {
	rest := strings.ToLower(p.Name)
	switch {
	case rest == "" || strings.Trim(rest, "abcdefghijklmnopqrstuvwxyz0123456789-_") != "":
		return nil, errors.New("a name is letters, digits, - and _")
	case p.Session == nil:
		return nil, errors.New("there is no session")
	case s.profiles[p.Name] != nil:
		return nil, errors.New("it is there twice")
	}
	if err := (ringcx.Config{Endpoint: p.Endpoint, AllowHTTP: p.AllowHTTP}).Validate(); err != nil {
		return nil, err
	}
	at := p.Endpoint.Canonical()
	cx, err := url.Parse(at.RingCX)
	if err != nil {
		return nil, err
	}
	central, err := url.Parse(at.RingCentral)
	if err != nil {
		return nil, err
	}
	made := &profile{
		name: p.Name, session: p.Session,
		vendor:    proxy.Vendor{RingCX: cx, RingCentral: central, RingCXToken: s.counted(&p), RingCentralToken: p.Session.RingCentral()},
		governors: [2]*budget.Governor{s.limits.at(cx, false), s.limits.at(central, true)},
	}
	if old != nil && old.profiles[p.Name] != nil && old.profiles[p.Name].session == p.Session {
		made.source = old.profiles[p.Name].source
	} else {
		made.source = handout.NewSource(s.counted(&p), s.now)
	}
	return made, nil
}

// counted is the session of a profile, of which is counted who waits, if anything is.
func (s *setup) counted(p *Profile) handout.Session {
	if s.metrics == nil {
		return p.Session
	}
	return &shared{p.Session, p.Name, s.metrics}
}

// Close ends what the broker keeps open to the vendor, and gives back to other brokers what it may send. Requests that wait for
// their turn are answered 429, those who wait for a token get the one that there is.
func (b *Broker) Close() {
	b.changing.Lock()
	defer b.changing.Unlock()
	s := b.at.Load()
	b.end()
	ctx, cancel := context.WithTimeout(context.Background(), leaving)
	defer cancel()
	b.waiting.wait(ctx)
	if err := s.limits.close(); err != nil {
		s.log.Warn("what this broker might have sent is others' only when its lease has ended", slog.Any("error", err))
	}
	s.proxy.Close()
}
