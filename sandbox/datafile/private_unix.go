//go:build !windows

package datafile

import (
	"fmt"
	"os"
	"syscall"
)

// noFollow keeps an open from following a link, and from waiting for the other end of a pipe.
const noFollow = syscall.O_NOFOLLOW | syscall.O_NONBLOCK

// checkOwner refuses what belongs to somebody else, or is also somewhere else under another name.
func checkOwner(path string, info os.FileInfo) error {
	st, ok := info.Sys().(*syscall.Stat_t)
	switch {
	case !ok:
		return nil
	case int(st.Uid) != os.Geteuid():
		return fmt.Errorf("%s belongs to another user", path)
	case st.Nlink > 1:
		return fmt.Errorf("%s has other names too (hard links), and may be something else there", path)
	}
	return nil
}

// tighten takes from others what they may do with f, and reports whether that was something.
func tighten(f *os.File, info os.FileInfo) (bool, error) {
	if info.Mode().Perm()&^0o600 == 0 {
		return false, nil
	}
	return true, f.Chmod(0o600)
}
