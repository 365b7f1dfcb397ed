package reach

import (
	"context"
	"crypto/tls"
	"net"
	"strings"
	"sync"
	"time"
)

// Speaker is what listens at an address.
type Speaker int

// What listens: Unknown is anything that does not tell.
const (
	Unknown Speaker = iota
	Web
	Redis
	TLS
)

// hesitation is how long a server may think before it is asked what it is. A probe takes probeTime at most.
const (
	hesitation = 1500 * time.Millisecond
	probeTime  = time.Second
)

// Ask finds out what listens at an address, by a line that Redis answers, that web servers and those of TLS complain about,
// and that means nothing to others. No secret is sent. The line is the first that Redis says.
func Ask(ctx context.Context, network, address string) (who Speaker, line string) {
	ctx, cancel := context.WithTimeout(ctx, probeTime)
	defer cancel()
	var dialer net.Dialer
	conn, err := dialer.DialContext(ctx, network, address)
	if err != nil {
		return Unknown, ""
	}
	defer func() { _ = conn.Close() }()
	deadline, _ := ctx.Deadline()
	_ = conn.SetDeadline(deadline)
	if _, err := conn.Write([]byte("PING\r\n\r\n")); err != nil {
		return Unknown, ""
	}
	var answer [64]byte
	n, _ := conn.Read(answer[:])
	switch said := string(answer[:n]); {
	case strings.HasPrefix(said, "HTTP/"):
		return Web, ""
	case strings.HasPrefix(said, "+PONG"), strings.HasPrefix(said, "-ERR"), strings.HasPrefix(said, "-NOAUTH"), strings.HasPrefix(said, "-DENIED"),
		strings.HasPrefix(said, "-LOADING"), strings.HasPrefix(said, "-NOPERM"):
		line, _, _ = strings.Cut(said, "\r\n")
		return Redis, line
	case strings.HasPrefix(said, "\x15\x03"):
		return TLS, ""
	}
	return Unknown, ""
}

// AskTLS finds out whether TLS is spoken at an address. No secret is sent, so that it does not matter by whom.
func AskTLS(ctx context.Context, network, address string) bool {
	ctx, cancel := context.WithTimeout(ctx, probeTime)
	defer cancel()
	dialer := tls.Dialer{Config: &tls.Config{InsecureSkipVerify: true, MinVersion: tls.VersionTLS12}} //nolint:gosec // nothing is sent
	conn, err := dialer.DialContext(ctx, network, address)
	if err != nil {
		return false
	}
	_ = conn.Close()
	return true
}

// Meanwhile asks judge about a server that is still silent after a moment, and ends the context that it returns with what
// judge has against it, which context.Cause tells. End is called when the server has answered, or not.
func Meanwhile(parent context.Context, judge func(context.Context) error) (ctx context.Context, end func()) {
	ctx, cancel := context.WithCancelCause(parent)
	var asked sync.WaitGroup
	asked.Go(func() {
		wait := time.NewTimer(hesitation)
		defer wait.Stop()
		select {
		case <-wait.C:
			if err := judge(ctx); err != nil {
				cancel(err)
			}
		case <-ctx.Done():
		}
	})
	return ctx, func() {
		cancel(nil)
		asked.Wait()
	}
}
