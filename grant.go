package ringcx

import (
	"context"
	"fmt"
	"sync/atomic"
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

// configGrant is a grant that a Config made.
type configGrant struct {
	config     *Config
	credential credential
	identity   string       // of the credential; "": it has none
	secret     string       // a failure is remembered with it, so that a corrected one is tried at once; "": identity tells
	direct     bool         // it logs in to RingCX itself: there is nothing to exchange
	spent      *atomic.Bool // the credential was sent, and may not be sent again; nil: it may, any number of times
}

// credential is what a configGrant logs in with.
type credential interface {
	name() string    // of the kind, for print
	validate() error // what is wrong with it as far as its form says
	login(ctx context.Context, c *Config) (*Token, error)
}

// Format keeps the credential out of every print.
func (g *configGrant) Format(f fmt.State, _ rune) {
	_, _ = f.Write([]byte(g.credential.name() + " grant"))
}

// Identity implements [Identified].
func (g *configGrant) Identity() string { return g.identity }

// Validate tells what is wrong with the credential as far as its form says, without asking anybody.
func (g *configGrant) Validate() error { return g.credential.validate() }

// Renew implements [Grant]. A RingCX token is refreshed by the session itself.
func (g *configGrant) Renew(ctx context.Context, prev *Token) (*Token, error) {
	if prev != nil && !g.direct {
		return g.config.refreshLogin(ctx, prev)
	}
	return g.credential.login(ctx, g.config)
}

// bound is the grant for a session with its own copy of the Config that made it.
func (g *configGrant) bound(from, to *Config) *configGrant {
	own := *g
	if own.config == from {
		own.config = to
	}
	return &own
}

// needsPerson tells whether g cannot log in any more. A grant of a program's own (nil) says so itself.
func (g *configGrant) needsPerson() bool { return g != nil && g.spent != nil && g.spent.Load() }

// storedGrant renews what the Store holds and cannot log in.
func storedGrant(c *Config) *configGrant {
	g := &configGrant{config: c, credential: noCredential{}, spent: new(atomic.Bool)}
	g.spent.Store(true)
	return g
}

type noCredential struct{}

func (noCredential) name() string { return "stored" }

func (noCredential) validate() error { return nil }

func (noCredential) login(context.Context, *Config) (*Token, error) { return nil, ErrLoginRequired }
