package terminal

import (
	"os"
	"slices"
	"strings"

	"github.com/clipperhouse/displaywidth"
	"golang.org/x/term"
)

// WidthOf is the number of columns of the first file that is a terminal, 0 if none says so.
func WidthOf(files ...*os.File) int {
	for _, f := range files {
		if width, _, err := term.GetSize(int(f.Fd())); err == nil && width > 0 { //nolint:gosec // a file descriptor fits
			return width
		}
	}
	return 0
}

// textWidth is how many columns a text takes, which has no line breaks. What is painted takes none for its colours.
func textWidth(s string) int { return displaywidth.Options{ControlSequences: true}.String(s) }

// fold is text with its long lines broken between words, and never within a command. What follows goes below its line, a
// little to the right. Of a line in columns, the first is a title for the rest.
func fold(text string, width int) string {
	var b strings.Builder
	for line := range strings.Lines(text) {
		body, end := strings.TrimRight(line, "\n"), strings.Repeat("\n", strings.Count(line, "\n"))
		b.WriteString(strings.Join(foldLine(body, width), "\n") + end)
	}
	return b.String()
}

func foldLine(line string, width int) []string {
	if textWidth(line) <= width {
		return []string{line}
	}
	rest := strings.TrimLeft(line, " ")
	indent := min(len(line)-len(rest), width/2)
	if first, _, _ := strings.Cut(rest, " "); len(rest) < len(line) && slices.Contains(programs, first) {
		return []string{line} // an example, which is copied whole
	}
	title, text, found := strings.Cut(rest, "  ")
	if found && textWidth(title) <= 2 { // a mark, which goes with what stands behind it
		return foldLine(strings.Repeat(" ", indent)+title+" "+strings.TrimLeft(text, " "), width)
	}
	if found && strings.TrimSpace(text) != "" {
		below := strings.Repeat(" ", min(indent+4, width/2)) + strings.TrimLeft(text, " ")
		return append(foldLine(strings.Repeat(" ", indent)+title, width), foldLine(below, width)...)
	}
	return lay(pieces(rest), width, indent, min(indent+2, width/2))
}

// pieces are the words of a text. A command is one, so that what is copied from a line works: one in single quotes, or one that
// begins the text or follows a colon, up to the next mark of a sentence.
func pieces(text string) (all []string) {
	words := strings.Fields(text)
	for i := 0; i < len(words); {
		n := quotedWords(words[i:])
		if n == 0 && (i == 0 || strings.HasSuffix(words[i-1], ":")) {
			n = commandWords(words[i:])
		}
		n = max(n, 1)
		all = append(all, strings.Join(words[i:i+n], " "))
		i += n
	}
	return all
}

// quotedWords is how many of the words are in the single quotes that begin with the first, 0 if none.
func quotedWords(words []string) int {
	if !strings.HasPrefix(strings.TrimLeft(words[0], "("), "'") {
		return 0
	}
	for i, word := range words {
		if end := strings.TrimRight(word, ".,;:?!)…"); len(end) > 1 && strings.HasSuffix(end, "'") {
			return i + 1
		}
	}
	return 0
}

// programs are those of the commands that we tell people to run.
var programs = []string{"ringcx", "eval", "source", ".", "export", "chmod", "chown", "curl", "kill", "sed", "printf"}

// commandWords is how many of the words are a command that begins with the first, 0 if none. A flag that reads what follows
// from a file ("--jwt-file - <FILE") is the end of one.
func commandWords(words []string) int {
	if len(words) > 2 && strings.HasPrefix(words[0], "--") && strings.HasPrefix(words[2], "<") {
		return 3
	}
	if !slices.Contains(programs, words[0]) {
		return 0
	}
	for i, word := range words {
		if i > 0 && strings.TrimRight(word, ".,;") != word {
			return i + 1
		}
	}
	return len(words)
}

// lay puts words into lines of a width, the first with one indent, the others with another. A word that is longer than
// the width has a line of its own.
func lay(words []string, width, first, others int) (lines []string) {
	at, begun := strings.Repeat(" ", first), false
	for _, word := range words {
		if begun && textWidth(at)+1+textWidth(word) > width {
			lines = append(lines, at)
			at, begun = strings.Repeat(" ", others), false
		}
		if begun {
			at += " "
		}
		at += word
		begun = true
	}
	return append(lines, at)
}

// Reflow is text whose paragraphs are broken anew for a width. What is indented stays as it is.
func Reflow(text string, width int) string {
	var lines []string
	paragraph := ""
	end := func() {
		if paragraph != "" {
			lines = append(lines, lay(pieces(paragraph), width, 0, 0)...)
		}
		paragraph = ""
	}
	for line := range strings.SplitSeq(text, "\n") {
		if line == "" || strings.HasPrefix(line, " ") {
			end()
			lines = append(lines, line)
			continue
		}
		paragraph = strings.TrimPrefix(paragraph+" "+line, " ")
	}
	end()
	return strings.Join(lines, "\n")
}
