package cli

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/ringcx-go/ringcx/internal/wording"
)

// exportLines are shell lines that set variables. A shell runs nothing that is in a value, and it and parseEnv read the
// same values; what they would not is refused.
func exportLines(vars [][2]string) (string, error) {
	return inLines("a shell", unfit, func(name, value string) string { return "export " + name + "=" + wording.ShellQuote(value) })(vars)
}

// unfit is what keeps a value out of a line of text, whoever reads it; "" if nothing does.
func unfit(value string) string {
	switch {
	case !utf8.ValidString(value):
		return "it is not UTF-8"
	case strings.ContainsFunc(value, unicode.IsControl):
		return "there is a control character in it"
	}
	return ""
}
