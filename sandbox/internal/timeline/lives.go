package timeline

import (
	"fmt"
	"slices"
	"time"

	"github.com/ringcx-go/ringcx/sandbox/internal/admin"
	"github.com/ringcx-go/ringcx/sandbox/internal/journal"
	"github.com/ringcx-go/ringcx/sandbox/internal/platform"
	"github.com/ringcx-go/ringcx/sandbox/internal/state"
)

// lifeKey names a session of RingCentral or a sign-in at RingCX: the lane is the vendor.
type lifeKey struct {
	lane   int
	number uint64
}

// Life is what is known of one of them.
type Life struct {
	key    lifeKey
	Who    string // "": it was forgotten
	About  string
	events []Event // oldest request first, then what happened without one
	spans  []span
}

// Name is what a life is called among the others of its vendor.
func (l *Life) Name() string {
	if l.Who == "" {
		return fmt.Sprintf("#%d", l.key.number)
	}
	return fmt.Sprintf("#%d %s", l.key.number, l.Who)
}

// span is the time in which an access token worked.
type span struct {
	from, to time.Time
	kind     journal.Event // how it began
	end      journal.Event // how it ended, if that is to be shown; "": it was replaced, or it still works
}

// closing is how a life ended, and whether its access tokens ended with it.
type closing struct {
	at   time.Time
	kind journal.Event
	why  string
	cuts bool
}

// handsOut reports whether an access token came of e, and until when is known.
func (e *Event) handsOut() bool { return e.Kind.HandsOut() && !e.ends.IsZero() }

// view looks at a sandbox in a transaction that holds its lock.
type view struct {
	*admin.Sandbox
	tx *state.Tx
}

// livesOf sorts requests by what they were about, the one that was begun first before the others.
func (v view) livesOf(requests []Event, now time.Time) []*Life {
	var out []*Life
	known := map[lifeKey]*Life{}
	for _, e := range requests {
		if e.Number == 0 {
			continue
		}
		key := lifeKey{e.Lane, e.Number}
		if known[key] == nil {
			known[key] = &Life{key: key}
			out = append(out, known[key])
		}
		known[key].events = append(known[key].events, e)
	}
	for _, l := range out {
		if l.key.lane == 0 {
			l.complete(v.ofSession(l), now)
		} else {
			l.complete(v.ofSignIn(l), now)
		}
	}
	return out
}

// ofSession says whose session a life is, and how it ended.
func (v view) ofSession(l *Life) []closing {
	s := v.Platform.Session(l.key.number)
	if s == nil {
		return nil
	}
	a, u := v.Platform.Holder(s)
	l.Who, l.About = u.First+" "+u.Last, a.Name
	if s.State != platform.SessionOpen {
		return []closing{closingOf(s, "without a request of its own")}
	}
	if i := l.newest(); i >= 0 {
		l.events[i].ends = s.Ends.Time()
	}
	return nil
}

// closingOf is how a session that is not open was closed.
func closingOf(s *platform.Session, why string) closing {
	if s.State == platform.SessionEvicted {
		return closing{s.Ends.Time(), evicted, "a newer session, over the limit of a user", true}
	}
	return closing{s.Ends.Time(), journal.Revoked, why, true}
}

// ofSignIn says whose sign-in a life is, and how it ended.
func (v view) ofSignIn(l *Life) []closing {
	in := v.RingCX.SignIn(l.key.number)
	if in == nil {
		return nil
	}
	l.Who, l.About = v.RingCX.Who(v.tx, in).Name(), in.App
	if in.From != 0 {
		l.About = fmt.Sprintf("%s, from RingCentral #%d", in.App, in.From)
	}
	var out []closing
	if in.Ended {
		out = append(out, closing{in.Renewal.Time(), journal.LoggedOut, "without a request of its own", in.Cut})
	} else if at := l.cutAt(); in.Cut && !at.IsZero() {
		out = append(out, closing{at, journal.Revoked, "a refresh token that was used again", true})
	}
	if in.From == 0 || !v.Rules.Load().SessionEndTakesRingCX {
		return out
	}
	if from := v.Platform.Session(in.From); from != nil && from.State != platform.SessionOpen {
		out = append(out, closingOf(from, "with its session of RingCentral"))
	}
	return out
}

// newest is the index of the event that handed out the newest token, -1 if none did.
func (l *Life) newest() int {
	for i, e := range slices.Backward(l.events) {
		if e.handsOut() {
			return i
		}
	}
	return -1
}

// cutAt is when a refresh was refused and ended its sign-in; zero if none did.
func (l *Life) cutAt() time.Time {
	for _, e := range slices.Backward(l.events) {
		if e.Kind == journal.Refused && !e.ends.IsZero() {
			return e.ends
		}
	}
	return time.Time{}
}

// complete finds how long each token worked, and what happened without a request. At RingCentral a token ends when the
// next one is handed out; at RingCX it lives on.
func (l *Life) complete(closings []closing, now time.Time) {
	asked := len(l.events)
	for _, e := range closings {
		if !slices.ContainsFunc(l.events, func(o Event) bool { return o.Kind == e.kind }) {
			l.events = append(l.events, Event{Time: e.at, Lane: l.key.lane, Number: l.key.number, Kind: e.kind, Why: e.why})
		}
	}
	for i, e := range l.events[:asked] {
		if !e.handsOut() {
			continue
		}
		s := span{from: e.Time, to: e.ends, kind: e.Kind, end: expired}
		if l.key.lane == 0 {
			s.replacedBy(l.events[i+1 : asked])
		}
		for _, end := range closings {
			if end.cuts && end.at.Before(s.to) {
				s.to, s.end = end.at, end.kind
			}
		}
		switch {
		case s.to.After(now):
			s.to, s.end = now, ""
		case s.end == expired:
			l.events = append(l.events, Event{
				Time: s.to, Lane: l.key.lane, Number: l.key.number, Kind: expired, Why: "its time was over",
			})
		}
		l.spans = append(l.spans, s)
	}
}

// replacedBy ends s with the first of the events after it that handed out a token.
func (s *span) replacedBy(later []Event) {
	for _, e := range later {
		if e.handsOut() {
			if e.Time.Before(s.to) {
				s.to, s.end = e.Time, ""
			}
			return
		}
	}
}
