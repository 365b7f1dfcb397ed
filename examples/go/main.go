// RingCX quick start: log in, list accounts and users, keep the tokens for the next run.
//
//	usage: go run ./examples/go [--print-token]     (prints the access token that worked instead of the lists)
//
// Needs the standard library only; what the vendor's guide does by hand is done by hand here. The example in go-sdk does
// the same with package ringcx. Settings come from the environment; see the README beside this directory:
// RC_APP_CLIENT_ID, RC_APP_CLIENT_SECRET, RC_USER_JWT; RC_SERVER_URL and RINGCX_SERVER_URL when not production;
// RINGCX_STATE for the file that keeps the tokens. Copies that run at the same time take turns.
package main

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"net/http"
	"net/url"
	"os"
	"os/signal"
	"regexp"
	"slices"
	"strings"
	"time"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	err := run(ctx, os.Args[1:])
	stop()
	var wrongUse usageError
	switch {
	case errors.As(err, &wrongUse):
		say(err)
		os.Exit(2)
	case err != nil:
		say(err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string) error {
	printToken := slices.Equal(args, []string{"--print-token"})
	if len(args) > 0 && !printToken {
		return usageError("usage: ringcx-example [--print-token]")
	}
	c, err := newClient()
	if err != nil {
		return err
	}
	unlock, err := lock(c.statePath + ".lock")
	if err != nil {
		return fmt.Errorf("wait for other copies: %w", err)
	}
	defer unlock()
	if err := c.load(); err != nil {
		return err
	}
	if c.tokens.Access == "" {
		if err := c.renew(ctx); err != nil {
			return err
		}
	}
	var accounts []account
	if err := c.call(ctx, "list accounts", "/voice/api/v1/admin/accounts", &accounts); err != nil {
		return err
	}
	var users []user
	if err := c.call(ctx, "list users", "/voice/api/v1/admin/users", &users); err != nil {
		return err
	}
	if printToken {
		fmt.Println(c.tokens.Access)
	} else {
		report(accounts, users)
	}
	return nil
}

// client calls RingCX with tokens that it keeps fresh.
type client struct {
	ringCentral, ringCX string // URLs of the servers
	id, secret, jwt     string
	statePath           string // the file that keeps the tokens
	tokens              tokens
}

type tokens struct {
	Access  string `json:"accessToken"`
	Refresh string `json:"refreshToken"` // good for one refresh; "": none

	QuietUntil float64 `json:"quietUntil,omitempty"` // Unix time until which the vendor wants no requests for tokens
}

// usageError says what the caller has to change.
type usageError string

func (e usageError) Error() string { return string(e) }

func newClient() (*client, error) {
	var missing []string
	for _, name := range []string{"RC_APP_CLIENT_ID", "RC_APP_CLIENT_SECRET", "RC_USER_JWT"} {
		if os.Getenv(name) == "" {
			missing = append(missing, name)
		}
	}
	if missing != nil {
		return nil, usageError("not set: " + strings.Join(missing, ", "))
	}
	home, _ := os.UserHomeDir()
	c := &client{
		id: os.Getenv("RC_APP_CLIENT_ID"), secret: os.Getenv("RC_APP_CLIENT_SECRET"), jwt: os.Getenv("RC_USER_JWT"),
		statePath: cmp.Or(os.Getenv("RINGCX_STATE"), home+"/.ringcx-example.json"),
	}
	var err1, err2 error
	c.ringCentral, err1 = server("RC_SERVER_URL", "https://platform.ringcentral.com")
	c.ringCX, err2 = server("RINGCX_SERVER_URL", "https://ringcx.ringcentral.com")
	return c, cmp.Or(err1, err2)
}

var serverURL = regexp.MustCompile(`^(https://[^/?#@\s]+|http://(localhost|127\.0\.0\.1|\[::1\])(:\d+)?)$`)

// server is the URL in a variable. Secrets travel to it, so it is https, or http on this machine.
func server(variable, production string) (string, error) {
	u := strings.TrimRight(cmp.Or(os.Getenv(variable), production), "/")
	if !serverURL.MatchString(u) {
		return "", usageError(variable + " must be https://host (http:// only for localhost)")
	}
	return u, nil
}

// logIn makes the two steps to RingCX tokens: a RingCentral token for the JWT, RingCX tokens for the RingCentral token.
func (c *client) logIn(ctx context.Context) (t tokens, err error) {
	req, err := post(ctx, c.ringCentral+"/restapi/oauth/token", url.Values{
		"grant_type": {"urn:ietf:params:oauth:grant-type:jwt-bearer"}, "assertion": {c.jwt},
	})
	if err != nil {
		return t, err
	}
	req.SetBasicAuth(c.id, c.secret)
	var ringCentral struct {
		Access string `json:"access_token"`
	}
	if err := send("log in to RingCentral", req, &ringCentral); err != nil {
		return t, err
	}
	req, err = post(ctx, c.ringCX+"/api/auth/login/rc/accesstoken?includeRefresh=true", url.Values{
		"rcAccessToken": {ringCentral.Access}, "rcTokenType": {"Bearer"},
	})
	if err != nil {
		return t, err
	}
	return t, send("exchange the RingCentral token", req, &t)
}

// refresh spends a refresh token.
func (c *client) refresh(ctx context.Context, token string) (t tokens, err error) {
	req, err := post(ctx, c.ringCX+"/api/auth/token/refresh", url.Values{"refresh_token": {token}})
	if err != nil {
		return t, err
	}
	return t, send("refresh the RingCX token", req, &t)
}

// fresh gets new tokens, by a login if there is no other way. A refresh token leaves the file before it is sent: if the
// answer gets lost, it is spent all the same.
func (c *client) fresh(ctx context.Context) (tokens, error) {
	if token := c.tokens.Refresh; token != "" {
		say("refreshing the tokens")
		c.tokens.Refresh = ""
		if err := c.save(); err != nil {
			return tokens{}, err
		}
		t, err := c.refresh(ctx, token)
		var refusal *refused
		var notNow *postponed
		if errors.As(err, &notNow) {
			c.tokens.Refresh = token
		}
		if !errors.As(err, &refusal) {
			return t, err
		}
		say(err)
	}
	say("logging in")
	return c.logIn(ctx)
}

// renew replaces the tokens, and saves the new ones before anybody uses them, or until when the vendor wants no requests.
func (c *client) renew(ctx context.Context) error {
	if wait := c.tokens.QuietUntil - unixNow(); wait > 0 {
		return fmt.Errorf("the vendor wants no requests for tokens for %.0f seconds", math.Ceil(wait))
	}
	fresh, err := c.fresh(ctx)
	var notNow *postponed
	if errors.As(err, &notNow) {
		if notNow.wait > 0 {
			c.tokens.QuietUntil = unixNow() + notNow.wait.Seconds()
		}
		return errors.Join(err, c.save())
	}
	if err != nil {
		return err
	}
	if fresh.Access == "" {
		return errors.New("RingCX answered without an access token")
	}
	c.tokens = fresh
	return c.save()
}

// call gets a list of the RingCX API into v. After a 401 ("Jwt is expired") it renews the tokens and tries once more.
func (c *client) call(ctx context.Context, doing, path string, v any) error {
	err := c.get(ctx, doing, path, v)
	var refusal *refused
	if !errors.As(err, &refusal) || refusal.status != http.StatusUnauthorized {
		return err
	}
	say(err)
	if err := c.renew(ctx); err != nil {
		return err
	}
	return c.get(ctx, doing, path, v)
}

func (c *client) get(ctx context.Context, doing, path string, v any) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, c.ringCX+path, nil)
	if err != nil {
		return err
	}
	req.Header.Set("Authorization", "Bearer "+c.tokens.Access)
	return send(doing, req, v)
}

