package apicmd

import (
	"bytes"
)

// outline reads JSON and finds out whether it is whole: every list, object and text is closed, and nothing stands behind
// the value. It is quick and remembers no more than what is open, so it can be told of an answer of any size.
type outline struct {
	open            []byte // the brackets that are to come, the next one last
	inText, escaped bool
	begun, ended    bool // the value
	wrong           bool
}

// maxDepth is how deep encoding/json goes.
const maxDepth = 10000

// Write implements io.Writer. It never fails.
func (o *outline) Write(p []byte) (int, error) {
	for _, b := range p {
		if o.inText {
			o.text(b)
		} else {
			o.mark(b)
		}
	}
	return len(p), nil
}

// text reads a byte of a text.
func (o *outline) text(b byte) {
	switch {
	case o.escaped:
		o.escaped = false
	case b == '\\':
		o.escaped = true
	case b == '"':
		o.inText, o.ended = false, len(o.open) == 0
	case b < ' ':
		o.wrong = true
	}
}

// mark reads a byte between texts.
func (o *outline) mark(b byte) {
	switch {
	case b == ' ', b == '\n', b == '\r', b == '\t':
		return
	case o.ended:
		o.wrong = true
	case b == '"':
		o.inText = true
	case b == '[', b == '{':
		o.open = append(o.open, b+2) // the bracket that closes it, in ASCII
		o.wrong = o.wrong || len(o.open) > maxDepth
	case b == ']', b == '}':
		if len(o.open) == 0 || o.open[len(o.open)-1] != b {
			o.wrong, o.open = true, []byte{0}
		}
		o.open = o.open[:len(o.open)-1]
		o.ended = len(o.open) == 0
	case bytes.IndexByte([]byte(",:+-.0123456789eEtrufalsn"), b) < 0:
		o.wrong = true
	}
	if o.wrong {
		o.open = o.open[:0] // nothing has to be remembered any more
	}
	o.begun = true
}

// whole says whether what was read is a value, and no more.
func (o *outline) whole() bool { return o.begun && !o.wrong && !o.inText && len(o.open) == 0 }
