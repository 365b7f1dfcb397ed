package ringcx

import (
	"context"
	"fmt"
	"net/url"
	"strings"
)

// JWT is the grant of an app registered with the JWT auth flow. assertion is the credential the Developer Portal made
// under "Credentials", as it was shown; it can be presented any number of times. When the app issues refresh tokens
// these are used first.
func (c *Config) JWT(assertion string) Grant {
	j := jwtCredential(strings.TrimSpace(assertion))
	return &configGrant{config: c, credential: j, identity: fingerprint("jwt", string(j))}
}

// jwtCredential is an assertion as the Developer Portal made it.
type jwtCredential string

func (jwtCredential) name() string { return "JWT" }

func (j jwtCredential) validate() error {
	if err := checkInputs(input{"JWT", string(j), assertionProblem}); err != nil {
		return &Error{Op: opLogin, Message: err.Error(), oauth: "invalid_grant", kind: failUnsent, cause: err}
	}
	return nil
}

func (j jwtCredential) login(ctx context.Context, c *Config) (*Token, error) {
	if j == "" {
		return nil, fmt.Errorf("%w: there is no JWT to log in with", ErrLoginRequired)
	}
	if err := j.validate(); err != nil {
		return nil, err
	}
	return c.tokenEndpoint(ctx, opLogin, url.Values{
		"grant_type": {"urn:ietf:params:oauth:grant-type:jwt-bearer"}, "assertion": {string(j)},
	})
}
