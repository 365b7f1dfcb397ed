//go:build unix

package cli

import (
	"io/fs"
	"os"
	"syscall"
)

const (
	windows       = false
	readOnly      = syscall.EROFS
	quotaExceeded = syscall.EDQUOT
)

// foreign tells whether a file belongs to somebody else. The superuser may use any.
func foreign(info fs.FileInfo) bool {
	st, ok := info.Sys().(*syscall.Stat_t)
	return ok && os.Geteuid() != 0 && int(st.Uid) != os.Geteuid()
}
