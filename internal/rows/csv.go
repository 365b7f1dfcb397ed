package rows

import (
	"regexp"
	"strings"
	"sync"
	"unicode"
)

// record is a line of CSV. What needs quotes gets them, and nothing in a field is changed but what Harmless changes.
func record(cells []string) string {
	var b strings.Builder
	for i, cell := range cells {
		if i > 0 {
			b.WriteByte(',')
		}
		cell = Harmless(cell)
		if strings.ContainsAny(cell, ",\"\r\n") || strings.TrimSpace(cell) != cell || cell == "" && len(cells) == 1 {
			cell = `"` + strings.ReplaceAll(cell, `"`, `""`) + `"`
		}
		b.WriteString(cell)
	}
	b.WriteString("\r\n")
	return b.String()
}

// number is what stays a number in a spreadsheet, whatever it begins with, such as a phone number.
var number = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$`) })

// unseen tells characters that nobody sees: byte order marks, those that turn the direction of text, and controls.
func unseen(r rune) bool {
	return unicode.Is(unicode.Cf, r) || unicode.IsControl(r) && !strings.ContainsRune("\t\r\n", r)
}

// Harmless is the text of a cell that no spreadsheet takes for a formula. Texts of the API come from outsiders, such as the
// names of callers: what begins as a formula does gets an apostrophe before it, unless it is a number.
func Harmless(cell string) string {
	seen := strings.TrimLeftFunc(cell, unseen) // as a spreadsheet may read it
	begins := strings.ContainsAny(seen[:min(1, len(seen))], "=+-@\t\r\n")
	for _, wide := range []string{"＝", "＋", "－", "＠"} { // as keyboards of East Asia write them
		begins = begins || strings.HasPrefix(seen, wide)
	}
	if begins && !number().MatchString(seen) {
		return "'" + cell
	}
	return cell
}
