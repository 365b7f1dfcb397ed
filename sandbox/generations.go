package sandbox

import "iter"

// generations is a map with bounded memory: it holds the latest entries, at least keep and at most twice as many.
// The zero value is not usable; callers bring their own lock.
type generations[V any] struct {
	keep     int
	now, old map[string]V
	drop     func(key string, v V) // hears of each entry that goes; nil: nobody does
}

func newGenerations[V any](keep int) *generations[V] {
	return &generations[V]{keep: keep, now: map[string]V{}}
}

func (g *generations[V]) put(key string, v V) {
	if len(g.now) >= g.keep {
		g.retire()
	}
	g.now[key] = v
}

func (g *generations[V]) retire() {
	if g.drop != nil {
		for key, v := range g.old {
			if _, newer := g.now[key]; !newer {
				g.drop(key, v)
			}
		}
	}
	g.old, g.now = g.now, make(map[string]V, g.keep)
}

func (g *generations[V]) get(key string) (V, bool) {
	if v, ok := g.now[key]; ok {
		return v, true
	}
	v, ok := g.old[key]
	return v, ok
}

func (g *generations[V]) len() int { return len(g.now) + len(g.old) }

// all are the entries, the latest of each key, in no order.
func (g *generations[V]) all() iter.Seq2[string, V] {
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
