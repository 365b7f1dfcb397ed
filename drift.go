package ringcx

import (
	"slices"
	"time"
)

// wall is what a record knows of clocks on the wall, by how far each is ahead of the Store's. A Store's clock may stand
// still: while a whole machine is paused, a virtual one or WSL, none of its clocks runs, and afterwards only the one on the
// wall is set right. By the Store's clock a token then lives on that has ended.
type wall struct {
	Ahead time.Duration   `json:"ahead"`           // of the machine that obtained the RingCX token, at that time; in nanoseconds
	Known []time.Duration `json:"known,omitempty"` // of those that did so before, the latest last
}

// farthest is how far a clock can be ahead or behind. No arithmetic on it overflows.
const farthest = 10 * maxLifetime

// maxKnown is how many differences are kept. Machines whose clocks agree are one.
const maxKnown = 8

// noteWall notes how far the clock on the wall is ahead where the RingCX token was just obtained.
func (r *record) noteWall(ahead time.Duration) {
	next := &wall{Ahead: ahead}
	if r.Wall != nil {
		next.Known = slices.DeleteFunc(append(slices.Clone(r.Wall.Known), r.Wall.Ahead), func(d time.Duration) bool { return alike(d, ahead) })
		next.Known = next.Known[max(len(next.Known)-maxKnown, 0):]
	}
	r.Wall = next
}

// drift is how far the clock on the wall, which is so far ahead now, went ahead of the Store's since the RingCX token was
// obtained, so that the token ends earlier than the record says. A clock that was so far ahead before has not moved: it is
// that of another machine. One that fell behind proves nothing.
func (r *record) drift(ahead time.Duration) time.Duration {
	if r.Wall == nil || ahead <= r.Wall.Ahead+tolerance || slices.ContainsFunc(r.Wall.Known, func(d time.Duration) bool { return alike(d, ahead) }) {
		return 0
	}
	return max(ahead-r.Wall.Ahead, 0)
}

// alike tells differences that may be one, measured twice.
func alike(a, b time.Duration) bool { return (a - b).Abs() <= maxPause }

// usable is the RingCX token with the times that it has if the clock on the wall is right.
func (r *record) usable(n need) *Token { return r.RingCX.token().shifted(-r.drift(n.wall)) }

// wall is how far the clock on the wall is ahead of the Store's.
func (s *Session) wall() time.Duration { return -min(max(s.ahead(), -farthest), farthest) }
