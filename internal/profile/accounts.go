package profile

import (
	"cmp"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/ringcx-go/ringcx"
	"github.com/ringcx-go/ringcx/internal/env"
	"github.com/ringcx-go/ringcx/internal/tell"
	"github.com/ringcx-go/ringcx/internal/usage"
	"github.com/ringcx-go/ringcx/internal/wording"
)

// Accounts finds out which account a command works with, and makes its session.
type Accounts struct {
	*env.Env
	*tell.Teller

	NewClient func() *http.Client                       // what sessions send their requests with
	Patient   func(base http.RoundTripper) *http.Client // the same, by way of base

	// What flags say; "" and 0 where they do not.
	Profile, EnvFile     string
	ServerURL, RingCXURL string
	ClientID             string
	Verbose              bool          // it is told which account is used, and what the engine does
	Timeout              time.Duration // for a request and its answer
	MaxWait              time.Duration // for a vendor or another process that is busy
	Lasts                bool          // the run is that of a service: a store that cannot be reached is tried again

	Again string  // what logs in to the profile again, as before; "": there is no such profile
	InUse string  // the profile that was chosen, for hints; "": none
	At    Lineage // its app and servers, or those of the variables, for hints

	Account  *Account          // whose session it is, for hints; nil: nobody's
	Sessions []*ringcx.Session // those in use
	Store    ringcx.Store      // what OpenStore opened, nil before

	AccountFile string // the file that the variables of the account come from; "": the environment
	Passed      string // RINGCX_ACCOUNT of the environment, for which AccountFile stands as for all others; "": it is not set
	fileProfile string // the profile that it names; "": none
	toldClear   bool   // that secrets travel in clear, as the user allows
}

// Resolve finds out with whom to work. Stored secrets go with the hosts and the app they were stored for, and with no
// others.
func (a *Accounts) Resolve() (*Account, error) {
	if err := a.ReadEnvFile(); err != nil {
		return nil, err
	}
	g := a.Given()
	if g.UsesBroker() {
		return a.brokered(g)
	}
	acc, err := a.Open()
	if err != nil {
		return nil, err
	}
	if err := g.whole(a.Profile); err != nil {
		return nil, err
	}
	c, err := acc.Settings.Choose(g, a.Dir, a.LoggedInWith, a.IsUser)
	if nobody := (*NotStored)(nil); errors.As(err, &nobody) {
		if _, unreachable := acc.Store.Load(a.Context, Default); unreachable != nil {
			return nil, &UnreadError{unreachable} // whoever has logged in there
		}
	}
	if err != nil {
		return nil, err
	}
	acc.Profile, acc.Source, a.InUse = c.Profile, c.Source, c.Profile
	a.TellUnfit(acc.Settings)
	switch {
	case c.Note != "":
		a.Inform("ringcx: %s\n", c.Note)
	case a.Verbose && acc.Profile == "":
		a.Inform("ringcx: the account is that of %s\n", acc.Source)
	case a.Verbose:
		a.Inform("ringcx: profile %s is used, from %s\n", acc.Profile, acc.Source)
	}
	secret := ""
	if c.Own {
		secret = g.AppSecret()
	}
	if acc.Profile != "" {
		err := a.fill(acc, secret)
		if others := (*OtherUser)(nil); err != nil || !c.Own || !errors.As(acc.Damaged, &others) {
			return acc, err
		}
		acc = &Account{Source: g.From, Store: acc.Store, Settings: acc.Settings, Stored: &Secrets{}} // the variables do without it
		a.Again, a.InUse = "", ""
	}
	acc.JWT, acc.Method = g.JWT, ByJWT
	return acc, a.Configure(acc, g.Flags.Or(g.Vars).Or(Production), secret)
}

// StoredAccount is the profile of that name, whatever flags and variables say.
func (a *Accounts) StoredAccount(name string) (*Account, error) {
	acc, err := a.Open()
	if err != nil {
		return nil, err
	}
	acc.Profile, a.InUse = name, name
	if unfit := acc.Settings.Unfit[name]; unfit != nil {
		return nil, unfit
	}
	return acc, a.fill(acc, "")
}

