//go:build !linux

package file

import (
	"io/fs"
	"os"
)

func mounted(*os.File, fs.FileInfo) bool { return false }

func mountPoint(string) bool { return false }
