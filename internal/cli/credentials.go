package cli

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"slices"
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
	stored   *secrets // those of the profile
	damaged  error    // why they could not be read
}

// name is how people know the account.
func (acc *account) name() string {
	if acc.key != acc.profile {
		return "credentials of the environment"
	}
	return "profile " + acc.profile
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
	f, err := openPrivate(a.envFile, "--env-file names a file of NAME=value lines")
	if err != nil {
		return err
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

// openPrivate opens a file that holds secrets. One that others may read is refused; a pipe is not kept, so it may be any.
func openPrivate(name, purpose string) (*os.File, error) {
	info, err := os.Stat(name)
	switch {
	case err == nil && info.IsDir():
		err = fmt.Errorf("%s is a directory", name)
	case err == nil && info.Mode().IsRegular():
		if err := file.CheckPrivate(name); err != nil {
			return nil, err
		}
	}
	if err == nil {
		var f *os.File
		if f, err = os.Open(name); err == nil { //nolint:gosec // the user names the file
			return f, nil
		}
	}
	var path *fs.PathError
	if errors.As(err, &path) {
		err = fmt.Errorf("%s: %w", path.Path, path.Err)
	}
	return nil, &usageError{err.Error(), purpose}
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
		return nil, &usageError{fmt.Sprintf("%q is not a profile name", clip(acc.profile)), "use lower-case letters, digits, - and _"}
	}
	saved, known := s.Profiles[acc.profile]
	wanted := profile{
		ClientID:    first(a.clientID, a.variable("RC_APP_CLIENT_ID", "RC_CLIENT_ID"), saved.ClientID),
		RingCentral: first(a.serverURL, a.variable("RC_SERVER_URL"), saved.RingCentral, ringcx.Production.RingCentral),
	}
	wanted.RingCX = first(a.cxURL, a.variable("RINGCX_SERVER_URL"), saved.RingCX, ringcx.Production.RingCX)
	acc.stored = &secrets{}
	if known {
		if acc.stored, err = a.readSecrets(store, acc.profile); err != nil {
			return nil, err
		}
		if acc.stored == nil {
			acc.stored, acc.damaged = &secrets{}, &damagedCredentials{acc.profile}
		}
	}
	acc.jwt = a.variable("RC_USER_JWT", "RC_JWT")
	secret := a.variable("RC_APP_CLIENT_SECRET", "RC_CLIENT_SECRET")
	if known && wanted == saved {
		if acc.jwt == "" || acc.jwt == acc.stored.JWT {
			acc.key = acc.profile
		}
		acc.jwt, secret = first(acc.jwt, acc.stored.JWT), first(secret, acc.stored.ClientSecret)
	}
	acc.config = &ringcx.Config{
		ClientID: wanted.ClientID, ClientSecret: secret, HTTPClient: a.client(), UserAgent: "ringcx-cli/" + ringcx.Version,
		Endpoint: ringcx.Endpoint{RingCentral: wanted.RingCentral, RingCX: wanted.RingCX},
	}
	if err := acc.config.Validate(); err != nil {
		return nil, &usageError{err.Error(), hintFor(err)}
	}
	return acc, nil
}

// session of the account. It fails only later, when a token is needed.
func (a *app) session(acc *account) *ringcx.Session {
	var grant ringcx.Grant
	if acc.jwt != "" {
		grant = acc.config.JWT(acc.jwt)
	}
	s := acc.config.NewSession(grant, &ringcx.SessionOptions{Store: acc.store, Key: acc.key, Inline: true, Log: a.logger()})
	a.sessions = append(a.sessions, s)
	return s
}

// signedIn is resolve and session together, for the commands that need a token.
func (a *app) signedIn() (*ringcx.Session, *account, error) {
	acc, err := a.resolve()
	if err != nil {
		return nil, nil, err
	}
	switch saved, known := acc.settings.Profiles[acc.profile]; {
	case acc.damaged != nil && acc.jwt == "":
		return nil, nil, acc.damaged
	case acc.key != "" || acc.jwt != "":
		return a.session(acc), acc, nil
	case !known && len(acc.settings.Profiles) > 0:
		names := slices.Sorted(maps.Keys(acc.settings.Profiles))
		return nil, nil, fmt.Errorf("%w: there is no profile %q (there is %s)", ringcx.ErrLoginRequired, acc.profile, strings.Join(names, ", "))
	case !known:
		return nil, nil, fmt.Errorf("%w: nobody has logged in yet", ringcx.ErrLoginRequired)
	default:
		return nil, nil, &elsewhere{acc, saved}
	}
}

// elsewhere is a profile that belongs to another app or other servers than the ones asked for.
type elsewhere struct {
	acc   *account
	saved profile
}

func (e *elsewhere) Error() string {
	wanted := e.acc.config
	switch {
	case wanted.Endpoint.RingCentral != e.saved.RingCentral:
		return fmt.Sprintf("login required: profile %q is a login at %s, not at %s", e.acc.profile, e.saved.RingCentral, wanted.Endpoint.RingCentral)
	case wanted.Endpoint.RingCX != e.saved.RingCX:
		return fmt.Sprintf("login required: profile %q is a login for %s, not for %s", e.acc.profile, e.saved.RingCX, wanted.Endpoint.RingCX)
	}
	return fmt.Sprintf("login required: profile %q is a login of app %s, not of app %s", e.acc.profile, e.saved.ClientID, wanted.ClientID)
}

func (e *elsewhere) Unwrap() error { return ringcx.ErrLoginRequired }

// Hint tells both ways out.
func (e *elsewhere) Hint() string {
	return "unset RC_SERVER_URL, RINGCX_SERVER_URL and RC_APP_CLIENT_ID to use that login, or log in there too: ringcx login --jwt --profile NAME"
}

// damagedCredentials are stored secrets that cannot be understood.
type damagedCredentials struct{ profile string }

func (e *damagedCredentials) Error() string {
	return fmt.Sprintf("the stored credentials of profile %q are damaged", e.profile)
}

// Hint tells what to do about it.
func (e *damagedCredentials) Hint() string {
	return "they were left as they are; run 'ringcx login --jwt' to store them again, or 'ringcx logout --local' to forget them"
}

func first(values ...string) string {
	for _, v := range values {
		if v != "" {
			return v
		}
	}
	return ""
}
