package terminal

import "io"

// Written writes to w as to a terminal; end is called behind the last Write.
func Written(w io.Writer) (to io.Writer, end func()) {
	t := &writer{w: w}
	return t, t.end
}
