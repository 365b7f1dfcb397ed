package env

import (
	"strings"
)

// MaxInput bounds what is read from standard input for all questions together.
const MaxInput = 1 << 20

// MaxSecret bounds a single secret.
const MaxSecret = 64 << 10

// ByteOrderMark is what some editors put in front of a text.
const ByteOrderMark = "\ufeff"

// EncodingProblem tells a text that is in another encoding than UTF-8, as PowerShell and some editors write it.
func EncodingProblem(text string) string {
	switch {
	case strings.HasPrefix(text, "\xff\xfe"), strings.HasPrefix(text, "\xfe\xff"):
		return "is in UTF-16, and has to be in UTF-8"
	case strings.Contains(text, "\x00"):
		return "holds NUL characters, as a text in UTF-16 or a program does, and has to be a text in UTF-8"
	}
	return ""
}
