package ringcx

import (
	"encoding/base64"
	"strings"
	"time"
)

// defaultLifetime is the documented life of a RingCX access token, used when neither the token nor the answer says.
const defaultLifetime = 5 * time.Minute

// maxLifetime bounds what a token or an answer may claim, so that no arithmetic on it overflows.
const maxLifetime = 10 * 365 * 24 * time.Hour

// lifetime of an access token: exp − iat of a JWT, else expiresIn seconds, else five minutes. The difference of the
// two claims does not depend on any clock.
func lifetime(accessToken string, expiresIn float64) time.Duration {
	if d, ok := jwtLifetime(accessToken); ok {
		return d
	}
	if d, ok := seconds(expiresIn); ok {
		return d
	}
	return defaultLifetime
}

// seconds is a lifetime, if it can be one: none is shorter than a second.
func seconds(s float64) (time.Duration, bool) {
	if !(s >= 1) || s > maxLifetime.Seconds() {
		return 0, false
	}
	return time.Duration(s * float64(time.Second)), true
}

func jwtLifetime(token string) (time.Duration, bool) {
	c, ok := peek(token)
	if !ok || c.Iat <= 0 {
		return 0, false
	}
	return seconds(c.Exp - c.Iat)
}

// issuedAt is when a JWT was made, in seconds on the clock of who made it.
func issuedAt(token string) (float64, bool) {
	c, ok := peek(token)
	return c.Iat, ok && c.Iat > 0
}

type claims struct{ Exp, Iat float64 }

// peek looks at the claims of a JWT. It verifies nothing: the token is for the vendor, not for us.
func peek(token string) (c claims, ok bool) {
	parts := strings.Split(token, ".")
	if len(parts) != 3 {
		return c, false
	}
	payload, err := base64.RawURLEncoding.DecodeString(strings.TrimRight(parts[1], "="))
	a := readAnswer(payload)
	return claims{a.number("exp"), a.number("iat")}, err == nil && a != nil
}
