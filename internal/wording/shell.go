package wording

import "strings"

// ShellQuote is a text as one word of a shell, whatever is in it.
func ShellQuote(text string) string { return "'" + strings.ReplaceAll(text, "'", quotedQuote) + "'" }

// quotedQuote is a single quote inside of single quotes, where a shell has no other way to write it.
const quotedQuote = `'\''`

// ShellWord is shellQuote, without quotes where nothing needs them: for people to read.
func ShellWord(text string) string {
	if text == "" || strings.ContainsFunc(text, IsOdd) {
		return ShellQuote(text)
	}
	return text
}

// IsOdd says whether a character may mean something to a shell or to another reader of variables.
func IsOdd(r rune) bool {
	plain := r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("_-./:@%+,=", r)
	return !plain
}

// ShellPath is a path as a shell's "." command takes it: with a slash, or it is looked for elsewhere.
func ShellPath(path string) string {
	if !strings.ContainsRune(path, '/') {
		path = "./" + path
	}
	return ShellWord(path)
}
