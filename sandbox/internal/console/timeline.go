package console

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/ringcx-go/ringcx/sandbox/internal/contract"
	"github.com/ringcx-go/ringcx/sandbox/internal/endpoint"
	"github.com/ringcx-go/ringcx/sandbox/internal/journal"
	"github.com/ringcx-go/ringcx/sandbox/internal/platform"
)

// What can happen to tokens.
const (
	eventIssued    = "issued"
	eventRefreshed = "refreshed"
	eventRefused   = "refused"
	eventExpired   = "expired"
	eventLoggedOut = "logged out"
	eventRevoked   = "revoked"
	eventEvicted   = "evicted"
)

// eventKinds are they, in the order in which they are counted.
var eventKinds = []string{eventIssued, eventRefreshed, eventRefused, eventExpired, eventLoggedOut, eventRevoked, eventEvicted}

// eventsShown are the requests about tokens that the picture begins with, counted from the latest: so many that were
// answered with what they asked for, and so many kinds of refusals.
const eventsShown = 60

// lanes are the vendors, from above to below.
var lanes = []string{"RingCentral", "RingCX"}

// tokenEvent is something that happened to a token.
type tokenEvent struct {
	Time   time.Time
	Lane   int // index of lanes
	Number uint64
	Kind   string
	Path   string // of the request; "": it was none
	Status int
	Why    string    // what it was instead of a request
	Times  int       // how often it happened in a row, in the same way; 0: once
	First  time.Time // when it happened first, if it happened several times
	ends   time.Time // end of the token that was handed out, as far as the event tells
}

// Server is the vendor whose token it is.
func (e tokenEvent) Server() string { return lanes[e.Lane] }

// tokenEventOf is what a request did to a token; false if nothing.
func tokenEventOf(r *contract.Rules, e *journal.Entry) (tokenEvent, bool) {
	out := tokenEvent{Time: e.Time, Path: e.Path, Status: e.Status, Number: e.About, Lane: 1, Kind: eventRefused}
	path := strings.TrimPrefix(e.Path, "/voice")
	if endpoint.IsPlatform(path) {
		out.Lane = 0
	}
	post, fine := e.Method == http.MethodPost, e.Status == http.StatusOK
	switch {
	case post && (path == "/restapi/oauth/token" || path == "/api/auth/token/refresh" || strings.HasPrefix(path, "/api/auth/login/")):
		if !fine {
			return out, true
		}
		out.handsOut(r, e)
	case post && path == "/restapi/oauth/revoke" && fine:
		out.Kind = eventRevoked
	case e.Method == http.MethodDelete && strings.HasPrefix(path, "/api/auth/logout/") && fine:
		out.Kind = eventLoggedOut
	default:
		return out, e.Status == http.StatusUnauthorized
	}
	return out, e.About != 0 // without it the answer was spoiled, or there was nothing to end
}

// handsOut completes the event of a request that was answered with tokens.
func (e *tokenEvent) handsOut(r *contract.Rules, entry *journal.Entry) {
	e.Kind = eventIssued
	ttl := r.RingCXTokenTTL
	if e.Lane == 0 {
		ttl = r.AccessTokenTTL
	}
	for _, p := range entry.Form {
		switch {
		case p.Name == "grant_type" && p.Value == platform.GrantRefresh:
			e.Kind = eventRefreshed
		case p.Name == "access_token_ttl":
			if seconds, err := strconv.ParseInt(p.Value, 10, 32); err == nil {
				ttl = r.AccessTTL(seconds)
			}
		}
	}
	if e.Lane == 1 && strings.HasSuffix(e.Path, "/token/refresh") {
		e.Kind = eventRefreshed
	}
	e.ends = e.Time.Add(ttl)
}

// refusedIn is where refusals are alike.
type refusedIn struct {
	lane   int
	number uint64
	path   string // "" for those of nobody that is known
	status int
}

// tokenRequests are the latest requests about tokens, oldest first. Refusals that are alike are one event, unless something
// else happened to the session meanwhile: many of them take no room from what happened before.
func (c *Console) tokenRequests() []tokenEvent {
	all, _ := c.Journal.Since(0)
	r := c.Rules.Load()
	var out []tokenEvent
	again := map[refusedIn]int{} // where a refusal is that the next one is like
	fine := 0
	for i := range slices.Backward(all) {
		if p := &all[i]; p.Status != http.StatusUnauthorized && !strings.Contains(p.Path(), "auth") {
			continue
		}
		entry := all[i].Unpack()
		e, ok := tokenEventOf(r, &entry)
		if !ok {
			continue
		}
		if e.Kind != eventRefused {
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
		} else if len(out)-fine < eventsShown {
			again[key] = len(out)
			out = append(out, e)
		}
	}
	slices.Reverse(out)
	return out
}

// timelinePage is the picture, and the table that says the same.
type timelinePage struct {
	*picture
	Events []tokenEvent
	Who    map[lifeKey]*life
	Counts []counted
}

// Holder is whose sign-in an event is about.
func (p *timelinePage) Holder(e tokenEvent) *life { return p.Who[lifeKey{e.Lane, e.Number}] }

func (c *Console) timeline(v *visit, r *http.Request) endpoint.Response {
	now := c.Now()
	requests := c.tokenRequests()
	c.Lock.Lock()
	lives := c.livesOf(requests, now)
	c.Lock.Unlock()
	page := &timelinePage{Who: map[lifeKey]*life{}}
	var strays []tokenEvent
	for _, e := range requests {
		if e.Number == 0 {
			strays = append(strays, e)
		}
	}
	page.Events = slices.Clone(strays)
	for _, l := range lives {
		page.Who[l.key] = l
		page.Events = append(page.Events, l.events...)
	}
	slices.SortStableFunc(page.Events, func(a, b tokenEvent) int { return b.Time.Compare(a.Time) })
	for _, kind := range eventKinds {
		n := 0
		for _, e := range page.Events {
			if e.Kind == kind {
				n += max(e.Times, 1)
			}
		}
		if n > 0 {
			page.Counts = append(page.Counts, counted{Name: kind, Count: n})
		}
	}
	page.picture = draw(lives, strays, now)
	return c.page(v, r, "timeline.html", &consoleView{Title: "Timeline", Page: page})
}
