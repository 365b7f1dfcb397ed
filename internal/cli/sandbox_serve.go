package cli

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"log"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"runtime/debug"
	"strings"
	"time"

	"github.com/ringcx-go/ringcx/internal/localtls"
	"github.com/ringcx-go/ringcx/sandbox"
	"github.com/ringcx-go/ringcx/store/file"
)

// collectAt is how much a sandbox may grow, in percent, before it looks for what it no longer needs. Half of what is usual
// costs a tenth of its speed, and lets 100,000 sessions take a third less memory.
const collectAt = 50

// place is where a sandbox is reached.
type place struct {
	listen  string
	envFile string // where the variables are written that lead there; "": nowhere
	tlsDir  string // of the authority that its clients trust; "": it speaks plain HTTP

	data     string // file in which it keeps everything; "": in memory
	snapshot string // file that says what is in it; "": the demo objects
}

// client reaches the sandbox there.
func (p *place) client() (*http.Client, error) {
	if p.tlsDir == "" {
		return http.DefaultClient, nil
	}
	ca, err := os.ReadFile(localtls.CertFile(p.tlsDir))
	if err != nil {
		return nil, err
	}
	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM(ca)
	return &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: pool, MinVersion: tls.VersionTLS12}}}, nil
}

func (p *place) url(host, port string) string {
	scheme := "http"
	if p.tlsDir != "" {
		scheme = "https"
	}
	return scheme + "://" + net.JoinHostPort(reachable(host), port)
}

// trust are the shell lines by which programs trust the certificate.
func (p *place) trust() (string, error) {
	if p.tlsDir == "" {
		return "", nil
	}
	dir, err := filepath.Abs(p.tlsDir)
	if err != nil {
		return "", err
	}
	ca := localtls.CertFile(dir)
	if strings.ContainsAny(ca, "'\n") {
		return "", &usageError{fmt.Sprintf("--tls %q cannot be written into shell lines", p.tlsDir), "choose a directory without quotes in its path"}
	}
	return exportLines([][2]string{{"SSL_CERT_FILE", ca}, {"CURL_CA_BUNDLE", ca}, {"NODE_EXTRA_CA_CERTS", ca}}), nil
}

// listener listens there.
func (p *place) listener(ctx context.Context, now time.Time) (net.Listener, *tls.Config, error) {
	ln, err := (&net.ListenConfig{}).Listen(ctx, "tcp", p.listen)
	if err != nil {
		return nil, nil, &usageError{fmt.Sprintf("cannot listen on %s: %s", p.listen, unwrapOp(err)), "choose another address, such as --listen 127.0.0.1:0 for any free port"}
	}
	ln = patient{ln, stallTime}
	if p.tlsDir == "" {
		return ln, nil, nil
	}
	config, err := p.tlsConfig(ln.Addr(), now)
	if err != nil {
		return nil, nil, errors.Join(err, ln.Close())
	}
	return localtls.Listener(ln, config), config, nil
}

func (p *place) tlsConfig(addr net.Addr, now time.Time) (*tls.Config, error) {
	if err := os.MkdirAll(p.tlsDir, 0o700); err != nil {
		return nil, err
	}
	for _, path := range []string{p.tlsDir, localtls.KeyFile(p.tlsDir)} {
		if err := file.CheckPrivate(path); err != nil {
			return nil, err
		}
	}
	cert, err := localtls.Certificate(p.tlsDir, addresses(addr), now)
	if err != nil {
		return nil, err
	}
	named, err := localtls.ForNames(p.tlsDir, now)
	if err != nil {
		return nil, err
	}
	return &tls.Config{ //nolint:gosec // the sandbox itself refuses what is below 1.2, and tells of it in its log
		Certificates: []tls.Certificate{*cert}, GetCertificate: named, NextProtos: []string{"h2", "http/1.1"},
		MinVersion: tls.VersionTLS10,
	}, nil
}

// addresses are those that a listener is reached at.
func addresses(addr net.Addr) []net.IP {
	at, ok := addr.(*net.TCPAddr)
	if !ok || !at.IP.IsUnspecified() {
		if ok {
			return []net.IP{at.IP}
		}
		return nil
	}
	var out []net.IP
	all, _ := net.InterfaceAddrs() // without them it is reached from this machine
	for _, one := range all {
		if n, ok := one.(*net.IPNet); ok {
			out = append(out, n.IP)
		}
	}
	return out
}

