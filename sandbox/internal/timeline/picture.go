package timeline

import (
	"fmt"
	"math"
	"slices"
	"time"

	"github.com/ringcx-go/ringcx/sandbox/internal/contract"
	"github.com/ringcx-go/ringcx/sandbox/internal/journal"
)

// picture is what became of tokens, in the units of its view box.
type picture struct {
	Width, Height int
	Lanes         []laneView
	Rows          []rowView
	Ticks         []tickView
	Bars          []barView
	Marks         []markView
	Left          int // lives that have no row
	From, To      time.Time
	Bent          bool // long pauses are drawn shorter than they were
	stops         []stop
}

// stop is a moment and how far from the left it is; between two of them time passes evenly.
type stop struct {
	at time.Time
	x  float64
}

// bendFrom is how long a picture is at least whose scale is bent.
const bendFrom = 6 * time.Hour

type laneView struct {
	Name   string
	Y      int
	Bottom int
}

// rowView is the name of a life in front of its row.
type rowView struct {
	Y           int
	Text, Title string
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
	Kind       journal.Event
	Title      string
}

// Measures of the picture.
const (
	pictureWidth  = 960
	pictureLeft   = 170 // before it are the names
	pictureRight  = 20
	laneHead      = 42 // above the rows of a lane: its name, and what was refused to nobody that is known
	laneRow       = 24
	laneRows      = 12 // lives that have a row, the latest
	laneGap       = 18
	pictureFooter = 28
	nameLength    = 22 // letters of a name
)

// draw places every life, and what was refused without one.
func draw(lives []*Life, strays []Event, now time.Time) *picture {
	out := &picture{Width: pictureWidth, From: now.Add(-time.Minute), To: now}
	out.reach(strays)
	for _, l := range lives {
		out.reach(l.events)
	}
	out.scale(strays, lives)
	y := 4
	for lane, name := range lanes {
		for _, e := range strays {
			if e.Lane == lane {
				out.markAll(e, y+laneHead-12, "")
			}
		}
		own := slices.DeleteFunc(slices.Clone(lives), func(l *Life) bool { return l.key.lane != lane })
		if more := len(own) - laneRows; more > 0 {
			out.Left, own = out.Left+more, own[more:]
		}
		for i, l := range own {
			out.row(l, y+laneHead+i*laneRow+laneRow/2)
		}
		bottom := y + laneHead + max(len(own), 1)*laneRow
		out.Lanes = append(out.Lanes, laneView{name, y, bottom})
		y = bottom + laneGap
	}
	out.Height = y + pictureFooter - laneGap
	out.ticks()
	return out
}

// scale finds how far from the left every moment is.
func (p *picture) scale(strays []Event, lives []*Life) {
	moments := []time.Time{p.From, p.To}
	for _, e := range strays {
		moments = append(moments, e.Time)
	}
	for _, l := range lives {
		for _, e := range l.events {
			moments = append(moments, e.Time)
		}
		for _, s := range l.spans {
			moments = append(moments, s.from, s.to)
		}
	}
	slices.SortFunc(moments, time.Time.Compare)
	p.Bent = p.To.Sub(p.From) >= bendFrom
	x := 0.0
	for i, at := range moments {
		if i > 0 {
			gap := max(at.Sub(moments[i-1]), 0).Minutes()
			if p.Bent {
				gap = math.Log1p(gap)
			}
			x += gap
		}
		p.stops = append(p.stops, stop{at, x})
	}
	for i := range p.stops {
		p.stops[i].x *= (pictureWidth - pictureLeft - pictureRight) / x
	}
}

// reach widens the picture to events.
func (p *picture) reach(events []Event) {
	for _, e := range events {
		for _, at := range []time.Time{e.Time, e.First} {
			if !at.IsZero() && at.Before(p.From) {
				p.From = at
			}
		}
		if e.Time.After(p.To) {
			p.To = e.Time
		}
	}
}

