package sandbox

import (
	"cmp"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"time"
)

// Options configures a Server. Nil and the zero value give the demo world with the vendor's documented figures.
type Options struct {
	// Seed chooses the demo credentials and ids: the same seed gives the same ones on every start. Tokens are random
	// always. 0 means 1.
	Seed uint64
	// TokenTTL is the lifetime of RingCX access tokens, at least one second. 0 means the documented five minutes.
	TokenTTL time.Duration
	// Algorithm signs RingCX access tokens: "ES256", "RS256" or "EdDSA". "" means "ES256". Which one the vendor uses
	// is not documented.
	Algorithm string
	// NoLimits switches every request limit off; limit headers are still sent.
	NoLimits bool
	// ConsolePassword lets people in to the developer console at /console/, and other machines to /_sandbox/. "" opens
	// the console to everybody at this machine and to nobody from elsewhere, and /_sandbox/ to all.
	ConsolePassword string
	// Hostile is the share of requests to the vendors, 0 to 1, that a hostile day spoils: delays, outages, lost answers
	// and the like, the same for the same Seed. 0 means none.
	Hostile float64
	// TLSOnly refuses what comes without TLS, for a Server on a port that speaks both. False takes either.
	TLSOnly bool
	// Now is the clock under the server's own; Advance adds to it. Nil means time.Now.
	Now func() time.Time
}

// Server is both vendor servers as one http.Handler. It is safe for concurrent use. Make one with New.
type Server struct {
	opts    Options
	key     *signingKey // signs RingCX access tokens
	routes  http.Handler
	control http.Handler
	console func() *console // made when somebody looks at it first
	clock   clock
	journal journal
	faults  faultList
	tokens  cxTokens
	habits  habits

	mu       sync.Mutex // guards what follows, and everything reachable from it
	world    *world
	platform *platform
	cx       *ringcx
	switches switches
}

// New makes a server in its first minute. It fails if an option is out of its range.
func New(opts *Options) (*Server, error) {
	s := &Server{}
	if opts != nil {
		s.opts = *opts
	}
	s.opts.Seed = cmp.Or(s.opts.Seed, 1)
	s.opts.TokenTTL = cmp.Or(s.opts.TokenTTL, cxAccessTTLDefault)
	s.opts.Algorithm = cmp.Or(s.opts.Algorithm, "ES256")
	if s.opts.TokenTTL < time.Second {
		return nil, fmt.Errorf("sandbox: token lifetime %v is below one second", s.opts.TokenTTL)
	}
	if s.clock.base = s.opts.Now; s.clock.base == nil {
		s.clock.base = time.Now
	}
	var err error
	if s.key, err = newSigningKey(s.opts.Seed, "RingCX tokens", s.opts.Algorithm); err != nil {
		return nil, fmt.Errorf("sandbox: %w", err)
	}
	day, _, err := (&hostileRequest{Share: s.opts.Hostile}).day(s.opts.Seed)
	if err != nil {
		return nil, fmt.Errorf("sandbox: %w", err)
	}
	s.faults.setDay(day)
	s.routes = s.vendorRoutes()
	s.control = s.controlRoutes()
	s.console = sync.OnceValue(func() *console { return newConsole(s) })
	if err := s.restart(); err != nil {
		return nil, fmt.Errorf("sandbox: %w", err)
	}
	return s, nil
}

// restart puts everything that changes into its first state, except the observer.
func (s *Server) restart() error {
	w, err := newWorld(s.opts.Seed)
	if err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.world = w
	s.platform = newPlatform(s.opts.NoLimits)
	s.cx = newRingCX(s.opts.NoLimits)
	s.switches = switches{}
	s.tokens.restart()
	s.habits.restart()
	s.faults.restart()
	s.clock.offset.Store(0)
	s.journal.clear()
	return nil
}

// Reset returns to the first minute: no tokens, no sessions, no ledgers, no log, no faults, the clock as started, and
// only the demo objects, with the credentials they had. Tokens from before are refused. A hostile day begins again.
func (s *Server) Reset() {
	if err := s.restart(); err != nil {
		// New has done the same with the same input, so this cannot happen.
		panic(errors.Join(errors.New("sandbox: resetting"), err))
	}
}

// Demo is what a program or a person needs to sign in as the demo user of a production account with RingCX: an app with
// the JWT flow and two with the authorization code flow, each with refresh tokens and the ReadAccounts scope.
func (s *Server) Demo() Credentials {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.world.demo
}

// ServeHTTP answers as the vendor whose path it is. Like the vendor's network on a bad day, it may cut the connection
// if a fault was armed.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	refusal, refused := s.refuseTransport(r)
	switch path := r.URL.Path; {
	case path != "/_sandbox" && !strings.HasPrefix(path, "/_sandbox/") && path != "/console" && !strings.HasPrefix(path, consolePath):
		s.serveVendor(w, r)
	case refused:
		refusal.write(w)
	case strings.HasPrefix(path, "/_sandbox"):
		s.control.ServeHTTP(w, r)
	default:
		s.console().ServeHTTP(w, r)
	}
}
