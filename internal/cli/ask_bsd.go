//go:build darwin || dragonfly || freebsd || netbsd || openbsd

package cli

import "golang.org/x/sys/unix"

const (
	getTermios = unix.TIOCGETA
	setTermios = unix.TIOCSETA
)

// terminalLine is how many bytes of a line a terminal hands on when it collects the line itself.
const terminalLine = 1023
