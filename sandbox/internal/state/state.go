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

// keptTable is a Table of any types.
type keptTable interface {
	name() string
	commit(noted bool)
	rollBack()
	stage() stage
	unsaved() []row
	copied() iter.Seq[row]
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
		tx.end()
		for _, t := range tx.changed {
			if done {
				t.commit(db.keeper != nil)
			} else {
				t.rollBack()
			}
		}
		db.news = db.news || done && len(tx.changed) > 0
	}()
	err := fn(tx)
	done = err == nil
	return err
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
	return db.become(db.stages(), true, fill)
}

// become puts what stages hold in the place of everything, unless fn has something against it.
func (db *DB) become(stages []stage, all bool, fn func(*Tx) error) error {
	db.mu.Lock()
	defer db.mu.Unlock()
	for _, s := range stages {
		s.swap()
	}
	done := false
	defer func() {
		if !done {
			for _, s := range stages {
				s.swap()
			}
		}
	}()
	if err := db.write(fn); err != nil {
		return err
	}
	done = true
	db.all = all
	return nil
}
