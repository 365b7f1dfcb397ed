package file

import (
	"io/fs"
	"os"

	"golang.org/x/sys/unix"
)

const mountedReadOnly = 1 // ST_RDONLY

// mounted says whether a file is as the system gave it to this program, so that its mode is not the user's: it can only
// be read, there or by anybody but root, and is root's word.
func mounted(f *os.File, info fs.FileInfo) bool {
	var fsys unix.Statfs_t
	if !ours(info) || info.Mode()&0o002 != 0 || unix.Fstatfs(int(f.Fd()), &fsys) != nil { //nolint:gosec // a file descriptor fits
		return false
	}
	kind := uint32(fsys.Type) //nolint:gosec // magic numbers have 32 bits
	memory := kind == unix.TMPFS_MAGIC || kind == unix.RAMFS_MAGIC
	return fsys.Flags&mountedReadOnly != 0 || memory && !mine(info)
}

// mountPoint says whether something is mounted at path.
func mountPoint(path string) bool {
	var st unix.Statx_t
	err := unix.Statx(unix.AT_FDCWD, path, unix.AT_SYMLINK_NOFOLLOW, 0, &st)
	return err == nil && st.Attributes&unix.STATX_ATTR_MOUNT_ROOT != 0
}
