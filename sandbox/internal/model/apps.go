package model

import (
	"fmt"
	"slices"
	"time"

	"github.com/go-jose/go-jose/v4"

	"github.com/ringcx-go/ringcx/sandbox/internal/seeded"
	"github.com/ringcx-go/ringcx/sandbox/internal/state"
)

// App is an app of the developer console.
type App struct {
	ID            string            `json:"-"`
	Secret        string            `json:"secret,omitempty"`
	Name          string            `json:"name"`
	Order         int               `json:"order"`          // apps are listed in the order in which they were made
	Kind          string            `json:"kind,omitempty"` // the console's word for what a program of the 3-legged flow is; "": it was not asked
	Flow          string            `json:"flow"`           // "jwt", "code" or "password"
	RefreshTokens bool              `json:"refreshTokens"`
	Confidential  bool              `json:"confidential"` // false: no secret, identifies itself by client_id
	Private       bool              `json:"private"`      // only users of its own account may sign in
	Scopes        []string          `json:"scopes"`
	Account       int64             `json:"account"`
	RedirectURIs  []string          `json:"redirectUris,omitempty"` // where the authorize endpoint may send a browser
	AuthMethod    string            `json:"authMethod,omitempty"`   // the only way of client authentication; "": any that the app can do
	Keys          []jose.JSONWebKey `json:"keys,omitempty"`         // public keys that its assertions are signed with
}

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

// App is the app of a client ID.
func (w *World) App(tx *state.Tx, id string) *App { return at(w.Apps.Get(tx, id)) }

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

// AddApp completes a with a client ID and, if it is confidential and needs one, a secret.
func (w *World) AddApp(tx *state.Tx, a App) *App { return w.addNamedApp(tx, w.Label(tx, "app"), a) }

func (w *World) addNamedApp(tx *state.Tx, label string, a App) *App {
	seed := w.Seed(tx)
	a.ID = seeded.Text(seed, label+" id", 22)
	if a.Confidential && a.AuthMethod != MethodKeyJWT {
		a.Secret = seeded.Text(seed, label+" secret", 44)
	}
	a.Order = w.Apps.Len(tx)
	w.Apps.Put(tx, a.ID, a)
	return &a
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
	c.JWT, err = w.Key().Sign(map[string]any{
		"iss": CredentialIssuer, "aud": CredentialIssuer + "/restapi/oauth/token", "sub": fmt.Sprint(user),
		"iat": credentialIssued, "exp": exp, "jti": c.ID,
	})
	if err != nil {
		return nil, fmt.Errorf("minting a JWT credential: %w", err)
	}
	w.PutCredential(tx, &c)
	return &c, nil
}
