package sandbox

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

// What can happen to tokens.
const (
	eventIssued    = "issued"
	eventRefreshed = "refreshed"
	eventRefused   = "refused"
	eventExpired   = "expired"
)

// eventsShown are the requests about tokens that the picture begins with, counted from the latest.
const eventsShown = 60

// tokenEvent is something that happened to a token.
type tokenEvent struct {
	Time   time.Time
	Lane   int // index of lanes
	Kind   string
	Path   string // of the request; "": time passed
	Status int
	ends   time.Time // end of the token that was handed out
}

// lanes are the vendors, from above to below.
var lanes = []string{"RingCentral", "RingCX"}

// Server is the vendor whose token it is.
func (e tokenEvent) Server() string { return lanes[e.Lane] }

// tokenEvent is what a request did to a token; false if nothing.
func (c *console) tokenEvent(e *logEntry) (tokenEvent, bool) {
	out := tokenEvent{Time: e.Time, Path: e.Path, Status: e.Status, Lane: 1}
	r := c.rules.Load()
	ttl, path := r.ringcxTokenTTL, strings.TrimPrefix(e.Path, "/voice")
	if isPlatform(path) {
		out.Lane, ttl = 0, r.accessTokenTTL
	}
	gives := path == "/restapi/oauth/token" || path == "/api/auth/token/refresh" || strings.HasPrefix(path, "/api/auth/login/")
	switch {
	case !gives || e.Method != http.MethodPost:
		out.Kind = eventRefused
		return out, e.Status == http.StatusUnauthorized
	case e.Status != http.StatusOK:
		out.Kind = eventRefused
		return out, true
	}
	out.Kind = eventIssued
	for _, p := range e.shape.form {
		switch {
		case p.name == "grant_type" && p.value == grantRefresh:
			out.Kind = eventRefreshed
		case p.name == "access_token_ttl":
			if seconds, err := strconv.ParseInt(p.value, 10, 32); err == nil {
				ttl = r.accessTTL(seconds)
			}
		}
	}
	if path == "/api/auth/token/refresh" {
		out.Kind = eventRefreshed
	}
	out.ends = e.Time.Add(ttl)
	return out, true
}

// tokenEvents are the latest events in the order of their time, with the ends of the tokens that are over.
func (c *console) tokenEvents(now time.Time) []tokenEvent {
	all, _ := c.journal.since(0)
	var out []tokenEvent
	for i := len(all) - 1; i >= 0 && len(out) < eventsShown; i-- {
		if e, ok := c.tokenEvent(&all[i]); ok {
			out = append(out, e)
		}
	}
	slices.Reverse(out)
	for _, e := range out {
		if !e.ends.IsZero() && !now.Before(e.ends) {
			out = append(out, tokenEvent{Time: e.ends, Lane: e.Lane, Kind: eventExpired})
		}
	}
	slices.SortStableFunc(out, func(a, b tokenEvent) int { return a.Time.Compare(b.Time) })
	return out
}

func (c *console) timeline(v *visit, r *http.Request) answer {
	now := c.Now()
	events := c.tokenEvents(now)
	page := drawTimeline(events, now)
	page.Counts = map[string]int{}
	for _, e := range events {
		page.Counts[e.Kind]++
	}
	page.Events = slices.Clone(events)
	slices.Reverse(page.Events)
	return c.page(v, r, "timeline.html", &consoleView{Title: "Timeline", Page: page})
}

// timelineView is the picture, in the units of its view box, and the table that says the same.
type timelineView struct {
	Width, Height int
	Lanes         []laneView
	Ticks         []tickView
	Bars          []barView
	Marks         []markView
	Events        []tokenEvent
	Counts        map[string]int
	From, To      time.Time
}

type laneView struct {
	Name   string
	Y      int
	Bottom int
}

type tickView struct {
	X     int
	Text  string
	First bool
	Last  bool
}

// barView is the life of a token so far.
type barView struct{ X, Y, Width, Lane int }

// markView is an event as a shape.
type markView struct {
	X, Y, Lane int
	Kind       string
	Title      string
}

// Measures of the picture.
const (
	pictureWidth  = 960
	pictureLeft   = 20
	pictureRight  = 20
	laneHead      = 42 // above the rows of a lane: its name, and what was refused
	laneRow       = 16
	laneRows      = 8 // tokens drawn one above the other; more share the last row
	laneGap       = 18
	pictureFooter = 28
)

// drawTimeline places every event.
func drawTimeline(events []tokenEvent, now time.Time) *timelineView {
	out := &timelineView{Width: pictureWidth, From: now.Add(-time.Minute), To: now}
	for _, e := range events {
		if e.Time.Before(out.From) {
			out.From = e.Time
		}
		if e.Time.After(out.To) {
			out.To = e.Time
		}
	}
	y := 4
	for lane, name := range lanes {
		rows := out.lane(lane, y, events, now)
		bottom := y + laneHead + max(rows, 1)*laneRow
		out.Lanes = append(out.Lanes, laneView{name, y, bottom})
		y = bottom + laneGap
	}
	out.Height = y + pictureFooter - laneGap
	const ticks = 4
	for i := range ticks + 1 {
		at := out.From.Add(out.To.Sub(out.From) / ticks * time.Duration(i))
		out.Ticks = append(out.Ticks, tickView{out.x(at), at.UTC().Format(time.TimeOnly), i == 0, i == ticks})
	}
	return out
}

// x is where a moment is.
func (t *timelineView) x(at time.Time) int {
	share := float64(at.Sub(t.From)) / float64(t.To.Sub(t.From))
	return pictureLeft + int(share*(pictureWidth-pictureLeft-pictureRight))
}

// lane places the events of one vendor below y, and says how many rows they take.
func (t *timelineView) lane(lane, y int, events []tokenEvent, now time.Time) int {
	var free []time.Time // from when on each row is free
	for _, e := range events {
		if e.Lane != lane {
			continue
		}
		title := e.Kind + " at " + e.Time.UTC().Format(time.TimeOnly)
		if e.Kind == eventRefused {
			t.Marks = append(t.Marks, markView{t.x(e.Time), y + laneHead - 10, lane, e.Kind, title})
			continue
		}
		if e.ends.IsZero() {
			continue // drawn with the beginning of its token
		}
		row := slices.IndexFunc(free, func(at time.Time) bool { return !e.Time.Before(at) })
		if row < 0 && len(free) < laneRows {
			free, row = append(free, time.Time{}), len(free)
		}
		if row < 0 {
			row = laneRows - 1
		}
		free[row] = e.ends
		middle := y + laneHead + row*laneRow + laneRow/2
		end := e.ends
		if end.After(t.To) {
			end = now
		} else {
			t.Marks = append(t.Marks, markView{t.x(end), middle, lane, eventExpired, "expired at " + end.UTC().Format(time.TimeOnly)})
		}
		x := t.x(e.Time)
		t.Bars = append(t.Bars, barView{x, middle - 3, max(t.x(end)-x, 1), lane})
		t.Marks = append(t.Marks, markView{x, middle, lane, e.Kind, title})
	}
	return len(free)
}
