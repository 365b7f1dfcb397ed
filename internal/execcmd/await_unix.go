//go:build !windows

package execcmd

import (
	"errors"
	"syscall"
	"time"
)

// poll waits until no process has the ID.
func poll(pid int) {
	tick := time.NewTicker(time.Second / 2)
	defer tick.Stop()
	for !errors.Is(syscall.Kill(pid, 0), syscall.ESRCH) {
		<-tick.C
	}
}
