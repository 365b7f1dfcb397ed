package cli

import (
	"fmt"
	"strings"

	"github.com/ringcx-go/ringcx/internal/env"
)

// tellPassword says what of a password may be meant and mostly is not.
func (a *app) tellPassword(password, from string) {
	what := ""
	switch trimmed := strings.TrimFunc(password, env.IsMargin); {
	case trimmed != password:
		what = "begins or ends with a blank"
	case env.WithoutQuotes(password) != password:
		what = "stands in quotation marks"
	default:
		return
	}
	a.Warn(fmt.Sprintf("the password of %s %s; it is sent as it is", from, what))
}