// row places a life around y. Tokens that work at the same time are beside each other.
func (p *picture) row(l *Life, y int) {
	name := []rune(l.Name())
	if len(name) > nameLength {
		name = append(name[:nameLength-1], '…')
	}
	p.Rows = append(p.Rows, rowView{y, string(name), l.Name() + ", " + l.About})
	sides := [...]int{0, 6, -6}
	var free [len(sides)]time.Time // from when on each side is free
	for _, s := range l.spans {
		side := 0
		for side < len(sides)-1 && s.from.Before(free[side]) {
			side++
		}
		free[side] = s.to
		at, x := y+sides[side], p.x(s.from)
		p.Bars = append(p.Bars, barView{x, at - 3, max(p.x(s.to)-x, 1), l.key.lane})
		p.mark(s.from, at, l.key.lane, s.kind, l.Name())
		if s.end == expired {
			p.mark(s.to, at, l.key.lane, s.end, l.Name())
		}
	}
	for _, e := range l.events {
		if !e.handsOut() && e.Kind != expired {
			p.markAll(e, y, l.Name())
		}
	}
}

// markAll marks an event, and where it happened first.
func (p *picture) markAll(e Event, y int, who string) {
	kind := e.Kind
	if e.Times > 1 {
		p.mark(e.First, y, e.Lane, kind, who)
		p.Marks[len(p.Marks)-1].Title += fmt.Sprintf(", the first of %d", e.Times)
	}
	p.mark(e.Time, y, e.Lane, kind, who)
}

// Legend has one mark of each kind.
func (p *picture) Legend() []markView {
	out := []markView{}
	for _, kind := range []journal.Event{journal.Issued, journal.Refreshed, journal.Refused, expired} {
		out = append(out, markView{Lane: 1, Kind: kind, Title: string(kind)})
	}
	return append(out, markView{Lane: 1, Kind: journal.Revoked, Title: "logged out, revoked or evicted"})
}

func (p *picture) mark(at time.Time, y, lane int, kind journal.Event, who string) {
	title := string(kind) + " at " + at.UTC().Format(time.TimeOnly)
	if who != "" {
		title = who + ": " + title
	}
	p.Marks = append(p.Marks, markView{p.x(at), y, lane, kind, title})
}

func (p *picture) ticks() {
	const ticks = 4
	format := time.TimeOnly
	if p.To.Sub(p.From) >= contract.Day {
		format = "Jan 2 15:04"
	}
	for i := range ticks + 1 {
		x := i * (pictureWidth - pictureLeft - pictureRight) / ticks
		at := p.moment(float64(x))
		p.Ticks = append(p.Ticks, tickView{pictureLeft + x, at.UTC().Format(format), i == 0, i == ticks})
	}
}

// x is where a moment is.
func (p *picture) x(at time.Time) int {
	i, _ := slices.BinarySearchFunc(p.stops, at, func(s stop, at time.Time) int { return s.at.Compare(at) })
	switch {
	case i == len(p.stops):
		return pictureWidth - pictureRight
	case i == 0 || p.stops[i].at.Equal(at):
		return pictureLeft + int(p.stops[i].x)
	}
	a, b := p.stops[i-1], p.stops[i]
	share := float64(at.Sub(a.at)) / float64(b.at.Sub(a.at))
	return pictureLeft + int(a.x+share*(b.x-a.x))
}

// moment is what is so far from the left.
func (p *picture) moment(x float64) time.Time {
	i := slices.IndexFunc(p.stops, func(s stop) bool { return s.x >= x-0.5 })
	if i <= 0 {
		return p.stops[max(i, 0)].at
	}
	a, b := p.stops[i-1], p.stops[i]
	if b.x == a.x {
		return b.at
	}
	return a.at.Add(time.Duration(min(1, (x-a.x)/(b.x-a.x)) * float64(b.at.Sub(a.at))))
}
