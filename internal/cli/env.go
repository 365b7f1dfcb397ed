// Package cli is the ringcx command: one file for each subcommand, all of them functions of an Env.
package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"strings"

	"golang.org/x/term"
)

// Env is everything outside the process that the command touches.
type Env struct {
	Args           []string // without the program's name
	Stdin          io.Reader
	Stdout, Stderr io.Writer
	Getenv         func(string) string
	Environ        func() []string // all variables, for programs that are run; nil: none
	Home           string          // the user's home directory, a whole path; "" if unknown
	Context        context.Context // ends when the user interrupts; a process has one, so it lives here
	HTTPClient     *http.Client    // nil: http.DefaultClient
	OutTerminal    bool            // Stdout is a terminal
	ErrTerminal    bool            // Stderr is a terminal
	InTerminal     bool            // Stdin is a terminal
	OutNowhere     bool            // Stdout is the null device, or was closed: Go opens that in its place
	Width          func() int      // columns of the terminal, 0 if unknown; nil: unknown
	Background     func() bool     // the terminal of Stderr is another program's now; nil: it is ours

	Dir string // working directory, "" if unknown
	// ReadHidden calls prompt and reads a line from the terminal without showing it, or with broken all lines that are
	// pasted at once; nil: like any line.
	ReadHidden  func(ctx context.Context, prompt func(), broken bool) (string, error)
	OpenBrowser func(url string) error // nil: there is none
}

// System is the Env of this process.
func System() *Env {
	home, _ := os.UserHomeDir()
	if !filepath.IsAbs(home) { // such as a ~ that no shell has expanded: another directory wherever a command starts
		home = ""
	}
	dir, _ := os.Getwd()
	null, _ := os.Stat(os.DevNull)
	out, _ := os.Stdout.Stat()
	return &Env{
		Args: os.Args[1:], Stdin: os.Stdin, Stdout: os.Stdout, Stderr: os.Stderr, Getenv: os.Getenv, Environ: os.Environ, Home: home, Context: interruptible(),
		OutTerminal: term.IsTerminal(int(os.Stdout.Fd())), //nolint:gosec // a file descriptor fits
		ErrTerminal: term.IsTerminal(int(os.Stderr.Fd())), //nolint:gosec // a file descriptor fits
		InTerminal:  term.IsTerminal(int(os.Stdin.Fd())),  //nolint:gosec // a file descriptor fits
		OutNowhere:  null != nil && out != nil && os.SameFile(null, out),
		Background:  func() bool { return inBackground(int(os.Stderr.Fd())) }, //nolint:gosec // a file descriptor fits
		Width:       systemWidth, Dir: dir, ReadHidden: readHidden, OpenBrowser: systemBrowser(runtime.GOOS, os.Getenv),
	}
}

// configDir is where settings without secrets live, stateDir where lineages do; "" if there is no home directory.
func (e *Env) configDir() string { return e.xdg("XDG_CONFIG_HOME", ".config", "AppData/Roaming") }

func (e *Env) stateDir() string { return e.xdg("XDG_STATE_HOME", ".local/state", "AppData/Local") }

// otherState and otherConfig are what chooses another place for sessions and for settings.
const (
	otherState  = "HOME, XDG_STATE_HOME or RINGCX_STORE=file:DIR"
	otherConfig = "HOME or XDG_CONFIG_HOME"
)

// elsewhere adds to the hint about a place that cannot be written what chooses another one; "": err is not about one of ours.
func (a *app) elsewhere(err error) string {
	hint := hintFor(err)
	if hint == "" || !errors.Is(err, fs.ErrPermission) && !errors.Is(err, readOnly) || a.Home == "" {
		return ""
	}
	about := func(dir string) bool { return strings.HasPrefix(dir, a.Home) && strings.Contains(err.Error(), dir) }
	switch {
	case a.variable("RINGCX_STORE") == "" && about(a.stateDir()):
		return hint + "; " + otherState + " name another place (HOME is " + a.Home + ")"
	case about(a.configDir()):
		return hint + "; " + otherConfig + " name another place (HOME is " + a.Home + ")"
	}
	return ""
}

// warnOthersHome warns root who is about to make dir in the home of another user, as sudo may have it.
func (a *app) warnOthersHome(dir string) {
	if owner := othersHome(a.Home); owner != "" && strings.HasPrefix(dir, filepath.Clean(a.Home)+string(filepath.Separator)) {
		a.tells(fmt.Sprintf("this runs as root in %s, the home of another user (number %s), who cannot use what root stores there: run it as that user, or set HOME", a.Home, owner))
	}
}

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
