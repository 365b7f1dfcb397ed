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

// Unfit is what is wrong with what the Store holds of a login, in a form for everybody; "": nothing is, or it could not be read at all.
func Unfit(err error) string {
	var stored interface{ Newer() bool } // what could be read, and cannot be understood
	switch {
	case !errors.As(err, &stored):
		return ""
	case stored.Newer():
		return "what is stored of its login is of a newer version than this program knows: update this program; what is stored was left as it is"
	}
	return "what is stored of its login is damaged: whoever runs the broker has to log in again; what is stored was left as it is"
}

// Why is why a record cannot be read, in a form for everybody: ": " and the words of a [NewerError], "" for all else.
func Why(err error) string {
	var newer *NewerError
	if errors.As(err, &newer) {
		return ": " + newer.Error()
	}
	return ""
}
