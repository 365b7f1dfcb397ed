package sandbox

import "iter"

// A table has pages of so many things, and at most so many pages.
const (
	pageSize = 512
	pagesMax = 512
)

// table numbers things in the order in which they are made, from 1. It holds the latest 250,000 at least, those that
// are over aside; what was dropped is not found any more. Things stay where they are, so pointers to them are good.
// Callers bring their own lock.
type table[T any] struct {
	pages map[uint64]*[pageSize]T
	last  uint64 // number of the latest
}

// add makes room for the next thing, and gives its number. If the table is full, it lets go of the pages on which all
// is over, else of the oldest; drop hears of each thing that goes, over or not.
func (t *table[T]) add(over func(*T) bool, drop func(*T)) (uint64, *T) {
	t.last++
	return t.last, t.place(t.last, over, drop)
}

// place is room for the thing with a number.
func (t *table[T]) place(number uint64, over func(*T) bool, drop func(*T)) *T {
	if t.pages == nil {
		t.pages = map[uint64]*[pageSize]T{}
	}
	page := t.pages[number/pageSize]
	if page == nil {
		if len(t.pages) >= pagesMax {
			t.shrink(over, drop)
		}
		page = new([pageSize]T)
		t.pages[number/pageSize] = page
	}
	t.last = max(t.last, number)
	return &page[number%pageSize]
}

func (t *table[T]) shrink(over func(*T) bool, drop func(*T)) {
	oldest := t.last / pageSize
	for n, page := range t.pages {
		oldest = min(oldest, n)
		if live := t.onPage(n, func(v *T) bool { return !over(v) }); !live {
			t.dropPage(n, page, drop)
		}
	}
	if page := t.pages[oldest]; page != nil && len(t.pages) >= pagesMax {
		t.dropPage(oldest, page, drop)
	}
}

// onPage reports whether something on page n is as wanted.
func (t *table[T]) onPage(n uint64, wanted func(*T) bool) bool {
	for i := range t.pages[n] {
		if number := n*pageSize + uint64(i); number > 0 && number <= t.last && wanted(&t.pages[n][i]) { //nolint:gosec // small
			return true
		}
	}
	return false
}

func (t *table[T]) dropPage(n uint64, page *[pageSize]T, drop func(*T)) {
	for i := range page {
		drop(&page[i])
	}
	delete(t.pages, n)
}

// get finds the thing with a number, nil if there is none.
func (t *table[T]) get(number uint64) *T {
	page := t.pages[number/pageSize]
	if page == nil || number == 0 || number > t.last {
		return nil
	}
	return &page[number%pageSize]
}

// all are the things that are held, from the latest to the first.
func (t *table[T]) all() iter.Seq2[uint64, *T] {
	return func(yield func(uint64, *T) bool) {
		for number := t.last; number > 0; number-- {
			page := t.pages[number/pageSize]
			if page == nil {
				number -= number % pageSize // the loop leaves this page
				if number == 0 {
					return
				}
				continue
			}
			if !yield(number, &page[number%pageSize]) {
				return
			}
		}
	}
}
