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
	return &passwordGrant{config: c, username: username, password: password, platformID: platformID}
}

// LegacyPassword is the grant of a user of a deployment from before RingCX, with Endpoint.RingCX one of
// https://portal.vacd.biz and https://portal.virtualacd.biz. Its tokens travel in the header X-Auth-Token, are not
// refreshed, and live on for an hour after each use, or for two weeks if stayLoggedIn. No client ID is needed.
func (c *Config) LegacyPassword(username, password string, stayLoggedIn bool) Grant {
	idle := legacyIdle
	if stayLoggedIn {
		idle = legacyStay
	}
	return &passwordGrant{config: c, username: username, password: password, idle: idle}
}

// A token of a legacy deployment lives so long after its last use; documented.
const (
	legacyIdle = time.Hour
	legacyStay = 14 * 24 * time.Hour
)

// passwordGrant logs in to RingCX itself.
type passwordGrant struct {
	config                         *Config
	username, password, platformID string
	idle                           time.Duration // how long a legacy token lives after its last use; 0: not legacy
}

// Format keeps the password out of every print.
func (g *passwordGrant) Format(f fmt.State, _ rune) { _, _ = f.Write([]byte("password grant")) }

// Identity implements [Identified].
func (g *passwordGrant) Identity() string {
	return fingerprint("password", g.username, g.platformID, strconv.FormatBool(g.idle > 0))
}

// secret is what a failure is remembered with: a corrected password is tried at once.
func (g *passwordGrant) secret() string { return g.password }

func (g *passwordGrant) bind(from, to *Config) Grant {
	own := *g
	if own.config == from {
		own.config = to
	}
	return &own
}

// direct marks grants whose tokens are RingCX tokens.
func (*passwordGrant) direct() {}

// Validate tells what cannot belong to what the user was asked for. A password may hold blanks and quotation marks.
func (g *passwordGrant) Validate() error {
	return unsent(opDirectLogin, checkInputs(
		input{"user name", g.username, unseen}, input{"platform ID", g.platformID, stray}, input{"password", g.password, untyped},
	))
}

// Renew logs in. A RingCX token is refreshed by the session itself.
func (g *passwordGrant) Renew(ctx context.Context, _ *Token) (*Token, error) {
	if g.username == "" || g.password == "" {
		return nil, fmt.Errorf("%w: there is no user name and password to log in with", ErrLoginRequired)
	}
	if err := g.Validate(); err != nil {
		return nil, err
	}
	form := url.Values{"username": {g.username}, "password": {g.password}}
	if g.idle > 0 {
		form.Set("stayLoggedIn", strconv.FormatBool(g.idle == legacyStay))
		return g.config.legacyToken(ctx, form, g.idle)
	}
	if g.platformID != "" {
		form.Set("platformId", g.platformID)
	}
	return g.config.ringCXToken(ctx, tokenRequest{op: opDirectLogin, url: g.config.ringCX() + "/api/auth/login/admin", form: form})
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

// authTokenType is the TokenType of what travels in the header of that name.
const authTokenType = "X-Auth-Token"

// APIToken is a permanent RingCX API token, which never expires and is not renewed. It is a [TokenSource]; use
// [Config.Client] to call the API with it. Formatting, logging and marshalling it never shows the secret.
type APIToken string

// Token implements [TokenSource]. Without a token, or with a text that cannot be one, the error is [ErrLoginRequired].
func (t APIToken) Token(context.Context) (*Token, error) {
	if t == "" {
		return nil, fmt.Errorf("%w: there is no API token", ErrLoginRequired)
	}
	if problem := stray(string(t)); problem != "" {
		return nil, fmt.Errorf("%w: the API token %s", ErrLoginRequired, problem)
	}
	return &Token{AccessToken: string(t), TokenType: authTokenType}, nil
}

// Format names the token by its fingerprint for every verb.
func (t APIToken) Format(f fmt.State, _ rune) { _, _ = f.Write([]byte(t.String())) }

// String names the token by its fingerprint.
func (t APIToken) String() string { return "API token " + fingerprint(string(t)) }

// MarshalText keeps the secret out of JSON and the like.
func (t APIToken) MarshalText() ([]byte, error) { return []byte(t.String()), nil }
