package execcmd

import (
	"errors"
	"os"
	"syscall"
	"time"

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

// looksAgain is how often it is looked whether there is still a process with the ID, whatever the descriptor says.
const looksAgain = time.Minute

// await waits until the process of a descriptor has ended. Nobody may close the descriptor, which is why it is none of a file
// that is collected.
func await(descriptor, pid int) {
	for {
		fds := []unix.PollFd{{Fd: int32(descriptor), Events: unix.POLLIN}} //nolint:gosec // a descriptor fits
		n, err := unix.Poll(fds, int(looksAgain.Milliseconds()))
		switch {
		case err != nil && !errors.Is(err, unix.EINTR), n > 0 && fds[0].Revents&unix.POLLNVAL != 0:
			poll(pid)
			return
		case n > 0, errors.Is(syscall.Kill(pid, 0), syscall.ESRCH):
			return
		}
	}
}
