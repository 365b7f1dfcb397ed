package cli

import (
	"fmt"
	"os"
	"strings"

	"github.com/joho/godotenv"

	"github.com/ringcx-go/ringcx"
	"github.com/ringcx-go/ringcx/store/file"
)

// account is what a run works with: the app, its user, and under which key their lineage is stored.
type account struct {
	profile  string // its name
	config   *ringcx.Config
	jwt      string
	key      string // "": derived from the credentials, which are not those of the profile
	store    ringcx.Store
	settings *settings
}

// variable is an environment variable, or what --env-file gives for it.
func (a *app) variable(names ...string) string {
	for _, name := range names {
		if v := strings.TrimSpace(a.Getenv(name)); v != "" {
			return v
		}
	}
	return ""
}

// readEnvFile lets the variables of --env-file stand in for those the environment lacks.
func (a *app) readEnvFile() error {
	if a.envFile == "" {
		return nil
	}
	if err := file.CheckPrivate(a.envFile); err != nil {
		return err
	}
	f, err := os.Open(a.envFile)
	if err != nil {
		return &usageError{err.Error(), "--env-file names a file of NAME=value lines"}
	}
	defer func() { _ = f.Close() }()
	values, err := godotenv.Parse(f)
	if err != nil {
		return &usageError{fmt.Sprintf("%s is not a file of NAME=value lines", a.envFile), "each line is NAME=value, NAME='value' or export NAME=value"}
	}
	outer := a.Getenv
	a.Getenv = func(name string) string {
		if v := outer(name); v != "" {
			return v
		}
		return values[name]
	}
	a.envFile = ""
	return nil
}

// resolve finds out with whom to work: a flag beats the environment, which beats the profile, which beats the default.
// Stored secrets go with the hosts and the app they were stored for, and with no others.
func (a *app) resolve() (*account, error) {
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
	acc := &account{store: store, settings: s, profile: first(a.profile, a.variable("RINGCX_PROFILE"), s.Default, "default")}
	if !profileName.MatchString(acc.profile) {
		return nil, &usageError{fmt.Sprintf("%q is not a profile name", acc.profile), "use lower-case letters, digits, - and _"}
	}
	saved, known := s.Profiles[acc.profile]
	wanted := profile{
		ClientID:    first(a.clientID, a.variable("RC_APP_CLIENT_ID", "RC_CLIENT_ID"), saved.ClientID),
		RingCentral: first(a.serverURL, a.variable("RC_SERVER_URL"), saved.RingCentral, ringcx.Production.RingCentral),
	}
	wanted.RingCX = first(a.cxURL, a.variable("RINGCX_SERVER_URL"), saved.RingCX, ringcx.Production.RingCX)
	stored := &secrets{}
	if known {
		if stored, err = a.readSecrets(store, acc.profile); err != nil {
			return nil, err
		}
	}
	acc.jwt = a.variable("RC_USER_JWT", "RC_JWT")
	secret := a.variable("RC_APP_CLIENT_SECRET", "RC_CLIENT_SECRET")
	if known && wanted == saved {
		if acc.jwt == "" || acc.jwt == stored.JWT {
			acc.key = acc.profile
		}
		acc.jwt, secret = first(acc.jwt, stored.JWT), first(secret, stored.ClientSecret)
	}
	acc.config = &ringcx.Config{
		ClientID: wanted.ClientID, ClientSecret: secret, HTTPClient: a.HTTPClient, UserAgent: "ringcx-cli/" + ringcx.Version,
		Endpoint: ringcx.Endpoint{RingCentral: wanted.RingCentral, RingCX: wanted.RingCX},
	}
	return acc, nil
}

// session of the account. It fails only later, when a token is needed.
func (a *app) session(acc *account) *ringcx.Session {
	var grant ringcx.Grant
	if acc.jwt != "" {
		grant = acc.config.JWT(acc.jwt)
	}
	return acc.config.NewSession(grant, &ringcx.SessionOptions{Store: acc.store, Key: acc.key, Inline: true, Log: a.logger()})
}

// signedIn is resolve and session together, for the commands that need a token.
func (a *app) signedIn() (*ringcx.Session, *account, error) {
	acc, err := a.resolve()
	if err != nil {
		return nil, nil, err
	}
	if acc.key == "" && acc.jwt == "" {
		return nil, nil, fmt.Errorf("%w: profile %q has no stored session for this app and these servers", ringcx.ErrLoginRequired, acc.profile)
	}
	return a.session(acc), acc, nil
}

func first(values ...string) string {
	for _, v := range values {
		if v != "" {
			return v
		}
	}
	return ""
}
