// Package control is the JSON surface under /_sandbox/, by which programs in any language steer a sandbox: its clock, faults,
// settings, objects, snapshots and namespaces. docs/sandbox.md describes it for its users. What is changed is what package
// admin lets be changed, as in the console.
package control

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/ringcx-go/ringcx/sandbox/internal/admin"
	"github.com/ringcx-go/ringcx/sandbox/internal/budget"
	"github.com/ringcx-go/ringcx/sandbox/internal/endpoint"
	"github.com/ringcx-go/ringcx/sandbox/internal/limit"
	"github.com/ringcx-go/ringcx/sandbox/internal/ringcx"
	"github.com/ringcx-go/ringcx/sandbox/internal/wording"
)

// control answers for one server, or one namespace.
type control struct{ *admin.Sandbox }

// New makes the surface of a. Requests are checked strictly, because a test that misspells a field should hear about it. Who
// may ask is the guard's business.
func New(a *admin.Sandbox) http.Handler {
	c := &control{a}
	mux := http.NewServeMux()
	handle := func(pattern string, do func(*http.Request) (any, error)) {
		mux.HandleFunc(pattern, func(w http.ResponseWriter, r *http.Request) {
			v, err := c.bounded(w, r, pattern, do)
			if failed := c.Edited(); err == nil && failed != nil {
				endpoint.Text(http.StatusInternalServerError, failed.Error()).Write(w)
				return
			}
			admin.Answer(v, err).Write(w)
		})
	}
	handle("POST /_sandbox/clock", c.controlClock)
	mux.HandleFunc("GET /_sandbox/requests", c.controlRequests)
	handle("POST /_sandbox/reset", c.controlReset)
	mux.HandleFunc("GET /_sandbox/snapshot", c.controlSnapshot)
	handle(restorePattern, c.controlRestore)
	handle("GET /_sandbox/namespaces", c.controlNamespaces)
	handle("POST /_sandbox/namespaces", c.controlNamespace)
	handle("DELETE /_sandbox/namespaces/{name}", c.controlDeleteNamespace)
	handle("POST /_sandbox/switches", c.controlSwitches)
	mux.HandleFunc("GET /_sandbox/contract", c.controlContract)
	handle("GET /_sandbox/state", c.controlState)
	handle("GET /_sandbox/env", c.controlEnv)
	handle("GET /_sandbox/jwks", func(*http.Request) (any, error) { return c.RingCX.Key().JWKS(), nil })
	handle("POST /_sandbox/apps", c.controlApp)
	handle("POST /_sandbox/accounts", c.controlAccount)
	handle("POST /_sandbox/users", c.controlNewUser)
	handle("POST /_sandbox/users/{id}", c.controlUser)
	handle("POST /_sandbox/credentials", c.controlCredential)
	handle("DELETE /_sandbox/credentials/{id}", c.controlDeleteCredential)
	handle("POST /_sandbox/faults", c.controlFault)
	handle("GET /_sandbox/faults", c.controlFaults)
	handle("DELETE /_sandbox/faults", c.controlClearFaults)
	c.controlRingCX(handle)
	handle("/_sandbox/", func(r *http.Request) (any, error) {
		return nil, fmt.Errorf("%w: %s %s%s", admin.ErrNoSuchThing, r.Method, r.URL.Path, otherMethods(mux, r))
	})
	return mux
}

// otherMethods names those with which the path of r is there, if there are any.
func otherMethods(mux *http.ServeMux, r *http.Request) string {
	var there []string
	for _, method := range []string{http.MethodGet, http.MethodPost, http.MethodDelete} {
		other := &http.Request{Method: method, URL: r.URL, Host: r.Host}
		if _, pattern := mux.Handler(other); strings.HasPrefix(pattern, method+" ") {
			there = append(there, method)
		}
	}
	if there == nil {
		return ""
	}
	return ", only " + strings.Join(there, " and ") + " of it"
}

// restorePattern is the route whose bodies may be large.
const restorePattern = "POST /_sandbox/snapshot"

// bounded lets do answer r, as long as what it brings is not too much.
func (c *control) bounded(w http.ResponseWriter, r *http.Request, pattern string, do func(*http.Request) (any, error)) (any, error) {
	if pattern == restorePattern || r.Body == nil {
		return do(r)
	}
	most, err := c.Room(r)
	if err != nil {
		return nil, err
	}
	body := &budget.Meter{ReadCloser: http.MaxBytesReader(w, r.Body, int64(most))}
	r.Body = body
	v, err := do(r)
	if err == nil {
		c.Changed(r, body.Weight)
	}
	return v, err
}

func (c *control) controlClock(r *http.Request) (any, error) {
	var in struct {
		Advance *wording.JSONDuration `json:"advance"`
	}
	if err := admin.ReadJSON(r, &in); err != nil {
		return nil, err
	}
	if in.Advance == nil {
		return nil, errors.New(`give "advance", a duration such as "5m"`)
	}
	if err := c.Move(time.Duration(*in.Advance)); err != nil {
		return nil, err
	}
	return map[string]time.Time{"now": c.Now()}, nil
}

func (c *control) controlReset(*http.Request) (any, error) {
	if err := c.StartOver(); err != nil {
		return nil, err
	}
	return map[string]time.Time{"now": c.Now()}, nil
}

// controlSwitches changes the settings that are given; the others stay. It answers with all of them.
func (c *control) controlSwitches(r *http.Request) (any, error) {
	var in map[string]json.RawMessage
	if err := admin.ReadJSON(r, &in); err != nil {
		return nil, err
	}
	if err := c.ChangeSettings(in); err != nil {
		return nil, err
	}
	return c.Rules.Load().Values(), nil
}

// controlState counts things and names the figures in force; nothing in it is secret.
func (c *control) controlState(*http.Request) (any, error) {
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
		"now":       c.Now(), "offset": c.Offset().String(),
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

// controlEnv gives the demo credentials, also under the names that the vendor's samples use for the environment.
func (c *control) controlEnv(r *http.Request) (any, error) {
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
