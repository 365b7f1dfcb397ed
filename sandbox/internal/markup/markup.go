// Package markup makes pages of elements, in which text from outside cannot hide anything. What is text or the value of an
// attribute is escaped by the elements themselves; there are no templates, so that the linker sees what is called.
package markup

import (
	"bytes"
	"fmt"
	"unicode"
	"unicode/utf8"

	h "github.com/ringcx-go/ringcx/sandbox/internal/html"
)

// Space stands between two elements of a line.
var Space = h.Text(" ")

const icon = "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 16 16'%3E%3Crect width='16' height='16' rx='4' " +
	"fill='%230b5cad'/%3E%3Ccircle cx='8' cy='8' r='3.5' fill='none' stroke='white' stroke-width='2'/%3E%3C/svg%3E"

// Document is a whole page. The style is a file of ours, and is not escaped.
func Document(title, style string, body ...h.Node) []byte {
	meta := func(name, content string) h.Node { return h.Meta(h.Name(name), h.Content(content)) }
	return Render(h.Doctype(h.HTML(
		h.Lang("en"),
		h.Head(
			h.Meta(h.Charset("utf-8")),
			meta("viewport", "width=device-width, initial-scale=1"),
			meta("color-scheme", "light dark"),
			meta("robots", "noindex"),
			h.Title(h.Text(title)),
			h.Link(h.Rel("icon"), h.Href(icon)),
			h.Style(h.Raw(style)),
		),
		h.Body(body...),
	)))
}

// Script is a program for browsers, which is a file of ours and is not escaped.
func Script(program string) h.Node { return h.Script(h.Raw(program)) }

// Render is the text of a node. Every page comes from here, so that none shows text from outside without harmless; pages keep
// what is from outside in elements of its own.
func Render(n h.Node) []byte {
	var out bytes.Buffer
	_ = h.Render(&out, n) // memory takes everything, and an element fails only where it is written to
	return harmless(out.Bytes())
}

// Hidden is a field of a form that is sent along.
func Hidden(name, value string) h.Node {
	return h.Input(h.Type("hidden"), h.Name(name), h.Value(value))
}

// Filled is a node if there is a text to show, else nothing.
func Filled(text string, node func(text string) h.Node) h.Node {
	if text == "" {
		return nil
	}
	return node(text)
}

// harmless writes out, as \u202e, the characters of a page that show nothing themselves, and change what is around them:
// controls, and marks of direction. Ends of lines and what joins letters stay.
func harmless(page []byte) []byte {
	page = bytes.ReplaceAll(page, []byte("\r\n"), []byte("\n"))
	if utf8.Valid(page) && !bytes.ContainsFunc(page, hidden) {
		return page
	}
	out := make([]byte, 0, len(page)+len(page)/8)
	for _, r := range string(page) { // a byte that is no UTF-8 becomes U+FFFD
		if hidden(r) {
			out = fmt.Appendf(out, `\u%04x`, r)
			continue
		}
		out = utf8.AppendRune(out, r)
	}
	return out
}

// hidden reports whether a character belongs to none that can be seen.
func hidden(r rune) bool {
	switch r {
	case '\n', '\t', '\u200c', '\u200d':
		return false
	}
	return unicode.In(r, unicode.Cc, unicode.Cf, unicode.Zl, unicode.Zp)
}
