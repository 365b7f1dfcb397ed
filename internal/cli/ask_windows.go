package cli

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

// inBackground is for systems whose shells share a terminal among jobs.
func inBackground(int) bool { return false }

// terminalLine is how many bytes of a line a terminal hands on; 0: it is not known that it cuts any.
const terminalLine = 0

// readTyped reads a line.
func readTyped(fd int, _ bool) ([]byte, error) { return term.ReadPassword(fd) }
