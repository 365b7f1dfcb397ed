package state

import (
	"cmp"
	"slices"
	"sync/atomic"

	"github.com/tidwall/btree"
)

// rows are those of a Table, each a pointer to its value.
type rows[K cmp.Ordered] struct {
	db   *DB
	kind string
	content[K]
	log     []change[K]  // of the transaction that goes on
	indexes []indexed[K] // that follow it
	bound   bound[K]
	newest  []K  // keys of the rows that came last, oldest first, if the bound has an order
	single  bool // it is that of a Cell

	fresh func() any                 // a pointer to a row
	value func(row any) any          // what a row points to
	read  func(key K, row any) error // what Read was given
}

// content is what another one takes the place of as a whole. The tree has room for twice the rows that are in it if their keys
// came in order, as numbers do; that is why it holds pointers. What they point to never changes.
type content[K cmp.Ordered] struct {
	tree  *btree.Map[K, any]
	last  K              // the highest key that there has been
	dirty map[K]struct{} // what the keeper does not have; nil: nothing
}

func newContent[K cmp.Ordered]() content[K] { return content[K]{tree: new(btree.Map[K, any])} }

func newRows[K cmp.Ordered](db *DB, kind string, fresh func() any, value func(any) any) core[K] {
	t := &rows[K]{db: db, kind: kind, content: newContent[K](), fresh: fresh, value: value}
	db.add(t)
	return t
}

// change is how a row was before it.
type change[K cmp.Ordered] struct {
	key K
	row any // nil: there was none
}

// indexed is an Index of any type of value.
type indexed[K cmp.Ordered] interface {
	put(key K, row any)
	remove(key K, row any)
	clear()
}

