package handout

import "github.com/ringcx-go/ringcx/broker/internal/caller"

// Remembered is how many pairs are remembered that ended before their time.
func (s *Short) Remembered() int {
	s.ended.mu.Lock()
	defer s.ended.mu.Unlock()
	if all := s.ended.all.Len(); all != len(s.ended.known) {
		panic("the list and the map differ")
	}
	return len(s.ended.known)
}

// Rewrite reads what is in a token, and writes it again; false: it cannot be read.
func Rewrite(content []byte) ([]byte, bool) {
	is := decodeContent(content)
	if is == nil {
		return nil, false
	}
	return is.encode(), true
}

// Written are the bytes in a token of a caller.
func Written(c caller.Caller) []byte { return newContent(c, c.Until, c.Until).encode() }
