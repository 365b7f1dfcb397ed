package login

import (
	"github.com/ringcx-go/ringcx/internal/env"
	"github.com/ringcx-go/ringcx/internal/profile"
	"github.com/ringcx-go/ringcx/internal/usage"
)

// loginByJWT logs in with the JWT of a user.
func (a *Conversation) loginByJWT(acc *profile.Account, t *target, f *Options) (err error) {
	p, err := a.prepareApp(acc, t, f)
	if err != nil {
		return err
	}
	switch {
	case f.JWTFile != "":
		acc.JWT, err = a.readJWT(f.JWTFile)
	case t.JWT != "":
		acc.JWT = t.JWT
	case t.same && acc.Stored.JWT != "":
		acc.JWT = acc.Stored.JWT
	case a.CanAsk():
		acc.JWT, err = a.AskHidden("JWT of the user, as the Developer Portal shows it under Credentials (not shown here)", true)
		acc.JWT = env.PastedJWT(acc.JWT)
	}
	if err != nil {
		return err
	}
	if acc.JWT == "" {
		return usage.New("there is no JWT", "set RC_USER_JWT, or use --jwt-file; a JWT is made in the Developer Portal under Credentials")
	}
	acc.Stored = &profile.Secrets{ClientSecret: acc.Config.ClientSecret, ClientKey: p.key, JWT: acc.JWT}
	return a.logIn(acc, p.Profile, t)
}
