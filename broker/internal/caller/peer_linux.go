package caller

import (
	"net"
	"syscall"
)

// credentials are those that the other end had when it connected.
func credentials(c *net.UnixConn) (uid, gid uint32, ok bool) {
	raw, err := c.SyscallConn()
	if err != nil {
		return 0, 0, false
	}
	var cred *syscall.Ucred
	var failed error
	err = raw.Control(func(fd uintptr) {
		cred, failed = syscall.GetsockoptUcred(int(fd), syscall.SOL_SOCKET, syscall.SO_PEERCRED) //nolint:gosec // a descriptor fits
	})
	if err != nil || failed != nil || cred == nil || cred.Pid == 0 {
		return 0, 0, false
	}
	return cred.Uid, cred.Gid, true
}
