package cli

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/ringcx-go/ringcx"
	"github.com/ringcx-go/ringcx/internal/profile"
	"github.com/ringcx-go/ringcx/internal/terminal"
	"github.com/ringcx-go/ringcx/internal/usage"
	"github.com/ringcx-go/ringcx/internal/wording"
)

// loginFailed is a login that did not work. It is an error (1), not a call for a login (4).
type loginFailed struct {
	cause error
	hint  string // "": that of the cause
}

func (e *loginFailed) Error() string {
	return strings.TrimPrefix(e.cause.Error(), ringcx.ErrLoginRequired.Error()+": ")
}
func (e *loginFailed) Unwrap() error { return e.cause }

// Hint tells what to do about it.
func (e *loginFailed) Hint() string { return wording.First(e.hint, usage.Hint(e.cause)) }

// loginFlags are the flags of ringcx login.
type loginFlags struct {
	jwt, browser, direct, legacy bool
	jwtFile, importFile          string

	noBrowser   bool
	port        int
	redirectURI string
	timeout     time.Duration

	username, platformID, passwordFile string
	stayLoggedIn                       bool

	keyFile, keyID string
	secretJWT      bool

	replace bool
}

func (a *app) login() *cobra.Command {
	var f loginFlags
	cmd := &cobra.Command{
		Use: "login", Short: "Log in once, so that later commands need no credentials",
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) > 0 {
				return usage.New("login takes no argument; other users of the machine could read a secret there", "set RC_USER_JWT, or use --jwt-file FILE")
			}
			return nil
		},
		Long: `Logs in and stores what later renewals need: the client secret, the JWT or password and the tokens, readable by you
alone. Without a flag it is the JWT in RC_USER_JWT, if that is set, else the way the profile was logged in to before,
else the browser. On a terminal it asks for what is missing.

--jwt      the JWT of a user. REST API app, JWT auth flow, refresh tokens on, scope Read Accounts, private. The JWT is
           made in the Developer Portal under Credentials.
--browser  RingCentral's sign-in page, with PKCE. An app with the authorization code flow and the redirect URI
           http://127.0.0.1:PORT/callback; RingCentral wants it registered exactly, so name the port with --port.
           --no-browser prints the page's address for a browser elsewhere, and takes the address where that ends up.
--direct   a RingCX user without a RingCentral login: user name, password, platform ID. No app is needed.
--legacy   the same at a deployment from before RingCX, such as --ringcx-server-url https://portal.vacd.biz.

The account must be a production account with RingCX. Servers that are not production are named before anything is sent. The
login goes to the profile that --profile, RINGCX_PROFILE or the directory names; else one at a sandbox on this machine to the
profile "sandbox", and any other to "default". A profile of another app or server is replaced only when you say so; one of
the same is, and the session that it had is ended at the vendor, unless that takes a request that others may need.`,
		Example: `  export RC_APP_CLIENT_ID=… RC_APP_CLIENT_SECRET=… RC_USER_JWT=…
  ringcx login --jwt
  ringcx login --jwt-file jwt.txt --profile sales
  ringcx login --browser --client-id ID --port 8700
  ringcx login --direct --username ada@example.com --platform-id na1
  ringcx login --import .env`,
		RunE: func(cmd *cobra.Command, _ []string) error { return a.runLogin(cmd, &f) },
	}
	f.register(cmd)
	return cmd
}

func (f *loginFlags) register(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.SortFlags = false
	flags.BoolVar(&f.jwt, "jwt", false, "log in with the JWT of the environment ($RC_USER_JWT)")
	flags.StringVar(&f.jwtFile, "jwt-file", "", "log in with the JWT in `FILE`, - for standard input")
	flags.BoolVar(&f.browser, "browser", false, "log in at RingCentral's sign-in page")
	flags.BoolVar(&f.noBrowser, "no-browser", false, "print the address of the page instead of opening it")
	flags.IntVar(&f.port, "port", 0, "port on this machine where the page sends the answer (default: a free one)")
	flags.StringVar(&f.redirectURI, "redirect-uri", "", "redirect `URI` of the app, if it is not http://127.0.0.1:PORT/callback")
	flags.DurationVar(&f.timeout, "timeout", 5*time.Minute, "how long to wait for somebody to sign in, and at most for each request")
	flags.BoolVar(&f.direct, "direct", false, "log in to RingCX itself, with user name and password")
	flags.BoolVar(&f.legacy, "legacy", false, "log in to a deployment from before RingCX")
	flags.StringVar(&f.username, "username", "", "user name (default: $RINGCX_USERNAME)")
	flags.StringVar(&f.platformID, "platform-id", "", "platform `ID` (default: $RINGCX_PLATFORM_ID)")
	flags.StringVar(&f.passwordFile, "password-file", "", "read the password from `FILE`, - for standard input (default: $RINGCX_PASSWORD)")
	flags.BoolVar(&f.stayLoggedIn, "stay-logged-in", false, "with --legacy: a session lives two weeks after its last use, not an hour")
	flags.StringVar(&f.keyFile, "client-key", "", "the app signs with the private key in `FILE` (PEM) in place of a secret")
	flags.StringVar(&f.keyID, "client-key-id", "", "`ID` of that key at the vendor")
	flags.BoolVar(&f.secretJWT, "client-secret-jwt", false, "the app signs with its secret and does not send it")
	flags.StringVar(&f.importFile, "import", "", "take everything from a `FILE` of NAME=value lines (.env), which is not needed afterwards")
	flags.BoolVar(&f.replace, "replace", false, "replace a login of another app or at other servers without asking")
}

