package broker

import (
	"context"
	"io"
	"log"
	"net"
	"net/http"
	"time"

	"github.com/ringcx-go/ringcx/broker/internal/caller"
)

// Server is an http.Server that serves b, with limits for callers that are slow or send too much, and that knows who is at the
// other end of a unix socket, or with Options.Loopback of a connection of this machine. An answer may take as long as it takes, as may a body.
func (b *Broker) Server() *http.Server {
	peer := caller.NewPeer
	if b.at.Load().loopback {
		peer = caller.NewOwnedPeer
	}
	return &http.Server{
		Handler:           b,
		ReadHeaderTimeout: 10 * time.Second,
		IdleTimeout:       2 * time.Minute,
		MaxHeaderBytes:    64 << 10,
		// OPTIONS * is refused as any other: net/http would answer it as the last one saw fit, whoever asks and keeps the connection.
		DisableGeneralOptionsHandler: true,
		ErrorLog:                     log.New(io.Discard, "", 0), // it may say what a caller sent
		ConnContext: func(ctx context.Context, conn net.Conn) context.Context {
			return caller.WithPeer(ctx, peer(conn))
		},
	}
}
