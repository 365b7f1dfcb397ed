package login

import (
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
