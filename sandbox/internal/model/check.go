package model

import (
	"fmt"

	"github.com/ringcx-go/ringcx/sandbox/internal/state"
)

// Check refuses rows that speak of what is not there, and lets go of links that lead nowhere.
func (w *World) Check(tx *state.Tx) error {
	if _, ok := w.own.Get(tx); !ok {
		return fmt.Errorf("there is no record of the kind %s", w.own.Kind())
	}
	for _, check := range []func(*state.Tx) error{w.checkPeople, w.checkMains, w.checkApps} { // each relies on those before
		if err := check(tx); err != nil {
			return err
		}
	}
	_, err := w.demo(tx)
	return err
}

func (w *World) checkPeople(tx *state.Tx) error {
	for id, u := range w.Users.All(tx) {
		if err := w.hasAccount(tx, u.Account, "user", fmt.Sprint(id)); err != nil {
			return err
		}
	}
	for id := range w.Accounts.All(tx) {
		if w.usersOf.Len(tx, membership{account: id}) == 0 {
			return fmt.Errorf("account %d has no user", id)
		}
	}
	return nil
}

func (w *World) checkMains(tx *state.Tx) error {
	for id, m := range w.Mains.All(tx) {
		if err := w.hasAccount(tx, m.Account, "center", id); err != nil {
			return err
		}
		mended, changed := m.copied(), false
		for a := range mended.agents() {
			if a.Agent.User != 0 && w.User(tx, a.Agent.User) == nil {
				a.Agent.User, changed = 0, true
			}
		}
		if changed {
			w.Mains.Put(tx, id, mended)
		}
	}
	return nil
}

func (w *World) checkApps(tx *state.Tx) error {
	for id, a := range w.Apps.All(tx) {
		if err := w.hasAccount(tx, a.Account, "app", id); err != nil {
			return err
		}
	}
	for id, c := range w.Credentials.All(tx) {
		if w.User(tx, c.User) == nil {
			return fmt.Errorf("credential %q: user %d does not exist", id, c.User)
		}
	}
	return nil
}

func (w *World) hasAccount(tx *state.Tx, account int64, kind, key string) error {
	if _, ok := w.Accounts.Get(tx, account); !ok {
		return fmt.Errorf("%s %q: account %d does not exist", kind, key, account)
	}
	return nil
}
