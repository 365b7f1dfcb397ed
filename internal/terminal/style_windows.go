package terminal

import (
	"os"

	console "golang.org/x/sys/windows"
)

// UnderstandStyles has the console of f obey escape sequences, which it shows as they are unless it is asked to. Nothing
// happens if f is no console.
func UnderstandStyles(f *os.File) {
	var mode uint32
	if console.GetConsoleMode(console.Handle(f.Fd()), &mode) == nil {
		_ = console.SetConsoleMode(console.Handle(f.Fd()), mode|console.ENABLE_VIRTUAL_TERMINAL_PROCESSING)
	}
}
