package cli

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/ringcx-go/ringcx"
	"github.com/ringcx-go/ringcx/internal/env"
	"github.com/ringcx-go/ringcx/internal/usage"
	"github.com/ringcx-go/ringcx/internal/wording"
)

// loginByJWT logs in with the JWT of a user.
func (a *app) loginByJWT(acc *account, t *loginTarget, f *loginFlags) (err error) {
	p, err := a.prepareApp(acc, t, f)
	if err != nil {
		return err
	}
	switch {
	case f.jwtFile != "":
		acc.jwt, err = a.readJWT(f.jwtFile)
	case t.jwt != "":
		acc.jwt = t.jwt
	case t.same && acc.stored.JWT != "":
		acc.jwt = acc.stored.JWT
	case a.CanAsk():
		acc.jwt, err = a.AskHidden("JWT of the user, as the Developer Portal shows it under Credentials (not shown here)", true)
		acc.jwt = env.PastedJWT(acc.jwt)
	}
	if err != nil {
		return err
	}
	if acc.jwt == "" {
		return usage.New("there is no JWT", "set RC_USER_JWT, or use --jwt-file; a JWT is made in the Developer Portal under Credentials")
	}
	acc.stored = &secrets{ClientSecret: acc.config.ClientSecret, ClientKey: p.key, JWT: acc.jwt}
	return a.logIn(acc, p.profile, t)
}

// aboutJWT are the codes with which the vendor refuses a JWT itself, and of which its own words say little.
var aboutJWT = []string{"OAU-149", "OAU-210", "OAU-211", "OAU-213", "OAU-250"}

// whyRefused is what a JWT that the vendor refused says of itself, and what to do about it; "": it says nothing against it.
func (acc *account) whyRefused(err error) string {
	var vendor *ringcx.Error
	if acc == nil || acc.jwt == "" || !errors.As(err, &vendor) || vendor.Op != opLogin || !slices.Contains(aboutJWT, vendor.Code) {
		return ""
	}
	for _, f := range judgeJWT(&facts{now: time.Now(), jwt: acc.jwt, servers: acc.config.Endpoint}) {
		return f.Text + ": " + f.Fix
	}
	if c, _ := readClaims(acc.jwt); strings.HasPrefix(c.Algorithm, "RS") && c.signature%64 != 0 { // keys have 2048, 3072 or 4096 bits
		return fmt.Sprintf("the JWT seems to be cut: its signature has %d bytes, which none with %s has; copy it as a whole", c.signature, wording.Clip(c.Algorithm))
	}
	return ""
}

// readJWT reads a credential from a private file, or from standard input.
func (a *app) readJWT(name string) (string, error) {
	data, from, err := a.readSecret(name, "--jwt-file names a file that holds the JWT alone", env.MaxSecret)
	if err != nil {
		return "", err
	}
	jwt := env.PastedJWT(data)
	if jwt == "" {
		return "", usage.New(from+" is empty", "it has to hold the JWT alone, as the Developer Portal showed it")
	}
	if problem := jwtProblem(jwt); problem != "" {
		return "", usage.New(fmt.Sprintf("%s: %s", from, problem), "give the JWT alone, as the Developer Portal showed it")
	}
	return jwt, nil
}
