package apitoken

import (
	"errors"
	"fmt"
	"regexp"
	"strings"

	"github.com/ringcx-go/ringcx/internal/apicmd"
	"github.com/ringcx-go/ringcx/internal/usage"
	"github.com/ringcx-go/ringcx/internal/wording"
)

// hushed is err without token, and without any other API token: those of the vendor's form, and whatever part of token
// could stand for it, in any of the encodings that errors come in. What a token begins with stays, see Brief.
func hushed(err error, token string) error {
	hush := func(s string) string {
		if token != "" {
			shown := strings.TrimSuffix(Brief(token), "…")
			s = beginningOf(token, len(shown)+1).ReplaceAllLiteralString(s, Brief(token))
			if _, id, _ := strings.Cut(token, ":"); len(id) > 0 {
				least := min(len(id), max(4, len(shown)-(len(token)-len(id))+1))
				s = beginningOf(id, least).ReplaceAllLiteralString(s, id[:least-1]+"…")
			}
		}
		return wording.APITokenID().ReplaceAllString(s, "$1…")
	}
	var call *apicmd.CallError
	var network *apicmd.NetError
	text := err.Error()
	switch {
	case errors.As(err, &network): // whose text is cut
		text = wording.Said(hush(fmt.Sprintf("%s %s: %s", network.Method, network.Path, network.Cause)))
	case errors.As(err, &call):
		call.Path, call.Code, call.Message = hush(call.Path), hush(call.Code), hush(call.Message)
	}
	return &hushedError{hush(text), hush(usage.Hint(err)), err}
}

// hushedError says less than its cause, of which nothing else is to be shown.
type hushedError struct {
	text, hint string
	cause      error
}

func (e *hushedError) Error() string { return e.text }
func (e *hushedError) Unwrap() error { return e.cause }

// Hint is the cause's.
func (e *hushedError) Hint() string { return e.hint }

// beginningOf matches secret, or as much of its beginning as there is, but least characters of it. Capitals change nothing,
// as in the name of a host.
func beginningOf(secret string, least int) *regexp.Regexp {
	var b strings.Builder
	b.WriteString("(?i)")
	for i := range len(secret) {
		if i >= least {
			b.WriteString("(?:")
		}
		c := secret[i]
		fmt.Fprintf(&b, `(?:%s|%%(?:25)*%02x|\\u00%02x|&#(?:0*%d|x0*%x);)`, regexp.QuoteMeta(string(rune(c))), c, c, c, c)
	}
	for range len(secret) - min(least, len(secret)) {
		b.WriteString(")?")
	}
	return regexp.MustCompile(b.String())
}
