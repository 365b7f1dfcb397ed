// Package profile finds the account that a command works with: settings, variables, stored secrets and the store. It asks nobody.
package profile

import (
	"cmp"
	"errors"

	"github.com/ringcx-go/ringcx"
	"github.com/ringcx-go/ringcx/internal/usage"
)

// Account is what a run works with: the app, its user, and under which key their lineage is stored.
type Account struct {
	Profile  string // its name; "": none, the account is the one that flags and variables give
	Source   string // where it comes from, in words
	Method   Method // how it logs in; "": nobody has said
	Config   *ringcx.Config
	JWT      string
	Login    ringcx.Grant // of a person who has just signed in; nil: what is stored has to do
	Key      string       // "": derived from the credentials, which are not those of the profile
	Store    ringcx.Store
	Settings *Settings
	Stored   *Secrets // those of the profile
	Damaged  error    // why they cannot be used
	Broker   *Broker  // whose login it is; nil: it is one of this machine
}

// Swapped tells that the vendor does not know a client ID that may be the client secret.
func (acc *Account) Swapped(err error) bool {
	var vendor *ringcx.Error
	if acc == nil || acc.Config == nil || !errors.As(err, &vendor) || vendor.Code != "OAU-153" {
		return false
	}
	return acc.Config.ClientSecret != "" && len(acc.Config.ClientID) > len(acc.Config.ClientSecret)
}

// Name is how people know the account.
func (acc *Account) Name() string {
	switch {
	case acc.Broker != nil:
		return "login of " + acc.Source
	case acc.Profile == "":
		return "credentials of " + acc.Source
	}
	return "profile " + acc.Profile
}

// whole refuses what names two accounts, and a file that names none.
func (g Given) whole(profile string) error {
	switch {
	case g.File && profile != "":
		return usage.New("--profile and --env-file both say whose account it is", "give one of them")
	case g.both:
		return usage.New("RINGCX_PROFILE and --env-file both say whose account it is", "unset RINGCX_PROFILE, or leave out --env-file")
	}
	return g.NamesAny()
}

// NamesAny refuses a file that names no account.
func (g Given) NamesAny() error {
	if g.File && g.Profile == "" && g.Vars.App == "" && g.Flags.App == "" && g.JWT == "" && g.User == "" && g.Broker == "" {
		return usage.New(g.From+" names no account", "it has to hold variables such as RC_APP_CLIENT_ID, RC_APP_CLIENT_SECRET and RC_USER_JWT")
	}
	return nil
}

// Again is what a person types to log in to the profile again; "" if there is no such profile.
func (acc *Account) Again() string {
	saved, known := acc.Settings.Profiles[acc.Profile]
	if !known {
		return ""
	}
	return saved.Method.Command(acc.Profile)
}

// Grant is how the account logs in; nil if that takes a person.
func (acc *Account) Grant() ringcx.Grant {
	switch {
	case acc.Login != nil:
		return acc.Login
	case acc.JWT != "":
		return acc.Config.JWT(acc.JWT)
	case acc.Method == ByDirect && acc.Stored.Password != "":
		return acc.Config.RingCXPassword(acc.Stored.Username, acc.Stored.Password, acc.Stored.PlatformID)
	case acc.Method == ByLegacy && acc.Stored.Password != "":
		return acc.Config.LegacyPassword(acc.Stored.Username, acc.Stored.Password, acc.Stored.StayLoggedIn)
	}
	return nil
}

// Bare tells a stored login of an app whose credentials are gone from the store: every login has stored some.
func (acc *Account) Bare() bool {
	return acc.Profile != "" && !acc.Method.Password() && *acc.Stored == (Secrets{})
}

// CheckCredential tells what cannot belong to what an account logs in with, before anything is sent.
func CheckCredential(acc *Account) error {
	if checks, ok := acc.Grant().(interface{ Validate() error }); ok {
		return cmp.Or(checks.Validate(), checkJWT(acc.JWT))
	}
	return nil
}

// ProblemOf is what is wrong with what an account logs in with, as far as its form says, in a sentence; "" if nothing is.
func ProblemOf(acc *Account) string {
	err := CheckCredential(acc)
	var vendor *ringcx.Error
	switch {
	case errors.As(err, &vendor):
		return vendor.Message
	case err != nil:
		return err.Error()
	}
	return ""
}
