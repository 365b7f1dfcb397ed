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

// maxKnown is how many differences are kept. Machines whose clocks agree are one.
const maxKnown = 8

// noted is w, nil if nothing was known, after the RingCX token was obtained where the clock on the wall is so far ahead.
func (w *wall) noted(ahead time.Duration) *wall {
	next := &wall{Ahead: ahead}
	if w != nil {
		next.Known = slices.DeleteFunc(append(slices.Clone(w.Known), w.Ahead), func(d time.Duration) bool { return alike(d, ahead) })
		next.Known = next.Known[max(len(next.Known)-maxKnown, 0):]
	}
	return next
}

// drift is how far the clock on the wall, which is so far ahead now, went ahead of the Store's since the RingCX token was
// obtained, so that the token ends earlier than the record says. A clock that was so far ahead before has not moved: it is
// that of another machine. One that fell behind proves nothing.
func (w *wall) drift(ahead time.Duration) time.Duration {
	if w == nil || ahead <= w.Ahead+tolerance || slices.ContainsFunc(w.Known, func(d time.Duration) bool { return alike(d, ahead) }) {
		return 0
	}
	return max(ahead-w.Ahead, 0)
}

// alike tells differences that may be one, measured twice.
func alike(a, b time.Duration) bool { return (a - b).Abs() <= maxPause }
