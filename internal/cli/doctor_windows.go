package cli

import (
	"io/fs"
	"syscall"
)

// Windows has access lists instead of modes and owners; those of the profile directory are the user's alone.
const (
	nonBlock = 0

	readOnly      = syscall.Errno(19)  // ERROR_WRITE_PROTECT
	quotaExceeded = syscall.Errno(112) // ERROR_DISK_FULL
)

func othersHome(string) string { return "" }

func foreign(fs.FileInfo, bool) bool { return false }
