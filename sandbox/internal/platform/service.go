// Package platform is RingCentral as the sandbox emulates it: the OAuth endpoints, the pages of the browser login, discovery,
// and what clients of RingCX call of the REST API. Operations has a row for each; a Service has what they answer from.
package platform

import (
	"net/http"
	"strings"
	"time"

	"github.com/ringcx-go/ringcx/sandbox/internal/endpoint"
	"github.com/ringcx-go/ringcx/sandbox/internal/limit"
	"github.com/ringcx-go/ringcx/sandbox/internal/model"
	"github.com/ringcx-go/ringcx/sandbox/internal/state"
	"github.com/ringcx-go/ringcx/sandbox/internal/token"
)

// Service is RingCentral: its sign-in and what of its API is emulated. Its methods run in the transaction of who holds its Lock.
type Service struct {
	*Tables
	Config
	maker token.Maker
}

// Config is what a Service needs. Lock guards everything in it.
type Config struct {
	Lock    *state.Lock
	World   *model.World
	Limits  *limit.Limits
	Polling *endpoint.Detector
	Endings *model.Endings
	Now     func() time.Time
	Room    *state.Room                                    // for sessions
	Dropped func(tx *state.Tx, session uint64, ended bool) // is told of each session that went because there were too many
}

// of is the RingCentral that a call is for.
func of(c *endpoint.Call) *Service {
	return c.Services.(interface{ Platform() *Service }).Platform()
}

// on makes a handler of a method.
func on(m func(*Service, *endpoint.Call, *http.Request) endpoint.Response) endpoint.Handler {
	return func(c *endpoint.Call, r *http.Request) endpoint.Response { return m(of(c), c, r) }
}

// New makes a service without any session; Restart gives it the maker of its tokens.
func New(c Config) *Service {
	return &Service{Config: c, Tables: newTables(c.Lock.DB, c.Now, c.Room, func(tx *state.Tx, number uint64, sess Session) {
		c.Dropped(tx, number, sess.State != SessionOpen)
	})}
}

// Restart makes the tokens of a maker the ones that are known.
func (p *Service) Restart(maker token.Maker) { p.maker = maker }

// FindAccess finds whose access token it is, and marks it as used; nil if it does not work.
func (p *Service) FindAccess(c *endpoint.Call, given string) *model.Access {
	t, _, _ := p.use(c, given)
	return t
}

// Ended reports whether a session has ended; false in known if it was forgotten.
func (p *Service) Ended(tx *state.Tx, session uint64) (ended, known bool) {
	sess, ok := p.sessions.Get(tx, session)
	return ok && sess.State != SessionOpen, ok
}

// routingKey is what the emulated servers are called.
const routingKey = "SBX01P01"

// SetHeaders adds what every answer of the platform carries; its OAuth answers are never to be stored.
func SetHeaders(h http.Header, path string) {
	h["Rcrequestid"] = []string{token.NewUUID()}
	h["Content-Language"] = []string{"en"}
	h["Routingkey"] = []string{routingKey}
	h["Vary"] = []string{endpoint.PlatformVary}
	if strings.HasPrefix(path, "/restapi/oauth/") {
		h["Cache-Control"] = []string{"no-store"}
		h["Pragma"] = []string{"no-cache"}
	}
}
