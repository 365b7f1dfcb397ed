package cli

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/ringcx-go/ringcx"
	"github.com/ringcx-go/ringcx/internal/env"
	"github.com/ringcx-go/ringcx/internal/profile"
	"github.com/ringcx-go/ringcx/internal/usage"
	"github.com/ringcx-go/ringcx/internal/wording"
)

// loginByJWT logs in with the JWT of a user.
func (a *app) loginByJWT(acc *profile.Account, t *loginTarget, f *loginFlags) (err error) {
	p, err := a.prepareApp(acc, t, f)
	if err != nil {
		return err
	}
	switch {
	case f.jwtFile != "":
		acc.JWT, err = a.readJWT(f.jwtFile)
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

// aboutJWT are the codes with which the vendor refuses a JWT itself, and of which its own words say little.
var aboutJWT = []string{"OAU-149", "OAU-210", "OAU-211", "OAU-213", "OAU-250"}

// whyRefused is what a JWT that the vendor refused says of itself, and what to do about it; "": it says nothing against it.
func whyRefused(acc *profile.Account, err error) string {
	var vendor *ringcx.Error
	if acc == nil || acc.JWT == "" || !errors.As(err, &vendor) || vendor.Op != profile.OpLogin || !slices.Contains(aboutJWT, vendor.Code) {
		return ""
	}
	for _, f := range judgeJWT(&facts{now: time.Now(), jwt: acc.JWT, servers: acc.Config.Endpoint}) {
		return f.Text + ": " + f.Fix
	}
	if c, _ := profile.ReadClaims(acc.JWT); strings.HasPrefix(c.Algorithm, "RS") && c.Signature%64 != 0 { // keys have 2048, 3072 or 4096 bits
		return fmt.Sprintf("the JWT seems to be cut: its signature has %d bytes, which none with %s has; copy it as a whole", c.Signature, wording.Clip(c.Algorithm))
	}
	return ""
}

// readJWT reads a credential from a private file, or from standard input.
func (a *app) readJWT(name string) (string, error) {
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
