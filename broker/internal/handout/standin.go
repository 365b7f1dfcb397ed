package handout

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/ringcx-go/ringcx/broker/internal/caller"
	"github.com/ringcx-go/ringcx/internal/apispec"
)

// same compares secrets in a time that does not tell where they differ.
func same(a, b string) bool {
	x, y := sha256.Sum256([]byte(a)), sha256.Sum256([]byte(b))
	return subtle.ConstantTimeCompare(x[:], y[:]) == 1
}

// StandIn is a text in the form of a JWT that stands for a key: what a program that logs in by itself presents in place of the
// vendor's JWT. No one but the broker takes it.
func StandIn(key string) string {
	part := func(s string) string { return base64.RawURLEncoding.EncodeToString([]byte(s)) }
	return part(`{"alg":"none","typ":"JWT"}`) + "." + part(`{"iss":"ringcx-broker"}`) + "." + part(key)
}

// keyIn is the key that a stand-in stands for.
func keyIn(assertion string) string {
	parts := strings.Split(assertion, ".")
	if len(parts) != 3 {
		return ""
	}
	key, err := base64.RawURLEncoding.DecodeString(parts[2])
	if err != nil || !same(StandIn(string(key)), assertion) {
		return ""
	}
	return string(key)
}

const grantJWT = "urn:ietf:params:oauth:grant-type:jwt-bearer"

// platformLogin answers POST /restapi/oauth/token as the platform does, with tokens of the broker's own.
func (d *Desk) platformLogin(r *http.Request) *Answer {
	values, bad := form(r)
	if bad != nil {
		return bad
	}
	switch values.Get("grant_type") {
	case grantJWT:
		return d.jwtLogin(r, values)
	case "refresh_token":
		return d.platformRefresh(r, values)
	}
	return oauthError(http.StatusBadRequest, "unauthorized_client", "the broker takes the stand-ins that it gave out, by the JWT flow, and no sign-in of a person")
}

// platformRefresh spends a refresh token. A client that authenticates too must be the caller whose it is (RFC 6749, section 6), else
// nothing is spent.
func (d *Desk) platformRefresh(r *http.Request, values url.Values) *Answer {
	denied := func(err error) *Answer {
		if !errors.Is(err, caller.ErrUnknown) {
			return noKeys(err)
		}
		return oauthError(http.StatusBadRequest, "invalid_grant", "the refresh token is not known here")
	}
	c, err := d.Short.Refreshes(r.Context(), values.Get("refresh_token"))
	if client, bad := d.shown(r, values); bad != nil {
		return bad
	} else if err == nil && client != nil && !isOf(&c, client) {
		err = caller.ErrUnknown
	}
	if err != nil {
		return denied(err)
	}
	p, c, err := d.Short.Refresh(r.Context(), values.Get("refresh_token"))
	if err != nil {
		return denied(err)
	}
	return platformPair(p, &c)
}

// shown is the client that a request to the platform's endpoints authenticates, nil if it shows no secret. The vendor's SDKs send theirs
// with each; public clients, and callers of whom a socket, a certificate or an issuer tells, have none to show. Whatever is shown must
// be good.
func (d *Desk) shown(r *http.Request, values url.Values) (*caller.Caller, *Answer) {
	if _, secret, ok := Secret(r); ok && secret == "" && values.Get("client_secret") == "" {
		return nil, nil
	}
	return d.client(r, values)
}

// isOf tells whether a token of a caller is a client's own.
func isOf(c, client *caller.Caller) bool { return client.ID == c.ID && client.Name == c.Name }

// jwtLogin takes a stand-in for a JWT. A client that authenticates too must be the same caller.
func (d *Desk) jwtLogin(r *http.Request, values url.Values) *Answer {
	denied := func(err error) *Answer {
		if err != nil && !errors.Is(err, caller.ErrUnknown) {
			return noKeys(err)
		}
		return oauthError(http.StatusBadRequest, "invalid_grant", "the assertion is no stand-in that the broker gave out")
	}
	key := keyIn(values.Get("assertion"))
	if key == "" {
		return denied(nil)
	}
	c, err := d.Who(r, key)
	if err != nil {
		return denied(err)
	}
	if client, bad := d.shown(r, values); bad != nil {
		return bad
	} else if client != nil && !isOf(c, client) {
		return denied(nil)
	}
	p, err := d.Short.Issue(r.Context(), *c)
	if err != nil {
		return noKeys(err)
	}
	return platformPair(p, c)
}

func platformPair(p Pair, c *caller.Caller) *Answer {
	a := answerJSON(http.StatusOK, map[string]any{
		"access_token": p.Access, "token_type": "bearer", "expires_in": int64(p.AccessLife.Seconds()),
		"refresh_token": p.Refresh, "refresh_token_expires_in": int64(p.RefreshLife.Seconds()), "scope": "ReadAccounts", "owner_id": "0", "endpoint_id": "ringcx-broker",
	})
	a.Caller = c
	return a
}

// platformRevoke answers POST /restapi/oauth/revoke: it ends the caller's own tokens and never the lineage.
func (d *Desk) platformRevoke(r *http.Request) *Answer {
	values, bad := form(r)
	if bad != nil {
		return bad
	}
	client, bad := d.shown(r, values)
	if bad != nil {
		return bad
	}
	if bad = d.end(r, values.Get("token"), client); bad != nil {
		return bad
	}
	return &Answer{Status: http.StatusOK, Header: http.Header{"Cache-Control": {"no-store"}}, Why: "only a token of the broker's own can end here"}
}

