// Package ringcx is RingCX as the sandbox emulates it: sign-in at /api/auth, the X-Auth-Token of the older API, and what is
// emulated of the API itself. Operations has a row for each; a Service has what they answer from. What it wants to know about
// RingCentral, it asks through an interface.
package ringcx

import (
	"net/http"
	"sync/atomic"
	"time"

	"github.com/ringcx-go/ringcx/sandbox/internal/endpoint"
	"github.com/ringcx-go/ringcx/sandbox/internal/limit"
	"github.com/ringcx-go/ringcx/sandbox/internal/model"
	"github.com/ringcx-go/ringcx/sandbox/internal/state"
	"github.com/ringcx-go/ringcx/sandbox/internal/token"
)

// Service is RingCX: its sign-in and what of its API is emulated. Its methods run in the transaction of who holds its Lock,
// except for what finds out who calls, before the transaction, and for what signs, after it.
type Service struct {
	*Tables
	Config
	maker   token.Maker
	tokens  accessTokens
	signing atomic.Pointer[token.Key] // signs access tokens
	views   map[viewKey][]byte

	gone     map[uint64]struct{} // sessions of RingCentral that had ended when they were forgotten
	goneMost int                 // so many, until those are looked for that no sign-in came from
}

// Config is what a Service needs. Lock guards everything in it.
type Config struct {
	Lock     *state.Lock
	World    *model.World
	Limits   *limit.Limits
	Polling  *endpoint.Detector
	Endings  *model.Endings
	Now      func() time.Time
	Room     *state.Room // for sign-ins
	Platform ringCentral
}

// ringCentral is what RingCX asks of RingCentral.
type ringCentral interface {
	// FindAccess finds whose access token it is, and marks it as used; nil if it does not work.
	FindAccess(c *endpoint.Call, token string) *model.Access
	// Ended reports whether a session has ended; known is false if it was forgotten.
	Ended(tx *state.Tx, session uint64) (ended, known bool)
}

// Of is the RingCX that a call is for.
func Of(c *endpoint.Call) *Service { return c.Services.(interface{ RingCX() *Service }).RingCX() }

// method answers a call.
type method func(*Service, *endpoint.Call, *http.Request) endpoint.Response

// on makes a handler of a method.
func on(m method) endpoint.Handler {
	return func(c *endpoint.Call, r *http.Request) endpoint.Response { return m(Of(c), c, r) }
}

// asks makes of a method what finds out who calls.
func asks(m func(*Service, *endpoint.Call, *http.Request) (endpoint.Response, bool)) endpoint.Caller {
	return func(c *endpoint.Call, r *http.Request) (endpoint.Response, bool) { return m(Of(c), c, r) }
}

// New makes a service without any token; Restart gives it what it signs with.
func New(c Config) *Service {
	return &Service{Config: c, Tables: newTables(c.Lock.DB, c.Now, c.Room)}
}

// Restart forgets everything that is in no table. Only tokens of a maker, an epoch and a key are known from then on.
func (x *Service) Restart(maker token.Maker, epoch string, signing *token.Key) {
	x.maker, x.views, x.gone, x.goneMost = maker, map[viewKey][]byte{}, nil, 0
	x.signing.Store(signing)
	x.tokens.restart(epoch)
	x.Endings.Add()
}

// Key signs and verifies access tokens. It may be called outside of a transaction.
func (x *Service) Key() *token.Key { return x.signing.Load() }
