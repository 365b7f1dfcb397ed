package login

import (
	"strings"

	"github.com/ringcx-go/ringcx/internal/env"
	"github.com/ringcx-go/ringcx/internal/profile"
	"github.com/ringcx-go/ringcx/internal/usage"
	"github.com/ringcx-go/ringcx/internal/wording"
)

// loginByPassword logs in to RingCX itself: there is no app, and nothing to exchange.
func (a *Conversation) loginByPassword(acc *profile.Account, t *target, f *Options) error {
	if err := a.Configure(acc, t.at, ""); err != nil {
		return err
	}
	if acc.Method == profile.ByLegacy && t.at.RingCX == profile.Production.RingCX {
		return usage.New("a legacy login needs the host of the deployment", "use --ringcx-server-url https://portal.vacd.biz, or https://portal.virtualacd.biz")
	}
	stored := acc.Stored
	if t.saved.Method != acc.Method {
		stored = &profile.Secrets{}
	}
	s := &profile.Secrets{
		Username:     wording.First(env.Pasted(f.Username), t.User, stored.Username),
		StayLoggedIn: f.StayLoggedIn || stored.StayLoggedIn,
	}
	// Password and platform ID go with the user whose they are.
	if s.Username != stored.Username {
		stored = &profile.Secrets{}
	}
	vars := a.Getenv
	if t.User == "" && f.Username == "" || t.User != "" && t.User != s.Username {
		vars = func(string) string { return "" }
	}
	if acc.Method == profile.ByDirect {
		if s.PlatformID = wording.First(env.Pasted(f.PlatformID), env.Pasted(vars("RINGCX_PLATFORM_ID")), stored.PlatformID); s.PlatformID != stored.PlatformID {
			stored = &profile.Secrets{}
		}
	}
	if err := a.askUser(acc, s); err != nil {
		return err
	}
	var err error
	if s.Password, err = a.password(f, vars("RINGCX_PASSWORD"), stored.Password); err != nil {
		return err
	}
	acc.Stored = s
	return a.logIn(acc, profile.Profile{}, t)
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
