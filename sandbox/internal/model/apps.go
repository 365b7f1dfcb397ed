package model

import (
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

// App is the app of a client ID.
func (w *World) App(tx *state.Tx, id string) *App { return at(w.Apps.Get(tx, id)) }

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
