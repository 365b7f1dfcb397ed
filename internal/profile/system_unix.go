//go:build unix

package profile

import (
	"os"
	"strconv"
	"syscall"
)

const nonBlock = syscall.O_NONBLOCK

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
