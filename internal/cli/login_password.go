package cli

import (
	"strings"

	"github.com/ringcx-go/ringcx"
)

// loginByPassword logs in to RingCX itself: there is no app, and nothing to exchange.
func (a *app) loginByPassword(acc *account, saved profile, f *loginFlags) error {
	wanted := a.wanted(saved, acc.method)
	same := acc.damaged == nil && saved.Method == acc.method && wanted == saved.lineage()
	stored := acc.stored
	if !same {
		stored = &secrets{}
	}
	if err := a.configure(acc, wanted, profile{}, false); err != nil {
		return err
	}
	if acc.method == byLegacy && wanted.RingCX == ringcx.Production.RingCX {
		return &usageError{"a legacy login needs the host of the deployment", "use --ringcx-server-url https://portal.vacd.biz, or https://portal.virtualacd.biz"}
	}
	s := &secrets{
		Username:     first(f.username, a.variable("RINGCX_USERNAME"), stored.Username),
		StayLoggedIn: f.stayLoggedIn || stored.StayLoggedIn,
	}
	if acc.method == byDirect {
		s.PlatformID = first(f.platformID, a.variable("RINGCX_PLATFORM_ID"), stored.PlatformID)
	}
	if err := a.askUser(acc, s); err != nil {
		return err
	}
	if s.Username != stored.Username {
		stored = &secrets{}
	}
	var err error
	if s.Password, err = a.password(f, stored.Password); err != nil {
		return err
	}
	acc.stored = s
	return a.logIn(acc, profile{})
}

// askUser asks for the name of the user, and where there is one for the platform ID.
func (a *app) askUser(acc *account, s *secrets) (err error) {
	if s.Username != "" {
		return nil
	}
	if !a.canAsk() {
		return &usageError{"there is no user name", "set RINGCX_USERNAME, or use --username"}
	}
	if s.Username, err = a.ask("RingCX user name"); err != nil || acc.method != byDirect || s.PlatformID != "" {
		return err
	}
	s.PlatformID, err = a.askMaybe("Platform ID, as your customer service manager told it (Enter if you have none)")
	return err
}

// password is what the flag, the environment, the terminal or what was stored have for one. Its spaces count.
func (a *app) password(f *loginFlags, stored string) (string, error) {
	password := a.Getenv("RINGCX_PASSWORD")
	var err error
	switch {
	case f.passwordFile != "":
		var from string
		if password, from, err = a.readSecret(f.passwordFile, "--password-file names a file that holds the password alone"); err != nil {
			return "", err
		}
		if password = strings.TrimRight(password, "\r\n"); password == "" || strings.ContainsAny(password, "\r\n") {
			return "", &usageError{from + " does not hold a password", "give the password alone, in one line"}
		}
	case password != "":
	case stored != "" && !a.canAsk():
		password = stored
	case a.canAsk():
		if password, err = a.askHidden("Password (not shown)"); err != nil {
			return "", err
		}
	}
	if password == "" {
		return "", &usageError{"there is no password", "set RINGCX_PASSWORD, or use --password-file; a password is never taken from the command line"}
	}
	return password, nil
}
