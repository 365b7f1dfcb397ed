package ringcx

import (
	"iter"
	"time"

	"github.com/ringcx-go/ringcx/sandbox/internal/endpoint"
)

// What people are shown of sign-ins. Nothing here is a use of a token.

// seenToken is an access token that was seen lately.
type seenToken struct {
	Text    string
	Claims  *Claims
	Expires time.Time
}

// GoodTokens are the access tokens that were seen lately and would be accepted in a call.
func (x *Service) GoodTokens(c *endpoint.Call) iter.Seq[seenToken] {
	return func(yield func(seenToken) bool) {
		x.tokens.mu.RLock()
		defer x.tokens.mu.RUnlock()
		for text, t := range x.tokens.seen.All() {
			if t.problem(c, x.cutOff(x.Lock.Tx, t, c.Rules)) == "" && !yield(seenToken{text, t.claims, t.expires}) {
				return
			}
		}
	}
}

// CountSeen is how many access tokens were seen lately.
func (x *Service) CountSeen() int {
	x.tokens.mu.RLock()
	defer x.tokens.mu.RUnlock()
	return x.tokens.seen.Len()
}

// CurrentEpoch is that of the access tokens that are issued.
func (x *Service) CurrentEpoch() string {
	x.tokens.mu.RLock()
	defer x.tokens.mu.RUnlock()
	return x.tokens.epoch
}
