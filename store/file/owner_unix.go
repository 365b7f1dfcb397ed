//go:build !windows

package file

import (
	"io/fs"
	"os"
	"slices"
	"strconv"
	"syscall"
)

const (
	noFollow = syscall.O_NOFOLLOW
	nonBlock = syscall.O_NONBLOCK
)

// What the operating system says, see causes.
var (
	diskFull  = []error{syscall.ENOSPC}
	quotaUsed = []error{syscall.EDQUOT}
	readOnly  = []error{syscall.EROFS}
	busy      = []error{syscall.EBUSY, syscall.ETXTBSY}
	noLocks   = []error{syscall.ENOLCK, syscall.ENOTSUP, syscall.EOPNOTSUPP, syscall.ENOSYS}
)

// ours says whether something belongs to this user or to root. For root that is root alone: what another user's files
// say would be believed by the one who can do everything.
func ours(info fs.FileInfo) bool {
	stat, ok := info.Sys().(*syscall.Stat_t)
	return ok && (stat.Uid == 0 || int(stat.Uid) == os.Geteuid())
}

// mine says whether something belongs to this user, who can change its mode then.
func mine(info fs.FileInfo) bool {
	stat, ok := info.Sys().(*syscall.Stat_t)
	return ok && int(stat.Uid) == os.Geteuid()
}

// ownGroup says whether the group is its owner's alone, as systems make one for each user, with the same number. What
// such a user makes can be written by the group.
func ownGroup(info fs.FileInfo) bool {
	stat, ok := info.Sys().(*syscall.Stat_t)
	return ok && stat.Uid != 0 && stat.Gid == stat.Uid
}

// ourGroup says whether this process is in the group, or it is its owner's alone.
func ourGroup(info fs.FileInfo) bool {
	stat, ok := info.Sys().(*syscall.Stat_t)
	if !ok {
		return false
	}
	groups, _ := os.Getgroups() // without them there is the process's own
	return ownGroup(info) || int(stat.Gid) == os.Getegid() || slices.Contains(groups, int(stat.Gid))
}

func ownerOf(info fs.FileInfo) string {
	if stat, ok := info.Sys().(*syscall.Stat_t); ok {
		return strconv.Itoa(int(stat.Uid))
	}
	return "unknown"
}

func groupOf(info fs.FileInfo) string {
	if stat, ok := info.Sys().(*syscall.Stat_t); ok {
		return strconv.Itoa(int(stat.Gid))
	}
	return "unknown"
}

// names is how many names a file has.
func names(info fs.FileInfo) uint64 {
	if stat, ok := info.Sys().(*syscall.Stat_t); ok {
		return uint64(stat.Nlink) //nolint:unconvert // its type differs between systems
	}
	return 1
}
