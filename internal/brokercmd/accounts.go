package brokercmd

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"slices"
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
	stored bool  // it is a profile of this machine, and not the account of variables
	unread error // why its login is not known; nil: it is
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
	accounts, unread, err := a.accountsOf(c, before != nil)
	if err != nil {
		return nil, err
	}
	if len(c.profiles) == 0 && len(unread) > 0 {
		tellUnread(log, unread, nil)
		return before, nil
	}
	for _, acc := range accounts {
		at := slices.IndexFunc(before, func(old served) bool { return old.Name == cmp.Or(acc.Profile, profile.Default) })
		if why := unread[acc.Profile]; why != nil && at >= 0 {
			all = append(all, before[at])
			continue
		} else if why != nil {
			all = append(all, a.unserved(acc, why))
			continue
		}
		p := a.serve(acc, store, log)
		if at >= 0 && before[at].is == p.is && before[at].unread == nil {
			p.Session = before[at].Session
		}
		all = append(all, p)
	}
	tellUnread(log, unread, all)
	return all, nil
}

// unserved is a profile whose login could not be read: it is served when it can be.
func (a *Commands) unserved(acc *profile.Account, why error) served {
	at := acc.Settings.Profiles[acc.Profile].Lineage()
	endpoint := ringcx.Endpoint{RingCentral: at.RingCentral, RingCX: at.RingCX}
	nobody := ringcx.Config{Endpoint: ringcx.Endpoint{RingCentral: "unread:"}} // no server's: it asks nobody
	return served{
		Profile: broker.Profile{Name: acc.Profile, Endpoint: endpoint, AllowHTTP: a.Variable("RINGCX_ALLOW_HTTP"), Session: nobody.NewSession(nil, nil)},
		stored:  true, unread: why,
	}
}

// tellUnread tells of which profiles the store did not tell the login.
func tellUnread(log *slog.Logger, unread map[string]error, all []served) {
	for _, name := range slices.Sorted(maps.Keys(unread)) {
		const hint = "the broker reads it by itself when the store answers again; docs/runbook.md has it under RingCXStoreDown"
		level, text := slog.LevelWarn, "the store cannot be read: the profile is served with the login of before"
		if slices.ContainsFunc(all, func(s served) bool { return s.Name == name && s.unread != nil }) {
			level, text = slog.LevelError, "the store cannot be read: the profile is not served yet"
		}
		log.Log(context.Background(), level, text, "profile", cmp.Or(name, profile.Default), "error", unread[name].Error(), "hint", hint)
	}
}

// accountsOf are the accounts that c names. Of those that the store did not tell, if the broker can do without, only the name is known,
// and why.
func (a *Commands) accountsOf(c *config, without bool) (all []*profile.Account, unread map[string]error, err error) {
	lost := (*profile.UnreadError)(nil)
	if len(c.profiles) == 0 {
		if err := a.NotByBroker("a broker needs a login of this machine", profile.UnsetBroker); err != nil {
			return nil, nil, err
		}
		acc, err := a.Resolve()
		if err == nil {
			err = fit(acc)
		}
		if without && errors.As(err, &lost) {
			return nil, map[string]error{"": err}, nil
		}
		if err != nil {
			return nil, nil, c.ofStore(err)
		}
		return []*profile.Account{acc}, nil, a.allWrong(c.unserved([]string{cmp.Or(acc.Profile, profile.Default)}))
	}
	if a.Profile != "" {
		return nil, nil, usage.New("--profile and "+c.file+" both say which profiles are served", "leave out --profile, or profiles there")
	}
	settings, err := a.ReadSettings()
	if err != nil {
		return nil, nil, err
	}
	var missing []error
	unread = map[string]error{}
	for _, name := range c.profiles {
		acc, err := a.accountOf(settings, name)
		if other := c.ofStore(err); other != err { //nolint:errorlint // it is the same, or one for all profiles
			return nil, nil, other
		}
		switch {
		case without && errors.As(err, &lost):
			unread[name] = err
			all = append(all, &profile.Account{Profile: name, Settings: settings})
		case err != nil:
			missing = append(missing, c.noLogin(name, err))
		default:
			all = append(all, acc)
		}
	}
	return all, unread, oneOf(missing)
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

// several is an error that others come before.
type several struct {
	error
	before []error
}

// Unwrap is the error.
func (s *several) Unwrap() error { return s.error }

// oneOf is the last of some errors, with the others.
func oneOf(all []error) error {
	if len(all) < 2 {
		return errors.Join(all...)
	}
	return &several{all[len(all)-1], all[:len(all)-1]}
}

// eachTold tells of those that come before an error, and returns it.
func eachTold(err error, tell func(error)) error {
	s := (*several)(nil)
	if !errors.As(err, &s) {
		return err
	}
	for _, each := range s.before {
		tell(each)
	}
	return s.error
}

// tellEach is eachTold for a command, on stderr.
func (a *Commands) tellEach(err error) error {
	return eachTold(err, func(e error) { a.Inform("%s; %s\n", wording.ErrorLine(e.Error()), wording.ErrorLine(usage.Hint(e))) })
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
		acc.Profile != "", nil,
	}
}

// profileRule is what keeps a name from being one of a profile.
func profileRule(name string) string { return profile.BrokenName(name) }
