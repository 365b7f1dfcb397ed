package oidc

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/ringcx-go/ringcx/broker"
)

// Authenticate implements [broker.Authenticator]. What is no token of an issuer that is trusted is told by its form, without
// a check. An error that is not broker.ErrUnknown says that there are no keys to check a token with.
func (c *Callers) Authenticate(r *http.Request, secret string) (*broker.Caller, error) {
	for _, t := range c.byURL[issuerOf(secret)] {
		if _, err := t.set.ring(r.Context()); err != nil {
			return nil, fmt.Errorf("the keys of %s cannot be had: %w", t.URL, err)
		}
		claims, until, err := c.verify(r.Context(), t, secret)
		if err != nil {
			continue // not even the log says why: whoever sends what is no token would fill it
		}
		if name := t.name.of(claims); name != "" {
			sum := sha256.Sum256([]byte(secret))
			return &broker.Caller{Name: name, ID: "jwt " + hex.EncodeToString(sum[:8]), Profile: t.Profile, Until: until}, nil
		}
	}
	return nil, broker.ErrUnknown
}

// issuerOf is the issuer that a JWT names, "" if it is none. Nothing is checked yet.
func issuerOf(secret string) string {
	if len(secret) > longestToken || strings.Count(secret, ".") != 2 {
		return ""
	}
	_, rest, _ := strings.Cut(secret, ".")
	payload, _, _ := strings.Cut(rest, ".")
	text, err := base64.RawURLEncoding.DecodeString(payload)
	if err != nil {
		return ""
	}
	var claims struct {
		Issuer string `json:"iss"`
	}
	if json.Unmarshal(text, &claims) != nil {
		return ""
	}
	return claims.Issuer
}

var errUnfit = errors.New("the token is not one that is let in")

// verify checks a token against an issuer, and returns its claims and when it ends.
func (c *Callers) verify(ctx context.Context, t *trusted, secret string) (claims map[string]any, until time.Time, err error) {
	token, err := t.verifier.Verify(ctx, secret)
	if err != nil {
		return nil, until, err
	}
	var times struct {
		NotBefore float64 `json:"nbf"`
		IssuedAt  float64 `json:"iat"`
	}
	if err := token.Claims(&times); err != nil {
		return nil, until, err
	}
	now, late := c.now(), c.now().Add(t.Skew)
	switch {
	case token.Issuer != t.URL: // go-oidc lets Google write it in another way
	case !overlap(token.Audience, t.Audiences):
	case times.NotBefore > seconds(late), times.IssuedAt > seconds(late):
	case token.Expiry.Sub(now) > t.MaxLife+t.Skew:
	case times.IssuedAt != 0 && seconds(token.Expiry)-times.IssuedAt > t.MaxLife.Seconds():
	default:
		var raw json.RawMessage
		if err := token.Claims(&raw); err != nil {
			return nil, until, err
		}
		if claims, err = decodeClaims(raw); err != nil || !fits(claims, t.Claims) {
			return nil, until, errUnfit
		}
		return claims, token.Expiry.Add(t.Skew), nil
	}
	return nil, until, errUnfit
}

func seconds(t time.Time) float64 { return float64(t.UnixMilli()) / 1000 }

func overlap(a, b []string) bool {
	return slices.ContainsFunc(a, func(x string) bool { return slices.Contains(b, x) })
}

// algorithms are those that a token may be signed with. A key that both sides know would be no proof.
var algorithms = []string{"RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"}
