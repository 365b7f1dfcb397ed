// Package recent has a map that forgets what is old.
package recent

import "iter"

// Map is a map with bounded memory: it holds the latest entries, at least keep and at most twice as many.
// The zero value is not usable; callers bring their own lock.
type Map[V any] struct {
	keep     int
	now, old map[string]V
}

// New makes a map that holds the latest entries: at least keep, and at most twice as many.
func New[V any](keep int) *Map[V] {
	return &Map[V]{keep: keep, now: map[string]V{}}
}

// Put keeps an entry.
func (g *Map[V]) Put(key string, v V) {
	if len(g.now) >= g.keep {
		g.retire()
	}
	g.now[key] = v
}

func (g *Map[V]) retire() {
	g.old, g.now = g.now, make(map[string]V, g.keep)
}

// Get finds an entry.
func (g *Map[V]) Get(key string) (V, bool) {
	if v, ok := g.now[key]; ok {
		return v, true
	}
	v, ok := g.old[key]
	return v, ok
}

// Len is how many entries there are.
func (g *Map[V]) Len() int { return len(g.now) + len(g.old) }

// All are the entries, the latest of each key, in no order.
func (g *Map[V]) All() iter.Seq2[string, V] {
	return func(yield func(string, V) bool) {
		for k, v := range g.now {
			if !yield(k, v) {
				return
			}
		}
		for k, v := range g.old {
			if _, newer := g.now[k]; !newer && !yield(k, v) {
				return
			}
		}
	}
}
