package cli

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// shellQuote is a text as one word of a shell, whatever is in it.
func shellQuote(text string) string { return "'" + strings.ReplaceAll(text, "'", quotedQuote) + "'" }

// quotedQuote is a single quote inside of single quotes, where a shell has no other way to write it.
const quotedQuote = `'\''`

// shellWord is shellQuote, without quotes where nothing needs them: for people to read.
func shellWord(text string) string {
	if text == "" || strings.ContainsFunc(text, isOdd) {
		return shellQuote(text)
	}
	return text
}

// isOdd says whether a character may mean something to a shell or to another reader of variables.
func isOdd(r rune) bool {
	plain := r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("_-./:@%+,=", r)
	return !plain
}

// shellPath is a path as a shell's "." command takes it: with a slash, or it is looked for elsewhere.
func shellPath(path string) string {
	if !strings.ContainsRune(path, '/') {
		path = "./" + path
	}
	return shellWord(path)
}

// exportLines are shell lines that set variables. A shell runs nothing that is in a value, and it and parseEnv read the
// same values; what they would not is refused.
func exportLines(vars [][2]string) (string, error) {
	return inLines("a shell", unfit, func(name, value string) string { return "export " + name + "=" + shellQuote(value) })(vars)
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
