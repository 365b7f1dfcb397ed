package rows

import (
	"regexp"
	"strings"
	"sync"
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

// Harmless is the text of a cell that no spreadsheet takes for a formula. Texts of the API come from outsiders, such as the
// names of callers: what begins as a formula does gets an apostrophe before it, unless it is a number.
func Harmless(cell string) string {
	begins := strings.ContainsAny(cell[:min(1, len(cell))], "=+-@\t\r\n")
	for _, wide := range []string{"＝", "＋", "－", "＠"} { // as keyboards of East Asia write them
		begins = begins || strings.HasPrefix(cell, wide)
	}
	if begins && !number().MatchString(cell) {
		return "'" + cell
	}
	return cell
}
