//go:build !linux

package file

import "time"

// sinceBoot knows no clock that nobody can set.
func sinceBoot() (boot string, since time.Duration, ok bool) { return "", 0, false }
