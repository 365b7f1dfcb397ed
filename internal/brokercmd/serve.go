package brokercmd

import (
	"cmp"
	"context"
	"crypto/tls"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/ringcx-go/ringcx"
	"github.com/ringcx-go/ringcx/broker"
	"github.com/ringcx-go/ringcx/broker/oidc"
	"github.com/ringcx-go/ringcx/internal/usage"
)

// process is a broker that runs.
type process struct {
	*Commands
	config *config
	began  *config // that of the start
	log    *slog.Logger
	seen   *broker.Metrics
	store  ringcx.Store
	broker *broker.Broker
	served []served
	audit  *broker.AuditLog           // nil: nothing is written down
	tokens *oidc.Callers              // nil: no token of an issuer lets in
	tls    atomic.Pointer[tls.Config] // nil: nothing is listened at with it

	places   []place
	callers  connections
	serving  sync.WaitGroup // those that accept connections
	working  sync.WaitGroup // what begin has begun
	stopWork context.CancelFunc
	sessions []*ringcx.Session // all that there were
	outdated chan string       // profiles of which the store has another login
	followed time.Time         // when one was last taken from there
	unkept   sync.Map          // why each sink that cannot be written is not: sentences by file
}

// drains is how long what was begun may take when the broker has been told to end.
const drains = 30 * time.Second

// run serves until the command is to end.
func (a *Commands) run() error {
	defer seldom()()
	p, opts, err := a.prepare()
	if err != nil {
		return err
	}
	if p.broker, err = broker.New(opts); err != nil {
		return usage.New(err.Error(), "see docs/broker.md")
	}
	defer p.broker.Close()
	if p.places, err = p.listen(); err != nil {
		return err
	}
	a.patience.Store(int64(p.config.linger + drains + 10*time.Second))
	server := p.broker.Server()
	failed := p.accept(server)
	p.begin()
	var hangups <-chan os.Signal
	if a.Hangups != nil {
		hangups = a.Hangups()
	}
	a.Through(p.log)
	notify(a.Getenv, "READY=1", "STATUS=serving")
	for {
		select {
		case err := <-failed:
			p.end(server)
			return fmt.Errorf("the broker cannot go on: %w", err)
		case <-hangups:
			p.reload()
		case name := <-p.outdated:
			p.follow(name)
		case <-a.Context.Done():
			p.end(server)
			return nil
		}
	}
}

// accept accepts callers at all places, and tells when one of them fails.
func (p *process) accept(server *http.Server) (failed <-chan error) {
	server.TLSConfig = &tls.Config{
		MinVersion: tls.VersionTLS12, NextProtos: []string{"h2", "http/1.1"},
		GetConfigForClient: func(*tls.ClientHelloInfo) (*tls.Config, error) { return p.tls.Load(), nil },
	}
	server.ConnState = p.callers.note
	ended := make(chan error, len(p.places))
	for _, at := range p.places {
		p.serving.Go(func() {
			if at.tls {
				ended <- server.ServeTLS(at.Listener, "", "")
				return
			}
			ended <- server.Serve(at.Listener)
		})
		p.log.Info("the broker listens", "address", at.url())
	}
	return ended
}

// prepare is all that is done before anything is listened at.
func (a *Commands) prepare() (*process, *broker.Options, error) {
	c, err := a.config(false)
	if err != nil {
		return nil, nil, err
	}
	if err := a.ReadEnvFile(); err != nil {
		return nil, nil, err
	}
	a.Lasts = true
	p := &process{Commands: a, config: c, began: c, seen: broker.NewMetrics(), outdated: make(chan string)}
	p.log = slog.New(p.seen.Count(logger(a.Stderr, c.log)))
	if p.store, err = a.openStore(c); err != nil {
		return nil, nil, err
	}
	all, opts, err := p.options(c)
	if err != nil {
		return nil, nil, a.tellEach(err)
	}
	p.took(all, opts)
	return p, opts, p.readCertificates(c)
}

// logger is the log of a broker.
func logger(to io.Writer, form string) slog.Handler {
	if form == "json" {
		return slog.NewJSONHandler(to, nil)
	}
	return slog.NewTextHandler(to, nil)
}

// options are those of a configuration.
func (p *process) options(c *config) ([]served, *broker.Options, error) {
	all, err := p.serves(c, p.store, p.log, p.served)
	if err != nil {
		return nil, nil, err
	}
	opts := &broker.Options{
		Store: p.store, Users: c.users, Groups: c.groups, Rules: c.rules, Hosts: p.config.answersTo(c.hosts), Log: p.log, Metrics: p.seen, MetricsKey: c.numbers, Problems: p.problems,
		NoLimits: c.noLimits, Replicas: cmp.Or(c.replicas, 1), MaxWait: c.maxWait,
	}
	for _, s := range all {
		opts.Profiles = append(opts.Profiles, s.Profile)
	}
	if c.tls != nil && len(c.tls.callers) > 0 {
		known, err := c.tls.certificates()
		if err != nil {
			return nil, nil, err
		}
		opts.Authenticators = append(opts.Authenticators, known)
	}
	if len(c.issuers) > 0 {
		tokens, err := oidc.New(&oidc.Options{Issuers: c.issuers, Before: p.tokens, Log: p.log})
		if err != nil {
			return nil, nil, usage.New(err.Error(), "see docs/broker.md")
		}
		p.tokens = tokens // with the keys of before
		opts.Authenticators = append(opts.Authenticators, tokens)
	}
	if c.audit != "" {
		if opts.Audit, err = broker.OpenAuditLog(c.audit); err != nil {
			return nil, nil, usage.New(err.Error(), "audit names a file that this user may write to, in a directory that is there")
		}
	}
	return all, opts, nil
}

