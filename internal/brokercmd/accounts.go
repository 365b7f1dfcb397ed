package brokercmd

import (
	"cmp"
	"fmt"
	"log/slog"

	"github.com/ringcx-go/ringcx"
	"github.com/ringcx-go/ringcx/broker"
	"github.com/ringcx-go/ringcx/internal/profile"
	"github.com/ringcx-go/ringcx/internal/usage"
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
	is identity
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
		if err != nil {
			return nil, err
		}
		return []*profile.Account{acc}, fit(acc)
	}
	if a.Profile != "" {
		return nil, usage.New("--profile and "+c.file+" both say which profiles are served", "leave out --profile, or profiles there")
	}
	settings, err := a.ReadSettings()
	if err != nil {
		return nil, err
	}
	for _, name := range c.profiles {
		if _, known := settings.Profiles[name]; !known {
			return nil, usage.WithHint(fmt.Errorf("%w: there is no profile %q, which %s names", ringcx.ErrLoginRequired, name, c.file), "log in: ringcx login --profile "+name)
		}
		acc, err := a.StoredAccount(name)
		if err == nil {
			err = fit(acc)
		}
		if err != nil {
			return nil, err
		}
		all = append(all, acc)
	}
	return all, nil
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
	}
}

// profileRule is what keeps a name from being one of a profile.
func profileRule(name string) string { return profile.BrokenName(name) }
