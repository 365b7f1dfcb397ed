package cli

import (
	"context"
	"errors"
	"fmt"

	"github.com/ringcx-go/ringcx"
)

// secrets are what later renewals of a profile need. They live in the Store, beside the lineage.
type secrets struct {
	// App and servers that they were given for. config.toml names them too, but who changes that file must not be able
	// to send secrets elsewhere. All three empty: they were stored before this was kept.
	ClientID    string `json:"client_id,omitempty"`
	RingCentral string `json:"server_url,omitempty"`
	RingCX      string `json:"ringcx_server_url,omitempty"`

	User string `json:"user,omitempty"` // see profile

	ClientSecret string `json:"client_secret,omitempty"`
	ClientKey    string `json:"client_key,omitempty"` // PEM
	JWT          string `json:"jwt,omitempty"`

	Username     string `json:"username,omitempty"`
	Password     string `json:"password,omitempty"`
	PlatformID   string `json:"platform_id,omitempty"`
	StayLoggedIn bool   `json:"stay_logged_in,omitempty"`
}

// lineage is the app and the servers that the secrets are bound to.
func (s *secrets) lineage() lineage { return newLineage(s.ClientID, s.RingCentral, s.RingCX) }

// bind has the secrets go to l and nowhere else.
func (s *secrets) bind(l lineage) {
	s.ClientID, s.RingCentral, s.RingCX = l.app, l.ringCentral, l.ringCX
}

func secretsKey(profile string) string { return profile + ".credentials" }

// readSecrets answers nil if what is stored cannot be understood, and in what way.
func (a *app) readSecrets(store ringcx.Store, profile string) (s *secrets, damage, err error) {
	value, err := store.Load(a.Context, secretsKey(profile))
	if err != nil || value == nil {
		return &secrets{}, nil, err
	}
	s, damage = decodeSecrets(value)
	return s, damage, nil
}

func (a *app) writeSecrets(ctx context.Context, store ringcx.Store, profile string, s *secrets) error {
	var value []byte
	if s != nil {
		var err error
		if value, err = encodeSecrets(s); err != nil {
			return err
		}
	}
	return store.Update(ctx, secretsKey(profile), func(_ []byte, save func([]byte) error) error { return save(value) })
}

// readStored reads the secrets of the account's profile, if there is one. Those that were given for another app or other
// servers than config.toml names now are not used.
func (a *app) readStored(acc *account) (err error) {
	saved, known := acc.settings.fit(acc.profile)
	if !known {
		return nil
	}
	stored, damage, err := a.readSecrets(acc.store, acc.profile)
	switch {
	case err != nil:
		return err
	case damage != nil:
		acc.damaged = &damagedCredentials{acc.profile, acc.again(), damage}
	case *stored == secrets{}:
	case stored.lineage() == lineage{}:
		stored.bind(saved.lineage())
		acc.stored = stored
		return a.writeSecrets(a.Context, acc.store, acc.profile, stored)
	case stored.User != saved.User && stored.User != "" && saved.User != "":
		acc.damaged = &otherUser{acc.profile}
	case stored.lineage() != saved.lineage():
		acc.damaged = &movedProfile{acc.profile, stored.lineage(), saved.lineage(), acc.again()}
	default:
		acc.stored = stored
	}
	return nil
}

// loggedInWith tells whether a profile was logged in to with a JWT.
func (a *app) loggedInWith(profile, jwt string) (bool, error) {
	s, _, err := a.readSecrets(a.store, profile)
	return err == nil && s != nil && s.JWT == jwt, err
}

// isUser tells whether a profile is a login of the user of RingCX itself whom g names. Names are those of a platform.
func (a *app) isUser(profile string, g given) (bool, error) {
	s, _, err := a.readSecrets(a.store, profile)
	if err != nil || s == nil {
		return false, err
	}
	return s.Username == g.user && (g.platform == "" || s.PlatformID == "" || g.platform == s.PlatformID), nil
}

// damagedCredentials are stored secrets that cannot be understood.
type damagedCredentials struct {
	profile, again string
	cause          error
}

// Newer tells what only a newer program understands.
func (e *damagedCredentials) Newer() bool {
	var newer *newerSecrets
	return errors.As(e.cause, &newer)
}

func (e *damagedCredentials) Error() string {
	if e.Newer() {
		return fmt.Sprintf("the stored credentials of profile %q are %s", e.profile, e.cause)
	}
	return fmt.Sprintf("the stored credentials of profile %q are damaged", e.profile)
}

// Hint tells what to do about it.
func (e *damagedCredentials) Hint() string {
	if e.Newer() {
		return "update this program; what is stored was left as it is"
	}
	return fmt.Sprintf("they were left as they are; run '%s' to store them again, or '%s' to forget them", e.again, logoutCommand(e.profile, true))
}

// movedProfile is a profile that config.toml names another app or other servers for than its login was made with.
type movedProfile struct {
	profile  string
	was, now lineage
	again    string
}

func (e *movedProfile) Error() string {
	return fmt.Sprintf("%s: config.toml has profile %q at %s, but its login is one of %s, and goes nowhere else", ringcx.ErrLoginRequired, e.profile, e.now, e.was)
}

func (e *movedProfile) Unwrap() error { return ringcx.ErrLoginRequired }

// Hint tells both ways out.
func (e *movedProfile) Hint() string {
	return fmt.Sprintf("put config.toml back as it was, or log in again for the new host: %s --replace; '%s' forgets the login", e.again, logoutCommand(e.profile, true))
}

// otherUser is a profile of which the store has the login of another user than config.toml.
type otherUser struct{ profile string }

func (e *otherUser) Error() string {
	return fmt.Sprintf("%s: another user has logged in as profile %q in this store since", ringcx.ErrLoginRequired, e.profile)
}

func (e *otherUser) Unwrap() error { return ringcx.ErrLoginRequired }

// Hint tells both ways out.
func (e *otherUser) Hint() string {
	return "who shares a store needs a name of his own there: ringcx login --profile NAME; or a store of his own: RINGCX_STORE"
}

// logoutCommand is what a person types to log out of a profile.
func logoutCommand(profile string, local bool) string {
	command := "ringcx logout"
	if local {
		command += " --local"
	}
	if profile != "" {
		command += " --profile " + profile
	}
	return command
}