// chosen is the way to log in that the flags name; "" if they name none.
func (f *loginFlags) chosen() (profile.Method, error) {
	var named []string
	var m profile.Method
	for _, way := range []struct {
		flag  string
		given bool
		is    profile.Method
	}{
		{"--jwt", f.jwt, profile.ByJWT},
		{"--jwt-file", f.jwtFile != "", profile.ByJWT},
		{"--browser", f.browser, profile.ByBrowser},
		{"--no-browser", f.noBrowser, profile.ByBrowser},
		{"--port", f.port != 0, profile.ByBrowser},
		{"--redirect-uri", f.redirectURI != "", profile.ByBrowser},
		{"--legacy", f.legacy, profile.ByLegacy},
		{"--stay-logged-in", f.stayLoggedIn, profile.ByLegacy},
		{"--direct", f.direct, profile.ByDirect},
		{"--platform-id", f.platformID != "", profile.ByDirect},
	} {
		if way.given {
			if named = append(named, way.flag); m != "" && m != way.is {
				return "", usage.New(fmt.Sprintf("%s and %s are of two ways to log in", named[0], way.flag), "give one of --jwt, --browser, --direct and --legacy")
			}
			m = way.is
		}
	}
	if (f.username != "" || f.passwordFile != "") && !m.Password() {
		if m != "" {
			return "", usage.New("a user name and password are for --direct and --legacy", seeLogin)
		}
		m = profile.ByDirect
	}
	if signs := f.keyFile != "" || f.secretJWT || f.keyID != ""; signs && m.Password() {
		return "", usage.New("a login to RingCX itself has no app that could sign", seeLogin)
	}
	return m, nil
}

const seeLogin = "see 'ringcx login --help'"

// runLogin finds out how to log in, with what, and to which profile, and does so. What is stored for the profile stays
// until the login has worked.
func (a *app) runLogin(cmd *cobra.Command, f *loginFlags) error {
	m, err := f.chosen()
	if err != nil {
		return err
	}
	if cmd.Flags().Changed("timeout") && f.timeout <= 0 {
		return usage.New("--timeout must be positive", "give a duration such as 90s or 5m")
	}
	if cmd.Flags().Changed("timeout") {
		a.Timeout = f.timeout // no request may take longer than all
	}
	if err := a.ImportFile(f.importFile); err != nil {
		return err
	}
	acc, err := a.Open()
	if err != nil {
		return err
	}
	t, err := a.settle(acc, m, f)
	if err != nil {
		return err
	}
	if err := a.Configure(acc, t.at, ""); err != nil {
		return err
	}
	if err := a.PlaceForProfile(); err != nil {
		return err
	}
	if err := a.mayReplace(t, f.replace); err != nil {
		return err
	}
	switch acc.Method {
	case profile.ByBrowser:
		return a.loginByBrowser(acc, t, f)
	case profile.ByDirect, profile.ByLegacy:
		return a.loginByPassword(acc, t, f)
	}
	return a.loginByJWT(acc, t, f)
}

// logIn logs in, and stores what later renewals need and how it was done: all of it, or nothing. Then the session that has
// begun at the vendor is ended again.
func (a *app) logIn(acc *profile.Account, p profile.Profile, t *loginTarget) error {
	defer terminal.HoldPipe()()
	a.Account = acc
	if err := profile.CheckCredential(acc); err != nil {
		return &loginFailed{cause: err}
	}
	if err := a.mayStore(acc); err != nil {
		return err
	}
	a.tellServers(t)
	begun := &draft{base: acc.Store, key: acc.Key, fresh: true}
	own := *acc
	own.Store = begun
	session := a.Session(&own)
	err := session.Login(a.Context)
	if err != nil {
		err = &loginFailed{cause: err}
	}
	var st *ringcx.Status
	if err == nil {
		st, err = session.Status(context.WithoutCancel(a.Context))
	}
	var was replaced
	if err == nil {
		if p.User = st.UserID; acc.Method.Password() {
			p.User = acc.Stored.Username
		}
		acc.Stored.Bind(t.at)
		acc.Stored.User = p.User
		p.ClientID, p.RingCentral, p.RingCX, p.Method = t.at.App, t.at.RingCentral, t.at.RingCX, acc.Method
		was, err = a.keep(acc, begun.value, func(s *profile.Settings) error {
			t.save(s, p)
			acc.Settings = s
			return nil
		})
	}
	if err != nil {
		a.takeBack(acc, session, begun)
		return err
	}
	who := "RingCX user " + acc.Stored.Username
	if !acc.Method.Password() {
		who = "RingCentral user " + wording.First(st.UserID, "?")
	}
	a.Inform("Logged in to RingCX main account %s as %s (profile %s).\nThe token lives %s and is renewed when it is used. Next: ringcx token, ringcx accounts list\n",
		wording.First(st.MainAccountID, "?"), who, acc.Profile, wording.Span(time.Until(st.Expiry)))
	a.endReplaced(acc, t, was, p.User)
	return a.tellOfOthers(acc, t)
}
