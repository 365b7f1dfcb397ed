package state

import (
	"cmp"
	"iter"
	"slices"
)

// Index finds the rows of a table by something that they hold.
type Index[I comparable, K cmp.Ordered, V any] struct{ found lookup[I, K] }

// lookup is what an Index does with rows of any type: found.
type lookup[I comparable, K cmp.Ordered] interface {
	mayRead(tx *Tx)
	sorted(tx *Tx, by I) []K
	at(tx *Tx, by I, i int) (key K, row any, ok bool)
	loop(tx *Tx, by I, backward bool, yield func(K, any) bool)
}

// found are the keys of rows by what they are found by.
type found[I comparable, K cmp.Ordered] struct {
	of   core[K]
	by   func(key K, row any) (I, bool)
	each func(key K, row any) []I // instead of by
	keys map[I][]K                // sorted
}

// NewIndex makes an index that follows a table: by tells what a row is found by, if it is. It is called before the DB is used.
func NewIndex[I comparable, K cmp.Ordered, V any](of *Table[K, V], by func(K, V) (I, bool)) *Index[I, K, V] {
	return &Index[I, K, V]{newFound(of.core, func(key K, row any) (I, bool) { return by(key, *row.(*V)) }, nil)}
}

// NewIndexOfEach makes an index of rows that are found by any of several things: each tells them, the same one more than once
// perhaps.
func NewIndexOfEach[I comparable, K cmp.Ordered, V any](of *Table[K, V], each func(K, V) []I) *Index[I, K, V] {
	return &Index[I, K, V]{newFound(of.core, nil, func(key K, row any) []I { return each(key, *row.(*V)) })}
}

func newFound[I comparable, K cmp.Ordered](of core[K], by func(K, any) (I, bool), each func(K, any) []I) lookup[I, K] {
	x := &found[I, K]{of: of, by: by, each: each, keys: map[I][]K{}}
	of.follow(x)
	return x
}

// Len is how many rows there are.
func (x *Index[I, K, V]) Len(tx *Tx, by I) int { return len(x.found.sorted(tx, by)) }

// First is the row with the lowest key.
func (x *Index[I, K, V]) First(tx *Tx, by I) (key K, row V, ok bool) {
	key, at, ok := x.found.at(tx, by, 0)
	row, ok = rowAt[V](at, ok)
	return key, row, ok
}

// Last is the row with the highest key.
func (x *Index[I, K, V]) Last(tx *Tx, by I) (key K, row V, ok bool) {
	key, at, ok := x.found.at(tx, by, len(x.found.sorted(tx, by))-1)
	row, ok = rowAt[V](at, ok)
	return key, row, ok
}

// All are the rows in the order of their keys. What the loop changes does not change which keys it sees.
func (x *Index[I, K, V]) All(tx *Tx, by I) iter.Seq2[K, V] {
	x.found.mayRead(tx)
	return func(yield func(K, V) bool) { x.found.loop(tx, by, false, eachRow(yield)) }
}

// Backward are the rows from the highest key to the lowest. What the loop changes does not change which keys it sees.
func (x *Index[I, K, V]) Backward(tx *Tx, by I) iter.Seq2[K, V] {
	x.found.mayRead(tx)
	return func(yield func(K, V) bool) { x.found.loop(tx, by, true, eachRow(yield)) }
}

func (x *found[I, K]) mayRead(tx *Tx) { x.of.mayRead(tx) }

// sorted are the keys of what is found by something.
func (x *found[I, K]) sorted(tx *Tx, by I) []K {
	x.of.mayRead(tx)
	return x.keys[by]
}

// at is the row with so many before it.
func (x *found[I, K]) at(tx *Tx, by I, i int) (key K, row any, ok bool) {
	keys := x.sorted(tx, by)
	if i < 0 || i >= len(keys) {
		return key, nil, false
	}
	row, ok = x.of.get(tx, keys[i])
	return keys[i], row, ok
}

// loop looks at the rows in the order of their keys, or in the other one.
func (x *found[I, K]) loop(tx *Tx, by I, backward bool, yield func(K, any) bool) {
	keys := x.keys[by]
	if tx.writes {
		keys = slices.Clone(keys)
	}
	for i := range keys {
		key := keys[i]
		if backward {
			key = keys[len(keys)-1-i]
		}
		if row, ok := x.of.get(tx, key); ok && !yield(key, row) {
			return
		}
	}
}

func (x *found[I, K]) put(key K, row any) {
	if x.each != nil {
		for _, by := range x.each(key, row) {
			x.add(by, key)
		}
	} else if by, ok := x.by(key, row); ok {
		x.add(by, key)
	}
}

func (x *found[I, K]) remove(key K, row any) {
	if x.each != nil {
		for _, by := range x.each(key, row) {
			x.drop(by, key)
		}
	} else if by, ok := x.by(key, row); ok {
		x.drop(by, key)
	}
}

func (x *found[I, K]) add(by I, key K) {
	keys := x.keys[by]
	if at, is := slices.BinarySearch(keys, key); !is {
		x.keys[by] = slices.Insert(keys, at, key)
	}
}

func (x *found[I, K]) drop(by I, key K) {
	keys := x.keys[by]
	at, is := slices.BinarySearch(keys, key)
	switch {
	case !is: // it was told twice
	case len(keys) == 1:
		delete(x.keys, by)
	case at == 0: // the oldest go first, and there may be many
		x.keys[by] = keys[1:]
	default:
		x.keys[by] = slices.Delete(keys, at, at+1)
	}
}

func (x *found[I, K]) clear() { clear(x.keys) }