// took notes what is served from now on. The audit log of before is nobody's any more.
func (p *process) took(all []served, opts *broker.Options) {
	if p.audit != nil {
		_ = p.audit.Close()
	}
	p.served, p.audit = all, opts.Audit
	for _, s := range all {
		if !slices.Contains(p.sessions, s.Session) {
			p.sessions = append(p.sessions, s.Session)
		}
	}
}

func (p *process) readCertificates(c *config) error {
	if c.tls == nil {
		return nil
	}
	config, err := c.tls.load(p.Warn)
	if err == nil {
		p.tls.Store(config)
	}
	return err
}

// begin begins what is done while nobody asks: tokens are kept good, and written to files.
func (p *process) begin() {
	ctx, cancel := context.WithCancel(context.WithoutCancel(p.Context))
	p.stopWork = cancel
	for i, s := range p.served {
		if s.unread == nil {
			p.working.Go(func() { keepGood(ctx, &s, p.log.With("profile", s.Name)) })
		}
		if s.stored {
			p.working.Go(func() { p.watch(ctx, &s) })
		}
		for _, to := range p.config.sinks {
			if s.unread == nil && (to.profile == s.Name || to.profile == "" && i == 0) {
				p.working.Go(func() { to.keep(ctx, s.Session, p.log, &p.unkept) })
			}
		}
	}
}

// problems are the sinks that cannot be written, in sentences.
func (p *process) problems() (all []string) {
	p.unkept.Range(func(_, why any) bool {
		all = append(all, fmt.Sprint(why))
		return true
	})
	return all
}

// asksAgain is how soon the broker asks for the token that nobody asked for. Usually that is a read of memory.
const asksAgain = 15 * time.Second

// keepGood asks for the token again and again, so that no caller has to wait for a new one, and none ends because nobody calls.
func keepGood(ctx context.Context, of *served, log *slog.Logger) {
	told := ""
	for {
		_, err := of.Session.Token(ctx)
		switch {
		case ctx.Err() != nil:
			return
		case err == nil && told != "":
			log.Info("there is a token again")
			told = ""
		case err != nil && err.Error() != told:
			told = err.Error()
			log.Error("there is no token", "error", told, "hint", of.mends(err))
		}
		select {
		case <-time.After(asksAgain):
		case <-ctx.Done():
			return
		}
	}
}

// end ends the broker: it says that it is not ready, serves on while that is noticed, and answers what was begun.
func (p *process) end(server *http.Server) {
	notify(p.Getenv, "STOPPING=1")
	p.broker.Drain()
	p.log.Info("the broker ends", "lingers", p.config.linger.String())
	<-time.After(p.config.linger)
	for _, at := range p.places {
		_ = at.Close()
	}
	p.serving.Wait() // who was accepted last is known then
	ctx, cancel := context.WithTimeout(context.WithoutCancel(p.Context), drains)
	defer cancel()
	p.callers.wait(ctx, p.config.linger)
	if err := server.Shutdown(ctx); err != nil {
		p.log.Warn("what callers had begun was cut off", "error", err.Error())
		_ = server.Close()
	}
	p.stopWork()
	p.working.Wait()
	for _, s := range p.sessions {
		_ = s.Wait(ctx) // an answer under way is stored; late is no failure
	}
}

// place is where the broker listens.
type place struct {
	net.Listener
	tls bool
}

// url is how callers reach it.
func (at *place) url() string {
	switch {
	case at.Addr().Network() == "unix":
		return "unix:" + at.Addr().String()
	case at.tls:
		return "https://" + at.Addr().String()
	}
	return "http://" + at.Addr().String()
}

// listen listens at all places, or uses the sockets that were passed on.
func (p *process) listen() (all []place, err error) {
	sockets, err := passed(p.Getenv, os.Getpid())
	if err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			for _, at := range all {
				_ = at.Close()
			}
		}
	}()
	wanted := p.config.listens
	if len(wanted) == 0 && len(sockets) == 0 {
		wanted = []listen{{address: defaultListen, group: -1}}
	}
	for _, l := range wanted {
		i := slices.IndexFunc(sockets, func(ln net.Listener) bool { return l.is(ln.Addr()) })
		if i >= 0 {
			l.tellIgnored(p.log)
			all = append(all, place{sockets[i], l.tls})
			sockets = slices.Delete(sockets, i, i+1)
			continue
		}
		ln, err := l.open(p.Context)
		if err != nil {
			return all, err
		}
		all = append(all, place{ln, l.tls})
	}
	for _, ln := range sockets {
		l := placeOf(ln)
		encrypt := !l.local() && p.config.tls != nil
		if len(wanted) > 0 || !l.local() && !encrypt {
			return all, usage.New(fmt.Sprintf("the service manager passed on a socket at %s, which is not configured", l.String()), "add [[listen]] with this address, and [tls] if other machines reach it")
		}
		all = append(all, place{ln, encrypt})
	}
	if p.config.unheard(nil) && !slices.ContainsFunc(all, func(at place) bool { return at.Addr().Network() == "unix" }) {
		return all, usage.New(p.config.file+": "+unheard, unheardHint)
	}
	return all, nil
}
