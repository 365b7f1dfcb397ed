package caller

import (
	"net"
	"runtime"
	"unsafe"

	"golang.org/x/sys/unix"
)

// credentials are those that the other end had when it connected. Before Linux 4.13, and where a container keeps that from being
// asked, only the primary group is told.
func credentials(c *net.UnixConn) (uid uint32, groups []uint32, ok bool) {
	raw, err := c.SyscallConn()
	if err != nil {
		return 0, nil, false
	}
	var cred *unix.Ucred
	var others []uint32
	var failed error
	err = raw.Control(func(fd uintptr) {
		cred, failed = unix.GetsockoptUcred(int(fd), unix.SOL_SOCKET, unix.SO_PEERCRED) //nolint:gosec // a descriptor fits
		others = peerGroups(fd)
	})
	if err != nil || failed != nil || cred == nil || cred.Pid == 0 {
		return 0, nil, false
	}
	return cred.Uid, append([]uint32{cred.Gid}, others...), true
}

// mostGroups is how many groups a process of Linux may have.
const mostGroups = 65536

// peerGroups are the groups of the process at the other end besides its primary one. The file of groups would tell those that its
// user may have, which the process may have given up.
func peerGroups(fd uintptr) []uint32 {
	for groups := make([]uint32, 32); ; {
		size := uint32(4 * len(groups)) //nolint:gosec // of 65536 groups at the most
		_, _, errno := unix.Syscall6(unix.SYS_GETSOCKOPT, fd, unix.SOL_SOCKET, unix.SO_PEERGROUPS,
			uintptr(unsafe.Pointer(&groups[0])), uintptr(unsafe.Pointer(&size)), 0) //nolint:gosec // as the system takes them
		runtime.KeepAlive(groups)
		switch n := int(size / 4); {
		case errno == 0 && n <= len(groups):
			return groups[:n]
		case errno == unix.ERANGE && n > len(groups) && n <= mostGroups:
			groups = make([]uint32, n) // as many as it said that there are
		default:
			return nil
		}
	}
}
