package ringcx

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"net/url"
	"strings"
	"sync/atomic"
)

// GenerateVerifier makes a PKCE code verifier (RFC 7636): 32 random bytes in 43 characters. It is a secret until the
// code that it goes with has been spent, and good for one login.
func GenerateVerifier() string {
	raw := make([]byte, 32)
	_, _ = rand.Read(raw) // never fails: it ends the program instead
	return base64.RawURLEncoding.EncodeToString(raw)
}

// AuthCodeURL is the page of the platform where a person signs in and lets the app in. The platform then sends the
// browser to redirectURL, which must be registered with the app, with the parameters code and state. The program checks
// that state is the one it made, unguessable and new for each login, and hands code to [Config.AuthorizationCode]
// within a minute. verifier is the one from [GenerateVerifier]; the URL holds only its hash.
func (c *Config) AuthCodeURL(redirectURL, state, verifier string) string {
	hash := sha256.Sum256([]byte(verifier))
	return c.ringCentral() + "/restapi/oauth/authorize?" + url.Values{
		"response_type": {"code"}, "client_id": {c.ClientID}, "redirect_uri": {redirectURL}, "state": {state},
		"code_challenge": {base64.RawURLEncoding.EncodeToString(hash[:])}, "code_challenge_method": {"S256"},
	}.Encode()
}

// AuthorizationCode is the grant of a person who signed in at [Config.AuthCodeURL]. redirectURL and verifier are the
// same as there. The code is spent by the first login; from then on the session lives on its refresh tokens, and answers
// [ErrLoginRequired] when they have ended. Programs that run again make their next session with a nil grant and the same
// [SessionOptions.Key].
func (c *Config) AuthorizationCode(code, redirectURL, verifier string) Grant {
	return &codeGrant{config: c, code: strings.TrimSpace(code), redirectURL: redirectURL, verifier: verifier, spent: new(atomic.Bool)}
}

type codeGrant struct {
	config                      *Config
	code, redirectURL, verifier string
	spent                       *atomic.Bool // the code was sent, and may not be sent again
}

// Format keeps the code out of every print.
func (g *codeGrant) Format(f fmt.State, _ rune) { _, _ = f.Write([]byte("authorization code grant")) }

func (g *codeGrant) bind(from, to *Config) Grant {
	own := *g
	if own.config == from {
		own.config = to
	}
	return &own
}

// Identity is that of the one login the code stands for: two codes may be those of two people.
func (g *codeGrant) Identity() string { return fingerprint("code", g.code) }

func (g *codeGrant) needsPerson() bool { return g.spent.Load() }

// Validate tells what cannot belong to a code and its redirect URI.
func (g *codeGrant) Validate() error {
	return unsent(opLogin, checkInputs(input{"authorization code", g.code, stray}, input{"redirect URI", g.redirectURL, stray}))
}

func (g *codeGrant) Renew(ctx context.Context, prev *Token) (*Token, error) {
	if prev != nil {
		return g.config.refreshLogin(ctx, prev)
	}
	if g.code == "" {
		return nil, fmt.Errorf("%w: there is no authorization code", ErrLoginRequired)
	}
	if err := g.Validate(); err != nil {
		return nil, err
	}
	if !g.spent.CompareAndSwap(false, true) {
		return nil, fmt.Errorf("%w: the authorization code has been used", ErrLoginRequired)
	}
	t, err := g.config.tokenEndpoint(ctx, opLogin, url.Values{
		"grant_type": {"authorization_code"}, "code": {g.code}, "redirect_uri": {g.redirectURL}, "code_verifier": {g.verifier},
	})
	if err != nil && asError(actLogin, err).kind == failUnsent {
		g.spent.Store(false)
	}
	return t, err
}
