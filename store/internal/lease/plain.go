package lease

import (
	"strings"
	"unicode"
)

// Plain is what an error of a server says, in one line of characters that can be seen.
func Plain(err error) string {
	s := strings.Map(func(r rune) rune {
		if unicode.In(r, unicode.Cc, unicode.Cf, unicode.Zl, unicode.Zp, unicode.Other_Default_Ignorable_Code_Point) {
			return ' '
		}
		return r
	}, strings.ToValidUTF8(err.Error(), "?"))
	return strings.Join(strings.Fields(s), " ")
}
