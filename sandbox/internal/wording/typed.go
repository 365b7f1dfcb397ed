package wording

import (
	"bufio"
	"io"
	"strings"
	"unicode"
)

// Typed is what a person gave in a form, without what pasting puts around it: blanks of all kinds, and what nobody sees.
func Typed(text string) string {
	return strings.TrimFunc(text, func(r rune) bool { return unicode.IsSpace(r) || isUnseen(r) })
}

// isUnseen tells what is neither seen nor a blank.
func isUnseen(r rune) bool { return !unicode.IsPrint(r) && !unicode.IsSpace(r) }

// seen is a text without what nobody sees.
func seen(text string) string {
	return strings.Map(func(r rune) rune {
		if isUnseen(r) {
			return -1
		}
		return r
	}, text)
}

// TypedAddresses are addresses that a person gave, with blanks between them. Nothing that nobody sees belongs to one.
func TypedAddresses(text string) []string {
	all := strings.Fields(seen(text))
	for i, a := range all {
		all[i] = strings.Trim(a, "\"'“”<>,;")
	}
	return all
}

// TypedToken is a token that a person gave, in quotation marks, with its scheme, or in several lines as it may be.
func TypedToken(text string) string {
	const around = "\"'`“”,;"
	text = strings.Trim(Typed(text), around)
	if scheme, rest, ok := strings.Cut(text, " "); ok && strings.EqualFold(scheme, "Bearer") {
		text = rest
	}
	return strings.Trim(strings.Join(strings.Fields(seen(text)), ""), around)
}

// WithoutMark reads a text without the byte order mark that programs of Windows put in front of it.
func WithoutMark(r io.Reader) io.Reader {
	in := bufio.NewReader(r)
	if head, _ := in.Peek(3); string(head) == "\ufeff" {
		_, _ = in.Discard(3)
	}
	return in
}
