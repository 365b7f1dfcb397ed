package state

import (
	"cmp"
	"iter"
	"slices"
)

// Index finds the rows of a table by something that they hold.
type Index[I comparable, K cmp.Ordered, V any] struct {
	of   *Table[K, V]
	by   func(K, V) (I, bool)
	each func(K, V) []I // instead of by
	keys map[I][]K      // sorted
}

// NewIndex makes an index that follows a table: by tells what a row is found by, if it is. It is called before the DB is used.
func NewIndex[I comparable, K cmp.Ordered, V any](of *Table[K, V], by func(K, V) (I, bool)) *Index[I, K, V] {
	x := &Index[I, K, V]{of: of, by: by, keys: map[I][]K{}}
	of.indexes = append(of.indexes, x)
	return x
}

// NewIndexOfEach makes an index of rows that are found by any of several things: each tells them, the same one more than once
// perhaps.
func NewIndexOfEach[I comparable, K cmp.Ordered, V any](of *Table[K, V], each func(K, V) []I) *Index[I, K, V] {
	x := &Index[I, K, V]{of: of, each: each, keys: map[I][]K{}}
	of.indexes = append(of.indexes, x)
	return x
}

// Len is how many rows there are.
func (x *Index[I, K, V]) Len(tx *Tx, by I) int {
	tx.reads(x.of.db)
	return len(x.keys[by])
}

// First is the row with the lowest key.
func (x *Index[I, K, V]) First(tx *Tx, by I) (key K, row V, ok bool) { return x.at(tx, by, 0) }

// Last is the row with the highest key.
func (x *Index[I, K, V]) Last(tx *Tx, by I) (key K, row V, ok bool) {
	return x.at(tx, by, x.Len(tx, by)-1)
}

// at is the row with so many before it.
func (x *Index[I, K, V]) at(tx *Tx, by I, i int) (key K, row V, ok bool) {
	tx.reads(x.of.db)
	keys := x.keys[by]
	if i < 0 || i >= len(keys) {
		return key, row, false
	}
	row, ok = x.of.Get(tx, keys[i])
	return keys[i], row, ok
}

// All are the rows in the order of their keys. What the loop changes does not change which keys it sees.
func (x *Index[I, K, V]) All(tx *Tx, by I) iter.Seq2[K, V] {
	return x.found(tx, by, slices.Values[[]K])
}

// Backward are the rows from the highest key to the lowest. What the loop changes does not change which keys it sees.
func (x *Index[I, K, V]) Backward(tx *Tx, by I) iter.Seq2[K, V] {
	return x.found(tx, by, func(keys []K) iter.Seq[K] {
		return func(yield func(K) bool) {
			for _, k := range slices.Backward(keys) {
				if !yield(k) {
					return
				}
			}
		}
	})
}

func (x *Index[I, K, V]) found(tx *Tx, by I, order func([]K) iter.Seq[K]) iter.Seq2[K, V] {
	tx.reads(x.of.db)
	return func(yield func(K, V) bool) {
		keys := x.keys[by]
		if tx.writes {
			keys = slices.Clone(keys)
		}
		for key := range order(keys) {
			if row, ok := x.of.Get(tx, key); ok && !yield(key, row) {
				return
			}
		}
	}
}

func (x *Index[I, K, V]) put(key K, row V) {
	if x.each != nil {
		for _, by := range x.each(key, row) {
			x.add(by, key)
		}
	} else if by, ok := x.by(key, row); ok {
		x.add(by, key)
	}
}

func (x *Index[I, K, V]) remove(key K, row V) {
	if x.each != nil {
		for _, by := range x.each(key, row) {
			x.drop(by, key)
		}
	} else if by, ok := x.by(key, row); ok {
		x.drop(by, key)
	}
}

func (x *Index[I, K, V]) add(by I, key K) {
	keys := x.keys[by]
	if at, is := slices.BinarySearch(keys, key); !is {
		x.keys[by] = slices.Insert(keys, at, key)
	}
}

func (x *Index[I, K, V]) drop(by I, key K) {
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

func (x *Index[I, K, V]) clear() { clear(x.keys) }
