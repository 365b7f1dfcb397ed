//go:build unix

package audit

import "io/fs"

// looser tells whether others than the owner may read or write.
func looser(mode fs.FileMode) bool { return mode.Perm()&0o077 != 0 }
