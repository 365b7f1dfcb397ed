//go:build unix && !aix

package upstream

import "syscall"

// tells is whether this system tells if something has come on a connection.
const tells = true

// peek looks at a connection without waiting for it.
type peek struct {
	silent bool // it is there, and nothing has come
	f      func(fd uintptr) bool
}

func (p *peek) look(fd uintptr) bool {
	var buf [1]byte
	_, _, err := syscall.Recvfrom(int(fd), buf[:], syscall.MSG_PEEK|syscall.MSG_DONTWAIT)
	p.silent = err == syscall.EAGAIN || err == syscall.EWOULDBLOCK || err == syscall.EINTR //nolint:errorlint // an errno
	return true
}
