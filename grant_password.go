package ringcx

import (
	"context"
	"fmt"
	"net/url"
	"strconv"
	"time"
)

// RingCXPassword is the grant of a RingCX user who has no RingCentral login: there is nothing to exchange. The vendor's
// customer service tells the platform ID; "" leaves it out. The password is sent in the body of the request, never in
// its URL. No client ID is needed. The names alone say whose lineage it is: a program that lets people in by their password
// calls [Session.Login], which asks the vendor, and not only Token, which may find a token in the Store.
func (c *Config) RingCXPassword(username, password, platformID string) Grant {
	return c.passwordGrant(passwordCredential{username: username, password: password, platformID: platformID})
}

// LegacyPassword is the grant of a user of a deployment from before RingCX, with Endpoint.RingCX one of
// https://portal.vacd.biz and https://portal.virtualacd.biz. Its tokens travel in the header X-Auth-Token, are not
// refreshed, and live on for an hour after each use, or for two weeks if stayLoggedIn. No client ID is needed.
func (c *Config) LegacyPassword(username, password string, stayLoggedIn bool) Grant {
	idle := legacyIdle
	if stayLoggedIn {
		idle = legacyStay
	}
	return c.passwordGrant(passwordCredential{username: username, password: password, idle: idle})
}

// A token of a legacy deployment lives so long after its last use; documented.
const (
	legacyIdle = time.Hour
	legacyStay = 14 * 24 * time.Hour
)

func (c *Config) passwordGrant(p passwordCredential) Grant {
	identity := fingerprint("password", p.username, p.platformID, strconv.FormatBool(p.idle > 0))
	return &configGrant{config: c, credential: p, identity: identity, secret: p.password, direct: true}
}

// passwordCredential is a user of RingCX itself, or of a legacy deployment.
type passwordCredential struct {
	username, password, platformID string
	idle                           time.Duration // how long a legacy token lives after its last use; 0: not legacy
}

func (passwordCredential) name() string { return "password" }

// validate tells what cannot belong to what the user was asked for. A password may hold blanks and quotation marks.
func (p passwordCredential) validate() error {
	return unsent(opDirectLogin, checkInputs(
		input{"user name", p.username, unseen}, input{"platform ID", p.platformID, stray}, input{"password", p.password, untyped},
	))
}

func (p passwordCredential) login(ctx context.Context, c *Config) (*Token, error) {
	if p.username == "" || p.password == "" {
		return nil, fmt.Errorf("%w: there is no user name and password to log in with", ErrLoginRequired)
	}
	if err := p.validate(); err != nil {
		return nil, err
	}
	form := url.Values{"username": {p.username}, "password": {p.password}}
	if p.idle > 0 {
		form.Set("stayLoggedIn", strconv.FormatBool(p.idle == legacyStay))
		return c.legacyToken(ctx, form, p.idle)
	}
	if p.platformID != "" {
		form.Set("platformId", p.platformID)
	}
	return c.ringCXToken(ctx, tokenRequest{op: opDirectLogin, url: c.ringCX() + "/api/auth/login/admin", form: form})
}

// legacyToken asks a legacy deployment.
func (c *Config) legacyToken(ctx context.Context, form url.Values, idle time.Duration) (*Token, error) {
	body, sent, err := c.post(ctx, tokenRequest{op: opDirectLogin, url: c.ringCX() + "/api/v1/auth/login", form: form})
	if err != nil {
		return nil, err
	}
	a, err := decode(opDirectLogin, body)
	if err != nil {
		return nil, err
	}
	access := a.secret("authToken")
	if access == "" {
		return nil, &Error{Op: opDirectLogin, StatusCode: 200, Message: "the answer holds no token", kind: failLost}
	}
	if !isAuthToken(access) {
		return nil, &Error{Op: opDirectLogin, StatusCode: 200, Message: "the answer holds a token that cannot be one", kind: failLost}
	}
	return &Token{
		AccessToken: access, TokenType: authTokenType, MainAccountID: printable(a.first("accounts").text("mainAccountId")),
		Obtained: sent, Expiry: sent.Add(idle), Idle: idle, Details: details(body),
	}, nil
}
