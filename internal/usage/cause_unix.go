//go:build unix

package usage

import "syscall"

// What a system says where nothing can be written: to what is mounted so, and where the user has no more room.
const (
	ReadOnly      = syscall.EROFS
	QuotaExceeded = syscall.EDQUOT
)