// bound is a Bound of any type of value.
type bound[K cmp.Ordered] struct {
	limit   int
	room    *Room
	least   int
	over    func(row any) bool
	order   func(x, y any) int
	dropped func(tx *Tx, key K, row any)
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

func (t *rows[K]) mayRead(tx *Tx) { tx.reads(t.db) }

func (t *rows[K]) limit(b bound[K]) { t.bound = b }

func (t *rows[K]) reads(fn func(key K, row any) error) { t.read = fn }

func (t *rows[K]) follow(x indexed[K]) { t.indexes = append(t.indexes, x) }

func (t *rows[K]) asCell() { t.single = true }

func (t *rows[K]) get(tx *Tx, key K) (row any, ok bool) {
	tx.reads(t.db)
	return t.tree.Get(key)
}

func (t *rows[K]) len(tx *Tx) int {
	tx.reads(t.db)
	return t.tree.Len()
}

func (t *rows[K]) at(tx *Tx, i int) (key K, row any, ok bool) {
	tx.reads(t.db)
	return t.tree.GetAt(i)
}

func (t *rows[K]) highest(tx *Tx) K {
	tx.reads(t.db)
	return t.last
}

func (t *rows[K]) ascend(tx *Tx, from []K, yield func(K, any) bool) {
	if seen := t.seen(tx); len(from) > 0 {
		seen.Ascend(from[0], yield)
	} else {
		seen.Scan(yield)
	}
}

func (t *rows[K]) descend(tx *Tx, yield func(K, any) bool) { t.seen(tx).Reverse(yield) }

// seen are the rows that a loop sees.
func (t *rows[K]) seen(tx *Tx) *btree.Map[K, any] {
	tx.reads(t.db)
	if tx.writes {
		return t.tree.Copy()
	}
	return t.tree
}

func (t *rows[K]) put(tx *Tx, key K, row any) {
	tx.changes(t.db)
	old := t.set(key, row)
	t.note(tx, change[K]{key, old})
	if old == nil {
		t.arrived(key)
		t.makeRoom(tx, key)
	}
}

func (t *rows[K]) delete(tx *Tx, key K) bool {
	tx.changes(t.db)
	old := t.unset(key)
	if old != nil {
		t.note(tx, change[K]{key, old})
	}
	return old != nil
}

func (t *rows[K]) clear(tx *Tx) {
	tx.changes(t.db)
	t.ascend(tx, nil, func(key K, _ any) bool {
		t.delete(tx, key)
		return true
	})
}

// arrived remembers a key. The latest half of what a table may have stays, whatever the order says of it: the clock may have
// been set back, and lifetimes may have become shorter.
func (t *rows[K]) arrived(key K) {
	if t.bound.order == nil || t.bound.limit == 0 {
		return
	}
	if half := t.bound.limit / 2; len(t.newest) >= t.bound.limit {
		t.newest = append(t.newest[:0], t.newest[len(t.newest)-half:]...)
	}
	t.newest = append(t.newest, key)
}

// isNew are the keys of the rows that stay because they came last.
func (t *rows[K]) isNew(latest K) map[K]struct{} {
	out := map[K]struct{}{latest: {}}
	for _, key := range t.newest[max(0, len(t.newest)-t.bound.limit/2):] {
		out[key] = struct{}{}
	}
	return out
}

func (t *rows[K]) set(key K, row any) (old any) {
	if old, _ = t.tree.Set(key, row); old == nil {
		t.bound.room.take(1)
	}
	t.last = max(t.last, key)
	for _, x := range t.indexes {
		if old != nil {
			x.remove(key, old)
		}
		x.put(key, row)
	}
	return old
}

func (t *rows[K]) unset(key K) (old any) {
	if old, _ = t.tree.Delete(key); old != nil {
		t.bound.room.take(-1)
		for _, x := range t.indexes {
			x.remove(key, old)
		}
	}
	return old
}

// note remembers how a row was. If it was the latest to change, too, that says how it was before both.
func (t *rows[K]) note(tx *Tx, c change[K]) {
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
func (t *rows[K]) makeRoom(tx *Tx, latest K) {
	rows, limit := t.tree.Len(), t.bound.limit
	if (limit == 0 || rows <= limit) && (rows <= t.bound.least || !t.bound.room.isFull()) {
		return
	}
	some := batch
	if t.bound.order != nil {
		some = max(some, rows/share)
	}
	wanted := max(rows-some, rows/2, t.bound.least, 1)
	if limit > 0 {
		wanted = min(wanted, limit)
	}
	if t.bound.over != nil {
		t.ascend(tx, nil, func(key K, row any) bool {
			if key != latest && t.bound.over(row) {
				t.drop(tx, key, row)
			}
			return true
		})
	}
	for _, c := range t.inOrder(t.tree.Len()-wanted, latest) {
		t.drop(tx, c.key, c.row)
	}
}

// inOrder are n rows that go before the others.
func (t *rows[K]) inOrder(n int, latest K) (out []change[K]) {
	if n <= 0 {
		return nil
	}
	stays := t.isNew(latest)
	t.tree.Scan(func(key K, row any) bool {
		if _, is := stays[key]; !is {
			out = append(out, change[K]{key, row})
		}
		return t.bound.order != nil || len(out) < n
	})
	if t.bound.order != nil {
		slices.SortStableFunc(out, func(a, b change[K]) int { return t.bound.order(a.row, b.row) })
	}
	return out[:min(n, len(out))]
}

// trim makes room after others have taken the place of all rows.
func (t *rows[K]) trim(tx *Tx) {
	if latest, _, ok := t.tree.Max(); ok {
		t.makeRoom(tx, latest)
	}
}

func (t *rows[K]) drop(tx *Tx, key K, row any) {
	if t.delete(tx, key) && t.bound.dropped != nil {
		t.bound.dropped(tx, key, row)
	}
}

func (t *rows[K]) name() string { return t.kind }

// commit ends a transaction. If it is noted, the keeper is to have what it changed.
func (t *rows[K]) commit(noted bool) {
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

func (t *rows[K]) isBounded() bool { return t.bound.limit > 0 }

func (t *rows[K]) sharesRoom() bool { return t.bound.room != nil }

// leaveRoom has the table take no room from others any more.
func (t *rows[K]) leaveRoom() {
	t.bound.room.take(-t.tree.Len())
	t.bound.room = nil
}

// rollBack ends a transaction that did not happen.
func (t *rows[K]) rollBack() {
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
func (t *rows[K]) forget() {
	clear(t.log)
	if t.log = t.log[:0]; cap(t.log) > batch {
		t.log = nil
	}
}
