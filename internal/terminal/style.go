package terminal

// Style is how a terminal shows a text: the parameters of its SGR sequence.
type Style string

// Styles for what is asked, what is well, what is not, and what can be left unread.
const (
	StyleAsk    Style = "34" // blue
	StyleOK     Style = "32" // green
	StyleBad    Style = "31" // red
	StyleDetail Style = "2"  // faint

	styleStep Style = "1;36" // bold cyan
)

// on is text in the style, and after it the terminal as it was.
func (s Style) on(text string) string { return "\x1b[" + string(s) + "m" + text + "\x1b[m" }
