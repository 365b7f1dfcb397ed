package execcmd

import (
	"errors"
	"os"

	"golang.org/x/sys/unix"
)

// openSelf is this process for others to see it end; nil: the system is too old for that.
func openSelf() *os.File {
	fd, err := unix.PidfdOpen(os.Getpid(), 0)
	if err != nil {
		return nil
	}
	return os.NewFile(uintptr(fd), "process") //nolint:gosec // a descriptor fits
}

// await waits until the process has ended.
func await(pid int, handle []*os.File) {
	if len(handle) == 0 {
		poll(pid)
		return
	}
	fds := []unix.PollFd{{Fd: int32(handle[0].Fd()), Events: unix.POLLIN}} //nolint:gosec // a descriptor fits
	for {
		switch _, err := unix.Poll(fds, -1); {
		case errors.Is(err, unix.EINTR):
		case err != nil:
			poll(pid)
			return
		default:
			return
		}
	}
}
