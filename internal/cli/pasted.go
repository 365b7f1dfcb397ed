package cli

import (
	"cmp"
	"errors"
	"fmt"
	"strings"

	"github.com/ringcx-go/ringcx"
	"github.com/ringcx-go/ringcx/internal/env"
	"github.com/ringcx-go/ringcx/internal/usage"
)

// checkCredential tells what cannot belong to what an account logs in with, before anything is sent.
func checkCredential(acc *account) error {
	if checks, ok := acc.grant().(interface{ Validate() error }); ok {
		return cmp.Or(checks.Validate(), checkJWT(acc.jwt))
	}
	return nil
}

// checkJWT tells a text that only has the form of a JWT, and a token of RingCX, which has it too. "" is neither.
func checkJWT(jwt string) error {
	c, ok := readClaims(jwt)
	switch {
	case jwt == "":
		return nil
	case !ok:
		return usage.WithHint(errors.New("the JWT cannot be decoded: a piece of it is missing, or was changed"), "copy it as a whole from the Developer Portal (your name, Credentials)")
	case c.ofRingCX():
		return usage.WithHint(errors.New(ofRingCX), newJWT)
	}
	return nil
}

// problemOf is what is wrong with what an account logs in with, as far as its form says, in a sentence; "" if nothing is.
func problemOf(acc *account) string {
	err := checkCredential(acc)
	var vendor *ringcx.Error
	switch {
	case errors.As(err, &vendor):
		return vendor.Message
	case err != nil:
		return err.Error()
	}
	return ""
}

// jwtProblem is what is wrong with a JWT.
func jwtProblem(jwt string) string { return problemOf(&account{jwt: jwt, config: &ringcx.Config{}}) }

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
