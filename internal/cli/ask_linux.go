package cli

import "golang.org/x/sys/unix"

const (
	getTermios = unix.TCGETS
	setTermios = unix.TCSETS
)

// terminalLine is how many bytes of a line a terminal hands on when it collects the line itself.
const terminalLine = 4095
