// Package model has the rows and tables of what a server knows: accounts, users, apps, credentials, sessions, sign-ins. Rows
// are plain values that refer to each other by id; they are read and changed in transactions of package state.
//
// What a method returns as a pointer is a copy of a row, nil if there is none: a change of it is seen by others once it was
// put. What a row holds by reference is never changed.
package model

import (
	"fmt"
	"slices"
	"strings"
	"sync/atomic"
	"unicode"

	"github.com/ringcx-go/ringcx/sandbox/internal/seeded"
	"github.com/ringcx-go/ringcx/sandbox/internal/state"
	"github.com/ringcx-go/ringcx/sandbox/internal/token"
)

// World is everything that exists before a sign-in: accounts, users, apps and JWT credentials of RingCentral, and the RingCX
// main account behind each account.
type World struct {
	Accounts    *state.Table[int64, Account]
	Users       *state.Table[int64, User] // also the administrators that only RingCX knows
	Mains       *state.Table[string, MainAccount]
	Apps        *state.Table[string, App] // by client ID
	Credentials *state.Table[string, Credential]
	own         state.Cell[own]

	people    *state.Index[bool, int64, User]          // by whether they are administrators of RingCX only
	usersOf   *state.Index[membership, int64, User]    //
	numbers   *state.Index[userNumber, int64, User]    // by what RingCX calls them
	mailboxes *state.Index[string, int64, User]        // by folded e-mail address
	jwts      *state.Index[string, string, Credential] // by JWT
	mainOf    *state.Index[int64, string, MainAccount] // by account
	agents    *state.Index[int32, string, MainAccount] // by the ids of their agents
	usernames *state.Index[string, string, MainAccount]
	linked    *state.Index[int64, string, MainAccount] // by the users that are agents

	key atomic.Pointer[token.Key] // signs JWT credentials
}

// own is what a world knows beside its objects: which of them are the demo's.
type own struct {
	Seed       uint64 `json:"seed"`
	Made       int    `json:"made"` // objects made so far; names the next one
	App        string `json:"app"`
	Credential string `json:"credential"`
	NativeApp  string `json:"nativeApp"`
	WebApp     string `json:"webApp"`
	Admin      string `json:"admin"` // username
}

// membership is what users of an account are found by.
type membership struct {
	account int64
	admin   bool
}

// userNumber is what RingCX calls a user of an account.
type userNumber struct {
	account int64
	number  int32
}

// NewWorld makes the tables of a world in which nothing is yet.
func NewWorld(db *state.DB) *World {
	w := &World{
		Accounts:    state.NewTable[int64, Account](db, "account"),
		Users:       state.NewTable[int64, User](db, "user"),
		Mains:       state.NewTable[string, MainAccount](db, "center"),
		Apps:        state.NewTable[string, App](db, "app"),
		Credentials: state.NewTable[string, Credential](db, "credential"),
		own:         state.NewCell[own](db, "world"),
	}
	w.Accounts.Read(func(id int64, a *Account) error { a.ID = id; return nil })
	w.Users.Read(func(id int64, u *User) error { return u.complete(id) })
	w.Mains.Read(func(id string, m *MainAccount) error { m.ID = id; return nil })
	w.Apps.Read(func(id string, a *App) error { a.ID = id; return nil })
	w.Credentials.Read(func(id string, c *Credential) error { c.ID = id; return nil })

	w.people = state.NewIndex(w.Users, func(_ int64, u User) (bool, bool) { return u.isAdmin(), true })
	w.usersOf = state.NewIndex(w.Users, func(_ int64, u User) (membership, bool) { return membership{u.Account, u.isAdmin()}, true })
	w.numbers = state.NewIndex(w.Users, func(_ int64, u User) (userNumber, bool) { return userNumber{u.Account, u.AdminID}, true })
	w.mailboxes = state.NewIndex(w.Users, func(_ int64, u User) (string, bool) { return folded(u.Email), true })
	w.jwts = state.NewIndex(w.Credentials, func(_ string, c Credential) (string, bool) { return c.JWT, true })
	w.mainOf = state.NewIndex(w.Mains, func(_ string, m MainAccount) (int64, bool) { return m.Account, true })
	w.agents = indexOfAgents(w.Mains, func(a *Agent) (int32, bool) { return a.ID, true })
	w.usernames = indexOfAgents(w.Mains, func(a *Agent) (string, bool) { return a.Username, true })
	w.linked = indexOfAgents(w.Mains, func(a *Agent) (int64, bool) { return a.User, a.User != 0 })
	return w
}

// folded is the same for all texts that strings.EqualFold takes for equal.
func folded(text string) string {
	return strings.Map(func(r rune) rune {
		least := r
		for other := unicode.SimpleFold(r); other != r; other = unicode.SimpleFold(other) {
			least = min(least, other)
		}
		return least
	}, text)
}

// at is a copy of a row, nil if there is none.
func at[V any](row V, ok bool) *V {
	if !ok {
		return nil
	}
	return &row
}

// Seed is what the ids of w come from.
func (w *World) Seed(tx *state.Tx) uint64 {
	o, _ := w.own.Get(tx)
	return o.Seed
}

// made counts another object.
func (w *World) made(tx *state.Tx) int {
	o, _ := w.own.Get(tx)
	o.Made++
	w.own.Set(tx, o)
	return o.Made
}

// Label names the next object of a kind, so that the same steps give the same ids.
func (w *World) Label(tx *state.Tx, kind string) string {
	return fmt.Sprintf("%s %d", kind, w.made(tx))
}

// nextID is an id in the shape of RingCentral's: a number that ends in 004.
func (w *World) nextID(tx *state.Tx, kind string) int64 {
	for {
		id := (1_000_000+seeded.Number(w.Seed(tx), w.Label(tx, kind), 1_000_000))*1000 + 4
		_, isAccount := w.Accounts.Get(tx, id)
		_, isUser := w.Users.Get(tx, id)
		if !isAccount && !isUser {
			return id
		}
	}
}

// sorted are the rows of an index in an order of their own.
func sorted[V any](rows func(func(int64, V) bool), order func(a, b V) int) []V {
	var out []V
	for _, row := range rows {
		out = append(out, row)
	}
	slices.SortFunc(out, order)
	return out
}

// Key signs and verifies JWT credentials and id_tokens.
func (w *World) Key() *token.Key { return w.key.Load() }

// NewKey makes the key of a seed, which takes as long as a key of RSA does.
func NewKey(seed uint64) (*token.Key, error) { return token.NewKey(seed, "credentials", "RS256") }

// SetKey gives w the key of its seed.
func (w *World) SetKey(key *token.Key) { w.key.Store(key) }
