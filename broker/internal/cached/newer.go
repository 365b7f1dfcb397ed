package cached

import (
	"errors"
	"fmt"
)

// NewerError is a record that only a newer program understands. It is left as it is.
type NewerError struct {
	What           string // in the plural
	Version, Known int
}

// Error tells what to do about it, too: it is read in logs and answers.
func (e *NewerError) Error() string {
	return fmt.Sprintf("%s are of a newer version: they have version %d, this program knows version %d; update this program: what is stored was left as it is",
		e.What, e.Version, e.Known)
}

// Newer tells it from what is damaged.
func (*NewerError) Newer() bool { return true }

// Why is why a record cannot be read, in a form for everybody: ": " and the words of a [NewerError], "" for all else.
func Why(err error) string {
	var newer *NewerError
	if errors.As(err, &newer) {
		return ": " + newer.Error()
	}
	return ""
}
