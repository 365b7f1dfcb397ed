package brokercmd

import (
	"cmp"
	"errors"
	"fmt"
	"log/slog"
	"strings"

	"github.com/ringcx-go/ringcx"
	"github.com/ringcx-go/ringcx/broker"
	"github.com/ringcx-go/ringcx/internal/profile"
	"github.com/ringcx-go/ringcx/internal/usage"
	"github.com/ringcx-go/ringcx/internal/wording"
)

// identity is what a session depends on. One with the same is the same, and is kept when the configuration is read again.
type identity struct {
	key, id, secret, jwt, keyID, allowHTTP string
	at                                     ringcx.Endpoint
	stored                                 profile.Secrets
}

// served is a profile with what it was made of.
type served struct {
	broker.Profile
	is     identity
	stored bool // it is a profile of this machine, and not the account of variables
}

// mends is what to do about an error of its session.
func (s *served) mends(err error) string {
	if s.stored && errors.Is(err, ringcx.ErrLoginRequired) {
		return fmt.Sprintf("log in: ringcx login --profile %s; then send the broker SIGHUP", s.Name)
	}
	return usage.Hint(err)
}

// namesStore has the whole run use the store of the configuration.
func (a *Commands) namesStore(text string) {
	if text == "" {
		return
	}
	others := a.Getenv
	a.Getenv = func(name string) string {
		if name == "RINGCX_STORE" {
			return text
		}
		return others(name)
	}
}

// usualStore names the store of the run.
func (a *Commands) usualStore() string { return cmp.Or(a.Getenv("RINGCX_STORE"), "file:"+a.StateDir()) }

// openStore opens the store of the configuration, or the one of the run.
func (a *Commands) openStore(c *config) (ringcx.Store, error) {
	a.namesStore(c.store)
	store, err := a.OpenStore()
	return store, c.ofStore(err)
}

// ofStore is an error that names the variable of the store as one of the setting that counts in its place. That a URL is none is
// found when something is read.
func (c *config) ofStore(err error) error {
	const variable = "RINGCX_STORE"
	var found *usage.Error
	if c.store == "" || !errors.As(err, &found) || !strings.Contains(found.Problem, variable) {
		return err
	}
	hint := usage.Hint(err)
	if strings.Contains(hint, variable) {
		hint = `such as: store = "file:/var/lib/ringcx", "postgres://broker@db/ringcx" or "redis://db/0"`
	}
	return usage.New(fmt.Sprintf("%s:%d: %s", c.file, c.storeLine, strings.ReplaceAll(found.Problem, variable, "store")), hint)
}

// serves are the profiles that c names. Sessions of before that would be the same are those of before.
func (a *Commands) serves(c *config, store ringcx.Store, log *slog.Logger, before []served) (all []served, err error) {
	accounts, err := a.accountsOf(c)
	if err != nil {
		return nil, err
	}
	for _, acc := range accounts {
		p := a.serve(acc, store, log)
		for _, old := range before {
			if old.Name == p.Name && old.is == p.is {
				p.Session = old.Session
			}
		}
		all = append(all, p)
	}
	return all, nil
}

// accountsOf are the accounts that c names.
func (a *Commands) accountsOf(c *config) (all []*profile.Account, err error) {
	if len(c.profiles) == 0 {
		if err := a.NotByBroker("a broker needs a login of this machine", profile.UnsetBroker); err != nil {
			return nil, err
		}
		acc, err := a.Resolve()
		if err == nil {
			err = fit(acc)
		}
		if err != nil {
			return nil, c.ofStore(err)
		}
		return []*profile.Account{acc}, a.tellWrong(c.unserved([]string{cmp.Or(acc.Profile, profile.Default)}))
	}
	if a.Profile != "" {
		return nil, usage.New("--profile and "+c.file+" both say which profiles are served", "leave out --profile, or profiles there")
	}
	settings, err := a.ReadSettings()
	if err != nil {
		return nil, err
	}
	var missing []error
	for _, name := range c.profiles {
		acc, err := a.accountOf(settings, name)
		if other := c.ofStore(err); other != err { //nolint:errorlint // it is the same, or one for all profiles
			return nil, other
		}
		if err != nil {
			missing = append(missing, c.noLogin(name, err))
			continue
		}
		all = append(all, acc)
	}
	return all, a.tellMissing(missing)
}

// accountOf is the account of a profile.
func (a *Commands) accountOf(settings *profile.Settings, name string) (*profile.Account, error) {
	if _, known := settings.Profiles[name]; !known {
		return nil, fmt.Errorf("%w: there is no such profile", ringcx.ErrLoginRequired)
	}
	acc, err := a.StoredAccount(name)
	if err == nil {
		err = fit(acc)
	}
	return acc, err
}

// noLogin says of which profile of the configuration there is no login, and what to do.
func (c *config) noLogin(name string, err error) error {
	hint := usage.Hint(err)
	if errors.Is(err, ringcx.ErrLoginRequired) {
		hint = fmt.Sprintf("log in: ringcx login --profile %s; or take %q out of profiles", name, name)
	}
	return usage.WithHint(fmt.Errorf("%s:%d: profiles holds %q: %w", c.file, c.profilesLine, name, err), hint)
}

// tellMissing tells of all profiles that there is no login of. One is the error itself.
func (a *Commands) tellMissing(missing []error) error {
	if len(missing) < 2 {
		return errors.Join(missing...)
	}
	for _, err := range missing[:len(missing)-1] {
		a.Inform("%s; %s\n", wording.ErrorLine(err.Error()), wording.ErrorLine(usage.Hint(err)))
	}
	return missing[len(missing)-1]
}

// fit refuses an account that cannot be served.
func fit(acc *profile.Account) error {
	if acc.Damaged != nil {
		return acc.Damaged
	}
	if acc.Profile != "" {
		return nil
	}
	if err := profile.CheckCredential(acc); err != nil {
		return usage.WithHint(fmt.Errorf("%w: %w", ringcx.ErrLoginRequired, err), usage.Hint(err))
	}
	return nil
}

// serve makes the session of an account, which renews by itself. What it waits for is told in the log.
func (a *Commands) serve(acc *profile.Account, store ringcx.Store, log *slog.Logger) served {
	config := acc.Config
	config.HTTPClient = a.HTTPClient
	name := cmp.Or(acc.Profile, profile.Default)
	return served{
		broker.Profile{
			Name: name, Endpoint: config.Endpoint, AllowHTTP: config.AllowHTTP,
			Session: config.NewSession(acc.Grant(), &ringcx.SessionOptions{Store: store, Key: acc.Key, Log: log.With("profile", name)}),
		},
		identity{acc.Key, config.ClientID, config.ClientSecret, acc.JWT, config.KeyID, config.AllowHTTP, config.Endpoint, *acc.Stored},
		acc.Profile != "",
	}
}

// profileRule is what keeps a name from being one of a profile.
func profileRule(name string) string { return profile.BrokenName(name) }
