package ringcx

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"log/slog"
	"time"
)

// Token is an access token of RingCentral or of RingCX, with what came along. It is read-only once handed out.
// Formatting, logging and marshalling a Token never shows its secrets.
type Token struct {
	// AccessToken is what goes behind "Authorization: Bearer".
	AccessToken string
	// RefreshToken renews the token, once. It is empty in the tokens that [Session.Token] hands out, and when the
	// vendor issued none.
	RefreshToken string
	// TokenType is the vendor's word for the kind of token, "Bearer" if it gave none. "X-Auth-Token" stands for API
	// tokens and those of legacy deployments, which travel in the header of that name.
	TokenType string
	// Obtained is the local time at which the token was asked for.
	Obtained time.Time
	// Expiry is the local time at which the access token ends: Obtained plus the lifetime the token itself states
	// (exp − iat of a JWT), else what the answer states (expires_in), else five minutes.
	Expiry time.Time
	// Idle is how long a token of a legacy deployment lives after its last use, which moves its Expiry. Zero: using a
	// token does not prolong its life.
	Idle time.Duration
	// RefreshExpiry is the local time at which the refresh token ends. Zero: the vendor does not say, as for RingCX.
	RefreshExpiry time.Time
	// Scope holds the app permissions of a RingCentral token, separated by spaces.
	Scope string
	// OwnerID is the RingCentral user (extension) a RingCentral token stands for.
	OwnerID string
	// MainAccountID is the main account of a RingCX token.
	MainAccountID string
	// Details is the vendor's whole answer to an exchange or refresh, without the tokens in it: agentDetails, adminId
	// and so on. Nil for RingCentral tokens.
	Details json.RawMessage
}

// TokenSource hands out tokens that work. [Session] is one. One that wants to know what becomes of them is [Informed].
type TokenSource interface {
	Token(ctx context.Context) (*Token, error)
}

// Informed is what a [TokenSource] may also be: one that is told what became of the tokens that it handed out, so that it
// can bring another in place of one that was refused. [Session] is one. A [Transport] tells it of every answer; a program
// that signs requests itself can do the same.
type Informed interface {
	// Confirm reports that a request that was signed with t was answered with another status than 401.
	Confirm(t *Token)
	// Invalidate reports that a request that was signed with t was answered 401.
	Invalidate(t *Token)
}

// authTokenType is the TokenType of what travels in the header of that name.
const authTokenType = "X-Auth-Token"

// String tells what the token is without its secrets.
func (t Token) String() string {
	return fmt.Sprintf("token %s, expires %s", t.fingerprint(), t.Expiry.Format(time.RFC3339))
}

// Format writes String for every verb, so that no verb shows a secret.
func (t Token) Format(f fmt.State, _ rune) { _, _ = f.Write([]byte(t.String())) }

// LogValue makes log/slog write String.
func (t Token) LogValue() slog.Value { return slog.StringValue(t.String()) }

// MarshalJSON leaves the secrets out. Only a Store's own records hold them.
func (t Token) MarshalJSON() ([]byte, error) {
	return json.Marshal(map[string]any{"token": t.fingerprint(), "expiry": t.Expiry, "tokenType": t.TokenType})
}

// lifetime is how long the token lives from birth.
func (t *Token) lifetime() time.Duration { return t.Expiry.Sub(t.Obtained) }

// fingerprint names the access token without telling it.
func (t *Token) fingerprint() string {
	if t == nil || t.AccessToken == "" {
		return ""
	}
	return fingerprint(t.AccessToken)
}

func fingerprint(parts ...string) string {
	h := sha256.New()
	for _, p := range parts {
		_, _ = fmt.Fprintf(h, "%d:%s", len(p), p)
	}
	return hex.EncodeToString(h.Sum(nil)[:8])
}

// public is the token as callers get it: without the refresh token, which only the engine may spend.
func (t *Token) public() *Token {
	c := *t
	c.RefreshToken, c.RefreshExpiry = "", time.Time{}
	return &c
}
