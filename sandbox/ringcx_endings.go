package sandbox

import (
	"sync/atomic"

	"github.com/ringcx-go/ringcx/sandbox/internal/contract"
	"github.com/ringcx-go/ringcx/sandbox/internal/state"
)

// A read of an access token that was seen before has to know whether its sign-in was cut off, and takes no lock for that:
// what was looked up is right until any sign-in is cut or any session ends, and those are counted.

// endings counts sign-ins that were cut, and sessions of RingCentral that ended. Who ends one adds it before giving back
// Server.mu. So who still reads the count of before came before the end, and who looks again waits for it.
type endings struct{ count atomic.Uint64 }

// whatEnded is what has ended of a sign-in, and the count of endings when that was looked up, in one word.
type whatEnded uint64

const (
	endedItself whatEnded = 1 << iota // it was cut
	endedBefore                       // the session that it came from has ended
	endingStep                        // of the count

	endingParts = endedItself | endedBefore
)

func (e *endings) add() { e.count.Add(uint64(endingStep)) }

func (e *endings) now() whatEnded { return whatEnded(e.count.Load()) }

// endedOf looks up what has ended of in. Server.mu is held, or it is in a View.
func (x *ringcx) endedOf(tx *state.Tx, in *signIn) whatEnded {
	out := x.platform.endings.now()
	if in.Cut {
		out |= endedItself
	}
	if x.fromEnded(tx, in) {
		out |= endedBefore
	}
	return out
}

// cutOff reports whether a token is refused although it has not expired. tx is that of a caller that holds s.mu, nil if none
// is held. What has ended of a sign-in that was forgotten since stays ended.
func (s *Server) cutOff(tx *state.Tx, a *cxAccess, r *contract.Rules) bool {
	known := whatEnded(a.ended.Load())
	if a.signIn != 0 && known&^endingParts != s.tokens.endings.now() {
		known = s.lookAgain(tx, a, known)
	}
	return known&endedItself != 0 || r.SessionEndTakesRingCX && known&endedBefore != 0
}

func (s *Server) lookAgain(tx *state.Tx, a *cxAccess, known whatEnded) (now whatEnded) {
	s.mu.View(tx, func(tx *state.Tx) {
		now = s.tokens.endings.now() | known&endingParts
		if in, ok := s.cx.signIns.Get(tx, a.signIn); ok {
			now |= s.cx.endedOf(tx, &in)
		}
	})
	a.ended.CompareAndSwap(uint64(known), uint64(now)) // else another caller has looked later
	return now
}
