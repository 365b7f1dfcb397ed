package cli

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/ringcx-go/ringcx"
	"github.com/ringcx-go/ringcx/store/file"
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
		Use: "login", Short: "Log in once, so that later commands need no credentials", Args: noArgs,
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
	return acc, nil
}

// readJWT reads a credential from a private file, or from standard input.
func (a *app) readJWT(name string) (string, error) {
	in := a.Stdin
	if name != "-" {
		if err := file.CheckPrivate(name); err != nil {
			return "", err
		}
		f, err := os.Open(name) //nolint:gosec // the user names the file
		if err != nil {
			return "", &usageError{err.Error(), "--jwt-file names a file that holds the JWT alone"}
		}
		defer func() { _ = f.Close() }()
		in = f
	}
	data, err := io.ReadAll(io.LimitReader(in, 64<<10))
	if err != nil {
		return "", err
	}
	jwt := strings.TrimSpace(string(data))
	if strings.Count(jwt, ".") != 2 || strings.ContainsAny(jwt, " \t\r\n") {
		return "", &usageError{name + " does not hold a JWT", "the file holds the JWT alone, in one line, as the Developer Portal showed it"}
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
		first(st.MainAccountID, "?"), first(st.UserID, "?"), acc.profile, time.Until(st.Expiry).Round(time.Second))
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
			if acc.key == "" && acc.jwt == "" {
				acc.key = acc.profile
			}
			return a.logOut(acc, local)
		},
	}
	cmd.Flags().BoolVar(&local, "local", false, "only forget, without asking the vendor to end the session")
	return cmd
}

func (a *app) logOut(acc *account, local bool) error {
	if local {
		if err := acc.store.Update(a.Context, first(acc.key, acc.profile), func(_ []byte, save func([]byte) error) error { return save(nil) }); err != nil {
			return err
		}
	} else if err := a.session(acc).Logout(a.Context); err != nil {
		var vendor *ringcx.Error
		if !errors.As(err, &vendor) {
			return err
		}
		fmt.Fprintf(a.Stderr, "The vendor did not end the session: %s\nIt ends there by itself when its tokens expire.\n", vendor)
	}
	if acc.key == acc.profile {
		if err := a.writeSecrets(acc.store, acc.profile, nil); err != nil {
			return err
		}
		if _, known := acc.settings.Profiles[acc.profile]; known {
			delete(acc.settings.Profiles, acc.profile)
			if err := a.writeSettings(acc.settings); err != nil {
				return err
			}
		}
	}
	fmt.Fprintf(a.Stderr, "Logged out (profile %s).\n", acc.profile)
	return nil
}
