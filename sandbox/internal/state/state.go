// Package state keeps the rows of a server in memory. They change in transactions, all of one or nothing of it, and a Keeper
// is told what has changed. It knows nothing of what the rows mean.
//
// Rows are plain values that refer to each other by key. What a row holds by reference (a slice, a map) is never changed: a
// change puts a row with another one in its place. So what was read stays as it was, and may be used after the transaction.
package state

import (
	"fmt"
	"iter"
	"sync"
)

// DB is all that a server, or one of its namespaces, knows. Its tables are made before it is used.
type DB struct {
	mu     sync.RWMutex
	tables []keptTable
	checks []func(*Tx) error
	all    bool // the keeper has nothing of what is here, or something else
	news   bool // it lacks some of it
	begun  Tx   // what Begin gives

	saving    sync.Mutex // held while records are on their way to the keeper; taken before mu
	keeper    Keeper     // nil: nowhere
	namespace string
	closed    bool // guarded by saving
}

// New makes a DB without tables. What changes is given to keeper, if it is not nil, as that of a namespace.
func New(keeper Keeper, namespace string) *DB {
	return &DB{keeper: keeper, namespace: namespace}
}

// Tx is what rows are read and changed with, for as long as the function runs that it was given to.
type Tx struct {
	db      *DB // nil: it has ended
	writes  bool
	changed []keptTable
}

// keptTable is what a Table stands before, of any type of key.
type keptTable interface {
	name() string
	commit(noted bool)
	rollBack()
	stage() stage
	trim(tx *Tx)
	sharesRoom() bool
	isBounded() bool
	leaveRoom()
	unsaved() []Row
	copied() iter.Seq[Row]
	byText() iter.Seq[Row]
}

// View reads. Any number of calls of View run at a time, and none of Update. One inside the function of another, or of an
// Update, can wait for ever.
func (db *DB) View(fn func(*Tx)) {
	db.mu.RLock()
	defer db.mu.RUnlock()
	tx := &Tx{db: db}
	defer tx.end()
	fn(tx)
}

// Update reads and changes. What fn changes is seen by others when it has returned nil; if it returns an error, which Update
// returns, or panics, nothing has changed.
func (db *DB) Update(fn func(*Tx) error) error {
	db.mu.Lock()
	defer db.mu.Unlock()
	return db.write(fn)
}

// write is Update for who holds mu.
func (db *DB) write(fn func(*Tx) error) error {
	tx := &Tx{db: db, writes: true}
	done := false
	defer func() {
		if !done {
			tx.rollBack()
		}
		db.commit(tx)
	}()
	err := fn(tx)
	done = err == nil
	return err
}

// Begin begins an Update that goes on until [DB.Commit]: for callers that hold a DB as they would hold a mutex. Nothing takes
// back what they change. The Tx is the same one each time, so that this allocates nothing.
//
// [Lock] is such a mutex: it guards also what its owner has beside tables, and what has to change with them.
func (db *DB) Begin() *Tx {
	db.mu.Lock()
	db.begun = Tx{db: db, writes: true, changed: db.begun.changed[:0]}
	return &db.begun
}

// Commit ends what [DB.Begin] has begun.
func (db *DB) Commit() {
	db.commit(&db.begun)
	db.mu.Unlock()
}

// commit ends tx, for who holds mu.
func (db *DB) commit(tx *Tx) {
	for _, t := range tx.changed {
		t.commit(db.keeper != nil)
	}
	db.news = db.news || len(tx.changed) > 0
	tx.db = nil
}

// rollBack makes what tx has changed what it was.
func (tx *Tx) rollBack() {
	for _, t := range tx.changed {
		t.rollBack()
	}
	tx.changed = tx.changed[:0]
}

func (tx *Tx) end() { tx.db = nil }

// reads panics unless tx may read db now: a table that is used outside the transaction it was read in is a mistake of the
// program, which would show as a race one day.
func (tx *Tx) reads(db *DB) {
	switch tx.db {
	case db:
	case nil:
		panic("state: a transaction is used after its end")
	default:
		panic("state: a transaction of another DB")
	}
}

func (tx *Tx) changes(db *DB) {
	tx.reads(db)
	if !tx.writes {
		panic("state: a change in a View")
	}
}

// Check has fn look at what [DB.Load] and [DB.Restore] have read, before anybody else sees it; they return its error, and
// change nothing then. It is called before the DB is used.
func (db *DB) Check(fn func(*Tx) error) { db.checks = append(db.checks, fn) }

func (db *DB) add(t keptTable) {
	for _, other := range db.tables {
		if other.name() == t.name() {
			panic(fmt.Sprintf("state: two tables of the kind %q", t.name()))
		}
	}
	db.tables = append(db.tables, t)
}

// Reset makes rows anew: what fill puts into empty tables. If it fails, everything is as it was.
func (db *DB) Reset(fill func(*Tx) error) error {
	return db.become(db.Blank(), true, fill)
}

// become puts a draft in the place of everything, unless fn has something against it.
func (db *DB) become(d *Draft, all bool, fn func(*Tx) error) error {
	tx := db.Begin()
	defer db.Commit()
	return db.adopt(tx, d, all, fn)
}

// Draft is what can take the place of all that a DB holds, once.
type Draft struct{ stages []stage }

// Blank is a draft without rows.
func (db *DB) Blank() *Draft { return &Draft{db.stages()} }

// Adopt puts a draft in the place of everything, in a transaction that has changed nothing yet. If fn, which looks at it and
// may change it, fails, everything is as it was. With known, it is what the keeper has; else all of it is kept anew.
func (db *DB) Adopt(tx *Tx, d *Draft, known bool, fn func(*Tx) error) error {
	return db.adopt(tx, d, !known, fn)
}

func (db *DB) adopt(tx *Tx, d *Draft, all bool, fn func(*Tx) error) error {
	tx.changes(db)
	if len(tx.changed) > 0 {
		panic("state: what a transaction has changed is to be replaced")
	}
	d.swap()
	done := false
	defer func() {
		if !done {
			tx.rollBack()
			d.swap()
		}
	}()
	for _, t := range db.tables {
		t.trim(tx)
	}
	if err := fn(tx); err != nil {
		return err
	}
	done = true
	db.all = all
	return nil
}

func (d *Draft) swap() {
	for _, s := range d.stages {
		s.swap()
	}
}

// LeaveRoom empties the tables that share a [Room], for good: what is put into them afterwards takes no room from others.
func (db *DB) LeaveRoom(tx *Tx) {
	tx.changes(db)
	tx.rollBack()
	for _, t := range db.tables {
		if t.sharesRoom() {
			t.stage().swap()
			t.leaveRoom()
		}
	}
}

// Clear empties the tables for good: what is put into them afterwards takes no room from others.
func (db *DB) Clear(tx *Tx) {
	tx.changes(db)
	tx.rollBack()
	for _, t := range db.tables {
		t.stage().swap()
		t.leaveRoom()
	}
}
