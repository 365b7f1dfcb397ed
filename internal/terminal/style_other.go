//go:build !windows

package terminal

import "os"

// UnderstandStyles is for terminals that have to be asked to obey escape sequences.
func UnderstandStyles(*os.File) {}
