package caller

import (
	"net"

	"golang.org/x/sys/unix"
)

// credentials are those that the other end had when it connected, with 16 groups at the most.
func credentials(c *net.UnixConn) (uid uint32, groups []uint32, ok bool) {
	raw, err := c.SyscallConn()
	if err != nil {
		return 0, nil, false
	}
	var cred *unix.Xucred
	var failed error
	err = raw.Control(func(fd uintptr) {
		cred, failed = unix.GetsockoptXucred(int(fd), unix.SOL_LOCAL, unix.LOCAL_PEERCRED)
	})
	if err != nil || failed != nil || cred == nil || cred.Ngroups < 1 || int(cred.Ngroups) > len(cred.Groups) {
		return 0, nil, false
	}
	return cred.Uid, cred.Groups[:cred.Ngroups], true
}
