package sandbox

import (
	"cmp"
	"errors"
	"fmt"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"github.com/ringcx-go/ringcx/sandbox/internal/budget"
	"github.com/ringcx-go/ringcx/sandbox/internal/console"
	"github.com/ringcx-go/ringcx/sandbox/internal/contract"
	"github.com/ringcx-go/ringcx/sandbox/internal/control"
	"github.com/ringcx-go/ringcx/sandbox/internal/endpoint"
	"github.com/ringcx-go/ringcx/sandbox/internal/fault"
	"github.com/ringcx-go/ringcx/sandbox/internal/guard"
	"github.com/ringcx-go/ringcx/sandbox/internal/journal"
	"github.com/ringcx-go/ringcx/sandbox/internal/limit"
	"github.com/ringcx-go/ringcx/sandbox/internal/model"
	"github.com/ringcx-go/ringcx/sandbox/internal/state"
)

// Options configures a Server. Nil and the zero value give the demo world with the vendor's documented figures.
type Options struct {
	// Seed chooses the demo credentials and ids: the same seed gives the same ones on every start. Tokens are random
	// always. 0 means 1, or what the Keeper has.
	Seed uint64
	// Profile is the state of the vendor's documentation to follow: "ringcx", today's, or "engage", the one of the older
	// host engage.ringcentral.com. "" means "ringcx".
	Profile string
	// Settings choose what the vendor does where it is not known or not to a test's liking, by their names in
	// docs/protocol.md. They win over Profile and TokenTTL. Nil means that nothing is chosen.
	Settings map[string]string
	// TokenTTL is the lifetime of RingCX access tokens, in whole seconds, from one to a year. 0 means the documented five
	// minutes.
	TokenTTL time.Duration
	// Algorithm signs RingCX access tokens: "ES256", "RS256" or "EdDSA". "" means "ES256". Which one the vendor uses
	// is not documented.
	Algorithm string
	// NoLimits switches every request limit off; limit headers are still sent.
	NoLimits bool
	// ConsolePassword lets people in to the developer console at /console/, and programs to /_sandbox/, from wherever they
	// come, and only who gives it begins a namespace. "" opens the console to everybody at this machine and to nobody from
	// elsewhere, and /_sandbox/ to all who come under a name of this machine, an IP address or one of Hosts; 0.0.0.0, [::]
	// and addresses like [::ffff:127.0.0.1] are not among them.
	ConsolePassword string
	// Hosts are names besides those of this machine that the control plane answers to: the one it listens at, or the one
	// that other containers know it by. The vendors' paths answer to any. Nil means none; with a password none is needed.
	// 0.0.0.0 and its like are no names, and count for nothing.
	Hosts []string
	// Hostile is the share of requests to the vendors, 0 to 1, that a hostile day spoils: delays, outages, lost answers
	// and the like, the same for the same Seed. 0 means none.
	Hostile float64
	// TLSOnly refuses what comes without TLS, for a Server on a port that speaks both. False takes either.
	TLSOnly bool
	// Now is the clock under the server's own; Advance adds to it. Nil means time.Now.
	Now func() time.Time
	// Keeper keeps everything between runs: what it has is there again, and no answer leaves before what it stands for is
	// kept. Nil keeps everything in memory.
	Keeper Keeper
	// Open makes a handler reachable at an address of its own, which a namespace gets when it is asked for. Nil means that
	// namespaces are reached by path and host name only.
	Open func(http.Handler) (url string, closing func(), err error)
}

// Server is both vendor servers as one http.Handler. It is safe for concurrent use. Make one with New.
type Server struct {
	opts    Options
	control func() http.Handler     // made when somebody asks first
	console func() *console.Console // made when somebody looks at it first
	guard   *guard.Guard
	clock   clock
	journal *journal.Log
	faults  *fault.Faults
	habits  endpoint.Detector
	limits  *limit.Limits
	secrets state.Cell[tokenSecrets]
	vendors

	memory    memory
	inside    namespaces
	namespace string                 // this server's name; "": it is not inside another
	use       use                    // of a namespace
	around    atomic.Pointer[string] // address of the server around, once this one has its own; nil: a host beside it

	rules    atomic.Pointer[contract.Rules]
	settings state.Cell[settingValues]
	changing sync.Mutex      // held by who changes rules; taken before mu
	start    *contract.Rules // what a reset returns to

	world *model.World

	mu    state.Lock // guards what follows, and everything reachable from it; who holds it reads and changes tables with mu.Tx
	purse budget.Purse
	demo  Credentials // as they were handed out
	ended bool        // it is a namespace that has made room
}

