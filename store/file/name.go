package file

import (
	"errors"
	"fmt"
	"strings"
)

// name of the file of a value. Keys are escaped, so that every key is a file of its own and none leads out of Dir.
func (s *Store) name(key string) (string, error) {
	if s.Dir == "" {
		return "", errors.New("the file store has no directory")
	}
	if key == "" {
		return "", errors.New("the file store was given an empty key")
	}
	var b strings.Builder
	for _, c := range []byte(key) {
		switch {
		case 'a' <= c && c <= 'z', '0' <= c && c <= '9', c == '-', c == '_', c == '.' && b.Len() > 0:
			b.WriteByte(c)
		default:
			fmt.Fprintf(&b, "%%%02X", c)
		}
	}
	if b.Len() > 200 {
		return "", fmt.Errorf("the key is too long for a file name: %d bytes", b.Len())
	}
	return b.String() + ".json", nil
}
