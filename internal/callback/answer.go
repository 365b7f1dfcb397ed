package callback

import (
	"crypto/subtle"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"unicode"
)

// Expected is what tells the answer to one login from any other. The zero value accepts no answer.
type Expected struct {
	State  string // made for this login, unguessable; it must come back
	Issuer string // the server that was asked; an answer that names its issuer (RFC 9207) must name this one
}

// ErrForeign is an answer that does not belong to the login: to another one, or to none.
var ErrForeign = errors.New("the answer does not belong to this login")

// Read takes the authorization code out of an answer. Errors are [ErrForeign], a [*Refused], or say what is wrong.
func (e Expected) Read(q url.Values) (code string, err error) {
	for _, name := range []string{"state", "code", "error", "iss"} {
		if len(q[name]) > 1 {
			return "", ErrForeign
		}
	}
	if e.State == "" || subtle.ConstantTimeCompare([]byte(q.Get("state")), []byte(e.State)) == 0 {
		return "", ErrForeign
	}
	if iss := strings.TrimRight(q.Get("iss"), "/"); q.Has("iss") && iss != strings.TrimRight(e.Issuer, "/") {
		return "", fmt.Errorf("the answer is from %q, but %s was asked", oneLine(iss), e.Issuer)
	}
	if q.Has("error") {
		return "", &Refused{oneLine(q.Get("error")), oneLine(q.Get("error_description"))}
	}
	if !isCode(q.Get("code")) {
		return "", errors.New("the answer holds no authorization code")
	}
	return q.Get("code"), nil
}

// ReadPasted is Read for what a person copies out of the browser: the address it was sent to, the part of it behind the
// question mark, or the code alone. A code alone has no state to check; the person who brings it stands for that.
func (e Expected) ReadPasted(text string) (code string, err error) {
	text = strings.Trim(strings.TrimSpace(text), "\"'<>")
	if isCode(text) && len(text) >= 8 && !strings.ContainsAny(text, ":?&#%") && !named(text) {
		return text, nil
	}
	_, query, found := strings.Cut(text, "?")
	if !found {
		_, query, found = strings.Cut(text, "#")
	}
	if !found {
		query = text
	}
	query, fragment, _ := strings.Cut(query, "#") // errors have been seen to come behind a #
	q, err := url.ParseQuery(query)
	if err != nil {
		return "", errNoAnswer
	}
	if extra, err := url.ParseQuery(fragment); err == nil && !q.Has("code") && !q.Has("error") && extra.Has("error") {
		q = extra
	}
	switch {
	case q.Has("code_challenge"):
		return "", errors.New("that is the address of the sign-in page; sign in there, and paste the address where the browser ends up")
	case !q.Has("code") && !q.Has("error"):
		return "", errNoAnswer
	}
	return e.Read(q)
}

var errNoAnswer = errors.New("that is not the address where the browser ended up: it holds no code")

// named tells parameters from a code that happens to hold an equals sign, as base64 does at its end.
func named(text string) bool {
	return strings.Contains(strings.TrimRight(text, "="), "=")
}

// isCode tells what can be an authorization code: visible ASCII (RFC 6749, appendix A.11), and of a bounded length.
func isCode(s string) bool {
	return s != "" && len(s) <= 4096 && !strings.ContainsFunc(s, func(r rune) bool { return r <= ' ' || r > '~' })
}

// oneLine keeps what a page says from taking over a terminal or a line: characters that can be seen, one line, bounded.
func oneLine(s string) string {
	s = strings.Map(func(r rune) rune {
		if unicode.In(r, unicode.Cc, unicode.Cf, unicode.Zl, unicode.Zp, unicode.Other_Default_Ignorable_Code_Point) {
			return ' '
		}
		return r
	}, strings.ToValidUTF8(s, "?"))
	s = strings.Join(strings.Fields(s), " ")
	if len(s) > 300 {
		s = strings.ToValidUTF8(s[:300], "") + "…"
	}
	return s
}
