package handout

import (
	"context"
	"errors"
	"io"
	"mime"
	"net/http"
	"net/url"
	"strings"

	"github.com/ringcx-go/ringcx/broker/internal/cached"
	"github.com/ringcx-go/ringcx/broker/internal/caller"
)

const (
	grantExchange = "urn:ietf:params:oauth:grant-type:token-exchange"
	accessType    = "urn:ietf:params:oauth:token-type:access_token"
	jwtType       = "urn:ietf:params:oauth:token-type:jwt"
	idType        = "urn:ietf:params:oauth:token-type:id_token"
)

// longForm is the longest form that is read, in bytes.
const longForm = 64 << 10

// form reads the parameters of a request to a token endpoint: from its body alone, each once.
func form(r *http.Request) (url.Values, *Answer) {
	invalid := func(why string) (url.Values, *Answer) {
		return nil, oauthError(http.StatusBadRequest, "invalid_request", why)
	}
	kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil || kind != "application/x-www-form-urlencoded" {
		return invalid("the parameters must be a form (application/x-www-form-urlencoded)")
	}
	body, err := io.ReadAll(io.LimitReader(r.Body, longForm+1))
	if err != nil || len(body) > longForm {
		return invalid("the form is too long, or was cut off")
	}
	values, err := url.ParseQuery(string(body))
	if err != nil {
		return invalid("the form cannot be read")
	}
	for _, all := range values {
		if len(all) > 1 {
			return invalid("a parameter is there twice")
		}
	}
	return values, nil
}

// noKeys is the answer when it cannot be told who asks.
func noKeys(err error) *Answer {
	return oauthError(http.StatusServiceUnavailable, "temporarily_unavailable", "the keys of callers cannot be read"+cached.Why(err))
}

// client is who asks a token endpoint: by HTTP Basic, by client_id and client_secret in the form, or by a Bearer token. The
// client ID, where there is one, is the name of the caller or the ID of its key.
func (d *Desk) client(r *http.Request, values url.Values) (*caller.Caller, *Answer) {
	denied := func() (*caller.Caller, *Answer) {
		return nil, oauthError(http.StatusUnauthorized, "invalid_client", "the client is not known, or its secret is wrong")
	}
	name, secret, ok := Secret(r)
	if !ok || secret != "" && values.Get("client_secret") != "" {
		return denied()
	}
	if secret == "" {
		name, secret = values.Get("client_id"), values.Get("client_secret")
	}
	c, err := d.Who(r, secret)
	if err != nil && !errors.Is(err, caller.ErrUnknown) {
		return nil, noKeys(err)
	}
	if err != nil || name != "" && name != c.Name && name != c.ID {
		return denied()
	}
	return c, nil
}

// oauth answers POST /oauth2/token.
func (d *Desk) oauth(r *http.Request) *Answer {
	values, bad := form(r)
	if bad != nil {
		return bad
	}
	switch values.Get("grant_type") {
	case "client_credentials":
		return d.grant(r, (*Desk).client, values, "")
	case grantExchange:
		if kind := values.Get("subject_token_type"); kind != accessType && kind != jwtType && kind != idType {
			return oauthError(http.StatusBadRequest, "invalid_request", "the subject_token_type is not one that is exchanged here")
		}
		if kind := values.Get("requested_token_type"); kind != "" && kind != accessType {
			return oauthError(http.StatusBadRequest, "invalid_request", "only access tokens are handed out")
		}
		return d.grant(r, (*Desk).subject, values, accessType)
	case "":
		return oauthError(http.StatusBadRequest, "invalid_request", "the grant_type is missing")
	}
	return oauthError(http.StatusBadRequest, "unsupported_grant_type", "client_credentials and token exchange are supported")
}

// subject is who a token stands for that is to be exchanged.
func (d *Desk) subject(r *http.Request, values url.Values) (*caller.Caller, *Answer) {
	c, err := d.Who(r, values.Get("subject_token"))
	if err != nil && !errors.Is(err, caller.ErrUnknown) {
		return nil, noKeys(err)
	}
	if values.Get("subject_token") == "" || err != nil {
		return nil, oauthError(http.StatusBadRequest, "invalid_grant", "the subject_token is not known")
	}
	return c, nil
}

