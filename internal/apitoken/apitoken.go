// Package apitoken makes, lists and deletes the permanent API tokens of a user, and tells nobody what they are: such a token
// stands for its user without an end.
package apitoken

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"sync"

	"github.com/ringcx-go/ringcx"
	"github.com/ringcx-go/ringcx/internal/apicmd"
	"github.com/ringcx-go/ringcx/internal/apispec"
	"github.com/ringcx-go/ringcx/internal/env"
	"github.com/ringcx-go/ringcx/internal/usage"
	"github.com/ringcx-go/ringcx/internal/wording"
)

// Is tells what may be an API token. The vendor's are a shard and an id, such as
// aws80:00000000-0000-4000-8000-000000000000. It stands in a path when it is deleted, so it has to be one segment.
func Is(s string) bool {
	_, err := apispec.Fill("/{token}", "token", s)
	return err == nil && len(s) >= 16 && len(s) <= 200 && form().MatchString(s)
}

var form = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^[A-Za-z0-9._~+=-]+:[A-Za-z0-9._~+=:-]+$`)
})

// Brief is as much of a token as tells it from others, half of it at most.
func Brief(token string) string {
	shard, _, split := strings.Cut(token, ":")
	most := 8
	if split {
		most += len(shard) + 1
	}
	return wording.Printable(token[:min(most, len(token)/2)] + "…")
}

// Pick finds the one token that a number or a beginning means.
func Pick(tokens []string, word string) (string, error) {
	word = env.Pasted(word)
	if n, err := strconv.Atoi(word); err == nil && n > 0 && n <= len(tokens) {
		return tokens[n-1], nil
	}
	word = strings.TrimSuffix(word, "…")
	var found []string
	for _, t := range tokens {
		_, id, _ := strings.Cut(t, ":")
		if len(word) >= 4 && (strings.HasPrefix(t, word) || strings.HasPrefix(id, word)) {
			found = append(found, t)
		}
	}
	switch len(found) {
	case 1:
		return found[0], nil
	case 0:
		return "", usage.New(fmt.Sprintf("no API token of yours is or begins with %q", wording.Clip(word)), "see 'ringcx apitoken list'; a beginning has four characters at least")
	}
	return "", usage.New(fmt.Sprintf("%d API tokens begin with %q", len(found), wording.Clip(word)), "give more of it, or its number in 'ringcx apitoken list'")
}

// place is where the vendor keeps the permanent API tokens of the user.
const place = "/voice/api/v1/admin/token"

// Calls are those of a user at a RingCX server.
type Calls struct {
	Client *http.Client // signs the requests
	Base   string       // the server's address, without a slash at its end
}

// Create makes a token. Whatever is said about a failure tells none.
func (c *Calls) Create(ctx context.Context) (string, error) {
	r, err := c.ask(ctx, http.MethodPost, place, "text/plain, */*")
	if err != nil {
		return "", perhapsMade(hushed(err, ""))
	}
	token := strings.TrimSpace(string(r.Body))
	if strings.HasPrefix(token, `"`) && json.Unmarshal(r.Body, &token) != nil {
		token = ""
	}
	if !Is(token) {
		return "", perhapsMade(fmt.Errorf("%s %s: %d, but the answer is not an API token", r.Request.Method, r.Request.URL.Path, r.Code))
	}
	return token, nil
}

// perhapsMade adds to an error how to find out whether there is a token now, unless the vendor or a broker has refused to make one.
func perhapsMade(err error) error {
	var call *apicmd.CallError
	var unsigned *ringcx.Error
	var dial *net.OpError
	var byBroker interface { // broker/client.Error: the broker did not send the call
		Busy() bool
		Temporary() bool
	}
	switch {
	case errors.As(err, &byBroker) && (byBroker.Busy() || !byBroker.Temporary()):
		return err
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

// List asks for the tokens of the user.
func (c *Calls) List(ctx context.Context) ([]string, error) {
	r, err := c.ask(ctx, http.MethodGet, place, "application/json")
	if err != nil {
		return nil, hushed(err, "")
	}
	var tokens []string
	if json.Unmarshal(r.Body, &tokens) != nil {
		return nil, r.NotAList()
	}
	return tokens, nil
}

// Delete deletes a token. The vendor wants it in the path, where whatever is said about the request repeats it.
func (c *Calls) Delete(ctx context.Context, token string) error {
	if !Is(token) { // a path of it might be another operation's
		return usage.WithHint(
			errors.New("what the vendor has in this place of the list is not an API token, so it cannot be deleted"),
			"'ringcx apitoken list --show' prints it; ask the vendor's support about it",
		)
	}
	r, err := c.ask(ctx, http.MethodDelete, place+"/"+url.PathEscape(token), "*/*")
	switch {
	case err != nil:
		return hushed(err, token)
	case strings.TrimSpace(string(r.Body)) == "false":
		return usage.WithHint(fmt.Errorf("the vendor did not delete the API token %s", Brief(token)), "see 'ringcx apitoken list'")
	}
	return nil
}

// ask sends a request that is answered with a success, or is an error. One that changes something is not sent anywhere else
// than it was meant for. Errors may tell tokens, see hushed.
func (c *Calls) ask(ctx context.Context, method, path, accept string) (*apicmd.Reply, error) {
	client := c.Client
	if method != http.MethodGet {
		client = apicmd.Unredirected(client)
	}
	r, err := apicmd.Ask(ctx, client, method, c.Base+path, accept)
	if err == nil && (r.Code/100 != 2 || r.IsPage()) {
		err = r.Err()
	}
	return r, err
}
