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

	verifier "github.com/coreos/go-oidc/v3/oidc"

	"github.com/ringcx-go/ringcx/broker"
)

// Authenticate implements [broker.Authenticator]. What is no token of an issuer that is trusted is told by its form, without
// a check. An error that is not broker.ErrUnknown says that there are no keys to check a token with.
func (c *Callers) Authenticate(r *http.Request, secret string) (*broker.Caller, error) {
	var why []refusal
	for _, t := range c.byURL[issuerOf(secret)] {
		if _, err := t.set.ring(r.Context()); err != nil {
			return nil, fmt.Errorf("the keys of %s cannot be had: %w", t.URL, err)
		}
		claims, until, err := c.verify(r.Context(), t, secret)
		if err != nil {
			why = append(why, refusal{t, err.Error()})
			continue
		}
		if name := t.name.of(claims); name != "" {
			sum := sha256.Sum256([]byte(secret))
			return &broker.Caller{Name: name, ID: "jwt " + hex.EncodeToString(sum[:8]), Profile: t.Profile, Until: until}, nil
		}
		why = append(why, refusal{t, "a claim of the name is missing, or the name is too long"})
	}
	for _, one := range why {
		c.tell(one)
	}
	return nil, broker.ErrUnknown
}

// refusal is why an issuer that is trusted has not let a token in, in words of our own: what is in the token may be anybody's.
type refusal struct {
	by  *trusted
	why string
}

// quiet is how long the log does not say the same again, so that nobody fills it.
const quiet = time.Minute

// tell has the log say why a token is refused. Whoever sent it is not told.
func (c *Callers) tell(r refusal) {
	c.mu.Lock()
	defer c.mu.Unlock()
	now := c.now()
	if last, said := c.told[r]; said && now.Sub(last) < quiet {
		return
	}
	c.told[r] = now
	c.log.Warn("a token of an issuer is refused", "issuer", r.by.URL, "for", r.by.Name, "why", r.why)
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

// Why a token is refused.
var (
	errExpired  = errors.New("it has expired")
	errEarly    = errors.New("it is not good yet, or the clocks differ: nbf or iat is to come")
	errAudience = errors.New("aud is none of the audiences")
	errLong     = errors.New("it lives longer than max_life")
	errForm     = errors.New("it is none that a key of the issuer has signed by an algorithm which is taken, or its claims cannot be read")
)

// verify checks a token against an issuer, and returns its claims and when it ends. Its errors hold nothing of the token.
func (c *Callers) verify(ctx context.Context, t *trusted, secret string) (claims map[string]any, until time.Time, err error) {
	token, err := t.verifier.Verify(ctx, secret)
	var expired *verifier.TokenExpiredError
	switch {
	case errors.As(err, &expired):
		return nil, until, errExpired
	case err != nil && strings.HasPrefix(err.Error(), "oidc: current time"):
		return nil, until, errEarly
	case err != nil:
		return nil, until, errForm
	}
	var times struct {
		NotBefore float64 `json:"nbf"`
		IssuedAt  float64 `json:"iat"`
	}
	if err := token.Claims(&times); err != nil {
		return nil, until, errForm
	}
	now, late := c.now(), c.now().Add(t.Skew)
	switch {
	case token.Issuer != t.URL: // go-oidc lets Google write it in another way
		return nil, until, errForm
	case !overlap(token.Audience, t.Audiences):
		return nil, until, errAudience
	case times.NotBefore > seconds(late), times.IssuedAt > seconds(late):
		return nil, until, errEarly
	case token.Expiry.Sub(now) > t.MaxLife+t.Skew, times.IssuedAt != 0 && seconds(token.Expiry)-times.IssuedAt > t.MaxLife.Seconds():
		return nil, until, errLong
	}
	var raw json.RawMessage
	if err := token.Claims(&raw); err != nil {
		return nil, until, errForm
	}
	if claims, err = decodeClaims(raw); err != nil {
		return nil, until, errForm
	}
	if name := unfit(claims, t.Claims); name != "" {
		return nil, until, fmt.Errorf("the claim %s is none of those that are let in", name)
	}
	return claims, token.Expiry.Add(t.Skew), nil
}

func seconds(t time.Time) float64 { return float64(t.UnixMilli()) / 1000 }

func overlap(a, b []string) bool {
	return slices.ContainsFunc(a, func(x string) bool { return slices.Contains(b, x) })
}

// algorithms are those that a token may be signed with. A key that both sides know would be no proof.
var algorithms = []string{"RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"}