// New makes a server in its first minute. It fails if an option is out of its range.
func New(opts *Options) (*Server, error) {
	given := Options{}
	if opts != nil {
		given = *opts
	}
	s, err := newServer(given, memory{
		keeper: given.Keeper, saving: new(sync.Mutex), shared: newCommon(),
	})
	if err == nil {
		err = s.remember()
	}
	if err != nil {
		return nil, fmt.Errorf("sandbox: %w", err)
	}
	return s, nil
}

// newServer makes a server that keeps its state in m. Its errors say nothing about where they come from.
func newServer(opts Options, m memory) (*Server, error) {
	s := &Server{opts: opts, memory: m, journal: journal.New(&m.shared.logs)}
	s.mu.DB = state.New(s.tablesKeeper(), m.name)
	s.clock.kept, s.settings = state.NewCell[time.Duration](s.mu.DB, "clock"), state.NewCell[settingValues](s.mu.DB, "settings")
	s.secrets = state.NewCell[tokenSecrets](s.mu.DB, "seals")
	s.world = model.NewWorld(s.mu.DB)
	s.limits = limit.New(&s.mu, opts.NoLimits)
	s.makeVendors()
	s.opts.Profile = cmp.Or(s.opts.Profile, contract.DefaultProfile)
	s.opts.Algorithm = cmp.Or(s.opts.Algorithm, "ES256")
	if s.opts.TokenTTL != 0 && s.opts.TokenTTL < time.Second {
		return nil, fmt.Errorf("token lifetime %v is below one second", s.opts.TokenTTL)
	}
	if s.clock.base = s.opts.Now; s.clock.base == nil {
		s.clock.base = time.Now
	}
	var err error
	if s.guard, err = guard.New(s.opts.ConsolePassword, s.opts.Hosts, s.clock.base); err != nil {
		return nil, err
	}
	if s.start, err = startRules(&s.opts); err != nil {
		return nil, err
	}
	day, err := s.startDay()
	if err != nil {
		return nil, err
	}
	s.faults = fault.New(&s.mu, day)
	s.mu.Lock()
	s.faults.SetDay(day)
	s.mu.Unlock()
	s.control = sync.OnceValue(func() http.Handler { return control.New(newAdmin(s)) })
	s.console = sync.OnceValue(func() *console.Console { return console.New(newAdmin(s)) })
	return s, s.wake()
}

// Reset returns to the first minute: no tokens, no sessions, no ledgers, no log, no faults, the clock as started, and
// only the demo objects, with the credentials they had, and no namespaces. Tokens from before are refused. A hostile day
// begins again.
func (s *Server) Reset() {
	_ = s.reset() // if that fails, so does the next request, which can say so
}

// reset fails if what was kept cannot be removed.
func (s *Server) reset() error {
	if err := s.startOver(); err != nil {
		// New has done the same with the same input, so this cannot happen.
		panic(errors.Join(errors.New("sandbox: resetting"), err))
	}
	return errors.Join(s.keep(), s.forgetNamespaces())
}

// Demo is what a program or a person needs to sign in as the demo user of a production account with RingCX: an app with
// the JWT flow and two with the authorization code flow, each with refresh tokens and the ReadAccounts scope.
func (s *Server) Demo() Credentials {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.demo
}

// ServeHTTP answers as the vendor whose path it is. Like the vendor's network on a bad day, it may cut the connection
// if a fault was armed.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	wanted := guard.Wish{Begun: true, Path: r.URL.Path}
	if s.namespace == "" {
		if name, inner := namespaceOf(r); name != "" {
			wanted, r = guard.Wish{Namespace: name, Begun: s.has(name), Path: inner.URL.Path}, inner
		}
	}
	if wanted.ForControl() || wanted.ForConsole() {
		if refusal, refused := endpoint.RefuseTransport(r, s.opts.TLSOnly); refused {
			refusal.Write(w)
			return
		}
	}
	if refusal, refused := s.guard.Refuse(r, wanted); refused {
		refusal.Write(w)
		return
	}
	if wanted.Namespace != "" {
		s.enter(w, r, wanted)
		return
	}
	if s.namespace != "" {
		if !s.arrive() {
			retiredAnswer().Write(w)
			return
		}
		defer s.leave()
	}
	s.serve(w, r, wanted)
}

// serve answers who has passed the guard.
func (s *Server) serve(w http.ResponseWriter, r *http.Request, wanted guard.Wish) {
	switch {
	case wanted.ForControl():
		for name, value := range guard.Secluded {
			w.Header().Set(name, value)
		}
		s.control().ServeHTTP(w, r)
	case wanted.ForConsole():
		s.console().ServeHTTP(w, r)
	default:
		s.serveVendor(w, r)
	}
}
