package terminal

import (
	console "golang.org/x/sys/windows"
	"golang.org/x/term"
)

// hideEcho has a terminal not show what is typed.
func hideEcho(fd int) error {
	var mode uint32
	if err := console.GetConsoleMode(console.Handle(fd), &mode); err != nil {
		return err
	}
	return console.SetConsoleMode(console.Handle(fd), mode&^console.ENABLE_ECHO_INPUT)
}

// InBackground is for systems whose shells share a terminal among jobs.
func InBackground(int) bool { return false }

// readTyped reads a line.
func readTyped(fd int, _ bool) ([]byte, error) { return term.ReadPassword(fd) }
