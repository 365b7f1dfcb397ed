package cli

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/ringcx-go/ringcx"
)

// What people paste comes with more than the value: a line of a file with its name and quotation marks, a comma of JSON,
// marks that nobody sees. What cannot belong to the value is taken away; what is left and cannot be meant is named by
// ringcx.Config and its grants before anything is sent. Of a password nothing is taken away: it may hold all that.

// pasted is what was meant by a pasted value that is no password.
func pasted(text string) string {
	for {
		before := text
		text = strings.TrimFunc(text, isMargin)
		text = strings.TrimRight(text, ",;")
		text = withoutQuotes(withoutName(text))
		if text == before {
			return text
		}
	}
}

// isMargin tells what belongs to no value at its edge: blanks of all kinds, and what nobody sees.
func isMargin(r rune) bool { return unicode.IsSpace(r) || deceptive(r) }

// quotes are pairs of quotation marks, as keyboards, word processors and mail programs set them.
var quotes = []string{`""`, "''", "``", "“”", "„“", "„”", "””", "‟”", "‘’", "‚‘", "‚’", "’’", "«»", "»«", "‹›", "›‹", "「」", "＂＂"}

// withoutQuotes takes one pair of quotation marks from around a text.
func withoutQuotes(text string) string {
	first, size := utf8.DecodeRuneInString(text)
	last, end := utf8.DecodeLastRuneInString(text)
	if size+end <= len(text) && slices.Contains(quotes, string(first)+string(last)) {
		return text[size : len(text)-end]
	}
	return text
}

// withoutName takes what stands before the value in a file of variables, or in a header.
func withoutName(text string) string {
	rest := text
	if after, found := strings.CutPrefix(rest, "export "); found {
		rest = strings.TrimLeftFunc(after, isMargin)
	}
	for _, name := range accountVariables {
		if after, found := strings.CutPrefix(rest, name); found {
			if after = strings.TrimLeftFunc(after, isMargin); strings.HasPrefix(after, "=") {
				return after[1:]
			}
		}
	}
	for _, name := range []string{"Authorization:", "X-Auth-Token:", "Bearer "} {
		if len(text) > len(name) && strings.EqualFold(text[:len(name)], name) {
			return text[len(name):]
		}
	}
	return text
}

// pastedJWT is pasted, without line breaks, as mail programs make them, and whatever else nobody sees.
func pastedJWT(text string) string {
	return pasted(strings.Map(func(r rune) rune {
		if isMargin(r) {
			return -1
		}
		return r
	}, pasted(text)))
}

// pastedKey is a private key in PEM form as it was before it was pasted: into a variable with \n for its line ends, indented,
// in quotation marks, with spaces and dashes of a word processor.
func pastedKey(text string) string {
	if !strings.Contains(strings.TrimSpace(text), "\n") {
		text = strings.NewReplacer(`\r\n`, "\n", `\n`, "\n").Replace(text)
	}
	var lines []string
	for line := range strings.Lines(pasted(text)) {
		line = strings.Map(func(r rune) rune {
			switch {
			case unicode.IsSpace(r):
				return ' '
			case deceptive(r):
				return -1
			}
			return r
		}, line)
		lines = append(lines, strings.TrimSpace(line))
	}
	return strings.Join(lines, "\n") + "\n"
}

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
		return &hintedError{errors.New("the JWT cannot be decoded: a piece of it is missing, or was changed"), "copy it as a whole from the Developer Portal (your name, Credentials)"}
	case c.ofRingCX():
		return &hintedError{errors.New(ofRingCX), newJWT}
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
	switch trimmed := strings.TrimFunc(password, isMargin); {
	case trimmed != password:
		what = "begins or ends with a blank"
	case withoutQuotes(password) != password:
		what = "stands in quotation marks"
	default:
		return
	}
	a.tells(fmt.Sprintf("the password of %s %s; it is sent as it is", from, what))
}
