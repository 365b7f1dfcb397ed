//go:build darwin || dragonfly || freebsd || netbsd || openbsd

package env

// terminalLine is how many bytes of a line a terminal hands on when it collects the line itself.
const terminalLine = 1023