// restAfter is how long nobody has asked for anything when a sandbox gives back the memory that answering took. What it
// remembers takes about a third of what it has under load.
const restAfter = 2 * time.Second

func (a *app) serve(opts *sandbox.Options, at *place) (err error) {
	opts.TLSOnly, opts.Open = at.tlsDir != "", a.opener(at)
	closing, err := a.keepIn(at.data, opts)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, closing()) }()
	box, err := sandbox.New(opts)
	if err != nil {
		return badStart(strings.TrimPrefix(err.Error(), "sandbox: "), at.data)
	}
	if err := takeSnapshot(box, at.snapshot); err != nil {
		return err
	}
	opts.Seed = a.seedOf(box)
	ln, config, err := at.listener(a.Context, time.Now())
	if err != nil {
		return err
	}
	host, port, err := net.SplitHostPort(ln.Addr().String())
	if err != nil {
		return err
	}
	url := at.url(host, port)
	if at.envFile != "" {
		trust, err := at.trust()
		if err == nil {
			err = writePrivate(at.envFile, []byte(exports(url, box.Demo())+trust))
		}
		if err != nil {
			return errors.Join(err, ln.Close())
		}
	}
	a.announce(url, at, opts)
	defer debug.SetGCPercent(debug.SetGCPercent(collectAt))
	rest := time.AfterFunc(restAfter, debug.FreeOSMemory)
	defer rest.Stop()
	box.OnRequest(func(r sandbox.Request) {
		rest.Reset(restAfter)
		a.logRequest(r)
	})
	server := a.httpServer(box, config)
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

func (a *app) httpServer(h http.Handler, config *tls.Config) *http.Server {
	return &http.Server{
		Handler: inBounds(inTime(h, timeOf)), ReadHeaderTimeout: headersTime, IdleTimeout: idleTime, MaxHeaderBytes: headersRead,
		TLSConfig:   config,
		ErrorLog:    log.New(a.Stderr, "", 0),                                // clients that do not trust the certificate, for one
		BaseContext: func(net.Listener) context.Context { return a.Context }, // ends the console's live log, too
	}
}

func (a *app) announce(url string, at *place, opts *sandbox.Options) {
	ttl := opts.TokenTTL
	if chosen, err := time.ParseDuration(opts.Settings["ringcxTokenTTL"]); err == nil {
		ttl = chosen
	}
	fmt.Fprintf(a.Stderr, "RingCX sandbox on %s, tokens live %s. Stop it with Ctrl-C.\n", url, span(ttl))
	if at.data != "" {
		fmt.Fprintf(a.Stderr, "Everything is kept in %s.\n", at.data)
	}
	if host, _, _ := net.SplitHostPort(at.listen); !isLocal(host) {
		if opts.ConsolePassword == "" {
			fmt.Fprintln(a.Stderr, "Other machines can reach it, and it trusts everybody.")
			fmt.Fprintln(a.Stderr, "Its console stays closed to them: --console-password-file opens it.")
		} else {
			fmt.Fprintln(a.Stderr, "Other machines can reach it. Its console and /_sandbox/ ask them for the password.")
		}
	}
	if opts.Hostile > 0 {
		fmt.Fprintf(a.Stderr, "It is a hostile day: %g %% of the requests are spoiled.\n", 100*opts.Hostile)
	}
	if at.tlsDir != "" {
		fmt.Fprintf(a.Stderr, "Its clients have to trust %s.\n", localtls.CertFile(at.tlsDir))
	}
	fmt.Fprintf(a.Stderr, "Console: %s/console/\n", url)
	if at.envFile != "" {
		fmt.Fprintf(a.Stderr, "In another shell:  . %s && ringcx login --jwt\n", shellPath(at.envFile))
		return
	}
	args := ""
	if at.listen != defaultListen {
		_, address, _ := strings.Cut(url, "://")
		args += " --listen " + address
	}
	if opts.Seed > 1 {
		args += fmt.Sprintf(" --seed %d", opts.Seed)
	}
	if at.tlsDir != "" {
		args += " --tls " + shellPath(at.tlsDir)
	}
	fmt.Fprintf(a.Stderr, "In another shell:  eval \"$(ringcx sandbox env%s)\" && ringcx login --jwt\n", args)
	fmt.Fprintf(a.Stderr, "In a browser:      eval \"$(ringcx sandbox env%s --app native)\" && ringcx login\n", args)
}
