package serve

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log"
	"net"
	"net/http"
	"syscall"
	"time"

	"github.com/ringcx-go/ringcx/internal/localtls"
	"github.com/ringcx-go/ringcx/internal/shell"
	"github.com/ringcx-go/ringcx/internal/usage"
)

// listener listens at p, with certificates if it speaks TLS. The notes are for the user.
func (s *process) listener(p *Place, now time.Time) (ln net.Listener, config *tls.Config, notes []string, err error) {
	ln, err = (&net.ListenConfig{}).Listen(s.ctx, "tcp", p.Listen)
	if err != nil {
		return nil, nil, nil, usage.New(fmt.Sprintf("cannot listen on %s: %s", p.Listen, usage.OfOp(err)), p.takenHint(err))
	}
	ln = s.crowd.of(patient{ln, stallTime})
	if p.TLSDir == "" {
		return ln, nil, nil, nil
	}
	config, notes, err = p.tlsConfig(ln.Addr(), now)
	if err != nil {
		return nil, nil, nil, errors.Join(err, ln.Close())
	}
	return localtls.Listener(ln, config), config, notes, nil
}

// takenHint is what to do where nothing can be listened at.
func (p *Place) takenHint(err error) string {
	hint := "choose another address, such as --listen 127.0.0.1:0 for any free port"
	if !errors.Is(err, syscall.EADDRINUSE) {
		return hint
	}
	command := "ringcx sandbox env"
	if p.Listen != DefaultListen {
		command += " --listen " + shell.Word(p.Listen)
	}
	return "if a sandbox runs there already, '" + command + "' leads to it; else " + hint
}

func (s *process) httpServer(h http.Handler, config *tls.Config) *http.Server {
	return &http.Server{
		Handler: inBounds(s.held.within(inTime(h, timeOf))), ReadHeaderTimeout: headersTime, IdleTimeout: idleTime, MaxHeaderBytes: headersRead,
		TLSConfig:   config,
		HTTP2:       &http.HTTP2Config{MaxConcurrentStreams: streamsMost, MaxReceiveBufferPerConnection: windowMost, MaxReceiveBufferPerStream: windowMost},
		ErrorLog:    log.New(quietly{&s.Talk}, "", 0),                    // clients that do not trust the certificate, for one
		BaseContext: func(net.Listener) context.Context { return s.ctx }, // ends the console's live log, too
	}
}

// open gives a namespace an address beside that of the sandbox, until it is closed.
func (s *process) open(h http.Handler) (url string, closing func(), err error) {
	host, _, err := net.SplitHostPort(s.At.Listen)
	if err != nil {
		return "", nil, err
	}
	beside := s.At
	beside.Listen = net.JoinHostPort(host, "0")
	ln, config, _, err := s.listener(&beside, time.Now())
	if err != nil {
		return "", nil, err
	}
	host, port, err := net.SplitHostPort(ln.Addr().String())
	if err != nil {
		return "", nil, errors.Join(err, ln.Close())
	}
	server := s.httpServer(h, config)
	go func() { _ = server.Serve(ln) }()
	forget := context.AfterFunc(s.ctx, func() { _ = server.Close() })
	return s.At.url(host, port), func() {
		forget() // else the namespace would stay until the sandbox ends
		_ = server.Close()
	}, nil
}
