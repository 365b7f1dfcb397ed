package cli

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log"
	"net"
	"net/http"
	"os"
	"runtime/debug"
	"strings"
	"time"

	"github.com/ringcx-go/ringcx/internal/localtls"
	"github.com/ringcx-go/ringcx/internal/wording"
	"github.com/ringcx-go/ringcx/sandbox"
)

// collectAt is how much a sandbox may grow, in percent, before it looks for what it no longer needs. Half of what is usual
// costs a tenth of its speed, and lets 100,000 sessions take a third less memory.
const collectAt = 50

// restAfter is how long nobody has asked for anything when a sandbox gives back the memory that answering took. What it
// remembers takes about a third of what it has under load.
const restAfter = 2 * time.Second

func (a *app) serve(opts *sandbox.Options, at *place) (err error) {
	opts.TLSOnly, opts.Open, opts.Hosts, a.consoleWord = at.tlsDir != "", a.opener(at), at.hosts, opts.ConsolePassword
	at.crowd, at.held = make(crowd, connectionsMost), &inFlight{most: heldMost}
	closing, err := a.keepIn(at.data, opts)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, closing()) }()
	box, err := sandbox.New(opts)
	if err != nil {
		return badStart(strings.TrimPrefix(err.Error(), "sandbox: "), at.data)
	}
	if err := a.checkSeed(at, opts.Seed); err != nil {
		return err
	}
	if err := takeSnapshot(box, at.snapshot); err != nil {
		return err
	}
	if at.goodDay {
		a.steer(box, http.MethodPost, "faults", []byte(`{"hostile":0}`))
	}
	opts.Seed = a.seedOf(box)
	ln, config, notes, err := at.listener(a.Context, time.Now())
	if err != nil {
		return err
	}
	host, port, err := net.SplitHostPort(ln.Addr().String())
	if err != nil {
		return err
	}
	url := at.url(host, port)
	if at.writeTo != "" {
		if err := at.writeEnv(url, box.Demo()); err != nil {
			return errors.Join(err, ln.Close())
		}
	}
	a.announce(url, at, opts, a.inForce(box), notes)
	defer debug.SetGCPercent(debug.SetGCPercent(collectAt))
	rest := time.AfterFunc(restAfter, debug.FreeOSMemory)
	defer rest.Stop()
	box.OnRequest(func(r sandbox.Request) {
		rest.Reset(restAfter)
		a.logRequest(r)
	})
	server := a.httpServer(box, config, at.held)
	served := make(chan error, 1)
	go func() { served <- server.Serve(ln) }()
	select {
	case err := <-served:
		return err
	case <-a.Context.Done():
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(a.Context), 2*time.Second)
	defer cancel()
	if server.Shutdown(ctx) != nil {
		return server.Close()
	}
	return nil
}

func (a *app) httpServer(h http.Handler, config *tls.Config, all *inFlight) *http.Server {
	return &http.Server{
		Handler: inBounds(all.within(inTime(h, timeOf))), ReadHeaderTimeout: headersTime, IdleTimeout: idleTime, MaxHeaderBytes: headersRead,
		TLSConfig:   config,
		HTTP2:       &http.HTTP2Config{MaxConcurrentStreams: streamsMost, MaxReceiveBufferPerConnection: windowMost, MaxReceiveBufferPerStream: windowMost},
		ErrorLog:    log.New(quietly{a}, "", 0),                              // clients that do not trust the certificate, for one
		BaseContext: func(net.Listener) context.Context { return a.Context }, // ends the console's live log, too
	}
}

// announce says where the sandbox is, and what is in force there: that of its file or snapshot, which flags may not have
// changed.
func (a *app) announce(url string, at *place, opts *sandbox.Options, now inForce, notes []string) {
	say := func(format string, args ...any) {
		fmt.Fprintln(a.Stderr, wording.Printable(fmt.Sprintf(format, args...)))
	}
	stop := "Ctrl-C"
	if a.backgrounded() { // where it would reach another program
		stop = fmt.Sprintf("'kill %d'", os.Getpid())
	}
	say("RingCX sandbox on %s, tokens live %s. Stop it with %s.", url, wording.Span(now.tokenTTL), stop)
	if at.data != "" {
		say("Everything is kept in %s.", at.data)
		if at.snapshot != "" {
			say("It begins with %s, and has forgotten what was kept; without --snapshot it would go on.", at.snapshot)
		}
	}
	if host, _, _ := net.SplitHostPort(at.listen); !meansHere(host) {
		if opts.ConsolePassword == "" {
			say("Other machines can reach it, and it trusts everybody.")
			say("Its console stays closed to them: --console-password-file opens it.")
		} else {
			say("Other machines can reach it. Its console and /_sandbox/ ask everybody for the password.")
		}
	}
	if len(at.hosts) > 0 {
		say("It is also known as %s.", strings.Join(at.hosts, ", "))
	}
	if now.hostile > 0 {
		say("It is a hostile day: %.6g %% of the requests are spoiled.", 100*now.hostile)
	}
	if at.tlsDir != "" {
		say("Its clients have to trust %s.", localtls.TrustFile(at.tlsDir, at.vendor))
	}
	for _, note := range notes {
		say("%s", note)
	}
	say("Console: %s/console/", url)
	if at.writeTo != "" {
		say("In another shell:  . %s && ringcx login --jwt", wording.ShellPath(at.writeTo))
		return
	}
	args := at.envFlags(url)
	say("In another shell:  eval \"$(ringcx sandbox env%s)\" && ringcx login --jwt", args)
	say("In a browser:      eval \"$(ringcx sandbox env%s --app native)\" && ringcx login", args)
}
