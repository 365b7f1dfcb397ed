// Package rawjson reads JSON as it is written: whether it is whole, however long, and where in it the values of names are.
package rawjson

import (
	"unicode/utf8"
)

// Outline reads JSON as it passes by and finds out whether it is one value, whole and without a mistake. It remembers no more
// than what is open, so it can be told of JSON of any size. The zero value is ready.
type Outline struct {
	open  []byte // the brackets that are to come, the next one last
	want  want
	in    token
	rest  string // of a word: true, false, null
	hex   int    // digits that are to come
	wrong bool

	rune    []byte // a character of a text that has begun
	notUTF8 bool
}

// maxDepth is how deep encoding/json goes.
const maxDepth = 10000

// want is what comes next between tokens.
type want uint8

const (
	aValue want = iota
	aValueOrEnd
	aName
	aNameOrEnd
	aColon
	more  // a comma, or the end of what is open
	ended // nothing
)

// token is the token that a byte belongs to.
type token uint8

const (
	none token = iota
	text
	escape // behind a backslash
	digitsHex
	wordRest
	minus // the parts of a number, which may end behind zero, whole, fraction and exponent
	zero
	wholePart
	point
	fraction
	letterE
	signE
	exponent
)

// Write implements io.Writer. It never fails.
func (o *Outline) Write(p []byte) (int, error) {
	for i := 0; i < len(p) && !o.wrong; i++ {
		if o.in == text && p[i] != '"' && p[i] != '\\' && p[i] >= ' ' && p[i] < utf8.RuneSelf && len(o.rune) == 0 {
			continue
		}
		o.read(p[i])
	}
	return len(p), nil
}

func (o *Outline) read(b byte) {
	switch o.in {
	case none:
		o.between(b)
	case text:
		o.text(b)
	case escape:
		switch b {
		case 'u':
			o.in, o.hex = digitsHex, 4
		case '"', '\\', '/', 'b', 'f', 'n', 'r', 't':
			o.in = text
		default:
			o.wrong = true
		}
	case digitsHex:
		o.wrong = !(b >= '0' && b <= '9' || b|0x20 >= 'a' && b|0x20 <= 'f')
		if o.hex--; o.hex == 0 {
			o.in = text
		}
	case wordRest:
		if o.wrong = b != o.rest[0]; !o.wrong {
			if o.rest = o.rest[1:]; o.rest == "" {
				o.in = none
			}
		}
	default:
		o.number(b)
	}
}

// text reads a byte of a text.
func (o *Outline) text(b byte) {
	if b >= utf8.RuneSelf || len(o.rune) > 0 {
		if b >= utf8.RuneSelf {
			o.rune = append(o.rune, b)
		}
		if !utf8.FullRune(o.rune) && b >= utf8.RuneSelf {
			return
		}
		o.notUTF8 = o.notUTF8 || !utf8.Valid(o.rune)
		if o.rune = o.rune[:0]; b >= utf8.RuneSelf {
			return
		}
	}
	switch {
	case b == '"':
		o.in = none
	case b == '\\':
		o.in = escape
	case b < ' ':
		o.wrong = true
	}
}

// next are the states behind a digit, a point, an e and a sign in a number; none: it cannot be there.
var next = map[token]struct{ digit, point, e, sign token }{
	minus: {digit: wholePart}, zero: {point: point, e: letterE}, wholePart: {digit: wholePart, point: point, e: letterE}, point: {digit: fraction},
	fraction: {digit: fraction, e: letterE}, letterE: {digit: exponent, sign: signE}, signE: {digit: exponent}, exponent: {digit: exponent},
}

// number reads a byte of a number, or the one behind it.
func (o *Outline) number(b byte) {
	was, to := o.in, none
	switch {
	case b == '0' && was == minus:
		to = zero
	case b >= '0' && b <= '9':
		to = next[was].digit
	case b == '.':
		to = next[was].point
	case b == 'e' || b == 'E':
		to = next[was].e
	case b == '+' || b == '-':
		to = next[was].sign
	}
	if o.in = to; to == none {
		if o.wrong = !endsNumber(was); !o.wrong {
			o.between(b)
		}
	}
}

func endsNumber(t token) bool { return t == zero || t == wholePart || t == fraction || t == exponent }

// between reads a byte between tokens.
func (o *Outline) between(b byte) {
	if b == ' ' || b == '\n' || b == '\r' || b == '\t' {
		return
	}
	inObject := len(o.open) > 0 && o.open[len(o.open)-1] == '}'
	switch {
	case b == ']' && o.want == aValueOrEnd, b == '}' && o.want == aNameOrEnd, o.want == more && b == o.open[len(o.open)-1]:
		o.open = o.open[:len(o.open)-1]
		o.want = o.after()
	case o.want == aColon && b == ':', o.want == more && b == ',' && !inObject:
		o.want = aValue
	case o.want == more && b == ',':
		o.want = aName
	case o.want == aName || o.want == aNameOrEnd:
		if o.wrong = b != '"'; !o.wrong {
			o.in, o.want = text, aColon
		}
	case o.want == aValue || o.want == aValueOrEnd:
		o.value(b)
	default:
		o.wrong = true
	}
}

// value reads the first byte of a value.
func (o *Outline) value(b byte) {
	o.want = o.after()
	switch {
	case b == '[':
		o.open, o.want = append(o.open, ']'), aValueOrEnd
	case b == '{':
		o.open, o.want = append(o.open, '}'), aNameOrEnd
	case b == '"':
		o.in = text
	case b == '-':
		o.in = minus
	case b == '0':
		o.in = zero
	case b >= '1' && b <= '9':
		o.in = wholePart
	case b == 't':
		o.in, o.rest = wordRest, "true"[1:]
	case b == 'f':
		o.in, o.rest = wordRest, "false"[1:]
	case b == 'n':
		o.in, o.rest = wordRest, "null"[1:]
	default:
		o.wrong = true
	}
	o.wrong = o.wrong || len(o.open) > maxDepth
}

// after is what comes behind a value.
func (o *Outline) after() want {
	if len(o.open) == 0 {
		return ended
	}
	return more
}

// IsUTF8 says whether the texts that were read are UTF-8, as JSON has to be; readers make other characters of what is not.
func (o *Outline) IsUTF8() bool { return !o.notUTF8 }

// IsWhole says whether what was read is a value, and no more.
func (o *Outline) IsWhole() bool {
	return !o.wrong && o.want == ended && (o.in == none || endsNumber(o.in))
}