type account struct {
	ID       string `json:"accountId"`
	Name     string `json:"accountName"`
	MainID   string `json:"mainAccountId"`
	MainName string `json:"mainAccountName"`
}

// user of RingCX, which lists them as a tree.
type user struct {
	ID       json.Number `json:"userId"`
	First    string      `json:"firstName"`
	Last     string      `json:"lastName"`
	Name     string      `json:"userName"`
	Children []user      `json:"children"`
}

func report(accounts []account, users []user) {
	seen := map[string]bool{}
	for _, main := range accounts {
		if seen[main.MainID] {
			continue
		}
		seen[main.MainID] = true
		fmt.Printf("Main account: %s (%s)\nSub-accounts:\n", readable(main.MainName), main.MainID)
		for _, a := range accounts { // among them the main account itself
			if a.MainID == main.MainID && a.ID != main.MainID {
				fmt.Printf("  %s  %s\n", a.ID, readable(a.Name))
			}
		}
	}
	fmt.Println("Users:")
	reportUsers(users)
}

func reportUsers(users []user) {
	for _, u := range users {
		fmt.Printf("  %s  %s  %s\n", u.ID, readable(u.First+" "+u.Last), readable(u.Name))
		reportUsers(u.Children)
	}
}

func unixNow() float64 { return float64(time.Now().UnixMilli()) / 1000 }

func say(v any) { fmt.Fprintln(os.Stderr, "ringcx-example:", v) }
