package file

import "io/fs"

// The access lists of Windows are not looked at, see CheckPrivate.

func ours(fs.FileInfo) bool { return true }

func ownGroup(fs.FileInfo) bool { return true }

func ownerOf(fs.FileInfo) string { return "" }
