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

// A connection of HTTP/2 takes in as much as all of its streams may have unread: a request that waits for its turn with its body unread
// stands in nobody's way, also not in that of other callers behind the same proxy. net/http takes less than 4 MiB for it, and of a stream
// no less than 64 KiB, which callers send before they are told.
const (
	streams = 60
	window  = 64 << 10
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
		HTTP2:             &http.HTTP2Config{MaxConcurrentStreams: streams, MaxReceiveBufferPerStream: window, MaxReceiveBufferPerConnection: streams * window},
		// OPTIONS * is refused as any other: net/http would answer it as the last one saw fit, whoever asks and keeps the connection.
		DisableGeneralOptionsHandler: true,
		ErrorLog:                     log.New(io.Discard, "", 0), // it may say what a caller sent
		ConnContext: func(ctx context.Context, conn net.Conn) context.Context {
			return caller.WithPeer(ctx, peer(conn))
		},
	}
}
