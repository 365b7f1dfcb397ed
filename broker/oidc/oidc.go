// Package oidc lets in callers of a broker that show a token of an issuer which is trusted: jobs of a CI system, service accounts
// of Kubernetes. They store no secret. It is for [broker.Options].Authenticators.
//
// A token is a JWT, shown where a key would be, or as the subject_token of a token exchange at /oauth2/token. Its signature, issuer,
// audience and times are checked by go-oidc, with keys that are fetched when they are needed and kept.
package oidc

import (
	"fmt"
	"log/slog"
	"sync"
	"time"

	verifier "github.com/coreos/go-oidc/v3/oidc"
)

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
	// Log is told when keys cannot be fetched, when they can be again, and why a token of an issuer that is trusted is refused: the same
	// once a minute. nil: nothing is said.
	Log *slog.Logger
	// Now is the clock; nil: time.Now.
	Now func() time.Time
}

// Callers tells callers by their tokens. It is a [broker.Authenticator], safe for concurrent use.
type Callers struct {
	byURL map[string][]*trusted
	sets  map[source]*keySet
	now   func() time.Time
	log   *slog.Logger

	mu   sync.Mutex
	told map[refusal]time.Time // when the log has said it; there are as many as issuers, claims and reasons
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

// New checks what it is told, and asks nobody: keys are fetched when the first token comes.
func New(opts *Options) (*Callers, error) {
	c := &Callers{byURL: map[string][]*trusted{}, sets: map[source]*keySet{}, now: opts.Now, told: map[refusal]time.Time{}}
	if c.now == nil {
		c.now = time.Now
	}
	log := opts.Log
	if log == nil {
		log = slog.New(slog.DiscardHandler)
	}
	c.log = log
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
