//go:build !windows

package terminal

import "os"

// understandStyles is for terminals that have to be asked to obey escape sequences.
func understandStyles(*os.File) {}
