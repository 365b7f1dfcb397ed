package cli

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"
)

// deceptive says whether a character does something else than being seen: controls, separators of lines, direction marks
// and others of format, and those that are empty on purpose.
func deceptive(r rune) bool {
	if r < 0x7f {
		return r < ' '
	}
	return unicode.In(r, unicode.Cc, unicode.Cf, unicode.Zl, unicode.Zp, unicode.Other_Default_Ignorable_Code_Point)
}

// appendShown appends a character, so that it can be seen.
func appendShown(b []byte, r rune) []byte {
	switch {
	case !deceptive(r):
		return utf8.AppendRune(b, r)
	case r == '\n':
		return append(b, `\n`...)
	case r == '\r':
		return append(b, `\r`...)
	case r == '\t':
		return append(b, `\t`...)
	case r > 0xffff:
		high, low := utf16.EncodeRune(r)
		return fmt.Appendf(b, `\u%04x\u%04x`, high, low)
	}
	return fmt.Appendf(b, `\u%04x`, r)
}

// printable is s in one line, of characters that can be seen. What is not UTF-8 becomes U+FFFD.
func printable(s string) string {
	if utf8.ValidString(s) && !strings.ContainsFunc(s, deceptive) {
		return s
	}
	b := make([]byte, 0, len(s)+16)
	for _, r := range s {
		b = appendShown(b, r)
	}
	return string(b)
}
