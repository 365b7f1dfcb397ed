package sandbox

import (
	"fmt"
	"io"
	"net/http"
	"sync"
	"time"
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
type Server struct{ core core }

// core is a server. It is an interface so that whoever imports this package does not compile the tables that a server has:
// that took six seconds of each package.
type core interface {
	http.Handler
	Now() time.Time
	Advance(d time.Duration)
	Reset()
	Demo() Credentials
	Requests() []Request
	OnRequest(f func(Request))
	Snapshot(w io.Writer) error
	Restore(r io.Reader) error
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
	return &Server{s}, nil
}

// ServeHTTP answers as the vendor whose path it is. Like the vendor's network on a bad day, it may cut the connection
// if a fault was armed.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) { s.core.ServeHTTP(w, r) }

// Demo is what a program or a person needs to sign in as the demo user of a production account with RingCX: an app with
// the JWT flow and two with the authorization code flow, each with refresh tokens and the ReadAccounts scope.
func (s *Server) Demo() Credentials { return s.core.Demo() }

// Now is the time on the server's clock, in UTC.
func (s *Server) Now() time.Time { return s.core.Now() }

// Advance moves the server's clock by d; a negative d moves it back. Tokens, grace periods, request limits and the
// Date header follow it; the clocks of clients do not.
func (s *Server) Advance(d time.Duration) { s.core.Advance(d) }

// Reset returns to the first minute: no tokens, no sessions, no ledgers, no log, no faults, the clock as started, and
// only the demo objects, with the credentials they had, and no namespaces. Tokens from before are refused. A hostile day
// begins again.
func (s *Server) Reset() { s.core.Reset() }

// Requests lists the latest requests to the emulated vendors, oldest first, at most 10,000. An entry is there before
// its answer leaves the server. Requests to /_sandbox/ are not in it. Long paths and the like are cut, with "…" at the end,
// so that no log takes more than 24 MiB; the logs of a server and its namespaces take 64 MiB together, then the oldest
// entries of whichever goes on go sooner.
func (s *Server) Requests() []Request { return s.core.Requests() }

// OnRequest has f called with each request to the emulated vendors, before its answer leaves the server and possibly
// from several goroutines at once. There is one observer; nil removes it. Reset keeps it.
func (s *Server) OnRequest(f func(Request)) { s.core.OnRequest(f) }

// Snapshot writes everything that s knows, as GET /_sandbox/snapshot answers it: what it knew at one moment, with the secrets
// of the sandbox, which are nobody's. Namespaces are not in it. It takes about half of the memory that what it writes would.
func (s *Server) Snapshot(w io.Writer) error { return s.core.Snapshot(w) }

// Restore makes s what a snapshot says, or changes nothing. It reads no more than it needs, and can be given a file of any
// size; what POST /_sandbox/snapshot takes is at most 64 MiB, and no more than a server would remember of what others do.
// Namespaces stay as they are.
func (s *Server) Restore(r io.Reader) error { return s.core.Restore(r) }