// Open reads what an account is chosen from.
func (a *Accounts) Open() (*Account, error) {
	if err := a.ReadEnvFile(); err != nil {
		return nil, err
	}
	s, err := a.ReadSettings()
	if err != nil {
		return nil, err
	}
	store, err := a.OpenStore()
	if err != nil {
		return nil, err
	}
	return &Account{Store: a.Telling(store), Settings: s, Stored: &Secrets{}}, nil
}

// fill completes the account of a profile, with a client secret in place of the stored one, if there is one.
func (a *Accounts) fill(acc *Account, secret string) error {
	saved := acc.Settings.Profiles[acc.Profile]
	if err := a.ReadStored(acc); err != nil {
		return err
	}
	a.Again = acc.Again()
	acc.Key, acc.Method = acc.Profile, saved.Method.Or(ByJWT)
	if acc.Method == ByJWT {
		acc.JWT = acc.Stored.JWT
	}
	at := saved.Lineage()
	if moved := (*MovedProfile)(nil); errors.As(acc.Damaged, &moved) {
		at = moved.Was
	}
	if err := a.Configure(acc, at, wording.First(secret, acc.Stored.ClientSecret)); err != nil {
		acc.Damaged = cmp.Or(acc.Damaged, err) // it can still be forgotten
		return nil
	}
	a.Authenticate(acc, saved)
	return nil
}

// Configure makes the configuration of an account.
func (a *Accounts) Configure(acc *Account, at Lineage, secret string) error {
	acc.Config = &ringcx.Config{
		ClientID: at.App, ClientSecret: secret, HTTPClient: a.NewClient(), UserAgent: "ringcx-cli/" + ringcx.Version,
		Endpoint: ringcx.Endpoint{RingCentral: at.RingCentral, RingCX: at.RingCX}, AllowHTTP: a.Variable("RINGCX_ALLOW_HTTP"),
	}
	if err := acc.Config.Validate(); err != nil {
		return usage.New(err.Error(), usage.Hint(err))
	}
	a.At = at
	a.tellClear(at)
	return nil
}

// Authenticate has the app identify itself as its profile says.
func (a *Accounts) Authenticate(acc *Account, saved Profile) {
	switch saved.ClientAuth {
	case AuthSecretJWT:
		acc.Config.SecretJWT = acc.Config.ClientSecret != ""
	case AuthKey:
		key, err := ParseKey([]byte(acc.Stored.ClientKey))
		if err != nil {
			acc.Damaged = cmp.Or[error](acc.Damaged, &DamagedCredentials{acc.Profile, acc.Again(), err})
			return
		}
		acc.Config.SigningKey, acc.Config.KeyID = key, saved.KeyID
	}
}

// Session of the account. It fails only later, when a token is needed.
func (a *Accounts) Session(acc *Account) *ringcx.Session {
	s := acc.Config.NewSession(acc.Grant(), &ringcx.SessionOptions{Store: acc.Store, Key: acc.Key, Inline: true, MaxWait: a.waitAtMost(), Log: a.Logger(a.Verbose)})
	a.Sessions = append(a.Sessions, s)
	return s
}

// SignedIn is Found and a login, for the commands that need a token.
func (a *Accounts) SignedIn() (Login, *Account, error) {
	acc, err := a.Found()
	switch {
	case err != nil:
		return nil, nil, err
	case acc.Broker != nil:
		return acc.Broker, acc, nil
	case acc.Profile == "": // of a stored login it was done then
		if err := CheckCredential(acc); err != nil {
			return nil, nil, usage.WithHint(fmt.Errorf("%w: %w", ringcx.ErrLoginRequired, err), usage.Hint(err))
		}
	}
	return a.Session(acc), acc, nil
}

// Known is Found and its session, for what only looks at that. A broker's login has none.
func (a *Accounts) Known() (*ringcx.Session, *Account, error) {
	if err := a.NotByBroker("this takes a login of this machine", UnsetBroker); err != nil {
		return nil, nil, err
	}
	acc, err := a.Found()
	if err != nil {
		return nil, nil, err
	}
	return a.Session(acc), acc, nil
}

// Found is Resolve for an account that can be used as far as its form says, which is then the one of hints.
func (a *Accounts) Found() (*Account, error) {
	acc, err := a.Resolve()
	switch {
	case err != nil:
		return nil, err
	case acc.Damaged != nil:
		return nil, acc.Damaged
	}
	a.Account = acc
	return acc, nil
}
