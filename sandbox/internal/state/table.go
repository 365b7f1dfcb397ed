package state

import (
	"cmp"
	"iter"
	"slices"
	"sync/atomic"

	"github.com/tidwall/btree"
)

// Table holds rows of one kind by key, in the order of the keys. Its methods panic if the transaction that they are given has
// ended, is of another DB, or is a View where it has to be an Update.
type Table[K cmp.Ordered, V any] struct {
	db   *DB
	kind string
	content[K, V]
	log     []change[K, V]  // of the transaction that goes on
	indexes []indexed[K, V] // that follow it
	bound   Bound[K, V]
	read    func(K, *V) error // what Read was given
	newest  []K               // keys of the rows that came last, oldest first, if the bound has an order
	single  bool              // it is that of a Cell
}

// content is what another one takes the place of as a whole. The tree has room for twice the rows that are in it if their keys
// came in order, as numbers do; that is why it holds pointers. What they point to never changes.
type content[K cmp.Ordered, V any] struct {
	rows  *btree.Map[K, *V]
	last  K              // the highest key that there has been
	dirty map[K]struct{} // what the keeper does not have; nil: nothing
}

func newContent[K cmp.Ordered, V any]() content[K, V] {
	return content[K, V]{rows: new(btree.Map[K, *V])}
}

// change is how a row was before it.
type change[K cmp.Ordered, V any] struct {
	key K
	row *V // nil: there was none
}

