package ringcx

import (
	"cmp"
	"context"
	"net/url"
)

func (c *Config) refreshLogin(ctx context.Context, prev *Token) (*Token, error) {
	if err := unsentToken(opRefreshLogin, "RingCentral refresh token", prev.RefreshToken); err != nil {
		return nil, err
	}
	return c.tokenEndpoint(ctx, opRefreshLogin, url.Values{
		"grant_type": {"refresh_token"}, "refresh_token": {prev.RefreshToken},
	})
}

// tokenEndpoint asks the platform's token endpoint. Confidential apps authenticate by HTTP Basic or by a signed
// statement, as Config says: a secret in the form is refused by the vendor (OAU-123), and trying several ways would
// spend two of five requests.
func (c *Config) tokenEndpoint(ctx context.Context, op string, form url.Values) (*Token, error) {
	if c.ClientID == "" {
		return nil, &Error{Op: op, Message: "there is no client ID", Code: "OAU-123", kind: failUnsent}
	}
	body, sent, err := c.post(ctx, tokenRequest{op: op, url: c.ringCentral() + tokenPath, form: form, app: true})
	if err != nil {
		return nil, err
	}
	a, err := decode(op, body)
	if err != nil {
		return nil, err
	}
	access, refresh := a.secret("access_token"), a.secret("refresh_token")
	if err := checkTokens(op, access, refresh); err != nil {
		return nil, err
	}
	t := &Token{
		AccessToken: access, RefreshToken: refresh, TokenType: cmp.Or(printable(a.text("token_type")), "Bearer"),
		Obtained: sent, Expiry: sent.Add(lifetime("", a.number("expires_in"))), Scope: printable(a.text("scope")), OwnerID: printable(a.text("owner_id")),
	}
	if d, ok := seconds(a.number("refresh_token_expires_in")); ok && t.RefreshToken != "" {
		t.RefreshExpiry = sent.Add(d)
	}
	return t, nil
}

// Revoke ends the RingCentral session that token belongs to, with all its access and refresh tokens.
func (c *Config) Revoke(ctx context.Context, token *Token) error {
	token = cmp.Or(token, new(Token))
	if err := unsentToken(opRevoke, "RingCentral token", cmp.Or(token.RefreshToken, token.AccessToken)); err != nil {
		return err
	}
	_, _, err := c.post(ctx, tokenRequest{
		op: opRevoke, url: c.ringCentral() + "/restapi/oauth/revoke", app: true,
		form: url.Values{"token": {cmp.Or(token.RefreshToken, token.AccessToken)}},
	})
	return err
}
