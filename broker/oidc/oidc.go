// Package oidc lets in callers of a broker that show a token of an issuer which is trusted: jobs of a CI system, service accounts
// of Kubernetes. They store no secret. It is for [broker.Options].Authenticators.
//
// A token is a JWT, shown where a key would be, or as the subject_token of a token exchange at /oauth2/token. Its signature, issuer,
// audience and times are checked by go-oidc, with keys that are fetched when they are needed and kept.
package oidc

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"time"

	verifier "github.com/coreos/go-oidc/v3/oidc"

	"github.com/ringcx-go/ringcx/broker"
)

// Issuer is one that is trusted, for some of its tokens.
type Issuer struct {
	// URL is the issuer, exactly as its tokens name it: https, or http of this machine.
	URL string
	// Audiences are those that a token may be for: it must name one of them.
	Audiences []string
	// Claims are what a token must say: of each claim one of the values, in which * stands for any letters. A claim within
	// another is written with a dot: kubernetes.io.namespace. Of a claim that is a list one element has to fit. One claim is
	// needed at least: anybody can have a token of an issuer that serves the public.
	Claims map[string][]string
	// Name is what the caller is called, with claims in braces: ci:{repository}. Before the first of them there has to be a
	// colon, which names of keys do not have. In values, what names may not have, % and colons are written as in a URL.
	Name string
	// Profile is the only profile that the caller may use; "": any that the rules leave.
	Profile string
	// Algorithms are those of signatures, all asymmetric; nil: every one of RS, PS and ES with 256, 384 or 512 bits, and EdDSA.
	Algorithms []string
	// MaxLife is how long a token may live in all; 0: a day. Skew is how far the clock of the issuer may be off, at most five
	// minutes; 0: 30 seconds.
	MaxLife, Skew time.Duration
	// Keys say where its keys are; the zero value: where its discovery document says.
	Keys Keys
}

// Keys say where the keys of an issuer are, a JSON Web Key Set, and how they are reached.
type Keys struct {
	// URL is where they are, File is a file that holds them. "": neither, and discovery tells.
	URL, File string
	// CAFile holds the certificates (PEM) of the authorities that may vouch for the servers; "": those of the system.
	CAFile string
	// TokenFile holds a Bearer token for the host of the issuer, and of URL, alone. It is read each time. "": none.
	TokenFile string
}

// Options configure [New].
type Options struct {
	// Issuers are those that are trusted. Of several with one URL the first counts whose claims a token has.
	Issuers []Issuer
	// Before is what was in use until now: the keys that it knows are taken over. nil: nothing.
	Before *Callers
	// Log is told when keys cannot be fetched, and when they can be again. nil: nothing is said.
	Log *slog.Logger
	// Now is the clock; nil: time.Now.
	Now func() time.Time
}

// Callers tells callers by their tokens. It is a [broker.Authenticator], safe for concurrent use.
type Callers struct {
	byURL map[string][]*trusted
	sets  map[source]*keySet
	now   func() time.Time
}

// trusted is an issuer with what checks its tokens.
type trusted struct {
	*Issuer
	name     template
	set      *keySet
	verifier *verifier.IDTokenVerifier
}

const (
	usualLife, usualSkew = 24 * time.Hour, 30 * time.Second
	longestSkew          = 5 * time.Minute
	longestToken         = 16 << 10 // bytes
	longestName          = 200
)

// algorithms are those that a token may be signed with. A key that both sides know would be no proof.
var algorithms = []string{"RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"}

// New checks what it is told, and asks nobody: keys are fetched when the first token comes.
func New(opts *Options) (*Callers, error) {
	c := &Callers{byURL: map[string][]*trusted{}, sets: map[source]*keySet{}, now: opts.Now}
	if c.now == nil {
		c.now = time.Now
	}
	log := opts.Log
	if log == nil {
		log = slog.New(slog.DiscardHandler)
	}
	for n := range opts.Issuers {
		i := opts.Issuers[n]
		t, err := c.trust(&i, opts.Before, log)
		if err != nil {
			return nil, fmt.Errorf("issuer %d: %w", n+1, err)
		}
		c.byURL[i.URL] = append(c.byURL[i.URL], t)
	}
	return c, nil
}

func (c *Callers) trust(i *Issuer, before *Callers, log *slog.Logger) (*trusted, error) {
	if i.MaxLife == 0 {
		i.MaxLife = usualLife
	}
	if i.Skew == 0 {
		i.Skew = usualSkew
	}
	if i.Algorithms == nil {
		i.Algorithms = algorithms
	}
	name, err := i.check()
	if err != nil {
		return nil, err
	}
	from := source{i.URL, i.Keys}
	set := c.sets[from]
	if set == nil {
		if set, err = newKeySet(from, c.now, log.With("issuer", i.URL)); err != nil {
			return nil, err
		}
		if before != nil && before.sets[from] != nil {
			set.known.Store(before.sets[from].known.Load())
		}
		c.sets[from] = set
	}
	return &trusted{i, name, set, verifier.NewVerifier(i.URL, set, &verifier.Config{
		SkipClientIDCheck: true, // there may be several: Callers checks them
		// Of several with one key set each has its own algorithms: what a token is signed with is checked before its key is looked for.
		SupportedSigningAlgs: i.Algorithms,
		Now:                  func() time.Time { return c.now().Add(-i.Skew) },
	})}, nil
}

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
