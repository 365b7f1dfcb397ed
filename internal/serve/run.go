// Package serve is a sandbox as a process: where it listens, its certificates, the file that it keeps everything in, what it
// says at its start, and how another process asks it for what leads a program there.
package serve

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"runtime/debug"
	"strings"
	"time"

	"github.com/ringcx-go/ringcx/internal/shell"
	"github.com/ringcx-go/ringcx/internal/usage"
	"github.com/ringcx-go/ringcx/internal/wording"
	"github.com/ringcx-go/ringcx/sandbox"
)

// Options say which sandbox runs, and where.
type Options struct {
	At      Place
	Sandbox sandbox.Options // the seed 0 is that of Data or Snapshot; Run fills in what follows from At

	Data     string // file in which it keeps everything; "": in memory
	Snapshot string // file that says what is in it; "": the demo objects
	WriteEnv string // file for the variables that lead there; "": none is written

	Seeded  bool // the seed was asked for, so a snapshot of another is refused
	GoodDay bool // no hostile day was asked for, whatever Data or Snapshot has

	Talk Talk
}

// collectAt is how much a sandbox may grow, in percent, before it looks for what it no longer needs. Half of what is usual
// costs a tenth of its speed, and lets 100,000 sessions take a third less memory.
const collectAt = 50

// restAfter is how long nobody has asked for anything when a sandbox gives back the memory that answering took. What it
// remembers takes about a third of what it has under load.
const restAfter = 2 * time.Second

// process is a sandbox that runs, and what its listeners share.
type process struct {
	*Options
	ctx   context.Context // ends it; a process has one, so it lives here
	crowd crowd           // of all that come to it, and to the addresses of its namespaces
	held  *inFlight       // by them
}

// Run runs a sandbox until ctx ends, which is no error. What is wrong with opts is an error of usage, before anything is
// listened at.
func Run(ctx context.Context, opts *Options) (err error) {
	s := &process{Options: opts, ctx: ctx, crowd: make(crowd, connectionsMost), held: &inFlight{most: heldMost}}
	if err := opts.check(); err != nil {
		return err
	}
	opts.Sandbox.TLSOnly, opts.Sandbox.Open, opts.Sandbox.Hosts = opts.At.TLSDir != "", s.open, opts.At.Hosts
	closing, err := s.keep()
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, closing()) }()
	box, err := s.begin()
	if err != nil {
		return err
	}
	ln, config, notes, err := s.listener(&s.At, time.Now())
	if err != nil {
		return err
	}
	host, port, err := net.SplitHostPort(ln.Addr().String())
	if err != nil {
		return err
	}
	url := s.At.url(host, port)
	if s.WriteEnv != "" {
		if err := s.writeEnv(url, box.Demo()); err != nil {
			return errors.Join(err, ln.Close())
		}
	}
	s.announce(url, s.inForce(box), notes)
	defer debug.SetGCPercent(debug.SetGCPercent(collectAt))
	rest := time.AfterFunc(restAfter, debug.FreeOSMemory)
	defer rest.Stop()
	box.OnRequest(func(r sandbox.Request) {
		rest.Reset(restAfter)
		s.Talk.request(r)
	})
	server := s.httpServer(box, config)
	served := make(chan error, 1)
	go func() { served <- server.Serve(ln) }()
	select {
	case err := <-served:
		return err
	case <-ctx.Done():
	}
	return end(ctx, server)
}

// end ends a server, with two seconds for what it is answering.
func end(ctx context.Context, server *http.Server) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 2*time.Second)
	defer cancel()
	if server.Shutdown(ctx) != nil {
		return server.Close()
	}
	return nil
}

// check finds what is wrong with the options before a sandbox starts, and puts the names of its machine into one spelling.
func (o *Options) check() error {
	for _, path := range []string{o.WriteEnv, o.At.TLSDir} {
		if problem := shell.Unfit(path); problem != "" {
			return usage.New(fmt.Sprintf("%q cannot be written for a shell: %s", path, problem), "choose another name")
		}
	}
	if o.At.VendorNames && o.At.TLSDir == "" {
		return usage.New("--tls-vendor-names needs --tls DIR", "without TLS a name proves nothing, and needs no certificate")
	}
	if info, err := os.Stat(o.WriteEnv); o.WriteEnv != "" && err == nil && !info.Mode().IsRegular() {
		return usage.New(fmt.Sprintf("--write-env %s is not a file", wording.Printable(o.WriteEnv)), "name a file, which is made or replaced")
	}
	return o.At.spell()
}

// begin makes the sandbox, with what its file or its snapshot has.
func (s *process) begin() (*sandbox.Server, error) {
	box, err := sandbox.New(&s.Sandbox)
	if err != nil {
		return nil, badStart(strings.TrimPrefix(err.Error(), "sandbox: "), s.Data)
	}
	if err := s.checkSeed(); err != nil {
		return nil, err
	}
	if err := takeSnapshot(box, s.Snapshot); err != nil {
		return nil, err
	}
	if s.GoodDay {
		s.steer(box, http.MethodPost, "faults", []byte(`{"hostile":0}`))
	}
	return box, nil
}
