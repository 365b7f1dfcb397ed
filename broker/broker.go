// Package broker is one renewer for many programs, in every language: an http.Handler that forwards requests to the vendor with the
// right token, and hands out access tokens to callers that may have them. Callers hold a key of the broker's, or are known by
// their user; no secret of the vendor's leaves the broker but its access token, and that only to who asks for it and may.
//
//	b, err := broker.New(&broker.Options{Profiles: []broker.Profile{{Name: "support", Session: session}}, Store: store})
//	server := b.Server()
//	err = server.Serve(listener)
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
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
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
	// Store keeps the keys of callers, and may be that of the sessions. nil: there are none, and none can be made.
	Store ringcx.Store
	// Users and Groups let in processes of this machine by a unix socket, without a key: names of callers by the ID of a
	// user or of a primary group. nil: none.
	Users, Groups map[uint32]string
	// Loopback serves connections of this machine for Users alone, who need no key for them. Whose they are the system tells
	// on Linux; of a connection of which it is not told a key is asked for. false: only keys count there.
	Loopback bool
	// Authenticators are further ways to tell who calls, asked after the others. nil: none.
	Authenticators []Authenticator
	// Rules are who may do what. nil: all callers everything but operations that make or tell credentials.
	Rules []Rule
	// Hosts are the names that the broker answers to besides addresses and the names of this machine. nil: none.
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
	// Log gets what nobody else learns, without secrets. nil: nothing.
	Log *slog.Logger
	// Now is the clock; nil: time.Now.
	Now func() time.Time
}

// Broker serves callers. It is an http.Handler, safe for concurrent use.
type Broker struct {
	profiles map[string]*profile
	first    *profile
	keys     *caller.Keys // nil: there is no Store
	peers    *caller.Peers
	loopback bool
	ways     []caller.Authenticator
	rules    *policy.Set
	hosts    proxy.Hosts
	audit    *AuditLog
	proxy    *proxy.Proxy
	desk     *handout.Desk
	log      *slog.Logger
	now      func() time.Time
	limits   *governors
	requests numbers
}

// profile is one that is served.
type profile struct {
	name   string
	vendor proxy.Vendor
	source *handout.Source
	// governors are those of RingCX and of RingCentral; nil: requests are not held to limits.
	governors [2]*budget.Governor
	named     [2]handout.Names // of RingCX and of RingCentral
}

// New makes a broker. It asks nobody for anything before it is called.
func New(opts *Options) (*Broker, error) {
	if opts == nil || len(opts.Profiles) == 0 {
		return nil, errors.New("the broker has no profile")
	}
	rules, err := policy.Compile(opts.Rules)
	if err != nil {
		return nil, err
	}
	b := &Broker{
		profiles: map[string]*profile{}, rules: rules, hosts: opts.Hosts, audit: opts.Audit, log: opts.Log, now: opts.Now,
		proxy: proxy.New(opts.Transport, "ringcx-broker/"+ringcx.Version),
	}
	if b.log == nil {
		b.log = slog.New(slog.DiscardHandler)
	}
	if b.now == nil {
		b.now = time.Now
	}
	b.limits = newGovernors(opts)
	for _, p := range opts.Profiles {
		made, err := b.profile(p)
		if err != nil {
			return nil, fmt.Errorf("profile %q: %w", p.Name, err)
		}
		b.profiles[p.Name] = made
		if b.first == nil {
			b.first = made
		}
	}
	short := &handout.Short{Now: b.now, Alive: b.alive}
	b.desk = &handout.Desk{Who: b.who, Source: b.handsOut, Short: short, Now: b.now}
	b.ways = append(b.ways, short)
	if opts.Store != nil {
		b.keys = &caller.Keys{Store: opts.Store, Now: opts.Now}
		b.ways = append(b.ways, b.keys)
	}
	b.peers, b.loopback = &caller.Peers{Users: opts.Users, Groups: opts.Groups}, opts.Loopback
	b.ways = append(b.ways, b.peers)
	b.ways = append(b.ways, opts.Authenticators...)
	return b, nil
}

func (b *Broker) profile(p Profile) (*profile, error) {
	rest := strings.ToLower(p.Name)
	switch {
	case rest == "" || strings.Trim(rest, "abcdefghijklmnopqrstuvwxyz0123456789-_") != "":
		return nil, errors.New("a name is letters, digits, - and _")
	case p.Session == nil:
		return nil, errors.New("there is no session")
	case b.profiles[p.Name] != nil:
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
	return &profile{
		name:      p.Name,
		vendor:    proxy.Vendor{RingCX: cx, RingCentral: central, RingCXToken: p.Session, RingCentralToken: p.Session.RingCentral()},
		source:    handout.NewSource(p.Session, b.now),
		governors: [2]*budget.Governor{b.limits.at(cx, false), b.limits.at(central, true)},
	}, nil
}

// Close ends what the broker keeps open to the vendor, and gives back to other brokers what it may send. Requests that wait for
// their turn are answered 429.
func (b *Broker) Close() {
	if err := b.limits.close(); err != nil {
		b.log.Warn("what this broker might have sent is others' only when its lease has ended", slog.Any("error", err))
	}
	b.proxy.Close()
}
