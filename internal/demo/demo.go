// Package demo tells what a RingCX token goes through, on a sandbox in this process: login, exchange, calls, expiry, refresh.
package demo

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/ringcx-go/ringcx"
	"github.com/ringcx-go/ringcx/internal/terminal"
	"github.com/ringcx-go/ringcx/sandbox"
)

// story is what the steps of the demo hand on to each other.
type story struct {
	*terminal.Narrator
	ctx    context.Context
	url    string
	demo   sandbox.Credentials
	config *ringcx.Config
	store  ringcx.Memory

	login, token, renewed *ringcx.Token
}

// Run tells the story to n, and fails at the first step that does not hold. Every request is a real one over loopback. What it
// stores is in memory: it needs no directory, and leaves nothing behind.
func Run(ctx context.Context, n *terminal.Narrator) (err error) {
	box, err := sandbox.New(nil)
	if err != nil {
		return err
	}
	ln, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	server := &http.Server{Handler: box, ReadHeaderTimeout: 10 * time.Second}
	go func() { _ = server.Serve(ln) }()
	defer func() { err = errors.Join(err, server.Close()) }()

	s := &story{Narrator: n, ctx: ctx, url: "http://" + ln.Addr().String(), demo: box.Demo()}
	s.config = &ringcx.Config{
		ClientID: s.demo.ClientID, ClientSecret: s.demo.ClientSecret, UserAgent: "ringcx-demo/" + ringcx.Version,
		Endpoint: ringcx.Endpoint{RingCentral: s.url, RingCX: s.url}, HTTPClient: &http.Client{Transport: n},
	}
	n.Say("Both vendor servers are emulated on %s. Nothing leaves this machine.", s.url)
	for _, step := range []func() error{s.app, s.logIn, s.exchangeBare, s.exchange, s.call, s.expire, s.refresh, s.callAgain, s.replay, s.session} {
		if err := step(); err != nil {
			return err
		}
	}
	n.Say("\n%s", n.Paint(terminal.StyleOK, "Every step held."))
	n.Say("Next: 'ringcx sandbox' for your own programs (Ctrl-C stops it), 'ringcx login --jwt' for your own account.")
	return nil
}

func (s *story) app() error {
	s.Chapter("The app, as registered in RingCentral's Developer Portal")
	s.Say("   REST API app · JWT auth flow · refresh tokens: yes · scope: Read Accounts · private")
	s.Say("   client ID %s · client secret %s · JWT of a user %s", s.demo.ClientID, terminal.Shorten(s.demo.ClientSecret), terminal.Shorten(s.demo.JWT))
	return s.Holds(strings.Count(s.demo.JWT, ".") == 2, "the credentials are complete")
}

func (s *story) logIn() (err error) {
	s.Chapter("Log in: a RingCentral access token for the JWT")
	if s.login, err = s.config.JWT(s.demo.JWT).Renew(s.ctx, nil); err != nil {
		return err
	}
	return s.Holds(s.login.RefreshToken != "" && s.login.Scope == "ReadAccounts",
		"a RingCentral token for %s with scope %s and a refresh token", s.login.Expiry.Sub(s.login.Obtained), s.login.Scope)
}

func (s *story) exchangeBare() error {
	s.Chapter("Exchange it for a RingCX token, without a refresh token")
	resp, err := s.post("/api/auth/login/rc/accesstoken", url.Values{"rcAccessToken": {s.login.AccessToken}, "rcTokenType": {"Bearer"}})
	if err != nil {
		return err
	}
	value, there := resp["refreshToken"]
	return s.Holds(there && value == nil && resp["accessToken"] != nil, "a RingCX access token; refreshToken is null")
}

func (s *story) exchange() (err error) {
	s.Chapter("Exchange it again with includeRefresh=true")
	if s.token, err = s.config.Exchange(s.ctx, s.login); err != nil {
		return err
	}
	if err := s.save(s.token); err != nil {
		return err
	}
	return s.Holds(s.token.RefreshToken != "" && s.token.Expiry.Sub(s.token.Obtained) == 5*time.Minute,
		"a RingCX token that lives %s, with a refresh token", s.token.Expiry.Sub(s.token.Obtained))
}

func (s *story) call() error {
	s.Chapter("Call the RingCX API: users, and accounts (main account and sub-accounts)")
	users, err := s.list("/voice/api/v1/admin/users", s.token)
	if err != nil {
		return err
	}
	if err := s.Holds(len(users) > 0, "%d users", headCount(users)); err != nil {
		return err
	}
	accounts, err := s.list("/voice/api/v1/admin/accounts", s.token)
	if err != nil {
		return err
	}
	subs := 0
	for _, acc := range accounts {
		if acc["accountId"] != acc["mainAccountId"] {
			subs++
		}
	}
	return s.Holds(subs == len(accounts)-1 && subs > 0, "one main account and %d sub-accounts", subs)
}

// headCount counts the users of a tree: those below others come as their children.
func headCount(users []map[string]any) int {
	n := len(users)
	for _, u := range users {
		children, _ := u["children"].([]any)
		n += len(children)
	}
	return n
}

