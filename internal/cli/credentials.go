package cli

import (
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/joho/godotenv"

	"github.com/ringcx-go/ringcx"
	"github.com/ringcx-go/ringcx/store/file"
)

// account is what a run works with: the app, its user, and under which key their lineage is stored.
type account struct {
	profile  string // its name
	method   method // how it logs in; "": nobody has said
	config   *ringcx.Config
	jwt      string
	login    ringcx.Grant // of a person who has just signed in; nil: what is stored has to do
	key      string       // "": derived from the credentials, which are not those of the profile
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
	values, err := parseEnvFile(a.envFile, "--env-file names a file of NAME=value lines")
	if err != nil {
		return err
	}
	outer := a.Getenv
	a.Getenv = func(name string) string { return first(outer(name), values[name]) }
	a.envFile = ""
	return nil
}

func parseEnvFile(name, purpose string) (map[string]string, error) {
	f, err := openPrivate(name, purpose)
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }()
	text, err := io.ReadAll(io.LimitReader(f, maxInput))
	if err != nil {
		return nil, err
	}
	values, err := parseEnv(string(text))
	if err != nil {
		return nil, &usageError{fmt.Sprintf("%s is not a file of NAME=value lines", name), "each line is NAME=value, NAME='value' or export NAME=value"}
	}
	return values, nil
}

// byteOrderMark is what some editors put in front of a text.
const byteOrderMark = "\ufeff"

// Characters that nobody uses, in the place of those that godotenv would not take for themselves.
const (
	standInDollar = "\ue000"
	standInQuote  = "\ue001"
)

// parseEnv reads NAME=value lines. A dollar sign stands for itself: secrets may hold one, and would lose what follows it.
// A single quote inside of single quotes is written as shells want it (quotedQuote).
func parseEnv(text string) (map[string]string, error) {
	text = strings.NewReplacer("$", standInDollar, quotedQuote, standInQuote).Replace(strings.TrimPrefix(text, byteOrderMark))
	values, err := godotenv.Unmarshal(text)
	for name, value := range values {
		values[name] = strings.NewReplacer(standInDollar, "$", standInQuote, "'").Replace(value)
	}
	return values, err
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
	return nil, &usageError{unwrapPath(err), purpose}
}

// resolve finds out with whom to work: a flag beats the environment, which beats the profile, which beats the default.
// Stored secrets go with the hosts and the app they were stored for, and with no others.
func (a *app) resolve() (*account, error) {
	acc, err := a.open()
	if err != nil {
		return nil, err
	}
	return acc, a.fill(acc, a.variable("RC_USER_JWT", "RC_JWT"))
}

// open finds the profile and what is stored for it.
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
	acc := &account{store: store, settings: s, stored: &secrets{}}
	acc.profile, _ = a.chooseProfile(s)
	if err := checkProfileName(acc.profile); err != nil {
		return nil, err
	}
	a.again = acc.again()
	return acc, a.readStored(acc)
}

// readStored reads the secrets of the account's profile, if there is one.
func (a *app) readStored(acc *account) (err error) {
	if _, known := acc.settings.Profiles[acc.profile]; !known {
		return nil
	}
	if acc.stored, err = a.readSecrets(acc.store, acc.profile); err == nil && acc.stored == nil {
		acc.stored, acc.damaged = &secrets{}, &damagedCredentials{acc.profile, acc.again()}
	}
	return err
}

// again is what a person types to log in to the profile again; "" if there is no such profile.
func (acc *account) again() string {
	saved, known := acc.settings.Profiles[acc.profile]
	if !known {
		return ""
	}
	return saved.Method.command(acc.profile)
}

// fill completes an account as it was saved, or as the environment has it with a JWT of its own.
func (a *app) fill(acc *account, jwt string) error {
	saved, known := acc.settings.Profiles[acc.profile]
	acc.jwt, acc.method = jwt, saved.Method.or(byJWT)
	if jwt != "" {
		acc.method = byJWT
	}
	wanted := a.wanted(saved, acc.method)
	same := known && wanted == saved.lineage()
	if same && (jwt == "" || jwt == acc.stored.JWT) {
		acc.key = acc.profile
	}
	if same && acc.method == byJWT {
		acc.jwt = first(jwt, acc.stored.JWT)
	}
	return a.configure(acc, wanted, saved, same)
}

