package cli

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"regexp"
	"strings"

	"github.com/ringcx-go/ringcx"
	"github.com/ringcx-go/ringcx/internal/apicmd"
	"github.com/ringcx-go/ringcx/internal/operations"
	"github.com/ringcx-go/ringcx/internal/profile"
	"github.com/ringcx-go/ringcx/internal/usage"
	"github.com/ringcx-go/ringcx/internal/wording"
)

// isAPIToken tells what may be an API token. The vendor's are a shard and an id, such as
// aws80:00000000-0000-4000-8000-000000000000. It stands in a path when it is deleted, so it has to be one segment.
func isAPIToken(s string) bool {
	_, err := operations.Fill("/{token}", "token", s)
	return err == nil && len(s) >= 16 && len(s) <= 200 && apiTokenForm.MatchString(s)
}

var apiTokenForm = regexp.MustCompile(`^[A-Za-z0-9._~+=-]+:[A-Za-z0-9._~+=:-]+$`)

// brief is as much of a token as tells it from others, half of it at most.
func brief(token string) string {
	shard, _, split := strings.Cut(token, ":")
	most := 8
	if split {
		most += len(shard) + 1
	}
	return wording.Printable(token[:min(most, len(token)/2)] + "…")
}

// newAPIToken makes a token.
func (a *app) newAPIToken(session *ringcx.Session, acc *profile.Account) (string, error) {
	r, err := a.askForToken(session, http.MethodPost, acc, apiTokens, "text/plain, */*")
	if err != nil {
		return "", perhapsMade(hushed(err, ""))
	}
	token := strings.TrimSpace(string(r.Body))
	if strings.HasPrefix(token, `"`) && json.Unmarshal(r.Body, &token) != nil {
		token = ""
	}
	if !isAPIToken(token) {
		return "", perhapsMade(fmt.Errorf("%s %s: %d, but the answer is not an API token", r.Request.Method, r.Request.URL.Path, r.Code))
	}
	return token, nil
}

// perhapsMade adds to an error how to find out whether there is a token now, unless the vendor has refused to make one.
func perhapsMade(err error) error {
	var call *apicmd.CallError
	var unsigned *ringcx.Error
	var dial *net.OpError
	switch {
	case errors.As(err, &call) && call.Status/100 == 4, errors.As(err, &dial) && dial.Op == "dial",
		errors.As(err, &unsigned), errors.Is(err, ringcx.ErrLoginRequired), errors.Is(err, context.Canceled):
		return err
	}
	const hint = "a token may have been made all the same: 'ringcx apitoken list' tells"
	if own := usage.Hint(err); own != "" {
		return usage.WithHint(err, own+"; "+hint)
	}
	return usage.WithHint(err, hint)
}

// loadAPITokens asks for the tokens of the user.
func (a *app) loadAPITokens() ([]string, *ringcx.Session, *profile.Account, error) {
	session, acc, err := a.SignedIn()
	if err != nil {
		return nil, nil, nil, err
	}
	r, err := a.askForToken(session, http.MethodGet, acc, apiTokens, "application/json")
	if err != nil {
		return nil, nil, nil, hushed(err, "")
	}
	var tokens []string
	if json.Unmarshal(r.Body, &tokens) != nil {
		return nil, nil, nil, r.NotAList()
	}
	return tokens, session, acc, nil
}

// removeAPIToken deletes a token. The vendor wants it in the path, where whatever is said about the request repeats it.
func (a *app) removeAPIToken(session *ringcx.Session, acc *profile.Account, token string) error {
	if !isAPIToken(token) { // a path of it might be another operation's
		return usage.WithHint(
			errors.New("what the vendor has in this place of the list is not an API token, so it cannot be deleted"),
			"'ringcx apitoken list --show' prints it; ask the vendor's support about it",
		)
	}
	r, err := a.askForToken(session, http.MethodDelete, acc, apiTokens+"/"+url.PathEscape(token), "*/*")
	switch {
	case err != nil:
		return hushed(err, token)
	case strings.TrimSpace(string(r.Body)) == "false":
		return usage.WithHint(fmt.Errorf("the vendor did not delete the API token %s", brief(token)), "see 'ringcx apitoken list'")
	}
	return nil
}

// askForToken sends a request that is answered with a success, or is an error. One that changes something is not sent
// anywhere else than it was meant for. Errors may tell tokens, see hushed.
func (a *app) askForToken(session *ringcx.Session, method string, acc *profile.Account, path, accept string) (*apicmd.Reply, error) {
	client := session.Client()
	if method != http.MethodGet {
		client = apicmd.Unredirected(client)
	}
	r, err := a.request(client, method, acc, path, accept)
	if err == nil && (r.Code/100 != 2 || r.IsPage()) {
		err = r.Err()
	}
	return r, err
}

// hushed is err without token, and without any other API token: those of the vendor's form, and whatever part of token
// could stand for it, in any of the encodings that errors come in. What a token begins with stays, see brief.
func hushed(err error, token string) error {
	hush := func(s string) string {
		if token != "" {
			shown := strings.TrimSuffix(brief(token), "…")
			s = beginningOf(token, len(shown)+1).ReplaceAllLiteralString(s, brief(token))
			if _, id, _ := strings.Cut(token, ":"); len(id) > 0 {
				least := min(len(id), max(4, len(shown)-(len(token)-len(id))+1))
				s = beginningOf(id, least).ReplaceAllLiteralString(s, id[:least-1]+"…")
			}
		}
		return wording.APITokenID.ReplaceAllString(s, "$1…")
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
