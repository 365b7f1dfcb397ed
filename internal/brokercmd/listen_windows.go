package brokercmd

import (
	"context"
	"net"
)

// listenAs listens. A unix socket is protected by the directory that it is in.
func listenAs(ctx context.Context, l *listen) (net.Listener, error) {
	network := "tcp"
	if l.unix {
		network = "unix"
	}
	return (&net.ListenConfig{}).Listen(ctx, network, l.address)
}