// wanted is the app and the servers as flags, environment, profile and defaults have them. Logins to RingCX itself have
// no app and need no RingCentral.
func (a *app) wanted(saved profile, m method) profile {
	w := profile{RingCX: first(a.cxURL, a.variable("RINGCX_SERVER_URL"), saved.RingCX, ringcx.Production.RingCX)}
	if m.password() {
		return w
	}
	w.ClientID = first(a.clientID, a.variable("RC_APP_CLIENT_ID", "RC_CLIENT_ID"), saved.ClientID)
	w.RingCentral = first(a.serverURL, a.variable("RC_SERVER_URL"), saved.RingCentral, ringcx.Production.RingCentral)
	return w
}

// configure makes the configuration of an account. What is stored goes with it if it is the lineage that was saved.
func (a *app) configure(acc *account, wanted, saved profile, same bool) error {
	c := &ringcx.Config{
		ClientID: wanted.ClientID, HTTPClient: a.client(), UserAgent: "ringcx-cli/" + ringcx.Version,
		Endpoint: ringcx.Endpoint{RingCentral: wanted.RingCentral, RingCX: wanted.RingCX}, AllowHTTP: a.allowedHTTP(wanted),
	}
	if acc.config = c; wanted.ClientID != "" {
		c.ClientSecret = a.variable("RC_APP_CLIENT_SECRET", "RC_CLIENT_SECRET")
	}
	if same {
		c.ClientSecret = first(c.ClientSecret, acc.stored.ClientSecret)
		a.authenticate(acc, saved)
	}
	if err := c.Validate(); err != nil {
		return &usageError{err.Error(), hintFor(err)}
	}
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
			acc.damaged = &damagedCredentials{acc.profile, acc.again()}
			return
		}
		acc.config.SigningKey, acc.config.KeyID = key, saved.KeyID
	}
}

// session of the account. It fails only later, when a token is needed.
func (a *app) session(acc *account) *ringcx.Session {
	s := acc.config.NewSession(acc.grant(), &ringcx.SessionOptions{Store: acc.store, Key: acc.key, Inline: true, Log: a.logger()})
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
	case acc.key != "" && acc.method == byDirect && acc.stored.Password != "":
		return acc.config.RingCXPassword(acc.stored.Username, acc.stored.Password, acc.stored.PlatformID)
	case acc.key != "" && acc.method == byLegacy && acc.stored.Password != "":
		return acc.config.LegacyPassword(acc.stored.Username, acc.stored.Password, acc.stored.StayLoggedIn)
	}
	return nil
}

// signedIn is resolve and session together, for the commands that need a token.
func (a *app) signedIn() (*ringcx.Session, *account, error) {
	acc, err := a.resolve()
	if err != nil {
		return nil, nil, err
	}
	switch saved, known := acc.settings.Profiles[acc.profile]; {
	case acc.damaged != nil && (acc.jwt == "" || acc.key != ""):
		return nil, nil, acc.damaged
	case acc.key != "" || acc.jwt != "":
		return a.session(acc), acc, nil
	case !known && len(acc.settings.Profiles) > 0:
		return nil, nil, &noProfile{acc}
	case !known:
		return nil, nil, fmt.Errorf("%w: nobody has logged in yet", ringcx.ErrLoginRequired)
	default:
		return nil, nil, &elsewhere{acc, saved}
	}
}

// noProfile is a profile that is not there, although others are.
type noProfile struct{ acc *account }

func (e *noProfile) Error() string {
	return fmt.Sprintf("%s: %s", ringcx.ErrLoginRequired, e.acc.settings.noProfile(e.acc.profile))
}

func (e *noProfile) Unwrap() error { return ringcx.ErrLoginRequired }

// Hint tells both ways out.
func (e *noProfile) Hint() string {
	return fmt.Sprintf("choose one of those with --profile or 'ringcx profile use', or log in: ringcx login --profile %s", e.acc.profile)
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
	return "unset RC_SERVER_URL, RINGCX_SERVER_URL and RC_APP_CLIENT_ID to use that login, or log in there too: ringcx login --profile NAME"
}

// damagedCredentials are stored secrets that cannot be understood.
type damagedCredentials struct{ profile, again string }

func (e *damagedCredentials) Error() string {
	return fmt.Sprintf("the stored credentials of profile %q are damaged", e.profile)
}

// Hint tells what to do about it.
func (e *damagedCredentials) Hint() string {
	return fmt.Sprintf("they were left as they are; run '%s' to store them again, or 'ringcx logout --local' to forget them", e.again)
}

func first(values ...string) string {
	for _, v := range values {
		if v != "" {
			return v
		}
	}
	return ""
}
