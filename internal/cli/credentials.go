package cli

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/ringcx-go/ringcx"
	"github.com/ringcx-go/ringcx/internal/env"
	"github.com/ringcx-go/ringcx/internal/usage"
	"github.com/ringcx-go/ringcx/internal/wording"
)

// account is what a run works with: the app, its user, and under which key their lineage is stored.
type account struct {
	profile  string // its name; "": none, the account is the one that flags and variables give
	source   string // where it comes from, in words
	method   method // how it logs in; "": nobody has said
	config   *ringcx.Config
	jwt      string
	login    ringcx.Grant // of a person who has just signed in; nil: what is stored has to do
	key      string       // "": derived from the credentials, which are not those of the profile
	store    ringcx.Store
	settings *settings
	stored   *secrets // those of the profile
	damaged  error    // why they cannot be used
}

// swapped tells that the vendor does not know a client ID that may be the client secret.
func (acc *account) swapped(err error) bool {
	var vendor *ringcx.Error
	if acc == nil || acc.config == nil || !errors.As(err, &vendor) || vendor.Code != "OAU-153" {
		return false
	}
	return acc.config.ClientSecret != "" && len(acc.config.ClientID) > len(acc.config.ClientSecret)
}

// name is how people know the account.
func (acc *account) name() string {
	if acc.profile == "" {
		return "credentials of " + acc.source
	}
	return "profile " + acc.profile
}

// variable is an environment variable, or what --env-file gives for it, without what was pasted around it.
func (a *app) variable(name string) string {
	if slices.Contains(env.AccountVariables, name) {
		return env.Pasted(a.Getenv(name))
	}
	return env.WithoutQuotes(strings.TrimFunc(a.Getenv(name), env.IsMargin))
}

// resolve finds out with whom to work. Stored secrets go with the hosts and the app they were stored for, and with no
// others.
func (a *app) resolve() (*account, error) {
	acc, err := a.open()
	if err != nil {
		return nil, err
	}
	g := a.given()
	if err := g.whole(a.profile); err != nil {
		return nil, err
	}
	c, err := acc.settings.choose(g, a.Dir, a.loggedInWith, a.isUser)
	if nobody := (*notStored)(nil); errors.As(err, &nobody) {
		if _, unreachable := acc.store.Load(a.Context, defaultProfile); unreachable != nil {
			return nil, unreachable // whoever has logged in there
		}
	}
	if err != nil {
		return nil, err
	}
	acc.profile, acc.source, a.inUse = c.profile, c.source, c.profile
	a.tellUnfit(acc.settings)
	switch {
	case c.note != "":
		a.Inform("ringcx: %s\n", c.note)
	case a.verbose && acc.profile == "":
		a.Inform("ringcx: the account is that of %s\n", acc.source)
	case a.verbose:
		a.Inform("ringcx: profile %s is used, from %s\n", acc.profile, acc.source)
	}
	secret := ""
	if c.own {
		secret = g.appSecret()
	}
	if acc.profile != "" {
		err := a.fill(acc, secret)
		if others := (*otherUser)(nil); err != nil || !c.own || !errors.As(acc.damaged, &others) {
			return acc, err
		}
		acc = &account{source: g.from, store: acc.store, settings: acc.settings, stored: &secrets{}} // the variables do without it
		a.again, a.inUse = "", ""
	}
	acc.jwt, acc.method = g.jwt, byJWT
	return acc, a.configure(acc, g.flags.or(g.vars).or(production), secret)
}

// storedAccount is the profile of that name, whatever flags and variables say.
func (a *app) storedAccount(name string) (*account, error) {
	acc, err := a.open()
	if err != nil {
		return nil, err
	}
	acc.profile, a.inUse = name, name
	if unfit := acc.settings.unfit[name]; unfit != nil {
		return nil, unfit
	}
	return acc, a.fill(acc, "")
}

// whole refuses what names two accounts, and a file that names none.
func (g given) whole(profile string) error {
	switch {
	case g.file && profile != "":
		return usage.New("--profile and --env-file both say whose account it is", "give one of them")
	case g.both:
		return usage.New("RINGCX_PROFILE and --env-file both say whose account it is", "unset RINGCX_PROFILE, or leave out --env-file")
	}
	return g.namesAny()
}

// namesAny refuses a file that names no account.
func (g given) namesAny() error {
	if g.file && g.profile == "" && g.vars.app == "" && g.flags.app == "" && g.jwt == "" && g.user == "" {
		return usage.New(g.from+" names no account", "it has to hold variables such as RC_APP_CLIENT_ID, RC_APP_CLIENT_SECRET and RC_USER_JWT")
	}
	return nil
}

