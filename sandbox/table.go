package sandbox

import (
	"iter"
	"maps"
	"slices"
	"sync/atomic"
)

// A table has pages of so many things, and at most so many pages.
const (
	pageSize = 512
	pagesMax = 512

	pagesTogether = 4_096 // of the tables of a server and of its namespaces; one that has to, makes do with pagesLeast
	pagesLeast    = 2
)

// table numbers things in the order in which they are made, from 1. It holds the latest 250,000 at least, those that
// are over aside; what was dropped is not found any more. Things stay where they are, so pointers to them are good.
// Callers bring their own lock.
type table[T any] struct {
	pages map[uint64]*tablePage[T]
	last  uint64        // number of the latest
	over  func(*T) bool // whether a thing means nothing any more
	drop  func(*T)      // hears of each thing that goes

	together *atomic.Int64 // pages of all tables of the process
}

type tablePage[T any] struct {
	filled [pageSize]bool
	things [pageSize]T
}

// add makes room for the next thing, and gives its number. If the table is full, it lets go of the pages on which all
// is over, else of the oldest.
func (t *table[T]) add() (uint64, *T) {
	number := t.last + 1
	return number, t.place(number)
}

// place is room for the thing with a number.
func (t *table[T]) place(number uint64) *T {
	if t.pages == nil {
		t.pages = map[uint64]*tablePage[T]{}
	}
	p := t.pages[number/pageSize]
	if p == nil {
		if t.full() {
			t.shrink()
		}
		p = new(tablePage[T])
		t.pages[number/pageSize] = p
		t.together.Add(1)
	}
	t.last = max(t.last, number)
	p.filled[number%pageSize] = true
	return &p.things[number%pageSize]
}

// full reports whether another page takes the place of one.
func (t *table[T]) full() bool {
	n := len(t.pages)
	return n >= pagesMax || n >= pagesLeast && t.together.Load() >= pagesTogether
}

// clear lets go of everything, without a word to anybody.
func (t *table[T]) clear() {
	t.together.Add(-int64(len(t.pages)))
	clear(t.pages)
}

func (t *table[T]) shrink() {
	oldest := t.last / pageSize
	for n, p := range t.pages {
		oldest = min(oldest, n)
		if p.every(t.over) {
			t.dropPage(n, p)
		}
	}
	if p := t.pages[oldest]; p != nil && t.full() {
		t.dropPage(oldest, p)
	}
}

func (p *tablePage[T]) every(is func(*T) bool) bool {
	for i := range p.things {
		if p.filled[i] && !is(&p.things[i]) {
			return false
		}
	}
	return true
}

func (t *table[T]) dropPage(n uint64, p *tablePage[T]) {
	for i := range p.things {
		if p.filled[i] {
			t.drop(&p.things[i])
		}
	}
	delete(t.pages, n)
	t.together.Add(-1)
}

// get finds the thing with a number, nil if there is none.
func (t *table[T]) get(number uint64) *T {
	p := t.pages[number/pageSize]
	if p == nil || !p.filled[number%pageSize] {
		return nil
	}
	return &p.things[number%pageSize]
}

// all are the things that are held, from the latest to the first.
func (t *table[T]) all() iter.Seq[*T] {
	return func(yield func(*T) bool) {
		for _, n := range slices.Backward(slices.Sorted(maps.Keys(t.pages))) {
			p := t.pages[n]
			for i := pageSize - 1; i >= 0; i-- {
				if p.filled[i] && !yield(&p.things[i]) {
					return
				}
			}
		}
	}
}
