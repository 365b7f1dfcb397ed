package cli

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/ringcx-go/ringcx"
)

// loginFailed is a login that did not work. It is an error (1), not a call for a login (4).
type loginFailed struct{ cause error }

func (e *loginFailed) Error() string {
	return strings.TrimPrefix(e.cause.Error(), ringcx.ErrLoginRequired.Error()+": ")
}
func (e *loginFailed) Unwrap() error { return e.cause }

func (a *app) login() *cobra.Command {
	var useJWT bool
	var jwtFile string
	cmd := &cobra.Command{
		Use: "login", Short: "Log in once, so that later commands need no credentials",
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) > 0 {
				return &usageError{"login takes no argument; other users of the machine could read a JWT there", "set RC_USER_JWT, or use --jwt-file FILE"}
			}
			return nil
		},
		Long: `Logs in to RingCentral with the JWT of a user, exchanges the token for a RingCX token, and stores what later
renewals need: the client secret, the JWT and the tokens, readable by you alone.

The app is registered in RingCentral's Developer Portal: REST API app, JWT auth flow, refresh tokens on, scope Read
Accounts, private. The JWT is made there under Credentials. The account must be a production account with RingCX.`,
		Example: `  export RC_APP_CLIENT_ID=… RC_APP_CLIENT_SECRET=… RC_USER_JWT=…
  ringcx login --jwt
  ringcx login --jwt-file jwt.txt --profile sales`,
		RunE: func(*cobra.Command, []string) error {
			acc, err := a.loginAccount(jwtFile)
			if err != nil {
				return err
			}
			return a.logIn(acc)
		},
	}
	cmd.Flags().BoolVar(&useJWT, "jwt", false, "log in with the JWT of the environment ($RC_USER_JWT)")
	cmd.Flags().StringVar(&jwtFile, "jwt-file", "", "log in with the JWT in `FILE`, - for standard input")
	return cmd
}

// loginAccount is the account to log in with, complete.
func (a *app) loginAccount(jwtFile string) (*account, error) {
	acc, err := a.resolve()
	if err != nil {
		return nil, err
	}
	if jwtFile != "" {
		if acc.jwt, err = a.readJWT(jwtFile); err != nil {
			return nil, err
		}
	}
	switch {
	case acc.config.ClientID == "":
		return nil, &usageError{"there is no client ID", "set RC_APP_CLIENT_ID to the client ID of the app, as its Credentials tab in the Developer Portal shows it"}
	case acc.jwt == "":
		return nil, &usageError{"there is no JWT", "set RC_USER_JWT, or use --jwt-file; a JWT is made in the Developer Portal under Credentials"}
	}
	acc.key = acc.profile
	if a.configDir() == "" {
		return nil, &usageError{"there is no home directory to keep the profile in", "set HOME or XDG_CONFIG_HOME, or use the variables without a login"}
	}
	return acc, os.MkdirAll(a.configDir(), 0o700)
}

// readJWT reads a credential from a private file, or from standard input.
func (a *app) readJWT(name string) (string, error) {
	in, from := a.Stdin, "standard input"
	if name != "-" {
		f, err := openPrivate(name, "--jwt-file names a file that holds the JWT alone")
		if err != nil {
			return "", err
		}
		defer func() { _ = f.Close() }()
		in, from = f, name
	}
	data, err := io.ReadAll(io.LimitReader(in, 64<<10))
	if err != nil {
		return "", err
	}
	jwt := strings.TrimSpace(string(data))
	if strings.Count(jwt, ".") != 2 || strings.ContainsAny(jwt, " \t\r\n") {
		return "", &usageError{from + " does not hold a JWT", "give the JWT alone, in one line, as the Developer Portal showed it"}
	}
	return jwt, nil
}

func (a *app) logIn(acc *account) error {
	session := a.session(acc)
	if err := session.Login(a.Context); err != nil {
		return &loginFailed{err}
	}
	if err := a.writeSecrets(acc.store, acc.profile, &secrets{ClientSecret: acc.config.ClientSecret, JWT: acc.jwt}); err != nil {
		return err
	}
	if acc.settings.Profiles == nil {
		acc.settings.Profiles = make(map[string]profile)
	}
	acc.settings.Profiles[acc.profile] = profile{acc.config.ClientID, acc.config.Endpoint.RingCentral, acc.config.Endpoint.RingCX}
	if err := a.writeSettings(acc.settings); err != nil {
		return err
	}
	st, err := session.Status(a.Context)
	if err != nil {
		return err
	}
	fmt.Fprintf(a.Stderr, "Logged in to RingCX main account %s as RingCentral user %s (profile %s).\nThe token lives %s and is renewed when it is used. Next: ringcx token, ringcx accounts list\n",
		first(st.MainAccountID, "?"), first(st.UserID, "?"), acc.profile, span(time.Until(st.Expiry)))
	return nil
}

func (a *app) logout() *cobra.Command {
	var local bool
	cmd := &cobra.Command{
		Use: "logout", Short: "End the session at the vendor and forget it here", Args: noArgs,
		RunE: func(*cobra.Command, []string) error {
			acc, err := a.resolve()
			if err != nil {
				return err
			}
			return a.logOut(acc, local)
		},
	}
	cmd.Flags().BoolVar(&local, "local", false, "only forget, without asking the vendor to end the session")
	return cmd
}

// logOut ends what is stored for the profile, at the servers it was stored for and no others, whatever the environment
// says now. Without a profile it ends what the credentials of the environment stored.
func (a *app) logOut(acc *account, local bool) error {
	saved, known := acc.settings.Profiles[acc.profile]
	local = local || acc.damaged != nil // without the secret the vendor does not listen
	switch {
	case known:
		acc.key, acc.jwt = acc.profile, ""
		acc.config.ClientID, acc.config.ClientSecret = saved.ClientID, acc.stored.ClientSecret
		acc.config.Endpoint = ringcx.Endpoint{RingCentral: saved.RingCentral, RingCX: saved.RingCX}
	case acc.jwt == "":
		acc.key, local = acc.profile, true // nobody knows where it came from
	}
	if local {
		acc.config.HTTPClient = &http.Client{Transport: offline{}}
	}
	if err := a.session(acc).Logout(a.Context); err != nil {
		var vendor *ringcx.Error
		if !errors.As(err, &vendor) {
			return err
		}
		if !local {
			fmt.Fprintf(a.Stderr, "The vendor did not end the session: %s\nIt ends there by itself when its tokens expire.\n", vendor)
		}
	}
	if acc.key == acc.profile {
		if err := a.writeSecrets(acc.store, acc.profile, nil); err != nil {
			return err
		}
	}
	if known {
		delete(acc.settings.Profiles, acc.profile)
		if err := a.writeSettings(acc.settings); err != nil {
			return err
		}
	}
	fmt.Fprintf(a.Stderr, "Logged out (%s).\n", acc.name())
	return nil
}

// offline sends nothing.
type offline struct{}

var errOffline = errors.New("nothing was sent")

func (offline) RoundTrip(req *http.Request) (*http.Response, error) {
	if req.Body != nil {
		_ = req.Body.Close()
	}
	return nil, errOffline
}
