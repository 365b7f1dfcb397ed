package profile

import (
	"context"
	"errors"
	"fmt"

	"github.com/ringcx-go/ringcx"
)

// Secrets are what later renewals of a profile need. They live in the Store, beside the lineage.
type Secrets struct {
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

// Lineage is the app and the servers that the secrets are bound to.
func (s *Secrets) Lineage() Lineage { return NewLineage(s.ClientID, s.RingCentral, s.RingCX) }

// Bind has the secrets go to l and nowhere else.
func (s *Secrets) Bind(l Lineage) {
	s.ClientID, s.RingCentral, s.RingCX = l.App, l.RingCentral, l.RingCX
}

// SecretsKey is the key of the Store under which the secrets of a profile are kept.
func SecretsKey(profile string) string { return profile + ".credentials" }

// UnreadError is a store that could not be read: what is in it is not known.
type UnreadError struct{ error }

// Unwrap is what the store said.
func (e *UnreadError) Unwrap() error { return e.error }

// ReadSecrets answers nil if what is stored cannot be understood, and in what way. The error is an [UnreadError].
func (a *Accounts) ReadSecrets(store ringcx.Store, profile string) (s *Secrets, damage, err error) {
	return SecretsIn(a.Context, store, profile)
}

// SecretsIn is [Accounts.ReadSecrets] until ctx ends.
func SecretsIn(ctx context.Context, store ringcx.Store, profile string) (s *Secrets, damage, err error) {
	value, err := store.Load(ctx, SecretsKey(profile))
	if err != nil {
		return &Secrets{}, nil, &UnreadError{err}
	}
	if value == nil {
		return &Secrets{}, nil, nil
	}
	s, damage = decodeSecrets(value)
	return s, damage, nil
}

// WriteSecrets stores the secrets of a profile, or removes them if s is nil.
func (a *Accounts) WriteSecrets(ctx context.Context, store ringcx.Store, profile string, s *Secrets) error {
	var value []byte
	if s != nil {
		var err error
		if value, err = EncodeSecrets(s); err != nil {
			return err
		}
	}
	return store.Update(ctx, SecretsKey(profile), func(_ []byte, save func([]byte) error) error { return save(value) })
}

// ReadStored reads the secrets of the account's profile, if there is one. Those that were given for another app or other
// servers than config.toml names now are not used.
func (a *Accounts) ReadStored(acc *Account) (err error) {
	saved, known := acc.Settings.Fit(acc.Profile)
	if !known {
		return nil
	}
	stored, damage, err := a.ReadSecrets(acc.Store, acc.Profile)
	switch {
	case err != nil:
		return err
	case damage != nil:
		acc.Damaged = &DamagedCredentials{acc.Profile, acc.Again(), damage}
	case *stored == Secrets{}:
	case stored.Lineage() == Lineage{}:
		stored.Bind(saved.Lineage())
		acc.Stored = stored
		return a.WriteSecrets(a.Context, acc.Store, acc.Profile, stored)
	case stored.User != saved.User && stored.User != "" && saved.User != "":
		acc.Damaged = &OtherUser{acc.Profile}
	case stored.Lineage() != saved.Lineage():
		acc.Damaged = &MovedProfile{acc.Profile, stored.Lineage(), saved.Lineage(), acc.Again()}
	default:
		acc.Stored = stored
	}
	return nil
}

// LoggedInWith tells whether a profile was logged in to with a JWT.
func (a *Accounts) LoggedInWith(profile, jwt string) (bool, error) {
	s, _, err := a.ReadSecrets(a.Store, profile)
	return err == nil && s != nil && s.JWT == jwt, err
}

// IsUser tells whether a profile is a login of the user of RingCX itself whom g names. Names are those of a platform.
func (a *Accounts) IsUser(profile string, g Given) (bool, error) {
	s, _, err := a.ReadSecrets(a.Store, profile)
	if err != nil || s == nil {
		return false, err
	}
	return s.Username == g.User && (g.platform == "" || s.PlatformID == "" || g.platform == s.PlatformID), nil
}

// DamagedCredentials are stored secrets that cannot be understood.
type DamagedCredentials struct {
	Profile, Again string
	Cause          error
}

// Newer tells what only a newer program understands.
func (e *DamagedCredentials) Newer() bool {
	var newer *newerSecrets
	return errors.As(e.Cause, &newer)
}

// Error names the profile, and a newer version if one has written them.
func (e *DamagedCredentials) Error() string {
	if e.Newer() {
		return fmt.Sprintf("the stored credentials of profile %q are %s", e.Profile, e.Cause)
	}
	return fmt.Sprintf("the stored credentials of profile %q are damaged", e.Profile)
}

// Hint tells what to do about it.
func (e *DamagedCredentials) Hint() string {
	if e.Newer() {
		return "update this program; what is stored was left as it is"
	}
	return fmt.Sprintf("they were left as they are; run '%s' to store them again, or '%s' to forget them", e.Again, LogoutCommand(e.Profile, true))
}

// MovedProfile is a profile that config.toml names another app or other servers for than its login was made with.
type MovedProfile struct {
	profile  string
	Was, now Lineage
	again    string
}

// Error names both places.
func (e *MovedProfile) Error() string {
	return fmt.Sprintf("%s: config.toml has profile %q at %s, but its login is one of %s, and goes nowhere else", ringcx.ErrLoginRequired, e.profile, e.now, e.Was)
}

// Unwrap is ringcx.ErrLoginRequired.
func (e *MovedProfile) Unwrap() error { return ringcx.ErrLoginRequired }

// Hint tells both ways out.
func (e *MovedProfile) Hint() string {
	return fmt.Sprintf("put config.toml back as it was, or log in again for the new host: %s --replace; '%s' forgets the login", e.again, LogoutCommand(e.profile, true))
}

// OtherUser is a profile of which the store has the login of another user than config.toml.
type OtherUser struct{ profile string }

// Error names the profile.
func (e *OtherUser) Error() string {
	return fmt.Sprintf("%s: another user has logged in as profile %q in this store since", ringcx.ErrLoginRequired, e.profile)
}

// Unwrap is ringcx.ErrLoginRequired.
func (e *OtherUser) Unwrap() error { return ringcx.ErrLoginRequired }

// Hint tells both ways out.
func (e *OtherUser) Hint() string {
	return "who shares a store needs a name of his own there: ringcx login --profile NAME; or a store of his own: RINGCX_STORE"
}

// LogoutCommand is what a person types to log out of a profile.
func LogoutCommand(profile string, local bool) string {
	command := "ringcx logout"
	if local {
		command += " --local"
	}
	if profile != "" {
		command += " --profile " + profile
	}
	return command
}
