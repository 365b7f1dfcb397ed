// Package cli is the ringcx command: one file for each subcommand, all of them functions of an Env.
package cli

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"

	"golang.org/x/term"

	"github.com/ringcx-go/ringcx/internal/env"
	"github.com/ringcx-go/ringcx/internal/login"
	"github.com/ringcx-go/ringcx/internal/terminal"
	"github.com/ringcx-go/ringcx/internal/usage"
)

// Env is everything outside the process that the command touches.
type Env = env.Env

// System is the Env of this process.
func System() *Env {
	home, _ := os.UserHomeDir()
	if !filepath.IsAbs(home) { // such as a ~ that no shell has expanded: another directory wherever a command starts
		home = ""
	}
	dir, _ := os.Getwd()
	null, _ := os.Stat(os.DevNull)
	out, _ := os.Stdout.Stat()
	terminal.UnderstandStyles(os.Stdout)
	ctx, hangups := interruptible()
	return &env.Env{
		Args: os.Args[1:], Stdin: os.Stdin, Stdout: os.Stdout, Stderr: os.Stderr, Getenv: os.Getenv, Environ: os.Environ, Home: home, Context: ctx, Hangups: hangups,
		OutTerminal: term.IsTerminal(int(os.Stdout.Fd())), //nolint:gosec // a file descriptor fits
		ErrTerminal: term.IsTerminal(int(os.Stderr.Fd())), //nolint:gosec // a file descriptor fits
		InTerminal:  term.IsTerminal(int(os.Stdin.Fd())),  //nolint:gosec // a file descriptor fits
		OutNowhere:  null != nil && out != nil && os.SameFile(null, out),
		Background:  func() bool { return terminal.InBackground(int(os.Stderr.Fd())) }, //nolint:gosec // a file descriptor fits
		Width:       func() int { return terminal.WidthOf(os.Stdout, os.Stderr) }, Dir: dir,
		ReadHidden: func(ctx context.Context, prompt func(), broken bool) (string, error) {
			return terminal.ReadHidden(ctx, os.Stdin, prompt, broken)
		},
		OpenBrowser: login.SystemBrowser(runtime.GOOS, os.Getenv),
	}
}

// elsewhere adds to the hint about a place that cannot be written what chooses another one; "": err is not about one of ours.
func (a *app) elsewhere(err error) string {
	hint := usage.Hint(err)
	if hint == "" || !errors.Is(err, fs.ErrPermission) && !errors.Is(err, usage.ReadOnly) || a.Home == "" {
		return ""
	}
	about := func(dir string) bool { return strings.HasPrefix(dir, a.Home) && strings.Contains(err.Error(), dir) }
	switch {
	case a.Variable("RINGCX_STORE") == "" && about(a.StateDir()):
		return hint + "; " + env.OtherState + " name another place (HOME is " + a.Home + ")"
	case about(a.ConfigDir()):
		return hint + "; " + env.OtherConfig + " name another place (HOME is " + a.Home + ")"
	}
	return ""
}
