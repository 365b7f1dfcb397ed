package state

import (
	"cmp"
	"iter"
)

// Table holds rows of one kind by key, in the order of the keys. Its methods panic if the transaction that they are given has
// ended, is of another DB, or is a View where it has to be an Update.
//
// Each package that uses a table compiles it anew for each type of row, and with it all that it names. So it is thin, and what it stands
// before an interface.
type Table[K cmp.Ordered, V any] struct{ core core[K] }

// core is what a Table does with rows of any type, each a pointer to its value: rows.
type core[K cmp.Ordered] interface {
	mayRead(tx *Tx)
	get(tx *Tx, key K) (row any, ok bool)
	len(tx *Tx) int
	at(tx *Tx, i int) (key K, row any, ok bool)
	highest(tx *Tx) K
	ascend(tx *Tx, from []K, yield func(K, any) bool)
	descend(tx *Tx, yield func(K, any) bool)
	put(tx *Tx, key K, row any)
	delete(tx *Tx, key K) bool
	clear(tx *Tx)

	limit(b bound[K])
	reads(fn func(key K, row any) error)
	follow(x indexed[K])
	asCell() // it is that of a Cell
	name() string
}

// Bound limits how many rows a table has. The zero value does not.
type Bound[K cmp.Ordered, V any] struct {
	Limit   int              // rows; 0: any number
	Room    *Room            // that it takes of, together with other tables; nil: it has its own
	Least   int              // rows that it may have although there is no room left
	Over    func(V) bool     // whether a row means nothing any more: it goes before others; nil: none is
	Order   func(a, b V) int // compares rows that are not over: the first go first; nil: those with the lowest keys do
	Dropped func(*Tx, K, V)  // is told of each row that went; may be nil
}

// NewTable makes a table of rows that are kept as records of a kind; no two have the same. A key is a string or an integer.
func NewTable[K cmp.Ordered, V any](db *DB, kind string) *Table[K, V] {
	return &Table[K, V]{newRows[K](db, kind, func() any { return new(V) }, func(row any) any { return *row.(*V) })}
}

// Limit gives a table a bound. It is called before the DB is used.
func (t *Table[K, V]) Limit(b Bound[K, V]) {
	to := bound[K]{limit: b.Limit, room: b.Room, least: b.Least}
	if b.Over != nil {
		to.over = func(row any) bool { return b.Over(*row.(*V)) }
	}
	if b.Order != nil {
		to.order = func(x, y any) int { return b.Order(*x.(*V), *y.(*V)) }
	}
	if b.Dropped != nil {
		to.dropped = func(tx *Tx, key K, row any) { b.Dropped(tx, key, *row.(*V)) }
	}
	t.core.limit(to)
}

// Read has fn look at each row that a record is read as, before anybody else sees it; it may mend the row, and its error
// refuses the record and all others. It is called before the DB is used.
func (t *Table[K, V]) Read(fn func(key K, row *V) error) {
	t.core.reads(func(key K, row any) error { return fn(key, row.(*V)) })
}

// Get is the row of a key.
func (t *Table[K, V]) Get(tx *Tx, key K) (row V, ok bool) {
	at, ok := t.core.get(tx, key)
	return rowAt[V](at, ok)
}

// Len is how many rows there are.
func (t *Table[K, V]) Len(tx *Tx) int { return t.core.len(tx) }

// At is the row with so many before it, for pages of a list.
func (t *Table[K, V]) At(tx *Tx, i int) (key K, row V, ok bool) {
	key, at, ok := t.core.at(tx, i)
	row, ok = rowAt[V](at, ok)
	return key, row, ok
}

// Last is the highest key that there has been, also of a row that is gone: what is numbered goes on behind it.
func (t *Table[K, V]) Last(tx *Tx) K { return t.core.highest(tx) }

// All are the rows in the order of their keys, from the first that is not below from. What the loop changes does not change
// what it sees.
func (t *Table[K, V]) All(tx *Tx, from ...K) iter.Seq2[K, V] {
	t.core.mayRead(tx)
	return func(yield func(K, V) bool) { t.core.ascend(tx, from, eachRow(yield)) }
}

// Backward are the rows from the highest key to the lowest. What the loop changes does not change what it sees.
func (t *Table[K, V]) Backward(tx *Tx) iter.Seq2[K, V] {
	t.core.mayRead(tx)
	return func(yield func(K, V) bool) { t.core.descend(tx, eachRow(yield)) }
}

// rowAt is a row of the tree.
func rowAt[V any](at any, ok bool) (row V, there bool) {
	if !ok {
		return row, false
	}
	return *at.(*V), true
}

// eachRow has yield called with the rows that the tree points to.
func eachRow[K cmp.Ordered, V any](yield func(K, V) bool) func(K, any) bool {
	return func(key K, at any) bool { return yield(key, *at.(*V)) }
}

// Put makes a row, or takes the place of the one of the same key.
func (t *Table[K, V]) Put(tx *Tx, key K, row V) { t.core.put(tx, key, &row) }

// Delete takes a row away, and says whether there was one.
func (t *Table[K, V]) Delete(tx *Tx, key K) bool { return t.core.delete(tx, key) }

// Clear takes all rows away.
func (t *Table[K, V]) Clear(tx *Tx) { t.core.clear(tx) }

// Cell is a table with one row.
type Cell[V any] struct{ of *Table[string, V] }

// NewCell makes a cell that is kept as the record of a kind whose key is ""; others of the kind are left out.
func NewCell[V any](db *DB, kind string) Cell[V] {
	c := Cell[V]{NewTable[string, V](db, kind)}
	c.of.core.asCell()
	return c
}

// Get is what was set, and whether anything was.
func (c Cell[V]) Get(tx *Tx) (value V, ok bool) { return c.of.Get(tx, "") }

// Set puts a value in the place of the one before.
func (c Cell[V]) Set(tx *Tx, value V) { c.of.Put(tx, "", value) }

// Clear takes the value away, if there is one.
func (c Cell[V]) Clear(tx *Tx) { c.of.Delete(tx, "") }

// Read has fn look at what a record is read as, as [Table.Read] does.
func (c Cell[V]) Read(fn func(value *V) error) {
	c.of.Read(func(_ string, value *V) error { return fn(value) })
}

// Kind is that of its record.
func (c Cell[V]) Kind() string { return c.of.core.name() }
