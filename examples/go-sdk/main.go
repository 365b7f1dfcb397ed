// RingCX quick start with package ringcx: log in, list accounts and users, keep the tokens for the next run.
//
//	usage: go run ./examples/go-sdk [--print-token]     (prints the access token that worked instead of the lists)
//
// The same as the example in go, without the work: tokens are renewed before they end, any number of these programs may
// run at once, and the vendor's limits are kept. Settings come from the environment; see the README beside this directory:
// RC_APP_CLIENT_ID, RC_APP_CLIENT_SECRET, RC_USER_JWT; RC_SERVER_URL and RINGCX_SERVER_URL when not production;
// RINGCX_STATE for the directory that keeps the tokens.
package main

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"slices"
	"strings"

	"github.com/ringcx-go/ringcx"
	"github.com/ringcx-go/ringcx/store/file"
)

var ringCX = strings.TrimRight(cmp.Or(os.Getenv("RINGCX_SERVER_URL"), ringcx.Production.RingCX), "/")

// newSession needs no more than this. Nothing is sent before the first call needs a token.
func newSession() *ringcx.Session {
	cfg := &ringcx.Config{
		ClientID:     os.Getenv("RC_APP_CLIENT_ID"),
		ClientSecret: os.Getenv("RC_APP_CLIENT_SECRET"),
		Endpoint:     ringcx.Endpoint{RingCentral: os.Getenv("RC_SERVER_URL"), RingCX: ringCX},
		UserAgent:    "ringcx-example-go-sdk/1.0",
	}
	home, _ := os.UserHomeDir()
	return cfg.NewSession(cfg.JWT(os.Getenv("RC_USER_JWT")), &ringcx.SessionOptions{
		Store:  &file.Store{Dir: cmp.Or(os.Getenv("RINGCX_STATE"), home+"/.ringcx-example-sdk")},
		Inline: true, // this program is over before a renewal in the background would be
	})
}

func run(ctx context.Context, printToken bool) error {
	session := newSession()
	client := session.Client() // an http.Client that is always signed in
	var accounts []account
	if err := get(ctx, client, "/voice/api/v1/admin/accounts", &accounts); err != nil {
		return fmt.Errorf("list accounts: %w", err)
	}
	var users []user
	if err := get(ctx, client, "/voice/api/v1/admin/users", &users); err != nil {
		return fmt.Errorf("list users: %w", err)
	}
	if printToken {
		token, err := session.Token(ctx)
		if err == nil {
			fmt.Println(token.AccessToken)
		}
		return err
	}
	report(accounts, users)
	return nil
}

func get(ctx context.Context, client *http.Client, path string, v any) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, ringCX+path, nil)
	if err != nil {
		return err
	}
	resp, err := client.Do(req)
	if err != nil {
		return err
	}
	defer func() { _ = resp.Body.Close() }()
	if resp.StatusCode != http.StatusOK {
		return errors.New(resp.Status)
	}
	return json.NewDecoder(resp.Body).Decode(v)
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
		fmt.Printf("Main account: %s (%s)\nSub-accounts:\n", main.MainName, main.MainID)
		for _, a := range accounts { // among them the main account itself
			if a.MainID == main.MainID && a.ID != main.MainID {
				fmt.Printf("  %s  %s\n", a.ID, a.Name)
			}
		}
	}
	fmt.Println("Users:")
	reportUsers(users)
}

func reportUsers(users []user) {
	for _, u := range users {
		fmt.Printf("  %s  %s %s  %s\n", u.ID, u.First, u.Last, u.Name)
		reportUsers(u.Children)
	}
}

func fail(code int, text string) {
	fmt.Fprintln(os.Stderr, "ringcx-example:", text)
	os.Exit(code)
}

func main() {
	printToken := slices.Equal(os.Args[1:], []string{"--print-token"})
	if len(os.Args) > 1 && !printToken {
		fail(2, "usage: ringcx-example [--print-token]")
	}
	for _, name := range []string{"RC_APP_CLIENT_ID", "RC_APP_CLIENT_SECRET", "RC_USER_JWT"} {
		if os.Getenv(name) == "" {
			fail(2, "not set: "+name)
		}
	}
	if err := run(context.Background(), printToken); err != nil {
		var inner *url.Error // its text would repeat the URL
		if errors.As(err, &inner) {
			err = inner.Err
		}
		fail(1, err.Error())
	}
}
