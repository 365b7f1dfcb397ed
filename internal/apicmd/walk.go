package apicmd

import (
	"bytes"
	"encoding/json"
	"strings"
	"unicode/utf16"
)

// walker goes through the JSON of data, which is valid, as it is written.
type walker struct {
	data []byte
	i    int

	// member is told of each member of an object, of which the value begins at i. It says whether to pass over that. nil: no.
	member func(name string) (skip bool)
	passed func(start, end int) // is told where a value was that was passed over

	twice string // the first name that an object has twice
	again bool   // there is such a name
	half  bool   // a text has half of a character: a lone surrogate
}

// walk goes through data. It is false if that is no JSON.
func (w *walker) walk(data []byte) bool {
	if !json.Valid(data) {
		return false
	}
	w.data, w.i = data, 0
	w.space()
	w.value()
	return true
}

func (w *walker) space() { w.i += len(w.data[w.i:]) - len(bytes.TrimLeft(w.data[w.i:], " \t\r\n,:")) }

func (w *walker) value() {
	switch w.data[w.i] {
	case '{':
		w.object()
	case '[':
		w.i++
		for w.space(); w.data[w.i] != ']'; w.space() {
			w.value()
		}
		w.i++
	case '"':
		w.text()
	default:
		for w.i < len(w.data) && !strings.ContainsRune(" \t\r\n,]}", rune(w.data[w.i])) {
			w.i++
		}
	}
}

func (w *walker) object() {
	seen := make(map[string]bool)
	w.i++
	for w.space(); w.data[w.i] != '}'; w.space() {
		var name string
		_ = json.Unmarshal(w.text(), &name) // it is valid
		if seen[name] && !w.again {
			w.twice, w.again = name, true
		}
		seen[name] = true
		w.space()
		start := w.i
		if skip := w.member != nil && w.member(name); !skip {
			w.value()
			continue
		}
		member := w.member
		w.member = nil // what is below is passed over as a whole
		w.value()
		w.member = member
		w.passed(start, w.i)
	}
	w.i++
}

// text passes over a text, and is all of it with its quotes.
func (w *walker) text() []byte {
	start := w.i
	var high rune
	for w.i++; w.data[w.i] != '"'; w.i++ {
		var r rune
		if w.data[w.i] == '\\' {
			if w.i++; w.data[w.i] == 'u' {
				r = hex(w.data[w.i+1 : w.i+5])
				w.i += 4
			}
		}
		low := 0xDC00 <= r && r < 0xE000
		w.half = w.half || low != (high != 0)
		if high = 0; utf16.IsSurrogate(r) && !low {
			high = r
		}
	}
	w.half = w.half || high != 0
	w.i++
	return w.data[start:w.i]
}

// hex is a number of four digits.
func hex(digits []byte) (n rune) {
	for _, d := range digits {
		switch {
		case d <= '9':
			n = n<<4 | rune(d-'0')
		default:
			n = n<<4 | rune(d|0x20-'a'+10)
		}
	}
	return n
}