// exchange answers POST /api/auth/login/rc/accesstoken as RingCX does.
func (d *Desk) exchange(r *http.Request) *Answer {
	values, bad := form(r)
	if bad != nil {
		return bad
	}
	c, _, err := d.Short.Whose(r.Context(), values.Get("rcAccessToken"))
	if err != nil {
		return vendorRefusal(err, "the token is not one that the broker gave out")
	}
	whose := func(ctx context.Context) (caller.Caller, error) {
		c, _, err := d.Latest().Short.Whose(ctx, values.Get("rcAccessToken"))
		return c, err
	}
	return d.ringcxPair(r, &c, whose, func() (Pair, error) {
		p, err := d.Short.Issue(r.Context(), c)
		if r.URL.Query().Get("includeRefresh") != "true" {
			p.Refresh = ""
		}
		return p, err
	})
}

// refresh answers POST /api/auth/token/refresh as RingCX does.
func (d *Desk) refresh(r *http.Request) *Answer {
	values, bad := form(r)
	if bad != nil {
		return bad
	}
	c, err := d.Short.Refreshes(r.Context(), values.Get("refresh_token"))
	if err != nil {
		return vendorRefusal(err, notRefreshed)
	}
	whose := func(ctx context.Context) (caller.Caller, error) {
		return d.Latest().Short.Refreshes(ctx, values.Get("refresh_token"))
	}
	return d.ringcxPair(r, &c, whose, func() (Pair, error) {
		p, _, err := d.Short.Refresh(r.Context(), values.Get("refresh_token"))
		return p, err
	})
}

const notRefreshed = "the refresh token is not one that the broker gave out, or is spent"

// logout answers DELETE /api/auth/logout/{refreshToken}.
func (d *Desk) logout(r *http.Request) *Answer {
	if err := d.Short.End(r.Context(), r.URL.Path[len(logout):]); err != nil {
		return unknown(err)
	}
	return &Answer{Status: http.StatusNoContent, Header: http.Header{"Cache-Control": {"no-store"}}, Why: "only a token of the broker's own can end here"}
}

// vendorRefusal refuses a token that is not known, as RingCX does. Whether it is may be what could not be told.
func vendorRefusal(err error, why string) *Answer {
	if !errors.Is(err, caller.ErrUnknown) {
		return unknown(err)
	}
	a := answerJSON(http.StatusUnauthorized, map[string]any{"status": "401", "message": why})
	a.Why = why
	return a
}

// ringcxPair is the answer of RingCX to a sign-in: what it told the session, with other tokens. Those are issued last, so that a refresh
// token is not spent for an answer that cannot be given.
func (d *Desk) ringcxPair(r *http.Request, c *caller.Caller, whose func(context.Context) (caller.Caller, error), issue func() (Pair, error)) *Answer {
	source, profile, bad := d.Source(r, c, false)
	if bad != nil {
		return refused(bad, c, profile)
	}
	g, a := d.bring(r.Context(), &permit{source, c, profile}, 0, func(ctx context.Context) (*permit, *Answer) {
		c, err := whose(ctx)
		if err != nil {
			return nil, vendorRefusal(err, "the token is not good any more")
		}
		source, profile, bad := d.Latest().Source(r.WithContext(ctx), &c, false)
		if bad != nil {
			return nil, refused(bad, &c, profile)
		}
		return &permit{source, &c, profile}, nil
	})
	if a != nil {
		return a
	}
	if g.err != nil {
		return refused(Unavailable(g.err), g.caller, g.profile)
	}
	p, err := issue()
	if err != nil {
		return vendorRefusal(err, notRefreshed)
	}
	body := map[string]any{}
	_ = json.Unmarshal(g.token.Details, &body) // a token that came without tells nothing
	scrub(body, secretNames())
	body["accessToken"], body["tokenType"], body["refreshToken"] = p.Access, "Bearer", nil
	if p.Refresh != "" {
		body["refreshToken"] = p.Refresh
	}
	if id := g.token.MainAccountID; id != "" {
		body["mainAccountId"] = id
	}
	a = answerJSON(http.StatusOK, body)
	a.Caller, a.Profile = g.caller, g.profile
	return a
}

// scrub takes fields with these names from a value of JSON, however deep they are.
func scrub(value any, names map[string]bool) {
	switch v := value.(type) {
	case map[string]any:
		for name, inner := range v {
			if names[strings.ToLower(name)] {
				delete(v, name)
			} else {
				scrub(inner, names)
			}
		}
	case []any:
		for _, inner := range v {
			scrub(inner, names)
		}
	}
}

// secretNames are the fields of the vendor's answer to a sign-in that are secrets, in lower case.
func secretNames() map[string]bool {
	names := map[string]bool{}
	if schema := apispec.Default().Schema("AccessTokenUserDetails"); schema != nil {
		for _, f := range schema.Fields {
			if f.Secret || slices.Contains([]string{"token", "jwt"}, strings.ToLower(f.Name)) {
				names[strings.ToLower(f.Name)] = true
			}
		}
	}
	return names
}
