package login

import (
	"fmt"

	"github.com/ringcx-go/ringcx/internal/env"
	"github.com/ringcx-go/ringcx/internal/profile"
	"github.com/ringcx-go/ringcx/internal/usage"
	"github.com/ringcx-go/ringcx/internal/wording"
)

// prepared is the app of a login: its profile as it will be saved, and its key.
type prepared struct {
	profile.Profile
	key string // PEM; "": the app does not sign with one
}

// prepareApp completes the app: how it shows who it is. It asks for what is missing.
func (a *Conversation) prepareApp(acc *profile.Account, t *target, f *Options) (*prepared, error) {
	if err := a.Configure(acc, t.at, wording.First(t.AppSecret(), acc.Stored.ClientSecret)); err != nil {
		return nil, err
	}
	p := &prepared{}
	if t.same {
		a.Authenticate(acc, t.saved)
	}
	if err := a.prepareAuth(acc, t.saved, f, p); err != nil {
		return nil, err
	}
	c := acc.Config
	if c.ClientSecret == "" && c.SigningKey == nil && a.CanAsk() && (t.asked || a.ClientID != "" && !t.same || f.SecretJWT) {
		secret, err := a.AskHidden("Client secret (not shown; Enter if the app has none)", false)
		if err != nil {
			return nil, err
		}
		c.ClientSecret = env.Pasted(secret)
	}
	if p.ClientAuth == profile.AuthSecretJWT && c.ClientSecret == "" {
		return nil, usage.New("there is no client secret to sign with", "set RC_APP_CLIENT_SECRET")
	}
	return p, nil
}

// prepareAuth settles how the app identifies itself: as the flags say, else as before.
func (a *Conversation) prepareAuth(acc *profile.Account, saved profile.Profile, f *Options, p *prepared) error {
	c := acc.Config
	switch {
	case f.KeyFile != "" && f.SecretJWT:
		return usage.New("--client-key and --client-secret-jwt are two ways to sign", "give one of them")
	case f.KeyFile != "":
		text, from, err := a.ReadSecret(f.KeyFile, "--client-key names a file that holds a private key in PEM form", env.MaxSecret)
		if err != nil {
			return err
		}
		key, err := profile.ParseKey([]byte(text))
		if err != nil {
			return usage.New(fmt.Sprintf("%s: %s", from, err), wording.First(usage.Hint(err), "make one with: openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out key.pem"))
		}
		c.SigningKey, c.KeyID, c.SecretJWT, c.ClientSecret = key, env.Pasted(f.KeyID), false, ""
		p.ClientAuth, p.KeyID, p.key = profile.AuthKey, c.KeyID, text
	case f.SecretJWT:
		c.SigningKey, c.KeyID, c.SecretJWT = nil, "", true
		p.ClientAuth = profile.AuthSecretJWT
	case c.SigningKey != nil:
		p.ClientAuth, p.KeyID, p.key = profile.AuthKey, wording.First(env.Pasted(f.KeyID), saved.KeyID), acc.Stored.ClientKey
		c.KeyID, c.ClientSecret = p.KeyID, ""
	case f.KeyID != "":
		return usage.New("--client-key-id names no key without --client-key", seeLogin)
	case c.SecretJWT:
		p.ClientAuth = profile.AuthSecretJWT
	}
	return nil
}