func (s *story) expire() error {
	s.Chapter("Six minutes later")
	req, err := http.NewRequestWithContext(s.ctx, http.MethodPost, s.url+"/_sandbox/clock", strings.NewReader(`{"advance":"6m"}`))
	if err != nil {
		return err
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	_ = resp.Body.Close()
	if err := s.Holds(resp.StatusCode == http.StatusOK, "the sandbox's clock was moved"); err != nil {
		return err
	}
	if _, err := s.get("/voice/api/v1/admin/users", s.token); err != nil {
		return err
	}
	return s.Holds(s.Last.Status == http.StatusUnauthorized && strings.HasPrefix(s.Last.ContentType, "text/plain") && s.Last.Body == "Jwt is expired",
		"401, %s: %s", s.Last.ContentType, s.Last.Body)
}

func (s *story) refresh() (err error) {
	s.Chapter("Refresh")
	if s.renewed, err = s.config.Refresh(s.ctx, s.token); err != nil {
		return err
	}
	if err := s.save(s.renewed); err != nil {
		return err
	}
	kept, err := s.store.Load(s.ctx, "demo")
	if err != nil {
		return err
	}
	return s.Holds(s.renewed.RefreshToken != s.token.RefreshToken && string(kept) == s.renewed.RefreshToken,
		"a new refresh token, %s instead of %s, saved before the new access token is used", terminal.Shorten(s.renewed.RefreshToken), terminal.Shorten(s.token.RefreshToken))
}

func (s *story) callAgain() error {
	s.Chapter("The same call works")
	users, err := s.list("/voice/api/v1/admin/users", s.renewed)
	if err != nil {
		return err
	}
	return s.Holds(len(users) > 0, "%d users", headCount(users))
}

func (s *story) replay() error {
	s.Chapter("The old refresh token is spent")
	_, err := s.config.Refresh(s.ctx, s.token)
	var refused *ringcx.Error
	return s.Holds(errors.As(err, &refused) && refused.StatusCode/100 == 4, "refused: %v", err)
}

// session shows that a program needs to know nothing of the above.
func (s *story) session() error {
	s.Chapter("All of it in one line of Go: session.Client().Get(…), now and six minutes later")
	s.Brief = true
	client := s.config.NewSession(s.config.JWT(s.demo.JWT), &ringcx.SessionOptions{Store: &s.store}).Client()
	for _, wait := range []string{"", `{"advance":"6m"}`} {
		if wait != "" {
			resp, err := http.Post(s.url+"/_sandbox/clock", "application/json", strings.NewReader(wait)) //nolint:noctx // loopback, at once
			if err != nil {
				return err
			}
			_ = resp.Body.Close()
			s.Say("   … six minutes pass …")
		}
		req, err := http.NewRequestWithContext(s.ctx, http.MethodGet, s.url+"/voice/api/v1/admin/users", nil)
		if err != nil {
			return err
		}
		resp, err := client.Do(req)
		if err != nil {
			return err
		}
		_ = resp.Body.Close()
		if err := s.Holds(resp.StatusCode == http.StatusOK, "the caller sees %s", resp.Status); err != nil {
			return err
		}
	}
	return nil
}

func (s *story) save(t *ringcx.Token) error {
	return s.store.Update(s.ctx, "demo", func(_ []byte, save func([]byte) error) error { return save([]byte(t.RefreshToken)) })
}

func (s *story) post(path string, form url.Values) (map[string]any, error) {
	req, err := http.NewRequestWithContext(s.ctx, http.MethodPost, s.url+path, strings.NewReader(form.Encode()))
	if err != nil {
		return nil, err
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	body, err := s.do(req)
	if err != nil {
		return nil, err
	}
	var answer map[string]any
	return answer, json.Unmarshal(body, &answer)
}

func (s *story) list(path string, t *ringcx.Token) ([]map[string]any, error) {
	body, err := s.get(path, t)
	if err != nil {
		return nil, err
	}
	var rows []map[string]any
	if err := json.Unmarshal(body, &rows); err != nil {
		return nil, fmt.Errorf("%s: %d %s", path, s.Last.Status, terminal.ShortenJSON(s.Last.Body))
	}
	return rows, nil
}

func (s *story) get(path string, t *ringcx.Token) ([]byte, error) {
	req, err := http.NewRequestWithContext(s.ctx, http.MethodGet, s.url+path, nil)
	if err != nil {
		return nil, err
	}
	req.Header.Set("Authorization", "Bearer "+t.AccessToken)
	return s.do(req)
}

func (s *story) do(req *http.Request) ([]byte, error) {
	req.Header.Set("User-Agent", "ringcx-demo/"+ringcx.Version)
	resp, err := (&http.Client{Transport: s.Narrator}).Do(req)
	if err != nil {
		return nil, err
	}
	defer func() { _ = resp.Body.Close() }()
	return io.ReadAll(resp.Body)
}
