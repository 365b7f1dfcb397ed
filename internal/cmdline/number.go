package cmdline

import (
	"errors"
	"strconv"
	"strings"

	"github.com/spf13/pflag"
)

// number is the value of a flag that takes a whole number.
type number struct{ to *int }

var errNoNumber = errors.New("it is not a whole number of decimal digits")

// Set implements pflag.Value.
func (n number) Set(text string) error {
	value, err := strconv.Atoi(text)
	if err != nil || strings.HasPrefix(text, "+") {
		return errNoNumber
	}
	*n.to = value
	return nil
}

// String implements pflag.Value.
func (n number) String() string {
	if n.to == nil { // as the library makes one, to see what a zero looks like
		return "0"
	}
	return strconv.Itoa(*n.to)
}

// Type implements pflag.Value.
func (n number) Type() string { return "int" }

// NumberFlag adds a flag that takes a whole number as people write it: 010 is ten, and 0x10 and 1_000 are none. The library's own
// takes them as Go does, which makes other IDs of them.
func NumberFlag(flags *pflag.FlagSet, to *int, name string, value int, usage string) {
	*to = value
	flags.Var(number{to}, name, usage)
}
