package ringcx

import (
	"cmp"
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// Names of what an [Error] was about.
const (
	opLogin        = "log in to RingCentral"
	opRefreshLogin = "refresh the RingCentral token"
	opRevoke       = "revoke the RingCentral session"
	opExchange     = "exchange the RingCentral token"
	opRefresh      = "refresh the RingCX token"
	opDirectLogin  = "log in to RingCX"
	opEnd          = "end the RingCX session"
)

// Grant obtains RingCentral tokens. [Config.JWT] is the usual one; a program with another way to get them brings its
// own, and says whose tokens they are where a [Store] keeps them: by being [Identified], or by a SessionOptions.Key.
type Grant interface {
	// Renew returns a new RingCentral token. With prev it renews prev by its refresh token; without (nil) it logs
	// in anew, and answers [ErrLoginRequired] if that takes a person. Where Obtained and Expiry of the new token are zero,
	// it was obtained now and ends as [Token] says.
	Renew(ctx context.Context, prev *Token) (*Token, error)
}

// Identified is what a [Grant] may also be: one that says whom it stands for, so that sessions find their lineage in a
// [Store] without a SessionOptions.Key. The grants of [Config] do. A Grant that wraps another hands its Identity on.
type Identified interface {
	// Identity is the same for all grants that stand for one user with one credential, and differs for all others. It
	// is stored and must not be a secret. "": it is not known.
	Identity() string
}

// JWT is the grant of an app registered with the JWT auth flow. assertion is the credential the Developer Portal made
// under "Credentials", as it was shown; it can be presented any number of times. When the app issues refresh tokens
// these are used first.
func (c *Config) JWT(assertion string) Grant { return &jwtGrant{c, strings.TrimSpace(assertion)} }

type jwtGrant struct {
	config    *Config
	assertion string
}

// Format keeps the credential out of every print.
func (g *jwtGrant) Format(f fmt.State, _ rune) { _, _ = f.Write([]byte("JWT grant")) }

func (g *jwtGrant) bind(from, to *Config) Grant {
	own := *g
	if own.config == from {
		own.config = to
	}
	return &own
}

// Identity implements [Identified].
func (g *jwtGrant) Identity() string { return fingerprint("jwt", g.assertion) }

// Validate tells what is wrong with the JWT as far as its form says, without asking anybody.
func (g *jwtGrant) Validate() error {
	if err := checkInputs(input{"JWT", g.assertion, assertionProblem}); err != nil {
		return &Error{Op: opLogin, Message: err.Error(), oauth: "invalid_grant", kind: failUnsent, cause: err}
	}
	return nil
}

func (g *jwtGrant) Renew(ctx context.Context, prev *Token) (*Token, error) {
	if prev != nil {
		return g.config.refreshLogin(ctx, prev)
	}
	if g.assertion == "" {
		return nil, fmt.Errorf("%w: there is no JWT to log in with", ErrLoginRequired)
	}
	if err := g.Validate(); err != nil {
		return nil, err
	}
	return g.config.tokenEndpoint(ctx, opLogin, url.Values{
		"grant_type": {"urn:ietf:params:oauth:grant-type:jwt-bearer"}, "assertion": {g.assertion},
	})
}

// storedGrant renews what the Store holds and cannot log in.
type storedGrant struct{ config *Config }

func (storedGrant) needsPerson() bool { return true }

func (g storedGrant) Renew(ctx context.Context, prev *Token) (*Token, error) {
	if prev == nil {
		return nil, ErrLoginRequired
	}
	return g.config.refreshLogin(ctx, prev)
}

func (c *Config) refreshLogin(ctx context.Context, prev *Token) (*Token, error) {
	if err := unsentToken(opRefreshLogin, "RingCentral refresh token", prev.RefreshToken); err != nil {
		return nil, err
	}
	return c.tokenEndpoint(ctx, opRefreshLogin, url.Values{
		"grant_type": {"refresh_token"}, "refresh_token": {prev.RefreshToken},
	})
}

// tokenPath is the platform's token endpoint.
const tokenPath = "/restapi/oauth/token"

// tokenEndpoint asks the platform's token endpoint. Confidential apps authenticate by HTTP Basic or by a signed
// statement, as Config says: a secret in the form is refused by the vendor (OAU-123), and trying several ways would
// spend two of five requests.
func (c *Config) tokenEndpoint(ctx context.Context, op string, form url.Values) (*Token, error) {
	if c.ClientID == "" {
		return nil, &Error{Op: op, Message: "there is no client ID", Code: "OAU-123", kind: failUnsent}
	}
	body, sent, err := c.post(ctx, tokenRequest{op: op, url: c.ringCentral() + tokenPath, form: form, app: true})
	if err != nil {
		return nil, err
	}
	a, err := decode(op, body)
	if err != nil {
		return nil, err
	}
	access, refresh := a.secret("access_token"), a.secret("refresh_token")
	if err := checkTokens(op, access, refresh); err != nil {
		return nil, err
	}
	t := &Token{
		AccessToken: access, RefreshToken: refresh, TokenType: or(printable(a.text("token_type")), "Bearer"),
		Obtained: sent, Expiry: sent.Add(lifetime("", a.number("expires_in"))), Scope: printable(a.text("scope")), OwnerID: printable(a.text("owner_id")),
	}
	if d, ok := seconds(a.number("refresh_token_expires_in")); ok && t.RefreshToken != "" {
		t.RefreshExpiry = sent.Add(d)
	}
	return t, nil
}

// checkTokens tells tokens of an answer from what cannot be any. The refresh token may be missing.
func checkTokens(op, access, refresh string) error {
	problem := ""
	switch {
	case access == "":
		problem = "the answer holds no access token"
	case !isBearer(access):
		problem = "the answer holds an access token that cannot be one (RFC 6750)"
	case !isRefreshToken(refresh):
		problem = "the answer holds a refresh token that cannot be one (RFC 6749)"
	default:
		return nil
	}
	return &Error{Op: op, StatusCode: http.StatusOK, Message: problem, kind: failLost}
}

// Revoke ends the RingCentral session that token belongs to, with all its access and refresh tokens.
func (c *Config) Revoke(ctx context.Context, token *Token) error {
	token = cmp.Or(token, new(Token))
	if err := unsentToken(opRevoke, "RingCentral token", or(token.RefreshToken, token.AccessToken)); err != nil {
		return err
	}
	_, _, err := c.post(ctx, tokenRequest{
		op: opRevoke, url: c.ringCentral() + "/restapi/oauth/revoke", app: true,
		form: url.Values{"token": {or(token.RefreshToken, token.AccessToken)}},
	})
	return err
}

// unsentToken is a token of a program's own that cannot be one.
func unsentToken(op, name, token string) error {
	if token == "" {
		return unsent(op, fmt.Errorf("there is no %s", name))
	}
	return unsent(op, checkInputs(input{name, token, foreign}))
}

// unsent is what is wrong with a request that was not made; nil if nothing is.
func unsent(op string, err error) error {
	if err == nil {
		return nil
	}
	return &Error{Op: op, Message: err.Error(), kind: failUnsent, cause: err}
}

// refreshGrace is how long the vendor lets an unanswered refresh of a RingCentral token be repeated: 60 minutes as
// long as the new access token is not used, and it cannot be used if its answer was lost. Five minutes are kept back.
const refreshGrace = 55 * time.Minute
