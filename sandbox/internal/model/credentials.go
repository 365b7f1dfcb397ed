package model

import (
	"fmt"
	"slices"
	"time"

	"github.com/ringcx-go/ringcx/sandbox/internal/seeded"
	"github.com/ringcx-go/ringcx/sandbox/internal/state"
)

// Credential is a JWT credential: a signed statement about a user that apps may present.
type Credential struct {
	ID      string    `json:"-"`
	JWT     string    `json:"jwt"`
	Label   string    `json:"label"` // what its owner calls it
	Order   int       `json:"order"` // credentials are listed in the order in which they were made
	User    int64     `json:"user"`
	Clients []string  `json:"clients"`          // client IDs that may present it; null: every app of the user's account
	Expires time.Time `json:"expires,omitzero"` // zero: never
	Deleted bool      `json:"deleted"`
}

// Credential is the one of an id.
func (w *World) Credential(tx *state.Tx, id string) *Credential { return at(w.Credentials.Get(tx, id)) }

// Assertion is the credential of a JWT.
func (w *World) Assertion(tx *state.Tx, jwt string) *Credential {
	_, c, ok := w.jwts.First(tx, jwt)
	return at(c, ok)
}

// Permits reports whether app a may present c, whose user is u.
func (c *Credential) Permits(a *App, u *User) bool {
	if a.Private && a.Account != u.Account {
		return false
	}
	if c.Clients == nil {
		return a.Account == u.Account
	}
	return slices.Contains(c.Clients, a.ID)
}

// PutCredential keeps a change of c.
func (w *World) PutCredential(tx *state.Tx, c *Credential) { w.Credentials.Put(tx, c.ID, *c) }

// AddCredential makes a JWT credential of a user.
func (w *World) AddCredential(tx *state.Tx, user int64, clients []string, expires time.Time) (*Credential, error) {
	c := Credential{
		ID: seeded.Text(w.Seed(tx), w.Label(tx, "credential"), 22), Label: "JWT credential", Order: w.Credentials.Len(tx),
		User: user, Clients: clients, Expires: expires,
	}
	exp := int64(credentialForever)
	if !expires.IsZero() {
		exp = expires.Unix()
	}
	var err error
	c.JWT, err = w.Key().SignOnce(map[string]any{
		"iss": CredentialIssuer, "aud": CredentialIssuer + "/restapi/oauth/token", "sub": fmt.Sprint(user),
		"iat": credentialIssued, "exp": exp, "jti": c.ID,
	})
	if err != nil {
		return nil, fmt.Errorf("minting a JWT credential: %w", err)
	}
	w.PutCredential(tx, &c)
	return &c, nil
}
