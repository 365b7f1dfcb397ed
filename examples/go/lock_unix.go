//go:build !windows

package main

import (
	"os"
	"syscall"
)

// lock waits until no other copy runs with this state. The lock ends with the process, also if it crashes.
func lock(path string) (unlock func(), err error) {
	file, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600) //nolint:gosec // it lies beside the state file
	if err != nil {
		return nil, err
	}
	return func() { _ = file.Close() }, syscall.Flock(int(file.Fd()), syscall.LOCK_EX)
}
