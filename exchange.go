package ringcx

import (
	"cmp"
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// Exchange exchanges a RingCentral token for a RingCX token with a refresh token. It is one request and nothing more;
// programs use a [Session], which knows when to ask and what the vendor allows.
func (c *Config) Exchange(ctx context.Context, ringCentral *Token) (*Token, error) {
	ringCentral = cmp.Or(ringCentral, new(Token))
	if err := unsentToken(opExchange, "RingCentral token", ringCentral.AccessToken); err != nil {
		return nil, err
	}
	return c.ringCXToken(ctx, tokenRequest{
		op:  opExchange,
		url: c.ringCX() + "/api/auth/login/rc/accesstoken?includeRefresh=true",
		form: url.Values{
			"rcAccessToken": {ringCentral.AccessToken}, "rcTokenType": {"Bearer"},
		},
	})
}

// Refresh spends the refresh token of a RingCX token: the answer holds a new one and the old one is dead, even if the
// answer gets lost. It is one request and nothing more; programs use a [Session], which saves what must not be lost.
func (c *Config) Refresh(ctx context.Context, token *Token) (*Token, error) {
	token = cmp.Or(token, new(Token))
	if err := unsentToken(opRefresh, "RingCX refresh token", token.RefreshToken); err != nil {
		return nil, err
	}
	return c.ringCXToken(ctx, tokenRequest{
		op:   opRefresh,
		url:  c.ringCX() + "/api/auth/token/refresh",
		form: url.Values{"refresh_token": {token.RefreshToken}},
	})
}

// endRingCX makes the refresh token of a RingCX token useless. The vendor takes it in the path and in no other way.
func (c *Config) endRingCX(ctx context.Context, token *Token) error {
	if !staysInPath(token.RefreshToken) {
		return &Error{Op: opEnd, Message: "not sent, because the refresh token is a path of its own, which would name another operation", kind: failRefused}
	}
	_, _, err := c.post(ctx, tokenRequest{
		op: opEnd, method: http.MethodDelete, secret: token.RefreshToken,
		url: c.ringCX() + "/api/auth/logout/" + url.PathEscape(token.RefreshToken),
	})
	return err
}

// staysInPath tells whether a text that is put into a path leads nowhere else, however often somebody decodes it.
func staysInPath(s string) bool {
	for {
		for segment := range strings.FieldsFuncSeq(s, func(r rune) bool { return r == '/' || r == '\\' }) {
			if end := strings.IndexAny(segment, ";?#"); end >= 0 {
				segment = segment[:end]
			}
			if segment = strings.TrimSpace(segment); segment == "." || segment == ".." {
				return false
			}
		}
		plain := unescape(s)
		if plain == s {
			return strings.TrimSpace(s) != ""
		}
		s = plain
	}
}

// unescape takes one percent encoding away. What only begins like one stands for itself.
func unescape(s string) string {
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] == '%' && i+2 < len(s) {
			if c, err := strconv.ParseUint(s[i+1:i+3], 16, 8); err == nil {
				b.WriteByte(byte(c))
				i += 2
				continue
			}
		}
		b.WriteByte(s[i])
	}
	return b.String()
}

func (c *Config) ringCXToken(ctx context.Context, r tokenRequest) (*Token, error) {
	body, sent, err := c.post(ctx, r)
	if err != nil {
		return nil, err
	}
	a, err := decode(r.op, body)
	if err != nil {
		return nil, err
	}
	access, refresh := a.secret("accessToken"), a.secret("refreshToken")
	if err := checkTokens(r.op, access, refresh); err != nil {
		return nil, err
	}
	return &Token{
		AccessToken: access, RefreshToken: refresh, TokenType: cmp.Or(printable(a.text("tokenType")), "Bearer"),
		MainAccountID: printable(a.text("mainAccountId")),
		Obtained:      sent, Expiry: sent.Add(lifetime(access, a.number("expires_in"))), Details: details(body),
	}, nil
}

// secretFields of the answer are kept out of Token.Details. The last four are not documented; the vendor's own front
// end reads them.
var secretFields = []string{"accessToken", "refreshToken", "loginHashcode", "rcAccessToken", "rcRefreshToken", "authToken"}

func details(body []byte) json.RawMessage {
	var fields map[string]json.RawMessage
	if json.Unmarshal(body, &fields) != nil {
		return nil
	}
	for name := range fields {
		if slices.ContainsFunc(secretFields, func(s string) bool { return strings.EqualFold(s, name) }) { // as the decoder reads them
			delete(fields, name)
		}
	}
	rest, err := json.Marshal(fields)
	if err != nil {
		return nil
	}
	return escapeJSON(rest)
}
