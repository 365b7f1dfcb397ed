package cli

import (
	"fmt"
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
	plain := func(r rune) bool {
		return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("_-./:@%+,=", r)
	}
	if text == "" || strings.ContainsFunc(text, func(r rune) bool { return !plain(r) }) {
		return shellQuote(text)
	}
	return text
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
	var b strings.Builder
	for _, v := range vars {
		if problem := unfit(v[1]); problem != "" {
			return "", fmt.Errorf("the value of %s cannot be written for a shell: %s", v[0], problem)
		}
		fmt.Fprintf(&b, "export %s=%s\n", v[0], shellQuote(v[1]))
	}
	return b.String(), nil
}

// unfit is what keeps a value from being read as it was written; "" if nothing does.
func unfit(value string) string {
	switch {
	case !utf8.ValidString(value):
		return "it is not UTF-8"
	case strings.ContainsFunc(value, unicode.IsControl):
		return "there is a control character in it"
	}
	return ""
}
