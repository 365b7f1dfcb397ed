package login

import (
	"fmt"
	"strings"

	"github.com/ringcx-go/ringcx/internal/env"
	"github.com/ringcx-go/ringcx/internal/profile"
	"github.com/ringcx-go/ringcx/internal/usage"
	"github.com/ringcx-go/ringcx/internal/wording"
)

// askApp asks for the client ID.
func (a *Conversation) askApp(t *target, named profile.Method) (err error) {
	if !a.CanAsk() && named != profile.ByBrowser && wording.First(t.JWT, t.Secret) == "" {
		return usage.New("there is no client ID", usage.LoginHint)
	}
	if !a.CanAsk() {
		return usage.New("there is no client ID", "set RC_APP_CLIENT_ID to the client ID of the app, as its Credentials tab in the Developer Portal shows it")
	}
	t.asked = true
	t.at.App, err = a.Ask("Client ID of the app, as its Credentials tab in the Developer Portal shows it")
	return err
}

// askUser asks for the name of the user, and where there is one for the platform ID.
func (a *Conversation) askUser(acc *profile.Account, s *profile.Secrets) (err error) {
	if s.Username != "" {
		return nil
	}
	if !a.CanAsk() {
		return usage.New("there is no user name", "set RINGCX_USERNAME, or use --username")
	}
	if s.Username, err = a.Ask("RingCX user name"); err != nil || acc.Method != profile.ByDirect || s.PlatformID != "" {
		return err
	}
	s.PlatformID, err = a.AskMaybe("Platform ID, as your customer service manager told it (Enter if you have none)")
	return err
}

// password is what the flag, the variable, the terminal or what was stored have for one. Its spaces count.
func (a *Conversation) password(f *Options, password, stored string) (_ string, err error) {
	from := "RINGCX_PASSWORD"
	switch {
	case f.PasswordFile != "":
		if password, from, err = a.ReadSecret(f.PasswordFile, "--password-file names a file that holds the password alone", env.MaxSecret); err != nil {
			return "", err
		}
		if password = strings.TrimRight(password, "\r\n"); password == "" || strings.ContainsAny(password, "\r\n") {
			return "", usage.New(from+" does not hold a password", "give the password alone, in one line")
		}
	case password != "":
	case stored != "" && !a.CanAsk():
		return stored, nil
	case a.CanAsk():
		from = "the terminal"
		if password, err = a.AskHidden("Password (not shown)", false); err != nil {
			return "", err
		}
	}
	if password == "" {
		return "", usage.New("there is no password", "set RINGCX_PASSWORD, or use --password-file; a password is never taken from the command line")
	}
	a.TellPassword(password, from)
	return password, nil
}

// readJWT reads a credential from a private file, or from standard input.
func (a *Conversation) readJWT(name string) (string, error) {
	data, from, err := a.ReadSecret(name, "--jwt-file names a file that holds the JWT alone", env.MaxSecret)
	if err != nil {
		return "", err
	}
	jwt := env.PastedJWT(data)
	if jwt == "" {
		return "", usage.New(from+" is empty", "it has to hold the JWT alone, as the Developer Portal showed it")
	}
	if problem := profile.JwtProblem(jwt); problem != "" {
		return "", usage.New(fmt.Sprintf("%s: %s", from, problem), "give the JWT alone, as the Developer Portal showed it")
	}
	return jwt, nil
}
