package rawjson

import (
	"bytes"
	"encoding/json"
	"strings"
	"unicode/utf16"
)

// Walker goes through JSON as it is written, and tells what is in it that readers read differently.
type Walker struct {
	// Member is told of each member of an object: its name, and its value with all that is behind that. It says whether to pass
	// over the value. nil: no.
	Member func(name string, rest []byte) (skip bool)
	Passed func(start, end int) // is told where a value was that was passed over; nil: nobody wants to know

	Twice string // the first name that an object has twice, if Again
	Again bool   // there is such a name
	Half  bool   // a text has half of a character: a lone surrogate

	data []byte
	i    int
}

// Walk goes through data. It is false, and nothing was told, if that is no JSON.
func (w *Walker) Walk(data []byte) bool {
	if !json.Valid(data) {
		return false
	}
	w.data, w.i = data, 0
	w.space()
	w.value()
	return true
}

func (w *Walker) space() { w.i += len(w.data[w.i:]) - len(bytes.TrimLeft(w.data[w.i:], " \t\r\n,:")) }

func (w *Walker) value() {
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

func (w *Walker) object() {
	seen := make(map[string]bool)
	w.i++
	for w.space(); w.data[w.i] != '}'; w.space() {
		var name string
		_ = json.Unmarshal(w.text(), &name) // it is valid
		if seen[name] && !w.Again {
			w.Twice, w.Again = name, true
		}
		seen[name] = true
		w.space()
		start := w.i
		if skip := w.Member != nil && w.Member(name, w.data[start:]); !skip {
			w.value()
			continue
		}
		member := w.Member
		w.Member = nil // what is below is passed over as a whole
		w.value()
		w.Member = member
		if w.Passed != nil {
			w.Passed(start, w.i)
		}
	}
	w.i++
}

// text passes over a text, and is all of it with its quotes.
func (w *Walker) text() []byte {
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
		w.Half = w.Half || low != (high != 0)
		if high = 0; utf16.IsSurrogate(r) && !low {
			high = r
		}
	}
	w.Half = w.Half || high != 0
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
