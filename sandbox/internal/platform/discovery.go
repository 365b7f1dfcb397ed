package platform

import (
	"cmp"
	"net/http"

	"github.com/ringcx-go/ringcx/sandbox/internal/endpoint"
	"github.com/ringcx-go/ringcx/sandbox/internal/model"
)

// Figures of the discovery before and after a login. observed in the vendor's own clients.
const (
	discoveryVersion    = "1.0.0"
	discoveryRetries    = 3
	discoveryRetryAfter = 3     // seconds
	discoveryExpires    = 86400 // seconds
	discoveryCycle      = 824   // seconds
	defaultBrand        = "1210"
	initialPath         = "/.well-known/entry-points/initial"
	externalPath        = "/.well-known/entry-points/external"
	discoveryTag        = "sandbox-1" // assumed: names the state of the document
)

// entryPoints is what both discovery documents say. Of the vendor's other products only video is there, because the
// vendor's SDK does not work without it.
type entryPoints struct {
	Version       string `json:"version"`
	ExpiresIn     int    `json:"expiresIn,omitempty"` // seconds
	RetryCount    int    `json:"retryCount"`
	RetryInterval int    `json:"retryInterval"` // seconds
	RetryCycle    int    `json:"retryCycleDelay,omitempty"`
	BrandID       string `json:"brandId"`
	DiscoveryAPI  any    `json:"discoveryApi"`
	AuthAPI       any    `json:"authApi"`
	CoreAPI       any    `json:"coreApi"`
	Video         any    `json:"rcv"`
}

// newEntryPoints has what is the same in both.
func newEntryPoints(base, brand string) entryPoints {
	return entryPoints{
		Version: discoveryVersion, RetryCount: discoveryRetries, RetryInterval: discoveryRetryAfter, BrandID: brand,
		CoreAPI: map[string]string{"baseUri": base},
		Video:   map[string]string{"baseWebUri": base, "baseApiUri": base, "pubnubOrigin": "pubnub.invalid"},
	}
}

// initialDiscovery is GET /.well-known/entry-points/initial, which an app reads before anybody has signed in.
func (p *Service) initialDiscovery(_ *endpoint.Call, r *http.Request) endpoint.Response {
	query := r.URL.Query()
	if p.World.App(p.Lock.Tx, query.Get("clientId")) == nil { // status and code assumed
		return APIError(http.StatusBadRequest, "CMN-101", "Parameter [clientId] value is invalid")
	}
	base := endpoint.BaseURL(r)
	out := newEntryPoints(base, cmp.Or(query.Get("brandId"), defaultBrand))
	out.DiscoveryAPI = map[string]string{"defaultExternalUri": base + externalPath}
	out.AuthAPI = map[string]string{
		"authorizationUri": base + "/restapi/oauth/authorize",
		"oidcDiscoveryUri": base + "/.well-known/openid-configuration",
		"defaultTokenUri":  base + "/restapi/oauth/token",
	}
	return endpoint.JSON(http.StatusOK, out)
}

// externalDiscovery is GET /.well-known/entry-points/external, which an app reads with its token.
func (p *Service) externalDiscovery(c *endpoint.Call, r *http.Request) endpoint.Response {
	t, refusal := p.platformToken(c, r)
	if t == nil {
		return refusal
	}
	base := endpoint.BaseURL(r)
	out := newEntryPoints(base, defaultBrand)
	out.ExpiresIn, out.RetryCycle = discoveryExpires, discoveryCycle
	out.DiscoveryAPI = map[string]string{"initialUri": base + initialPath, "externalUri": base + externalPath}
	out.AuthAPI = map[string]string{
		"authorizationUri": base + "/restapi/oauth/authorize",
		"oidcDiscoveryUri": base + "/.well-known/openid-configuration",
		"baseUri":          base,
		"tokenUri":         base + "/restapi/oauth/token",
	}
	return endpoint.JSON(http.StatusOK, out).With("Discovery-Tag", discoveryTag)
}

// openIDConfiguration is GET /.well-known/openid-configuration, with the addresses its reader can reach.
func (p *Service) openIDConfiguration(c *endpoint.Call, r *http.Request) endpoint.Response {
	base := endpoint.BaseURL(r)
	oauth := base + "/restapi/oauth/"
	out := map[string]any{
		"issuer":                                base,
		"authorization_endpoint":                oauth + "authorize",
		"token_endpoint":                        oauth + "token",
		"revocation_endpoint":                   oauth + "revoke",
		"userinfo_endpoint":                     oauth + "userinfo",
		"jwks_uri":                              oauth + "jwks",
		"scopes_supported":                      []string{"openid", "email", "profile"},
		"response_types_supported":              []string{"code"},
		"subject_types_supported":               []string{"public"},
		"token_endpoint_auth_methods_supported": []string{MethodBasic, MethodSecretJWT, model.MethodKeyJWT},
		"userinfo_signing_alg_values_supported": []string{"none"},
		"id_token_signing_alg_values_supported": []string{"RS256", "HS256"},
		"display_values_supported":              []string{"page", "popup", "touch", "mobile"},
		"claims_supported": []string{
			"sub", "iss", "auth_time", "aud", "exp", "iat", "jti", "nonce", "account_id", "email", "email_verified",
			"given_name", "family_name",
		},
		"code_challenge_methods_supported": []string{"plain", "S256"},
		"ui_locales_supported":             []string{"en-US"},
		"claims_parameter_supported":       false,
		"request_parameter_supported":      false,
		"request_uri_parameter_supported":  false,
	}
	if c.Rules.AuthorizationIssuer {
		out["authorization_response_iss_parameter_supported"] = true
	}
	return endpoint.JSON(http.StatusOK, out)
}

// oauthKeys is GET /restapi/oauth/jwks.
func (p *Service) oauthKeys(*endpoint.Call, *http.Request) endpoint.Response {
	return endpoint.JSON(http.StatusOK, p.World.Key().JWKS())
}
