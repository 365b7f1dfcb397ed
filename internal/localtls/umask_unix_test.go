//go:build !windows

package localtls_test

import "syscall"

// umask sets that of this process, until undo is called.
func umask(mask int) (undo func()) {
	before := syscall.Umask(mask)
	return func() { syscall.Umask(before) }
}
