package budget

import (
	"io"
	"net/url"
)

// Scale weighs JSON: what it takes in memory when it is decoded, about. It may be given in parts.
type Scale struct {
	Weight        int
	text, escaped bool
}

func (s *Scale) add(p []byte) {
	s.Weight += len(p)
	for _, c := range p {
		switch {
		case s.escaped:
			s.escaped = false
			if c == 'u' {
				s.Weight -= escapeWeight
			}
		case s.text && c == '\\':
			s.escaped = true
		case c == '"':
			s.text = !s.text
		case s.text:
		case c == '{':
			s.Weight += ObjectWeight
		case c == '[', c == ',':
			s.Weight += elementWeight
		}
	}
}

// Weigh is the weight of a JSON text.
func Weigh(text []byte) int {
	var s Scale
	s.add(text)
	return s.Weight
}

// Meter is a body that is weighed.
type Meter struct {
	io.ReadCloser
	Scale
}

// Read reads on, and weighs what it read.
func (c *Meter) Read(p []byte) (int, error) {
	n, err := c.ReadCloser.Read(p)
	c.add(p[:n])
	return n, err
}

// FormSize is what a form takes.
func FormSize(form url.Values) (n int) {
	for name, values := range form {
		for _, v := range values {
			n += len(name) + len(v)
		}
	}
	return n
}
