// Package shell writes words and variables so that a shell reads them as they were: whatever is in a value, nothing of it is
// run.
package shell

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Quote is a text as one word of a shell, whatever is in it.
func Quote(text string) string { return "'" + strings.ReplaceAll(text, "'", quotedQuote) + "'" }

// quotedQuote is a single quote inside of single quotes, where a shell has no other way to write it.
const quotedQuote = `'\''`

// Word is Quote, without quotes where nothing needs them: for people to read.
func Word(text string) string {
	if text == "" || strings.ContainsFunc(text, isOdd) {
		return Quote(text)
	}
	return text
}

// isOdd says whether a character may mean something to a shell or to another reader of variables.
func isOdd(r rune) bool {
	plain := r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("_-./:@%+,=", r)
	return !plain
}

// Path is a path as a shell's "." command takes it: with a slash, or it is looked for elsewhere.
func Path(path string) string {
	if !strings.ContainsRune(path, '/') {
		path = "./" + path
	}
	return Word(path)
}

// Export are lines that set variables, each a name and its value. The readers of such files, and that of --env-file, read the
// same values; what they would not is refused.
func Export(vars [][2]string) (string, error) {
	return inLines("a shell", Unfit, func(name, value string) string { return "export " + name + "=" + Quote(value) })(vars)
}

// inLines writes each variable in a line. A value that the reader would read otherwise is refused.
func inLines(reader string, problem func(value string) string, line func(name, value string) string) func([][2]string) (string, error) {
	return func(vars [][2]string) (string, error) {
		var b strings.Builder
		for _, v := range vars {
			if why := problem(v[1]); why != "" {
				return "", fmt.Errorf("the value of %s cannot be written for %s: %s", v[0], reader, why)
			}
			b.WriteString(line(v[0], v[1]) + "\n")
		}
		return b.String(), nil
	}
}

// Unfit is what keeps a value out of a line of text, whoever reads it; "" if nothing does.
func Unfit(value string) string {
	switch {
	case !utf8.ValidString(value):
		return "it is not UTF-8"
	case strings.ContainsFunc(value, unicode.IsControl):
		return "there is a control character in it"
	}
	return ""
}
