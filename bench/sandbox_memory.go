package main

import (
	"encoding/json"
	"fmt"
	"sync/atomic"
	"time"
)

// Live sessions are made by logins of two users in many apps, up to the cap of sessions of each. Every login is followed
// by an exchange with a refresh token.
const (
	memoryApps     = 10_000
	memoryUsers    = 2
	memoryCap      = 5
	memoryWithin   = 5 * time.Minute
	memoryRest     = 5 * time.Second
	memorySessions = memoryApps * memoryUsers * memoryCap
)

type client struct {
	ID     string `json:"clientId"`
	Secret string `json:"clientSecret"`
}

// fill gives a sandbox its live sessions and answers what of it is in memory when it rests after that, and was at most.
func (e *emulator) fill() (atRest, peak uint64, err error) {
	apps := make([]client, memoryApps)
	for i := range apps {
		if err := e.control("apps", map[string]any{"refreshTokens": true}, &apps[i]); err != nil {
			return 0, 0, err
		}
	}
	jwts, err := e.credentials()
	if err != nil {
		return 0, 0, err
	}
	var made atomic.Int64
	_, err = load(e.address(), memoryWithin, func(int) script {
		return func(answer []byte) []byte {
			if token := member(answer, "access_token"); token != "" {
				return post(exchangePath, "", "", exchangeForm(token))
			}
			i := int(made.Add(1)) - 1
			if i >= memorySessions {
				return nil
			}
			app := apps[i%memoryApps]
			return post(loginPath, app.ID, app.Secret, loginForm(jwts[i/memoryApps%memoryUsers]))
		}
	})
	if err != nil {
		return 0, 0, err
	}
	if err := e.counted(); err != nil {
		return 0, 0, err
	}
	<-time.After(memoryRest)
	return e.memory()
}

// credentials are the JWTs of two users.
func (e *emulator) credentials() ([]string, error) {
	_, token, err := e.tokens()
	if err != nil {
		return nil, err
	}
	list, err := e.send([]byte(head("GET", usersPath+"?flatten=true") + "Authorization: Bearer " + token + "\r\n\r\n"))
	if err != nil {
		return nil, err
	}
	var users []struct {
		ID int64 `json:"rcUserId"`
	}
	if err := json.Unmarshal(list, &users); err != nil {
		return nil, err
	}
	var jwts []string
	for _, u := range users[:memoryUsers] {
		var c struct{ JWT string }
		if err := e.control("credentials", map[string]any{"user": u.ID}, &c); err != nil {
			return nil, err
		}
		jwts = append(jwts, c.JWT)
	}
	return jwts, nil
}

// counted checks that the sandbox remembers what was made.
func (e *emulator) counted() error {
	var state struct {
		Counts struct {
			Sessions int `json:"sessions"`
			Refresh  int `json:"ringcxRefreshTokens"`
		} `json:"counts"`
	}
	resp, err := e.state()
	if err == nil {
		err = json.Unmarshal(resp, &state)
	}
	if c := state.Counts; err == nil && (c.Sessions < memorySessions || c.Refresh < memorySessions) {
		err = fmt.Errorf("%d sessions and %d refresh tokens of RingCX are there, not %d of each", c.Sessions, c.Refresh, memorySessions)
	}
	return err
}

func (e *emulator) state() ([]byte, error) {
	return e.send([]byte(head("GET", "/_sandbox/state") + "\r\n"))
}
