//go:build !windows

package brokercmd

import (
	"io/fs"
	"os"
	"syscall"
)

// strange tells whether a file belongs to a user who is neither this one nor root nor, where users have other numbers than outside
// of a container, whoever has the root of all files.
func strange(info fs.FileInfo) (uid int, is bool) {
	of, ok := info.Sys().(*syscall.Stat_t)
	if !ok {
		return 0, false
	}
	uid = int(of.Uid)
	if uid == 0 || uid == os.Geteuid() {
		return uid, false
	}
	if root, err := os.Stat("/"); err == nil {
		if top, ok := root.Sys().(*syscall.Stat_t); ok && top.Uid == of.Uid {
			return uid, false
		}
	}
	return uid, true
}

// groupOf is the number of the group of a file; -1: it has none.
func groupOf(info fs.FileInfo) int {
	if of, ok := info.Sys().(*syscall.Stat_t); ok {
		return int(of.Gid)
	}
	return -1
}
