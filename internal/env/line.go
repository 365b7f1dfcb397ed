package env

import (
	"fmt"
	"strings"

	"github.com/ringcx-go/ringcx/internal/usage"
)

// CutLine names a line that a terminal has cut, as it does silently with what is longer than it keeps.
func (e *Env) CutLine(text string) error {
	if !e.InTerminal || terminalLine == 0 {
		return nil
	}
	for line := range strings.Lines(text) {
		if len(strings.TrimRight(line, "\r\n")) >= terminalLine {
			return usage.New(fmt.Sprintf("the terminal hands on %d bytes of a line and no more, so its end is missing", terminalLine), "give it in a file, or in a variable")
		}
	}
	return nil
}
