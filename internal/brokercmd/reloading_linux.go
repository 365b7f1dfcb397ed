package brokercmd

import (
	"strconv"

	"golang.org/x/sys/unix"
)

// reloading tells the service manager that the configuration is read again, and when that began.
func reloading() []string {
	var at unix.Timespec
	if unix.ClockGettime(unix.CLOCK_MONOTONIC, &at) != nil {
		return []string{"RELOADING=1"}
	}
	return []string{"RELOADING=1", "MONOTONIC_USEC=" + strconv.FormatInt(at.Nano()/1000, 10)}
}