// grant hands out the vendor's token, or with the scope broker a token of the broker's own, with which a program calls the vendor
// through the broker.
func (d *Desk) grant(r *http.Request, who func(*Desk, *http.Request, url.Values) (*caller.Caller, *Answer), values url.Values, issued string) *Answer {
	scope := values.Get("scope")
	own := scope == "broker"
	mayHave := func(d *Desk, r *http.Request) (*permit, *Answer) {
		c, bad := who(d, r, values)
		if bad != nil {
			return nil, bad
		}
		if scope != "" && !own {
			return nil, oauthError(http.StatusBadRequest, "invalid_scope", "the scopes are none, for the vendor's token, and broker")
		}
		source, profile, p := d.Source(r, c, !own)
		if p != nil {
			a := oauthError(http.StatusForbidden, "unauthorized_client", p.Detail)
			a.Caller, a.Profile = c, profile
			return nil, a
		}
		return &permit{source, c, profile}, nil
	}
	p, bad := mayHave(d, r)
	if bad != nil {
		return bad
	}
	body := map[string]any{}
	g := &got{permit: p}
	if own {
		p, err := d.Short.Issue(r.Context(), *p.caller)
		if err != nil {
			return noKeys(err)
		}
		body["access_token"], body["token_type"], body["expires_in"], body["scope"] = p.Access, "Bearer", int64(p.AccessLife.Seconds()), scope
	} else {
		g, bad = d.bring(r.Context(), p, 0, func(ctx context.Context) (*permit, *Answer) { return mayHave(d.Latest(), r.WithContext(ctx)) })
		if bad != nil {
			return bad
		}
		if g.err != nil {
			p := Unavailable(g.err)
			a := oauthError(p.Status, "temporarily_unavailable", p.Detail)
			a.Caller, a.Profile = g.caller, g.profile
			return a
		}
		// Libraries take an expires_at for a number of theirs, and RFC 6749 has none.
		body["access_token"], body["token_type"], body["expires_in"] = g.token.AccessToken, g.token.TokenType, d.left(g.token.Expiry)
	}
	if issued != "" {
		body["issued_token_type"] = issued
	}
	a := answerJSON(http.StatusOK, body)
	a.Caller, a.Profile, a.Token = g.caller, g.profile, g.name
	return a
}

// introspect answers POST /oauth2/introspect: about tokens of the caller's own and the vendor's token that it may have.
func (d *Desk) introspect(r *http.Request) *Answer {
	values, bad := form(r)
	if bad != nil {
		return bad
	}
	c, bad := d.client(r, values)
	if bad != nil {
		return bad
	}
	token, inactive := values.Get("token"), map[string]any{"active": false}
	if token == "" {
		return oauthError(http.StatusBadRequest, "invalid_request", "the token is missing")
	}
	body := inactive
	owner, until, err := d.Short.Whose(r.Context(), token)
	if err != nil && !errors.Is(err, caller.ErrUnknown) {
		return noKeys(err)
	}
	if err == nil && owner.Name == c.Name {
		body = map[string]any{"active": true, "client_id": owner.Name, "username": owner.Name, "token_type": "Bearer", "exp": until.Unix(), "scope": "broker"}
	} else if source, _, p := d.Source(r, c, true); p == nil {
		if k := source.last.Load(); k != nil && same(k.token.AccessToken, token) && d.Now().Before(k.token.Expiry) {
			body = map[string]any{"active": true, "client_id": c.Name, "token_type": k.token.TokenType, "exp": k.token.Expiry.Unix()}
		}
	}
	a := answerJSON(http.StatusOK, body)
	a.Caller = c
	return a
}

// revoke answers POST /oauth2/revoke. Only tokens of the broker's own can be ended here.
func (d *Desk) revoke(r *http.Request) *Answer {
	values, bad := form(r)
	if bad != nil {
		return bad
	}
	c, bad := d.client(r, values)
	if bad != nil {
		return bad
	}
	if bad = d.end(r, values.Get("token"), c); bad != nil {
		return bad
	}
	return &Answer{Status: http.StatusOK, Header: http.Header{"Cache-Control": {"no-store"}}, Caller: c}
}

// end ends a token, if it is of a client's name. nil is a client that shows no secret: who knows a token may end it.
func (d *Desk) end(r *http.Request, token string, client *caller.Caller) *Answer {
	if client != nil {
		owner, _, err := d.Short.Whose(r.Context(), token)
		if err != nil {
			owner, err = d.Short.Refreshes(r.Context(), token)
		}
		if err == nil && owner.Name != client.Name {
			return nil
		}
	}
	if err := d.Short.End(r.Context(), token); err != nil {
		return noKeys(err)
	}
	return nil
}

// metadata answers RFC 8414. The issuer is the address that the caller came by.
func (d *Desk) metadata(r *http.Request) *Answer {
	scheme := "http"
	if r.TLS != nil {
		scheme = "https"
	}
	issuer := scheme + "://" + strings.ToLower(r.Host)
	methods := []string{"client_secret_basic", "client_secret_post"}
	a := answerJSON(http.StatusOK, map[string]any{
		"issuer": issuer, "token_endpoint": issuer + OAuthPath, "introspection_endpoint": issuer + IntrospectPath, "revocation_endpoint": issuer + RevokePath,
		"grant_types_supported": []string{"client_credentials", grantExchange}, "response_types_supported": []string{},
		"token_endpoint_auth_methods_supported": methods, "introspection_endpoint_auth_methods_supported": methods,
		"revocation_endpoint_auth_methods_supported": methods, "scopes_supported": []string{"broker"},
	})
	a.Why = "anybody may read it"
	return a
}
