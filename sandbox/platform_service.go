package sandbox

import (
	"net/http"
	"time"

	"github.com/ringcx-go/ringcx/sandbox/internal/endpoint"
	"github.com/ringcx-go/ringcx/sandbox/internal/limit"
	"github.com/ringcx-go/ringcx/sandbox/internal/model"
	"github.com/ringcx-go/ringcx/sandbox/internal/state"
	"github.com/ringcx-go/ringcx/sandbox/internal/token"
)

// platform is RingCentral: its sign-in and what of its API is emulated.
type platform struct {
	*oauthTables
	platformConfig
	maker token.Maker
}

// platformConfig is what it needs. The lock guards everything in it.
type platformConfig struct {
	Lock    *state.Lock
	World   *model.World
	Limits  *limit.Limits
	Polling *endpoint.Detector
	Endings *model.Endings
	Now     func() time.Time
	Room    *state.Room                                    // for sessions
	Dropped func(tx *state.Tx, session uint64, ended bool) // is told of each session that went because there were too many
}

// ofPlatform is the RingCentral that a call is for.
func ofPlatform(c *endpoint.Call) *platform {
	return c.Services.(interface{ Platform() *platform }).Platform()
}

// onPlatform makes a handler of a method.
func onPlatform(m func(*platform, *endpoint.Call, *http.Request) endpoint.Response) endpoint.Handler {
	return func(c *endpoint.Call, r *http.Request) endpoint.Response { return m(ofPlatform(c), c, r) }
}

func newPlatform(c platformConfig) *platform {
	return &platform{platformConfig: c, oauthTables: newOAuthTables(c.Lock.DB, c.Now, c.Room, func(tx *state.Tx, number uint64, sess session) {
		c.Dropped(tx, number, sess.State != sessionOpen)
	})}
}

// restart makes the tokens of a maker the ones that are known. The lock is held.
func (p *platform) restart(maker token.Maker) { p.maker = maker }

// use finds whose access token it is, and marks it as used; nil if it does not work. The lock is held.
func (p *platform) findAccess(c *endpoint.Call, given string) *model.Access {
	t, _, _ := p.use(c, given)
	return t
}

// ended reports whether a session has ended; false in known if it was forgotten.
func (p *platform) ended(tx *state.Tx, session uint64) (ended, known bool) {
	sess, ok := p.sessions.Get(tx, session)
	return ok && sess.State != sessionOpen, ok
}
