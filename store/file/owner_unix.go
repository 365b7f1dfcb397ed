//go:build !windows

package file

import (
	"fmt"
	"io/fs"
	"os"
	"syscall"
)

// ours says whether something belongs to this user or to root. For root that is root alone: what another user's files
// say would be believed by the one who can do everything.
func ours(info fs.FileInfo) bool {
	stat, ok := info.Sys().(*syscall.Stat_t)
	return ok && (stat.Uid == 0 || int(stat.Uid) == os.Geteuid())
}

// ownGroup says whether the group is its owner's alone, as systems make one for each user, with the same number. What
// such a user makes can be written by the group.
func ownGroup(info fs.FileInfo) bool {
	stat, ok := info.Sys().(*syscall.Stat_t)
	return ok && stat.Uid != 0 && stat.Gid == stat.Uid
}

func ownerOf(info fs.FileInfo) string {
	if stat, ok := info.Sys().(*syscall.Stat_t); ok {
		return fmt.Sprintf("number %d", stat.Uid)
	}
	return "unknown"
}
