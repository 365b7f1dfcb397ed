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
	spent := new(atomic.Bool)
	a := codeCredential{code: strings.TrimSpace(code), redirectURL: redirectURL, verifier: verifier, spent: spent}
	// Its identity is that of the one login the code stands for: two codes may be those of two people.
	return &configGrant{config: c, credential: a, identity: fingerprint("code", a.code), spent: spent}
}

// codeCredential is an authorization code with what it goes with.
type codeCredential struct {
	code, redirectURL, verifier string
	spent                       *atomic.Bool // the code was sent, and may not be sent again
}

func (codeCredential) name() string { return "authorization code" }

func (a codeCredential) validate() error {
	return unsent(opLogin, checkInputs(input{"authorization code", a.code, stray}, input{"redirect URI", a.redirectURL, stray}))
}

func (a codeCredential) login(ctx context.Context, c *Config) (*Token, error) {
	if a.code == "" {
		return nil, fmt.Errorf("%w: there is no authorization code", ErrLoginRequired)
	}
	if err := a.validate(); err != nil {
		return nil, err
	}
	if !a.spent.CompareAndSwap(false, true) {
		return nil, fmt.Errorf("%w: the authorization code has been used", ErrLoginRequired)
	}
	t, err := c.tokenEndpoint(ctx, opLogin, url.Values{
		"grant_type": {"authorization_code"}, "code": {a.code}, "redirect_uri": {a.redirectURL}, "code_verifier": {a.verifier},
	})
	if err != nil && asError(opLogin, err).kind == failUnsent {
		a.spent.Store(false)
	}
	return t, err
}
