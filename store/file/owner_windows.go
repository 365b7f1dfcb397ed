package file

import (
	"io/fs"
	"syscall"
)

// Links are looked for, not kept from being followed: only administrators make them.
const (
	noFollow = 0
	nonBlock = 0
)

// What the operating system says, see causes.
var (
	diskFull  = []error{syscall.Errno(112), syscall.Errno(39)} // ERROR_DISK_FULL, ERROR_HANDLE_DISK_FULL
	quotaUsed = []error{syscall.Errno(1295)}                   // ERROR_DISK_QUOTA_EXCEEDED
	readOnly  = []error{syscall.Errno(19)}                     // ERROR_WRITE_PROTECT
	busy      = []error{syscall.EBUSY}
	noLocks   = []error{syscall.ENOTSUP}
)

// The access lists of Windows are not looked at, see CheckPrivate.

func ours(fs.FileInfo) bool { return true }

func mine(fs.FileInfo) bool { return true }

func ownGroup(fs.FileInfo) bool { return true }

func ourGroup(fs.FileInfo) bool { return true }

func ownerOf(fs.FileInfo) string { return "" }

func groupOf(fs.FileInfo) string { return "" }

func names(fs.FileInfo) uint64 { return 1 }
