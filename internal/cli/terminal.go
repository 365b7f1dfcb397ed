package cli

import (
	"os"
	"slices"
	"strconv"
	"strings"

	"github.com/clipperhouse/displaywidth"
	"golang.org/x/term"
)

// narrow is where a terminal has too few columns for tables: they become blocks, and lines break between words. A wider
// one breaks long lines itself, so that what is copied from it stays one line.
const narrow = 60

// systemWidth is the number of columns of the terminal, 0 if there is none that says so.
func systemWidth() int {
	for _, f := range []*os.File{os.Stdout, os.Stderr} {
		if width, _, err := term.GetSize(int(f.Fd())); err == nil && width > 0 { //nolint:gosec // a file descriptor fits
			return width
		}
	}
	return 0
}

// columns are those of the terminal, 0 if it does not say.
func (e *Env) columns() int {
	if e.Width != nil {
		if width := e.Width(); width > 0 {
			return width
		}
	}
	width, _ := strconv.Atoi(e.Getenv("COLUMNS"))
	return max(width, 0)
}

// isNarrow says whether standard output is a terminal with few columns.
func (e *Env) isNarrow() bool {
	width := e.columns()
	return e.OutTerminal && width > 0 && width < narrow
}

// colours says whether standard output has colours: on a terminal that knows them, unless NO_COLOR or CLICOLOR=0 says
// otherwise, and wherever CLICOLOR_FORCE wants them. NO_COLOR comes first.
func (e *Env) colours() bool {
	force := e.Getenv("CLICOLOR_FORCE")
	switch {
	case e.Getenv("NO_COLOR") != "":
		return false
	case force != "" && force != "0":
		return true
	}
	return e.OutTerminal && e.Getenv("TERM") != "dumb" && e.Getenv("CLICOLOR") != "0"
}

// draws says whether a line on stderr can be drawn anew.
func (e *Env) draws() bool { return e.ErrTerminal && e.Getenv("TERM") != "dumb" }

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

// reflow is text whose paragraphs are broken anew for a width. What is indented stays as it is.
func reflow(text string, width int) string {
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
