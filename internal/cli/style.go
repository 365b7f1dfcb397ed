package cli

// style is how a terminal shows a text: the parameters of its SGR sequence.
type style string

const (
	styleStep   style = "1;36" // bold cyan
	styleAsk    style = "34"   // blue
	styleOK     style = "32"   // green
	styleBad    style = "31"   // red
	styleDetail style = "2"    // faint
)

// on is text in the style, and after it the terminal as it was.
func (s style) on(text string) string { return "\x1b[" + string(s) + "m" + text + "\x1b[m" }
