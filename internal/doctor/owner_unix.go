//go:build unix

package doctor

import (
	"io/fs"
	"os"
	"syscall"
)

// foreign tells whether a file belongs to somebody else. Root's settings serve everybody; its secrets only root can read.
func foreign(info fs.FileInfo, secret bool) bool {
	st, ok := info.Sys().(*syscall.Stat_t)
	return ok && int(st.Uid) != os.Geteuid() && (secret || st.Uid != 0)
}
