package ringcx

import (
	"context"
	"fmt"
)

// APIToken is a permanent RingCX API token, which never expires and is not renewed. It is a [TokenSource]; use
// [Config.Client] to call the API with it. Formatting, logging and marshalling it never shows the secret.
type APIToken string

// Token implements [TokenSource]. Without a token, or with a text that cannot be one, the error is [ErrLoginRequired].
func (t APIToken) Token(context.Context) (*Token, error) {
	if t == "" {
		return nil, fmt.Errorf("%w: there is no API token", ErrLoginRequired)
	}
	if problem := stray(string(t)); problem != "" {
		return nil, fmt.Errorf("%w: the API token %s", ErrLoginRequired, problem)
	}
	return &Token{AccessToken: string(t), TokenType: authTokenType}, nil
}

// Format names the token by its fingerprint for every verb.
func (t APIToken) Format(f fmt.State, _ rune) { _, _ = f.Write([]byte(t.String())) }

// String names the token by its fingerprint.
func (t APIToken) String() string { return "API token " + fingerprint(string(t)) }

// MarshalText keeps the secret out of JSON and the like.
func (t APIToken) MarshalText() ([]byte, error) { return []byte(t.String()), nil }
