package sandbox

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

// ringcx is RingCX: its sign-in and what of its API is emulated.
type ringcx struct {
	*cxTables
	ringcxConfig
	maker   token.Maker
	tokens  cxTokens
	signing atomic.Pointer[token.Key] // signs access tokens
	views   map[viewKey][]byte

	gone     map[uint64]struct{} // sessions of RingCentral that had ended when they were forgotten
	goneMost int                 // so many, until those are looked for that no sign-in came from
}

// ringcxConfig is what it needs. The lock guards everything in it.
type ringcxConfig struct {
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
	// findAccess finds whose access token it is, and marks it as used; nil if it does not work. The lock is held.
	findAccess(c *endpoint.Call, token string) *model.Access
	// ended reports whether a session has ended; known is false if it was forgotten.
	ended(tx *state.Tx, session uint64) (ended, known bool)
}

// ofRingCX is the RingCX that a call is for.
func ofRingCX(c *endpoint.Call) *ringcx { return c.Services.(interface{ RingCX() *ringcx }).RingCX() }

// method answers a call.
type method func(*ringcx, *endpoint.Call, *http.Request) endpoint.Response

// onRingCX makes a handler of a method.
func onRingCX(m method) endpoint.Handler {
	return func(c *endpoint.Call, r *http.Request) endpoint.Response { return m(ofRingCX(c), c, r) }
}

// asks makes of a method what finds out who calls.
func asks(m func(*ringcx, *endpoint.Call, *http.Request) (endpoint.Response, bool)) endpoint.Caller {
	return func(c *endpoint.Call, r *http.Request) (endpoint.Response, bool) { return m(ofRingCX(c), c, r) }
}

func newRingCX(c ringcxConfig) *ringcx {
	return &ringcx{ringcxConfig: c, cxTables: newCXTables(c.Lock.DB, c.Now, c.Room)}
}

// restart forgets everything that is in no table. Only tokens of a maker, an epoch and a key are known from then on. The lock is held.
func (x *ringcx) restart(maker token.Maker, epoch string, signing *token.Key) {
	x.maker, x.views, x.gone, x.goneMost = maker, map[viewKey][]byte{}, nil, 0
	x.signing.Store(signing)
	x.tokens.restart(epoch)
	x.Endings.Add()
}

// key signs and verifies access tokens.
func (x *ringcx) key() *token.Key { return x.signing.Load() }
