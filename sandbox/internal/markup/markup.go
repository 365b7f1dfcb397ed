// Package markup makes pages of templates, in which text from outside cannot hide anything.
package markup

import (
	"bytes"
	"fmt"
	"html/template"
	"unicode"
	"unicode/utf8"
)

// Render is what a template makes of data. Every page comes from here, so that none shows text from outside without
// harmless; the templates keep what is from outside in elements of its own.
func Render(t *template.Template, name string, data any) ([]byte, error) {
	var out bytes.Buffer
	if err := t.ExecuteTemplate(&out, name, data); err != nil {
		return nil, err
	}
	return harmless(out.Bytes()), nil
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
