package audit

import (
	"fmt"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// Entry is one line. A request that is forwarded, or that hands out a token, has two with the same Request: Event "begin"
// is written before anything is done, and nothing is done if it cannot be; "end" tells what came of it. A request that is refused
// has one, "refused". A field that is empty is left out.
type Entry struct {
	Time     time.Time
	Event    string // begin, end, refused, answer, resumed
	Request  string // names the request within the log
	Caller   string
	Remote   string // how the caller came: unix, loopback, network
	Profile  string
	Method   string
	Path     string // without a query, without secrets
	Op       string // ID of the operation
	Decision string // allow, deny
	Why      string
	Token    string // fingerprint of the vendor's token that was used
	Status   int    // of the answer
	Took     time.Duration
	Sent     int64 // bytes of the answer's body
}

// The longest texts of a line, in bytes. What is longer is cut, and ends in "…".
const (
	longText = 200
	longPath = 1000
)

func (e *Entry) append(b []byte) []byte {
	b = append(b, `{"time":"`...)
	b = e.Time.UTC().AppendFormat(b, "2006-01-02T15:04:05.000000Z")
	b = append(b, '"')
	b = text(b, "event", e.Event, longText)
	b = text(b, "request", e.Request, longText)
	b = text(b, "caller", e.Caller, longText)
	b = text(b, "remote", e.Remote, longText)
	b = text(b, "profile", e.Profile, longText)
	b = text(b, "method", e.Method, longText)
	b = text(b, "path", e.Path, longPath)
	b = text(b, "operation", e.Op, longText)
	b = text(b, "decision", e.Decision, longText)
	b = text(b, "why", e.Why, longText)
	b = text(b, "token", e.Token, longText)
	b = number(b, "status", int64(e.Status))
	b = number(b, "microseconds", e.Took.Microseconds())
	b = number(b, "bytes", e.Sent)
	return append(b, "}\n"...)
}

func number(b []byte, name string, n int64) []byte {
	if n == 0 {
		return b
	}
	return fmt.Appendf(b, `,"%s":%d`, name, n)
}

// text adds a field whose value cannot end it, whatever it is: plain ASCII stays, all else is escaped.
func text(b []byte, name, value string, longest int) []byte {
	if value == "" {
		return b
	}
	b = append(append(append(b, `,"`...), name...), `":"`...)
	cut := false
	if len(value) > longest {
		value, cut = strings.ToValidUTF8(value[:longest], "\ufffd"), true
	}
	for i := 0; i < len(value); {
		if c := value[i]; c < utf8.RuneSelf {
			if c < ' ' || c == '"' || c == '\\' || c == 0x7f || c == '<' || c == '>' || c == '&' {
				b = escaped(b, rune(c))
			} else {
				b = append(b, c)
			}
			i++
			continue
		}
		r, size := utf8.DecodeRuneInString(value[i:])
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			b = append(b, value[i:i+size]...)
		} else {
			b = escaped(b, r)
		}
		i += size
	}
	if cut {
		b = append(b, "…"...)
	}
	return append(b, '"')
}

// escaped adds a rune as JSON escapes it.
func escaped(b []byte, r rune) []byte {
	const hex = "0123456789abcdef"
	for _, u := range utf16Of(r) {
		b = append(b, '\\', 'u', hex[u>>12&15], hex[u>>8&15], hex[u>>4&15], hex[u&15])
	}
	return b
}

func utf16Of(r rune) []uint16 {
	if r < 0x10000 {
		return []uint16{uint16(r)} //nolint:gosec // it is below
	}
	r -= 0x10000
	return []uint16{uint16(0xd800 + r>>10), uint16(0xdc00 + r&0x3ff)} //nolint:gosec // r is below 0x100000
}
