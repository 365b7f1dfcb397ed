package ringcx

import (
	"github.com/ringcx-go/ringcx/sandbox/internal/contract"
	"github.com/ringcx-go/ringcx/sandbox/internal/state"
)

// A read of an access token that was seen before has to know whether its sign-in was cut off, and takes no lock for that:
// what was looked up is right until any sign-in is cut or any session ends, and those are counted.

// whatEnded is what has ended of a sign-in, and the count of endings when that was looked up, in one word.
type whatEnded uint64

const (
	endedItself whatEnded = 1 << iota // it was cut
	endedBefore                       // the session that it came from has ended

	endingParts = endedItself | endedBefore
)

// endingsNow is the count of endings, and nothing that has ended.
func (x *Service) endingsNow() whatEnded { return whatEnded(x.Endings.Count() << 2) }

// endedOf looks up what has ended of in. It needs no more than a View.
func (x *Service) endedOf(tx *state.Tx, in *SignIn) whatEnded {
	out := x.endingsNow()
	if in.Cut {
		out |= endedItself
	}
	if x.fromEnded(tx, in) {
		out |= endedBefore
	}
	return out
}

// cutOff reports whether a token is refused although it has not expired. tx is that of a caller in a transaction,
// nil if it is in none. What has ended of a sign-in that was forgotten since stays ended.
func (x *Service) cutOff(tx *state.Tx, a *accessToken, r *contract.Rules) bool {
	known := whatEnded(a.ended.Load())
	if a.signIn != 0 && known&^endingParts != x.endingsNow() {
		known = x.lookAgain(tx, a, known)
	}
	return known&endedItself != 0 || r.SessionEndTakesRingCX && known&endedBefore != 0
}

func (x *Service) lookAgain(tx *state.Tx, a *accessToken, known whatEnded) (now whatEnded) {
	x.Lock.View(tx, func(tx *state.Tx) {
		now = x.endingsNow() | known&endingParts
		if in, ok := x.SignIns.Get(tx, a.signIn); ok {
			now |= x.endedOf(tx, &in)
		}
	})
	a.ended.CompareAndSwap(uint64(known), uint64(now)) // else another caller has looked later
	return now
}
