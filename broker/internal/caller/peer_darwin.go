package caller

import (
	"net"

	"golang.org/x/sys/unix"
)

// credentials are those that the other end had when it connected.
func credentials(c *net.UnixConn) (uid, gid uint32, ok bool) {
	raw, err := c.SyscallConn()
	if err != nil {
		return 0, 0, false
	}
	var cred *unix.Xucred
	var failed error
	err = raw.Control(func(fd uintptr) {
		cred, failed = unix.GetsockoptXucred(int(fd), unix.SOL_LOCAL, unix.LOCAL_PEERCRED)
	})
	if err != nil || failed != nil || cred == nil || cred.Ngroups < 1 {
		return 0, 0, false
	}
	return cred.Uid, cred.Groups[0], true
}
