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

// server is what a [Server] is.
type server struct {
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

// newServer makes a server that keeps its state in m. Its errors say nothing about where they come from.
func newServer(opts Options, m memory) (*server, error) {
	s := &server{opts: opts, memory: m, journal: journal.New(&m.shared.logs)}
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

// Reset is that of a [Server].
func (s *server) Reset() {
	_ = s.reset() // if that fails, so does the next request, which can say so
}

// reset fails if what was kept cannot be removed.
func (s *server) reset() error {
	if err := s.startOver(); err != nil {
		// New has done the same with the same input, so this cannot happen.
		panic(errors.Join(errors.New("sandbox: resetting"), err))
	}
	return errors.Join(s.keep(), s.forgetNamespaces())
}

// Demo is that of a [Server].
func (s *server) Demo() Credentials {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.demo
}

// ServeHTTP finds who is asked: a vendor, the control plane, the console, or a namespace.
func (s *server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
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
func (s *server) serve(w http.ResponseWriter, r *http.Request, wanted guard.Wish) {
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
