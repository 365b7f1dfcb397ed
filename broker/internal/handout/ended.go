package handout

import (
	"container/list"
	"sync"
	"time"
)

// most is how many pairs that ended before their time the broker remembers of all callers, and mostEach of one: beyond that the one
// that was ended first is forgotten, of the caller or of all, and lives until its end.
const most, mostEach = 100_000, 1_000

// ended are pairs that ended before their time, until they would have ended anyway. The zero value is empty and ready.
type ended struct {
	mu    sync.Mutex // guards the fields below
	known map[pairID]bool
	all   list.List             // of *endedPair, the one that was ended first before the others
	each  map[string]*list.List // the same by caller
}

// endedPair is one, with where it is.
type endedPair struct {
	*content
	inAll, inEach *list.Element
}

// has tells whether a pair is among them.
func (e *ended) has(id pairID) bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.known[id]
}

// add ends a pair; false: it was so.
func (e *ended) add(is *content, now time.Time) bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.known[is.pair] || !now.Before(is.refresh) {
		return false
	}
	if e.known == nil {
		e.known, e.each = map[pairID]bool{}, map[string]*list.List{}
	}
	own := e.each[is.caller.Name]
	if own == nil {
		own = list.New()
		e.each[is.caller.Name] = own
	}
	one := &endedPair{content: is}
	one.inAll, one.inEach = e.all.PushBack(one), own.PushBack(one)
	e.known[is.pair] = true
	if own.Len() > mostEach {
		e.forget(own.Front())
	}
	for first := e.all.Front(); e.all.Len() > most || !now.Before(first.Value.(*endedPair).refresh); first = e.all.Front() {
		e.forget(first)
	}
	return true
}

// forget drops the pair at a place. The caller holds mu.
func (e *ended) forget(at *list.Element) {
	one := at.Value.(*endedPair)
	own := e.each[one.caller.Name]
	e.all.Remove(one.inAll)
	if own.Remove(one.inEach); own.Len() == 0 {
		delete(e.each, one.caller.Name)
	}
	delete(e.known, one.pair)
}
