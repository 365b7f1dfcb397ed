// Package env is what a command touches outside of its process: variables, directories, streams, and what its user pastes.
package env

import (
	"context"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"runtime"
)

// Env is everything outside the process that the command touches.
type Env struct {
	Args           []string // without the program's name
	Stdin          io.Reader
	Stdout, Stderr io.Writer
	Getenv         func(string) string
	Environ        func() []string         // all variables, for programs that are run; nil: none
	Home           string                  // the user's home directory, a whole path; "" if unknown
	Context        context.Context         // ends when the user interrupts; a process has one, so it lives here
	Hangups        func() <-chan os.Signal // gives SIGHUP to the caller, which then ends nothing; nil: there is none to give
	HTTPClient     *http.Client            // nil: http.DefaultClient
	OutTerminal    bool                    // Stdout is a terminal
	ErrTerminal    bool                    // Stderr is a terminal
	InTerminal     bool                    // Stdin is a terminal
	OutNowhere     bool                    // Stdout is the null device, or was closed: Go opens that in its place
	Width          func() int              // columns of the terminal, 0 if unknown; nil: unknown
	Background     func() bool             // the terminal of Stderr is another program's now; nil: it is ours

	Dir string // working directory, "" if unknown
	// ReadHidden calls prompt and reads a line from the terminal without showing it, or with broken all lines that are
	// pasted at once; nil: like any line.
	ReadHidden  func(ctx context.Context, prompt func(), broken bool) (string, error)
	OpenBrowser func(url string) error // nil: there is none
}

// ConfigDir is where settings without secrets live; "" if there is no home directory.
func (e *Env) ConfigDir() string { return e.xdg("XDG_CONFIG_HOME", ".config", "AppData/Roaming") }

// StateDir is where sessions live unless another store is named; "" if there is no home directory.
func (e *Env) StateDir() string { return e.xdg("XDG_STATE_HOME", ".local/state", "AppData/Local") }

// CacheDir is where lives what may go at any time; "" if there is no home directory.
func (e *Env) CacheDir() string { return e.xdg("XDG_CACHE_HOME", ".cache", "AppData/Local/cache") }

func (e *Env) xdg(variable, unix, windows string) string {
	if dir := e.Getenv(variable); filepath.IsAbs(dir) {
		return filepath.Join(dir, "ringcx")
	}
	if e.Home == "" {
		return ""
	}
	if runtime.GOOS == "windows" {
		return filepath.Join(e.Home, filepath.FromSlash(windows), "ringcx")
	}
	return filepath.Join(e.Home, filepath.FromSlash(unix), "ringcx")
}

// OtherState and otherConfig are what chooses another place for sessions and for settings.
const (
	OtherState  = "HOME, XDG_STATE_HOME or RINGCX_STORE=file:DIR"
	OtherConfig = "HOME or XDG_CONFIG_HOME"
)
