//go:build unix

package cli

import (
	"io/fs"
	"os"
	"strconv"
	"syscall"
)

const (
	nonBlock = syscall.O_NONBLOCK

	readOnly      = syscall.EROFS
	quotaExceeded = syscall.EDQUOT
)

// othersHome is the owner of the home directory, where root works in that of somebody else; "": it does not.
func othersHome(home string) string {
	info, err := os.Stat(home)
	if home == "" || err != nil || os.Geteuid() != 0 {
		return ""
	}
	if st, ok := info.Sys().(*syscall.Stat_t); ok && st.Uid != 0 {
		return strconv.FormatUint(uint64(st.Uid), 10)
	}
	return ""
}

// foreign tells whether a file belongs to somebody else. Root's settings serve everybody; its secrets only root can read.
func foreign(info fs.FileInfo, secret bool) bool {
	st, ok := info.Sys().(*syscall.Stat_t)
	return ok && int(st.Uid) != os.Geteuid() && (secret || st.Uid != 0)
}
