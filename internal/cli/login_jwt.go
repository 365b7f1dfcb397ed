package cli

import "strings"

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
	case a.canAsk():
		acc.jwt, err = a.askHidden("JWT of the user, as the Developer Portal shows it under Credentials (not shown here)")
		acc.jwt = strings.TrimSpace(acc.jwt)
	}
	if err != nil {
		return err
	}
	if acc.jwt == "" {
		return &usageError{"there is no JWT", "set RC_USER_JWT, or use --jwt-file; a JWT is made in the Developer Portal under Credentials"}
	}
	acc.stored = &secrets{ClientSecret: acc.config.ClientSecret, ClientKey: p.key, JWT: acc.jwt}
	return a.logIn(acc, p.profile, t)
}

// readJWT reads a credential from a private file, or from standard input.
func (a *app) readJWT(name string) (string, error) {
	data, from, err := a.readSecret(name, "--jwt-file names a file that holds the JWT alone", maxSecret)
	if err != nil {
		return "", err
	}
	jwt := strings.TrimSpace(data)
	if strings.Count(jwt, ".") != 2 || strings.ContainsAny(jwt, " \t\r\n") {
		return "", &usageError{from + " does not hold a JWT", "give the JWT alone, in one line, as the Developer Portal showed it"}
	}
	return jwt, nil
}
