package cli

import console "golang.org/x/sys/windows"

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
