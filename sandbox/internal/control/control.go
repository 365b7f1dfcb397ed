// Package control is the JSON surface under /_sandbox/, by which programs in any language steer a sandbox: its clock, faults,
// settings, objects, snapshots and namespaces. docs/sandbox.md describes it for its users. What is changed is what package
// admin lets be changed, as in the console.
package control

import (
	"fmt"
	"net/http"
	"strings"

	"github.com/ringcx-go/ringcx/sandbox/internal/admin"
	"github.com/ringcx-go/ringcx/sandbox/internal/budget"
	"github.com/ringcx-go/ringcx/sandbox/internal/endpoint"
)

// action answers a request with a value, or with an error in words.
type action func(r *http.Request) (any, error)

// control answers for one server, or one namespace.
type control struct{ *admin.Sandbox }

// New makes the surface of a. Requests are checked strictly, because a test that misspells a field should hear about it. Who
// may ask is the guard's business.
func New(a *admin.Sandbox) http.Handler {
	c := &control{a}
	mux := http.NewServeMux()
	handle := func(pattern string, do action) {
		mux.HandleFunc(pattern, func(w http.ResponseWriter, r *http.Request) {
			v, err := c.bounded(w, r, pattern, do)
			if failed := c.Save(); err == nil && failed != nil {
				endpoint.Text(http.StatusInternalServerError, failed.Error()).Write(w)
				return
			}
			admin.Answer(v, err).Write(w)
		})
	}
	handle("POST /_sandbox/clock", c.moveClock)
	mux.HandleFunc("GET /_sandbox/requests", c.listRequests)
	mux.HandleFunc("GET /_sandbox/verdicts", c.listVerdicts)
	handle("POST /_sandbox/reset", c.reset)
	mux.HandleFunc("GET /_sandbox/snapshot", c.sendSnapshot)
	handle(restorePattern, c.restore)
	handle("GET /_sandbox/namespaces", c.listNamespaces)
	handle("POST /_sandbox/namespaces", c.openNamespace)
	handle("DELETE /_sandbox/namespaces/{name}", c.deleteNamespace)
	handle("POST /_sandbox/switches", c.changeSettings)
	mux.HandleFunc("GET /_sandbox/contract", c.showContract)
	handle("GET /_sandbox/state", c.showState)
	handle("GET /_sandbox/env", c.showEnv)
	handle("GET /_sandbox/jwks", func(*http.Request) (any, error) { return c.RingCX.Key().JWKS(), nil })
	handle("POST /_sandbox/apps", c.createApp)
	handle("POST /_sandbox/accounts", c.createAccount)
	handle("POST /_sandbox/users", c.createUser)
	handle("POST /_sandbox/users/{id}", c.changeUser)
	handle("POST /_sandbox/credentials", c.createCredential)
	handle("DELETE /_sandbox/credentials/{id}", c.deleteCredential)
	handle("POST /_sandbox/faults", c.armFault)
	handle("GET /_sandbox/faults", c.listFaults)
	handle("DELETE /_sandbox/faults", c.disarmFaults)
	handle("POST /_sandbox/admins", c.createAdmin)
	handle("POST /_sandbox/admins/{id}", c.changeAdmin)
	handle("POST /_sandbox/agents/{id}", c.changeAgent)
	handle("POST /_sandbox/codes", c.createCode)
	handle("POST /_sandbox/summaries", c.putSummary)
	handle("GET /_sandbox/mail", c.listMail)
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
func (c *control) bounded(w http.ResponseWriter, r *http.Request, pattern string, do action) (any, error) {
	if pattern == restorePattern || r.Body == nil {
		return do(r)
	}
	most, err := c.BodyRoom(r)
	if err != nil {
		return nil, err
	}
	body := &budget.Meter{ReadCloser: http.MaxBytesReader(w, r.Body, int64(most))}
	r.Body = body
	v, err := do(r)
	if err == nil {
		c.CountChange(r, body.Weight)
	}
	return v, err
}
