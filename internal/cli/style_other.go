//go:build !windows

package cli

import "os"

// understandStyles is for terminals that have to be asked to obey escape sequences.
func understandStyles(*os.File) {}
