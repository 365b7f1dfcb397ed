package markup

import (
	"fmt"
	"slices"
	"strings"

	h "github.com/ringcx-go/ringcx/sandbox/internal/html"
)

// nowhere is where a link leads whose address could run a program.
const nowhere = "#"

// Link is the address that a link leads to, wherever it comes from. One with a scheme other than http, https or mailto leads
// nowhere: javascript: and its like would run in the page. Where the beginning of an address is written in a page itself, and
// the rest goes through Escape, html.Href is enough.
func Link(address string) h.Node { return h.Href(safe(address)) }

// Action is the address that a form is sent to, like Link.
func Action(address string) h.Node { return h.Action(safe(address)) }

func safe(address string) string {
	before, _, is := strings.Cut(address, ":")
	if is && !strings.Contains(before, "/") && !slices.Contains([]string{"http", "https", "mailto"}, strings.ToLower(before)) {
		return nowhere
	}
	return escape(address, func(i int) bool {
		return strings.IndexByte("!#$&*+,/:;=?@[]", address[i]) >= 0 || escaped(address[i:])
	})
}

// Escape is a text as a part of an address: a segment of its path, or a value of its query.
func Escape(text string) string {
	return escape(text, func(int) bool { return false })
}

// escape replaces all bytes but those that mean nothing in an address, and those that may stay.
func escape(text string, stays func(i int) bool) string {
	var b strings.Builder
	for i := range len(text) {
		switch c := text[i]; {
		case '0' <= c && c <= '9', 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', strings.IndexByte("-._~", c) >= 0, stays(i):
			b.WriteByte(c)
		default:
			fmt.Fprintf(&b, "%%%02x", c)
		}
	}
	return b.String()
}

// escaped reports whether a text begins with an escaped byte.
func escaped(text string) bool {
	isHex := func(c byte) bool { return strings.IndexByte("0123456789abcdefABCDEF", c) >= 0 }
	return len(text) > 2 && text[0] == '%' && isHex(text[1]) && isHex(text[2])
}
