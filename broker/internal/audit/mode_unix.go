//go:build unix

package audit

import (
	"io/fs"
	"os"
	"syscall"
)

// noWait is how a pipe is opened that nobody reads: with an error, in place of waiting for a reader.
const noWait = syscall.O_NONBLOCK

// looser tells whether others than the owner may read or write.
func looser(mode fs.FileMode) bool { return mode.Perm()&0o077 != 0 }

// foreign tells whether a file belongs to another user than this one and root.
func foreign(info fs.FileInfo) bool {
	is, ok := info.Sys().(*syscall.Stat_t)
	return ok && is.Uid != 0 && int(is.Uid) != os.Geteuid()
}

// deleted tells whether a file that is open has no name any more.
func deleted(info fs.FileInfo) bool {
	is, ok := info.Sys().(*syscall.Stat_t)
	return ok && is.Nlink == 0
}
