// Package timeline tells what became of access tokens: in a picture, and in words that say the same. What happened is what the
// journal's entries say; how sessions and sign-ins ended is what these say.
package timeline

import (
	"slices"
	"time"

	"github.com/ringcx-go/ringcx/sandbox/internal/admin"
	"github.com/ringcx-go/ringcx/sandbox/internal/endpoint"
	"github.com/ringcx-go/ringcx/sandbox/internal/journal"
	"github.com/ringcx-go/ringcx/sandbox/internal/state"
)

// What happens to tokens without a request.
const (
	expired journal.Event = "expired"
	evicted journal.Event = "evicted"
)

// kinds are the kinds of events, in the order in which they are counted.
var kinds = []journal.Event{
	journal.Issued, journal.Refreshed, journal.Refused, expired, journal.LoggedOut, journal.Revoked, evicted,
}

// eventsShown are the requests about tokens that the picture begins with, counted from the latest: so many that were
// answered with what they asked for, and so many kinds of refusals.
const eventsShown = 60

// lanes are the vendors, from above to below.
var lanes = []string{"RingCentral", "RingCX"}

// Timeline is the picture, and the table that says the same.
type Timeline struct {
	*picture
	Events []Event // the latest first
	Counts []Count // of the kinds that there are
	lives  map[lifeKey]*Life
}

// Count is how many events are of a kind.
type Count struct {
	Name  journal.Event
	Count int
}

// Event is something that happened to a token.
type Event struct {
	Time   time.Time
	Lane   int    // index of lanes
	Number uint64 // of the session or sign-in; 0: none is known
	Kind   journal.Event
	Path   string // of the request; "": it was none
	Status int
	Why    string    // what it was instead of a request
	Times  int       // how often it happened in a row, in the same way; 0: once
	First  time.Time // when it happened first, if it happened several times
	ends   time.Time // as the entry tells it
}

// Server is the vendor whose token it is.
func (e Event) Server() string { return lanes[e.Lane] }

// Holder is whose sign-in an event is about; nil if none is known.
func (t *Timeline) Holder(e Event) *Life { return t.lives[lifeKey{e.Lane, e.Number}] }

// Of is what became of the tokens of s until now, on its clock.
func Of(s *admin.Sandbox) *Timeline {
	now := s.Now()
	entries, _ := s.Journal.Since(0)
	requests := latest(entries)
	var lives []*Life
	s.Do(func(tx *state.Tx) { lives = view{s, tx}.livesOf(requests, now) })
	out := &Timeline{lives: map[lifeKey]*Life{}}
	var strays []Event
	for _, e := range requests {
		if e.Number == 0 {
			strays = append(strays, e)
		}
	}
	out.Events = slices.Clone(strays)
	for _, l := range lives {
		out.lives[l.key] = l
		out.Events = append(out.Events, l.events...)
	}
	slices.SortStableFunc(out.Events, func(a, b Event) int { return b.Time.Compare(a.Time) })
	for _, kind := range kinds {
		n := 0
		for _, e := range out.Events {
			if e.Kind == kind {
				n += max(e.Times, 1)
			}
		}
		if n > 0 {
			out.Counts = append(out.Counts, Count{kind, n})
		}
	}
	out.picture = draw(lives, strays, now)
	return out
}

// eventOf is what a request did to a token; false if nothing.
func eventOf(p *journal.Packed) (Event, bool) {
	kind := p.Event()
	if kind == "" || p.About == 0 && kind != journal.Refused { // of a token that nothing is known of there is nothing to tell
		return Event{}, false
	}
	e := Event{Time: p.Time(), Lane: 1, Number: p.About, Kind: kind, Path: p.Path(), Status: int(p.Status), ends: p.Ends()}
	if endpoint.IsPlatform(e.Path) {
		e.Lane = 0
	}
	return e, true
}

// refusedIn is where refusals are alike.
type refusedIn struct {
	lane   int
	number uint64
	path   string // "" for those of nobody that is known
	status int
}

// latest are the latest requests about tokens, oldest first. Refusals that are alike are one event, unless something
// else happened to the session meanwhile: many of them take no room from what happened before.
func latest(entries []journal.Packed) []Event {
	var out []Event
	again := map[refusedIn]int{} // where a refusal is that the next one is like
	fine := 0
	for i := range slices.Backward(entries) {
		e, ok := eventOf(&entries[i])
		if !ok {
			continue
		}
		if e.Kind != journal.Refused {
			if fine++; fine > eventsShown {
				break
			}
			for k := range again {
				if e.Number != 0 && k.lane == e.Lane && k.number == e.Number {
					delete(again, k)
				}
			}
			out = append(out, e)
			continue
		}
		key := refusedIn{lane: e.Lane, number: e.Number, status: e.Status}
		if e.Number != 0 {
			key.path = e.Path
		}
		if at, known := again[key]; known {
			out[at].Times, out[at].First = max(out[at].Times, 1)+1, e.Time
			if out[at].Path != e.Path {
				out[at].Path = "several paths"
			}
			if out[at].ends.IsZero() {
				out[at].ends = e.ends
			}
		} else if len(out)-fine < eventsShown {
			again[key] = len(out)
			out = append(out, e)
		}
	}
	slices.Reverse(out)
	return out
}
