package tell

import (
	"fmt"
	"strings"

	"github.com/ringcx-go/ringcx/internal/env"
)

// TellPassword says what of a password may be meant and mostly is not. The password itself is not said.
func (t *Teller) TellPassword(password, from string) {
	what := ""
	switch trimmed := strings.TrimFunc(password, env.IsMargin); {
	case trimmed != password:
		what = "begins or ends with a blank"
	case env.WithoutQuotes(password) != password:
		what = "stands in quotation marks"
	default:
		return
	}
	t.Warn(fmt.Sprintf("the password of %s %s; it is sent as it is", from, what))
}
