package control

import (
	"net/http"

	"github.com/ringcx-go/ringcx/sandbox/internal/admin"
	"github.com/ringcx-go/ringcx/sandbox/internal/endpoint"
	"github.com/ringcx-go/ringcx/sandbox/internal/limit"
	"github.com/ringcx-go/ringcx/sandbox/internal/ringcx"
)

// showState counts things and names the figures in force; nothing in it is secret.
func (c *control) showState(*http.Request) (any, error) {
	tokens := c.RingCX.CountSeen()
	c.Lock.Lock()
	defer c.Lock.Unlock()
	r := c.Rules.Load()
	limits := map[string]any{}
	for i, kind := range limit.Kinds {
		a := kind.Allowed(r)
		limits[kind.Shown] = map[string]any{
			"limit": a.Limit, "window": a.Window.String(), "penalty": a.Penalty.String(),
			"enabled": a.Limit > 0 && !c.Limits.IsOff(limit.Kind(i)),
		}
	}
	return map[string]any{
		"namespace": c.Namespace, // "": outside of all
		"now":       c.Now(), "offset": c.ClockOffset().String(),
		"seed": c.World.Seed(c.Lock.Tx), "algorithm": c.Algorithm(), "tokenTTL": r.RingCXTokenTTL.String(),
		"profile": c.Profile(), "switches": r.Values(),
		"limits": limits,
		"counts": map[string]int{
			"accounts": c.World.Accounts.Len(c.Lock.Tx), "users": c.World.CountUsers(c.Lock.Tx), "apps": c.World.Apps.Len(c.Lock.Tx),
			"credentials": c.World.Credentials.Len(c.Lock.Tx), "sessions": c.Platform.Live(),
			"authorizationCodes": c.Platform.Codes.Len(c.Lock.Tx), "ringcxAccessTokens": tokens,
			"ringcxRefreshTokens": c.RingCX.Live(c.Now(), r), "ringcxAdmins": c.World.CountAdmins(c.Lock.Tx),
			"ringcxApiTokens": c.RingCX.CountAPITokens(c.Lock.Tx), "requests": c.Journal.Size(), "faults": c.Faults.Size(),
		},
	}, nil
}

// showEnv gives the demo credentials, also under the names that the vendor's samples use for the environment.
func (c *control) showEnv(r *http.Request) (any, error) {
	demo := c.Demo()
	return map[string]any{
		"clientId": demo.ClientID, "clientSecret": demo.ClientSecret, "jwt": demo.JWT,
		"email": demo.Email, "password": demo.Password, "nativeClientId": demo.NativeClientID,
		"webClientId": demo.WebClientID, "webClientSecret": demo.WebClientSecret, "webRedirectUri": demo.WebRedirectURI,
		"adminUsername": demo.AdminUsername, "adminPassword": demo.AdminPassword, "platformId": demo.PlatformID,
		"segmentId": ringcx.DemoSegment,
		"env":       admin.Environment(endpoint.BaseURL(r), demo),
	}, nil
}
