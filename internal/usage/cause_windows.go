package usage

import "syscall"

// What a system says where nothing can be written: to what is mounted so, and where the user has no more room.
const (
	ReadOnly      = syscall.Errno(19)  // ERROR_WRITE_PROTECT
	QuotaExceeded = syscall.Errno(112) // ERROR_DISK_FULL
)
