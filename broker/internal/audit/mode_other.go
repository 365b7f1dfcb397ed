//go:build !unix

package audit

import "io/fs"

// noWait is nothing where a pipe is no file.
const noWait = 0

// looser tells nothing where the mode of a file says nothing about others.
func looser(fs.FileMode) bool { return false }

// foreign tells nothing where a file has no number of its owner.
func foreign(fs.FileInfo) bool { return false }

// deleted tells whether a file that is open has no name any more.
func deleted(fs.FileInfo) bool { return false }
