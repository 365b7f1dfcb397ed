package env

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/ringcx-go/ringcx/internal/wording"
)

// What people paste comes with more than the value: a line of a file with its name and quotation marks, a comma of JSON,
// marks that nobody sees. What cannot belong to the value is taken away; what is left and cannot be meant is named by
// ringcx.Config and its grants before anything is sent. Of a password nothing is taken away: it may hold all that.

// Pasted is what was meant by a pasted value that is no password.
func Pasted(text string) string {
	for {
		before := text
		text = strings.TrimFunc(text, IsMargin)
		text = strings.TrimRight(text, ",;")
		text = WithoutQuotes(withoutName(text))
		if text == before {
			return text
		}
	}
}

// IsMargin tells what belongs to no value at its edge: blanks of all kinds, and what nobody sees.
func IsMargin(r rune) bool { return unicode.IsSpace(r) || wording.Deceptive(r) }

// quotes are pairs of quotation marks, as keyboards, word processors and mail programs set them.
var quotes = []string{`""`, "''", "``", "“”", "„“", "„”", "””", "‟”", "‘’", "‚‘", "‚’", "’’", "«»", "»«", "‹›", "›‹", "「」", "＂＂"}

// WithoutQuotes takes one pair of quotation marks from around a text.
func WithoutQuotes(text string) string {
	first, size := utf8.DecodeRuneInString(text)
	last, end := utf8.DecodeLastRuneInString(text)
	if size+end <= len(text) && slices.Contains(quotes, string(first)+string(last)) {
		return text[size : len(text)-end]
	}
	return text
}

// withoutName takes what stands before the value in a file of variables, or in a header.
func withoutName(text string) string {
	rest := text
	if after, found := strings.CutPrefix(rest, "export "); found {
		rest = strings.TrimLeftFunc(after, IsMargin)
	}
	for _, name := range AccountVariables {
		if after, found := strings.CutPrefix(rest, name); found {
			if after = strings.TrimLeftFunc(after, IsMargin); strings.HasPrefix(after, "=") {
				return after[1:]
			}
		}
	}
	for _, name := range []string{"Authorization:", "X-Auth-Token:", "Bearer "} {
		if len(text) > len(name) && strings.EqualFold(text[:len(name)], name) {
			return text[len(name):]
		}
	}
	return text
}

// PastedJWT is pasted, without line breaks, as mail programs make them, and whatever else nobody sees.
func PastedJWT(text string) string {
	return Pasted(strings.Map(func(r rune) rune {
		if IsMargin(r) {
			return -1
		}
		return r
	}, Pasted(text)))
}

// PastedKey is a private key in PEM form as it was before it was pasted: into a variable with \n for its line ends, indented,
// in quotation marks, with spaces and dashes of a word processor.
func PastedKey(text string) string {
	if !strings.Contains(strings.TrimSpace(text), "\n") {
		text = strings.NewReplacer(`\r\n`, "\n", `\n`, "\n").Replace(text)
	}
	var lines []string
	for line := range strings.Lines(Pasted(text)) {
		line = strings.Map(func(r rune) rune {
			switch {
			case unicode.IsSpace(r):
				return ' '
			case wording.Deceptive(r):
				return -1
			}
			return r
		}, line)
		lines = append(lines, strings.TrimSpace(line))
	}
	return strings.Join(lines, "\n") + "\n"
}
