//go:build linux || darwin || dragonfly || freebsd || netbsd || openbsd

package terminal

import (
	"errors"
	"io"
	"unicode/utf8"

	"golang.org/x/sys/unix"

	"github.com/ringcx-go/ringcx/internal/env"
)

// hideEcho has a terminal not show what is typed, and hand it on as it comes: of a line that it collects itself it keeps the
// first kilobytes only, and a JWT may have more.
func hideEcho(fd int) error {
	state, err := unix.IoctlGetTermios(fd, getTermios)
	if err != nil {
		return err
	}
	state.Lflag &^= unix.ECHO | unix.ECHONL | unix.ICANON
	state.Lflag |= unix.ISIG
	state.Iflag |= unix.ICRNL
	state.Cc[unix.VMIN], state.Cc[unix.VTIME] = 1, 0
	return unix.IoctlSetTermios(fd, setTermios, state)
}

// InBackground says whether a terminal belongs to another program now, as it does for one that a shell started with &.
func InBackground(fd int) bool {
	group, err := unix.IoctlGetInt(fd, unix.TIOCGPGRP)
	return err == nil && group != unix.Getpgrp()
}

// pasteGap is how long the rest of a paste may take to come, in tenths of a second.
const pasteGap = 2

// waitBriefly has reads end when nothing comes for the time of pasteGap.
func waitBriefly(fd int) error {
	state, err := unix.IoctlGetTermios(fd, getTermios)
	if err != nil {
		return err
	}
	state.Cc[unix.VMIN], state.Cc[unix.VTIME] = 0, pasteGap
	return unix.IoctlSetTermios(fd, setTermios, state)
}

// What keys send.
const (
	keyEnd       = 'D' & 0x1f // Ctrl-D
	keyBackspace = 'H' & 0x1f
	keyKill      = 'U' & 0x1f
	keyDelete    = 0x7f
)

// readTyped reads a line after hideEcho, byte by byte, so that what follows is left for the next. With broken, lines that
// come at once are one text.
func readTyped(fd int, broken bool) (line []byte, err error) {
	ended := false // a line has: what does not follow at once does not belong to it
	for len(line) < env.MaxSecret {
		var b [1]byte
		n, err := unix.Read(fd, b[:])
		switch {
		case errors.Is(err, unix.EINTR):
			continue
		case err != nil:
			return nil, err
		case n == 0 && !ended, b[0] == keyEnd && len(line) == 0:
			return nil, io.EOF
		case n == 0, b[0] == keyEnd, b[0] == '\n' && !broken:
			return line, nil
		}
		switch b[0] {
		case '\n':
			line = append(line, '\n')
			if !ended {
				ended, err = true, waitBriefly(fd)
			}
			if err != nil {
				return nil, err
			}
		case keyBackspace, keyDelete:
			_, size := utf8.DecodeLastRune(line)
			line = line[:len(line)-size]
		case keyKill:
			line = line[:0]
		default:
			line = append(line, b[0])
		}
	}
	return line, nil
}
