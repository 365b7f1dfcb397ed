package ringcx

import (
	"strings"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"
)

// What comes from outside is taken for what it should be only if it has its form.

// isBearer tells what may be a bearer token (b64token, RFC 6750, section 2.1).
func isBearer(s string) bool {
	s = strings.TrimRight(s, "=")
	for i := range len(s) {
		c := s[i]
		if !('a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || strings.IndexByte("-._~+/", c) >= 0) {
			return false
		}
	}
	return s != ""
}

// isRefreshToken tells what may be a refresh token (RFC 6749, appendix A.17), or none.
func isRefreshToken(s string) bool { return within(s, ' ') }

// isAuthToken tells what may stand in the header X-Auth-Token: text without spaces.
func isAuthToken(s string) bool { return s != "" && within(s, '!') }

// within tells whether s is ASCII from first to the tilde.
func within(s string, first byte) bool {
	for i := range len(s) {
		if s[i] < first || s[i] > '~' {
			return false
		}
	}
	return true
}

// printable keeps what a server says from taking over a terminal or a log: controls, direction marks, and what else cannot
// be seen, are blank.
func printable(s string) string {
	return strings.Map(func(r rune) rune {
		if isHidden(r) {
			return ' '
		}
		return r
	}, strings.ToValidUTF8(s, "?"))
}

// isHidden tells runes that show nothing, or change how others are shown.
func isHidden(r rune) bool {
	return !unicode.IsPrint(r) || unicode.In(r, unicode.Other_Default_Ignorable_Code_Point, unicode.Variation_Selector)
}

// oneLine is printable, in one line, and bounded.
func oneLine(s string) string {
	s = strings.Join(strings.Fields(printable(s)), " ")
	if len(s) > 500 {
		s = strings.ToValidUTF8(s[:500], "") + "…"
	}
	return s
}

// escapeJSON writes what is hidden in strings of a JSON text as escapes, which mean the same.
func escapeJSON(text []byte) []byte {
	const hex = "0123456789abcdef"
	safe := make([]byte, 0, len(text))
	escape := func(u rune) {
		safe = append(safe, '\\', 'u', hex[u>>12&15], hex[u>>8&15], hex[u>>4&15], hex[u&15])
	}
	for _, r := range string(text) { // what is no UTF-8 comes as U+FFFD, as decoders read it
		switch high, low := utf16.EncodeRune(r); {
		case r < utf8.RuneSelf && r != 0x7f, !isHidden(r):
			safe = utf8.AppendRune(safe, r)
		case high != unicode.ReplacementChar:
			escape(high)
			escape(low)
		default:
			escape(r)
		}
	}
	return safe
}

// clipped is what an outsider says, in one line of a length that people read.
func clipped(s string) string {
	const most = 120
	if s = oneLine(s); len(s) > most {
		s = strings.ToValidUTF8(s[:most], "") + "…"
	}
	return s
}
