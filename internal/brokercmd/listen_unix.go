//go:build !windows

package brokercmd

import (
	"cmp"
	"context"
	"errors"
	"net"
	"os"
	"sync"
	"syscall"
)

// masking is held while the process makes files for nobody else.
var masking sync.Mutex

// listenAs listens. A unix socket is there for its owner alone before it is for others, too.
func listenAs(ctx context.Context, l *listen) (net.Listener, error) {
	if !l.unix {
		return (&net.ListenConfig{}).Listen(ctx, "tcp", l.address)
	}
	masking.Lock()
	was := syscall.Umask(0o177)
	ln, err := (&net.ListenConfig{}).Listen(ctx, "unix", l.address)
	syscall.Umask(was)
	masking.Unlock()
	if err != nil {
		return nil, err
	}
	if l.group >= 0 {
		err = os.Chown(l.address, -1, l.group)
	}
	if err == nil {
		err = os.Chmod(l.address, cmp.Or(l.mode, 0o600))
	}
	if err != nil {
		return nil, errors.Join(err, ln.Close())
	}
	return ln, nil
}