// indexed is an Index of any type of value.
type indexed[K cmp.Ordered, V any] interface {
	put(key K, row V)
	remove(key K, row V)
	clear()
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

// Room is for so many rows, of any tables of any DBs.
type Room struct {
	Rows  int64
	taken atomic.Int64
}

// Taken is how many rows there are.
func (r *Room) Taken() int64 { return r.taken.Load() }

func (r *Room) take(rows int) {
	if r != nil {
		r.taken.Add(int64(rows))
	}
}

func (r *Room) isFull() bool { return r != nil && r.taken.Load() > r.Rows }

// batch is how many rows go at a time, so that looking for those that are over costs little for each. Of a table with an
// order, which has to be sorted, it is a share of them if that is more.
const (
	batch = 512
	share = 8
)

// NewTable makes a table of rows that are kept as records of a kind; no two have the same. A key is a string or an integer.
func NewTable[K cmp.Ordered, V any](db *DB, kind string) *Table[K, V] {
	t := &Table[K, V]{db: db, kind: kind, content: newContent[K, V]()}
	db.add(t)
	return t
}

// Limit gives a table a bound. It is called before the DB is used.
func (t *Table[K, V]) Limit(b Bound[K, V]) { t.bound = b }

// Read has fn look at each row that a record is read as, before anybody else sees it; it may mend the row, and its error
// refuses the record and all others. It is called before the DB is used.
func (t *Table[K, V]) Read(fn func(key K, row *V) error) { t.read = fn }

// Get is the row of a key.
func (t *Table[K, V]) Get(tx *Tx, key K) (row V, ok bool) {
	tx.reads(t.db)
	return rowAt(t.rows.Get(key))
}

// Len is how many rows there are.
func (t *Table[K, V]) Len(tx *Tx) int {
	tx.reads(t.db)
	return t.rows.Len()
}

// At is the row with so many before it, for pages of a list.
func (t *Table[K, V]) At(tx *Tx, i int) (key K, row V, ok bool) {
	tx.reads(t.db)
	key, at, ok := t.rows.GetAt(i)
	row, ok = rowAt(at, ok)
	return key, row, ok
}

// Last is the highest key that there has been, also of a row that is gone: what is numbered goes on behind it.
func (t *Table[K, V]) Last(tx *Tx) K {
	tx.reads(t.db)
	return t.last
}

// All are the rows in the order of their keys, from the first that is not below from. What the loop changes does not change
// what it sees.
func (t *Table[K, V]) All(tx *Tx, from ...K) iter.Seq2[K, V] {
	tx.reads(t.db)
	return func(yield func(K, V) bool) {
		rows := t.seen(tx)
		if len(from) > 0 {
			rows.Ascend(from[0], eachRow(yield))
			return
		}
		rows.Scan(eachRow(yield))
	}
}

// Backward are the rows from the highest key to the lowest. What the loop changes does not change what it sees.
func (t *Table[K, V]) Backward(tx *Tx) iter.Seq2[K, V] {
	tx.reads(t.db)
	return func(yield func(K, V) bool) { t.seen(tx).Reverse(eachRow(yield)) }
}

// seen are the rows that a loop sees.
func (t *Table[K, V]) seen(tx *Tx) *btree.Map[K, *V] {
	tx.reads(t.db)
	if tx.writes {
		return t.rows.Copy()
	}
	return t.rows
}

// rowAt is a row of the tree.
func rowAt[V any](at *V, ok bool) (row V, there bool) {
	if !ok {
		return row, false
	}
	return *at, true
}

// eachRow has yield called with the rows that the tree points to.
func eachRow[K cmp.Ordered, V any](yield func(K, V) bool) func(K, *V) bool {
	return func(key K, at *V) bool { return yield(key, *at) }
}

// Put makes a row, or takes the place of the one of the same key.
func (t *Table[K, V]) Put(tx *Tx, key K, row V) {
	tx.changes(t.db)
	old := t.set(key, &row)
	t.note(tx, change[K, V]{key, old})
	if old == nil {
		t.arrived(key)
		t.makeRoom(tx, key)
	}
}

// arrived remembers a key. The latest half of what a table may have stays, whatever the order says of it: the clock may have
// been set back, and lifetimes may have become shorter.
func (t *Table[K, V]) arrived(key K) {
	if t.bound.Order == nil || t.bound.Limit == 0 {
		return
	}
	if half := t.bound.Limit / 2; len(t.newest) >= t.bound.Limit {
		t.newest = append(t.newest[:0], t.newest[len(t.newest)-half:]...)
	}
	t.newest = append(t.newest, key)
}

// isNew are the keys of the rows that stay because they came last.
func (t *Table[K, V]) isNew(latest K) map[K]struct{} {
	out := map[K]struct{}{latest: {}}
	for _, key := range t.newest[max(0, len(t.newest)-t.bound.Limit/2):] {
		out[key] = struct{}{}
	}
	return out
}

// Delete takes a row away, and says whether there was one.
func (t *Table[K, V]) Delete(tx *Tx, key K) bool {
	tx.changes(t.db)
	old := t.unset(key)
	if old != nil {
		t.note(tx, change[K, V]{key, old})
	}
	return old != nil
}

// Clear takes all rows away.
func (t *Table[K, V]) Clear(tx *Tx) {
	tx.changes(t.db)
	for key := range t.All(tx) {
		t.Delete(tx, key)
	}
}

func (t *Table[K, V]) set(key K, row *V) (old *V) {
	if old, _ = t.rows.Set(key, row); old == nil {
		t.bound.Room.take(1)
	}
	t.last = max(t.last, key)
	for _, x := range t.indexes {
		if old != nil {
			x.remove(key, *old)
		}
		x.put(key, *row)
	}
	return old
}

func (t *Table[K, V]) unset(key K) (old *V) {
	if old, _ = t.rows.Delete(key); old != nil {
		t.bound.Room.take(-1)
		for _, x := range t.indexes {
			x.remove(key, *old)
		}
	}
	return old
}

// note remembers how a row was. If it was the latest to change, too, that says how it was before both.
func (t *Table[K, V]) note(tx *Tx, c change[K, V]) {
	switch n := len(t.log); {
	case n == 0:
		tx.changed = append(tx.changed, t)
	case t.log[n-1].key == c.key:
		return
	}
	t.log = append(t.log, c)
}

// makeRoom lets go of all rows that are over if there are too many, and then of the first, but never of the latest, until
// there is room for some more.
func (t *Table[K, V]) makeRoom(tx *Tx, latest K) {
	rows, limit := t.rows.Len(), t.bound.Limit
	if (limit == 0 || rows <= limit) && (rows <= t.bound.Least || !t.bound.Room.isFull()) {
		return
	}
	some := batch
	if t.bound.Order != nil {
		some = max(some, rows/share)
	}
	wanted := max(rows-some, rows/2, t.bound.Least, 1)
	if limit > 0 {
		wanted = min(wanted, limit)
	}
	if t.bound.Over != nil {
		for key, row := range t.All(tx) {
			if key != latest && t.bound.Over(row) {
				t.drop(tx, key, row)
			}
		}
	}
	for _, c := range t.inOrder(t.rows.Len()-wanted, latest) {
		t.drop(tx, c.key, *c.row)
	}
}

// inOrder are n rows that go before the others.
func (t *Table[K, V]) inOrder(n int, latest K) (out []change[K, V]) {
	if n <= 0 {
		return nil
	}
	stays := t.isNew(latest)
	t.rows.Scan(func(key K, at *V) bool {
		if _, is := stays[key]; !is {
			out = append(out, change[K, V]{key, at})
		}
		return t.bound.Order != nil || len(out) < n
	})
	if t.bound.Order != nil {
		slices.SortStableFunc(out, func(a, b change[K, V]) int { return t.bound.Order(*a.row, *b.row) })
	}
	return out[:min(n, len(out))]
}

// trim makes room after others have taken the place of all rows.
func (t *Table[K, V]) trim(tx *Tx) {
	if latest, _, ok := t.rows.Max(); ok {
		t.makeRoom(tx, latest)
	}
}

func (t *Table[K, V]) drop(tx *Tx, key K, row V) {
	if t.Delete(tx, key) && t.bound.Dropped != nil {
		t.bound.Dropped(tx, key, row)
	}
}

func (t *Table[K, V]) name() string { return t.kind }

// commit ends a transaction. If it is noted, the keeper is to have what it changed.
func (t *Table[K, V]) commit(noted bool) {
	if noted {
		if t.dirty == nil {
			t.dirty = map[K]struct{}{}
		}
		for _, c := range t.log {
			t.dirty[c.key] = struct{}{}
		}
	}
	t.forget()
}

func (t *Table[K, V]) isBounded() bool { return t.bound.Limit > 0 }

func (t *Table[K, V]) sharesRoom() bool { return t.bound.Room != nil }

// leaveRoom has the table take no room from others any more.
func (t *Table[K, V]) leaveRoom() {
	t.bound.Room.take(-t.rows.Len())
	t.bound.Room = nil
}

// rollBack ends a transaction that did not happen.
func (t *Table[K, V]) rollBack() {
	for _, c := range slices.Backward(t.log) {
		if c.row != nil {
			t.set(c.key, c.row)
		} else {
			t.unset(c.key)
		}
	}
	t.forget()
}

// forget empties the log. One that was long is not kept.
func (t *Table[K, V]) forget() {
	clear(t.log)
	if t.log = t.log[:0]; cap(t.log) > batch {
		t.log = nil
	}
}

// Cell is a table with one row.
type Cell[V any] struct{ of *Table[string, V] }

// NewCell makes a cell that is kept as the record of a kind whose key is ""; others of the kind are left out.
func NewCell[V any](db *DB, kind string) Cell[V] {
	c := Cell[V]{NewTable[string, V](db, kind)}
	c.of.single = true
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
func (c Cell[V]) Kind() string { return c.of.kind }
