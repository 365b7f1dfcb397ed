package sandbox

import (
	"sync"
	"time"
)

const (
	triesMost    = 5           // wrong passwords from one place in a while
	triesWhile   = time.Minute // that while
	triesPlaces  = 10_000      // places that are told apart
	guestsAtOnce = 600         // entries that pages of other sites may make in the log at once ...
	guestsPause  = 2 * time.Second
)

// tries are the wrong passwords of the last while, by where they came from. A try that was not free counts for nothing, so
// nobody who goes on trying is kept out for longer; neither does a right one, or somebody could try all others between
// those of the user's programs.
type tries struct {
	now func() time.Time

	mu    sync.Mutex // guards what follows
	wrong map[string][]time.Time
	swept time.Time
}

// try asks whether a password is right, unless too many from the same place were not.
func (t *tries) try(place string, isRight func() bool) (right, free bool) {
	now := t.now()
	t.mu.Lock()
	defer t.mu.Unlock()
	if now.Before(t.swept) || now.Sub(t.swept) >= triesWhile {
		t.sweep(now)
	}
	if _, known := t.wrong[place]; !known && len(t.wrong) >= triesPlaces {
		place = "elsewhere"
	}
	recent := t.recent(place, now)
	if len(recent) >= triesMost {
		return false, false
	}
	if isRight() {
		return true, true
	}
	if t.wrong == nil {
		t.wrong = map[string][]time.Time{}
	}
	t.wrong[place] = append(recent, now)
	return false, true
}

// forgive forgets the wrong tries from a place, where a person has found the right one.
func (t *tries) forgive(place string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	delete(t.wrong, place)
}

// recent are the wrong tries from a place that still count.
func (t *tries) recent(place string, now time.Time) []time.Time {
	var out []time.Time
	for _, at := range t.wrong[place] {
		if !now.Before(at) && now.Sub(at) < triesWhile {
			out = append(out, at)
		}
	}
	return out
}

func (t *tries) sweep(now time.Time) {
	for place := range t.wrong {
		if t.wrong[place] = t.recent(place, now); len(t.wrong[place]) == 0 {
			delete(t.wrong, place)
		}
	}
	t.swept = now
}

// guests bounds how many entries of the log come from pages of other sites: guestsAtOnce, and one more after each
// guestsPause. So a page that is left open for hours does not push out what the user's own programs did.
type guests struct {
	now func() time.Time

	mu    sync.Mutex // guards what follows
	spent int
	since time.Time // from when on pauses give places back
}

// another reports whether there is room for one more entry, and takes it.
func (g *guests) another() bool {
	now := g.now()
	g.mu.Lock()
	defer g.mu.Unlock()
	back := int(min(now.Sub(g.since)/guestsPause, guestsAtOnce))
	if back < 0 || back >= g.spent {
		g.spent, g.since = 0, now
	} else {
		g.spent, g.since = g.spent-back, g.since.Add(time.Duration(back)*guestsPause)
	}
	if g.spent >= guestsAtOnce {
		return false
	}
	g.spent++
	return true
}