// open reads what an account is chosen from.
func (a *app) open() (*account, error) {
	if err := a.readEnvFile(); err != nil {
		return nil, err
	}
	s, err := a.readSettings()
	if err != nil {
		return nil, err
	}
	store, err := a.openStore()
	if err != nil {
		return nil, err
	}
	return &account{store: a.telling(store), settings: s, stored: &secrets{}}, nil
}

// fill completes the account of a profile, with a client secret in place of the stored one, if there is one.
func (a *app) fill(acc *account, secret string) error {
	saved := acc.settings.Profiles[acc.profile]
	if err := a.readStored(acc); err != nil {
		return err
	}
	a.again = acc.again()
	acc.key, acc.method = acc.profile, saved.Method.or(byJWT)
	if acc.method == byJWT {
		acc.jwt = acc.stored.JWT
	}
	at := saved.lineage()
	if moved := (*movedProfile)(nil); errors.As(acc.damaged, &moved) {
		at = moved.was
	}
	if err := a.configure(acc, at, wording.First(secret, acc.stored.ClientSecret)); err != nil {
		acc.damaged = cmp.Or(acc.damaged, err) // it can still be forgotten
		return nil
	}
	a.authenticate(acc, saved)
	return nil
}

// again is what a person types to log in to the profile again; "" if there is no such profile.
func (acc *account) again() string {
	saved, known := acc.settings.Profiles[acc.profile]
	if !known {
		return ""
	}
	return saved.Method.command(acc.profile)
}

// configure makes the configuration of an account.
func (a *app) configure(acc *account, at lineage, secret string) error {
	acc.config = &ringcx.Config{
		ClientID: at.app, ClientSecret: secret, HTTPClient: a.client(), UserAgent: "ringcx-cli/" + ringcx.Version,
		Endpoint: ringcx.Endpoint{RingCentral: at.ringCentral, RingCX: at.ringCX}, AllowHTTP: a.variable("RINGCX_ALLOW_HTTP"),
	}
	if err := acc.config.Validate(); err != nil {
		return usage.New(err.Error(), usage.Hint(err))
	}
	a.at = at
	a.tellClear(at)
	return nil
}

// authenticate has the app identify itself as its profile says.
func (a *app) authenticate(acc *account, saved profile) {
	switch saved.ClientAuth {
	case authSecretJWT:
		acc.config.SecretJWT = acc.config.ClientSecret != ""
	case authKey:
		key, err := parseKey([]byte(acc.stored.ClientKey))
		if err != nil {
			acc.damaged = cmp.Or[error](acc.damaged, &damagedCredentials{acc.profile, acc.again(), err})
			return
		}
		acc.config.SigningKey, acc.config.KeyID = key, saved.KeyID
	}
}

// session of the account. It fails only later, when a token is needed.
func (a *app) session(acc *account) *ringcx.Session {
	s := acc.config.NewSession(acc.grant(), &ringcx.SessionOptions{Store: acc.store, Key: acc.key, Inline: true, MaxWait: a.waitAtMost(), Log: a.Logger(a.verbose)})
	a.sessions = append(a.sessions, s)
	return s
}

// grant is how the account logs in; nil if that takes a person.
func (acc *account) grant() ringcx.Grant {
	switch {
	case acc.login != nil:
		return acc.login
	case acc.jwt != "":
		return acc.config.JWT(acc.jwt)
	case acc.method == byDirect && acc.stored.Password != "":
		return acc.config.RingCXPassword(acc.stored.Username, acc.stored.Password, acc.stored.PlatformID)
	case acc.method == byLegacy && acc.stored.Password != "":
		return acc.config.LegacyPassword(acc.stored.Username, acc.stored.Password, acc.stored.StayLoggedIn)
	}
	return nil
}

// signedIn is resolve and session together, for the commands that need a token.
func (a *app) signedIn() (*ringcx.Session, *account, error) {
	session, acc, err := a.known()
	if err == nil && acc.profile == "" { // of a stored login it was done then
		if err := checkCredential(acc); err != nil {
			return nil, nil, usage.WithHint(fmt.Errorf("%w: %w", ringcx.ErrLoginRequired, err), usage.Hint(err))
		}
	}
	return session, acc, err
}

// known is signedIn for what only looks at the session.
func (a *app) known() (*ringcx.Session, *account, error) {
	acc, err := a.resolve()
	switch {
	case err != nil:
		return nil, nil, err
	case acc.damaged != nil:
		return nil, nil, acc.damaged
	}
	a.account = acc
	return a.session(acc), acc, nil
}
