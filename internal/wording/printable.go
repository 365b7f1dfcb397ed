// Package wording is how things are written for people: in one line that can be seen, without secrets, in words that are near.
package wording

import (
	"fmt"
	"regexp"
	"strings"
	"sync"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"
)

// Said is what a server says as an error may repeat it: in one line, of a length that people read.
func Said(s string) string {
	const most = 500
	if s = OneLine(s); len(s) > most {
		s = s[:most] + "…"
	}
	return strings.ToValidUTF8(s, "?")
}

// APITokenID matches the id of a token of the vendor, or the beginning of one that was cut.
var APITokenID = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`(?i)([0-9a-f]{8})-[0-9a-f]{1,4}(?:-[0-9a-f]{0,4}){0,2}(?:-[0-9a-f]{0,12})?`)
})

// What comes from outside (answers of servers, files, variables, other programs) may hold escape sequences, which a
// terminal obeys, and characters that turn a line around or cannot be seen, which deceive its reader. They are shown as
// JSON writes them, such as \u001b, so JSON stays what it was. There are two places: everything that is written to a
// terminal goes through a terminalWriter, and what must stay one line, or is read by people in files too, is printable.

// Deceptive says whether a character does something else than being seen: controls, separators of lines, direction marks
// and others of format, and those that are empty on purpose.
func Deceptive(r rune) bool {
	if r < 0x7f {
		return r < ' '
	}
	return unicode.In(r, unicode.Cc, unicode.Cf, unicode.Zl, unicode.Zp, unicode.Other_Default_Ignorable_Code_Point)
}

// AppendShown appends a character, so that it can be seen.
func AppendShown(b []byte, r rune) []byte {
	switch {
	case !Deceptive(r):
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

// Printable is s in one line, of characters that can be seen. What is not UTF-8 becomes U+FFFD.
func Printable(s string) string {
	if utf8.ValidString(s) && !strings.ContainsFunc(s, Deceptive) {
		return s
	}
	b := make([]byte, 0, len(s)+16)
	for _, r := range s {
		b = AppendShown(b, r)
	}
	return string(b)
}

// Shown are values as they can be written: texts printable, numbers and what is painted as they are.
func Shown(values []any) []any {
	all := make([]any, len(values))
	for i, v := range values {
		switch v := v.(type) {
		case Painted, int, float64:
			all[i] = v
		default:
			all[i] = Printable(fmt.Sprint(v))
		}
	}
	return all
}

// maxErrorLine is how many bytes of an error are shown.
const maxErrorLine = 4000

// tokens are JWTs and whole API tokens, wherever they stand, and what may be shown of them.
var tokens = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`(eyJ[\w-]{5})[\w-]+\.[\w.-]+|(\w+:[0-9a-f]{8})(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}`)
})

// ErrorLine is what an error says, in one line that fills no screen. What was given in a place where nobody expects a secret,
// such as the path of a call, is said without it.
func ErrorLine(s string) string {
	s = tokens().ReplaceAllString(s, "$1$2…")
	s = Printable(strings.ReplaceAll(strings.TrimSpace(s), "\n", "; "))
	if len(s) > maxErrorLine {
		s = strings.ToValidUTF8(s[:maxErrorLine], "") + "…"
	}
	return s
}

// OneLine keeps what a server, a file or a variable says from taking over a terminal, or the line of something else.
func OneLine(s string) string {
	return Printable(strings.Join(strings.Fields(s), " "))
}

// Painted is text in which what came from outside is harmless, and which has our colours.
type Painted string
