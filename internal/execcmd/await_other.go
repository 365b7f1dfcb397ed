//go:build !windows && !linux

package execcmd

import (
	"os"

	"github.com/ringcx-go/ringcx/internal/profile"
)

// openSelf is this process for others to see it end; nil: it is asked for by its ID.
func openSelf() *os.File { return nil }

// await waits until the process has ended.
func await(_, pid int) { poll(pid) }

// asInit does nothing: there are no PID namespaces.
func (c *Commands) asInit(*profile.Account, *program) (is bool, err error) { return false, nil }

// withoutReaping does f.
func withoutReaping(f func() error) error { return f() }
