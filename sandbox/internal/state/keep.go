package state

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"reflect"
	"slices"
	"strconv"
	"strings"
)

// Record is a row as it is kept.
type Record struct {
	Kind  string          `json:"kind"`
	Key   string          `json:"key"`             // names it among those of its kind
	Value json.RawMessage `json:"value,omitempty"` // nil: it is gone
}

// Keeper is what a DB asks of sandbox.Keeper. A DB calls it from one goroutine at a time.
type Keeper interface {
	// Load calls yield with every record of a namespace, in any order, until it fails.
	Load(namespace string, yield func(Record) error) error
	// Save keeps records, all of them or none; what is kept survives the end of the process, however that comes. With
	// replace, nothing else of the namespace stays.
	Save(namespace string, replace bool, records []Record) error
}

// Flush gives the keeper what has changed, and returns when that, and what others have changed before, is safe. Calls that
// come together share one Save. After one that failed, the next says everything anew.
func (db *DB) Flush() error { return db.FlushWith(nil) }

// FlushWith is Flush as long as some of what is to be kept is in no table: beside tells of it, in the same transaction, what
// has changed since it was asked last, or with all everything.
func (db *DB) FlushWith(beside func(tx *Tx, all bool) ([]Record, error)) error {
	if db.keeper == nil {
		return nil
	}
	db.saving.Lock()
	defer db.saving.Unlock()
	if db.closed || beside == nil && !db.hasNews() {
		return nil
	}
	rows, records, all, err := db.unsaved(beside)
	if err == nil {
		err = encode(slices.Values(rows), func(r Record) bool {
			records = append(records, r)
			return true
		})
	}
	if err == nil && (all || len(records) > 0) {
		err = db.keeper.Save(db.namespace, all, records)
	}
	if err != nil {
		db.mu.Lock()
		db.all = true
		db.mu.Unlock()
		return fmt.Errorf("keeping what has changed: %w", err)
	}
	return nil
}

// Forget has the keeper keep nothing of the namespace, and be told nothing more. If it fails, all goes on as before.
func (db *DB) Forget() error {
	if db.keeper == nil {
		return nil
	}
	db.saving.Lock()
	defer db.saving.Unlock()
	err := db.keeper.Save(db.namespace, true, nil)
	db.closed = err == nil
	return err
}

// Close has the keeper be told nothing more, and empties the tables, so that others have the room that they took.
func (db *DB) Close() {
	db.saving.Lock()
	defer db.saving.Unlock()
	db.closed = true
	tx := db.Begin()
	defer db.Commit()
	db.Clear(tx)
}

// hasNews reports whether the keeper lacks something. Mostly it does not, and who asks does not wait for readers.
func (db *DB) hasNews() bool {
	db.mu.RLock()
	defer db.mu.RUnlock()
	return db.all || db.news
}

// unsaved takes what the keeper lacks; with all, that is everything.
func (db *DB) unsaved(beside func(*Tx, bool) ([]Record, error)) (rows []Row, records []Record, all bool, err error) {
	tx := db.Begin()
	defer db.Commit()
	all = db.all
	if beside != nil {
		if records, err = beside(tx, all); err != nil {
			return nil, nil, all, err
		}
	}
	db.all, db.news = false, false
	for _, t := range db.tables {
		changed := t.unsaved()
		if all {
			changed = slices.Collect(t.copied())
		}
		rows = append(rows, changed...)
	}
	return rows, records, all, nil
}

// Kinds are those of the tables.
func (db *DB) Kinds() []string {
	out := make([]string, 0, len(db.tables))
	for _, t := range db.tables {
		out = append(out, t.name())
	}
	return out
}

// Bounded are the kinds of the tables that have so many rows at most.
func (db *DB) Bounded() (out []string) {
	for _, t := range db.tables {
		if t.isBounded() {
			out = append(out, t.name())
		}
	}
	return out
}

// Rows are the rows of each kind, in the order of their keys as records have them. One at a time is made of those that there
// are, so that a loop over very many takes no memory for them.
func (db *DB) Rows(tx *Tx) map[string]iter.Seq[Row] {
	tx.reads(db)
	out := map[string]iter.Seq[Row]{}
	for _, t := range db.tables {
		out[t.name()] = t.byText()
	}
	return out
}

// Records are all rows of one moment, that of the call. They are encoded as they are read.
func (db *DB) Records() iter.Seq2[Record, error] {
	db.mu.Lock() // copying a table marks it
	all := make([]iter.Seq[Row], 0, len(db.tables))
	for _, t := range db.tables {
		all = append(all, t.copied())
	}
	db.mu.Unlock()
	return func(yield func(Record, error) bool) {
		for _, rows := range all {
			more := true
			err := encode(rows, func(r Record) bool {
				more = yield(r, nil)
				return more
			})
			if err != nil {
				yield(Record{}, err)
				return
			}
			if !more {
				return
			}
		}
	}
}

// Load makes the DB what its keeper has, and says whether that is anything. If it fails, nothing has changed.
func (db *DB) Load() (found bool, err error) {
	err = db.read(func(yield func(Record) error) error {
		return db.keeper.Load(db.namespace, func(r Record) error {
			found = true
			return yield(r)
		})
	}, false)
	return found, err
}

// Restore makes the DB what records say, or changes nothing. Those of kinds that it does not have, of a newer program
// perhaps, are left out.
func (db *DB) Restore(load func(yield func(Record) error) error) error { return db.read(load, true) }

func (db *DB) read(load func(yield func(Record) error) error, all bool) error {
	d, err := db.Draft(load)
	if err != nil {
		return err
	}
	return db.become(d, all, func(tx *Tx) error {
		for _, check := range db.checks {
			if err := check(tx); err != nil {
				return err
			}
		}
		return nil
	})
}

// Draft makes what records say, beside what there is. Those of kinds that the DB does not have are left out.
func (db *DB) Draft(load func(yield func(Record) error) error) (*Draft, error) {
	d, byKind := db.Blank(), map[string]stage{}
	for i, t := range db.tables {
		byKind[t.name()] = d.stages[i]
	}
	return d, load(func(r Record) error {
		s := byKind[r.Kind]
		if s == nil {
			return nil
		}
		switch twice, err := s.add(r); {
		case err != nil:
			return fmt.Errorf("%s %q: %w", r.Kind, clip(r.Key), err)
		case twice:
			return fmt.Errorf("%s %q is there twice", r.Kind, clip(r.Key))
		}
		return nil
	})
}

// clip cuts a key that an error shows.
func clip(key string) string {
	const most = 60
	if len(key) > most {
		return strings.ToValidUTF8(key[:most], "") + "…"
	}
	return key
}

func (db *DB) stages() []stage {
	all := make([]stage, 0, len(db.tables))
	for _, t := range db.tables {
		all = append(all, t.stage())
	}
	return all
}

// Row is a row of any table, with its key as records have it.
type Row struct {
	Kind, Key string
	Value     any // nil: it is gone
}

func encode(rows iter.Seq[Row], yield func(Record) bool) error {
	for r := range rows {
		out := Record{Kind: r.Kind, Key: r.Key}
		if r.Value != nil {
			var err error
			if out.Value, err = json.Marshal(r.Value); err != nil {
				return fmt.Errorf("encoding %s %q: %w", r.Kind, r.Key, err)
			}
		}
		if !yield(out) {
			return nil
		}
	}
	return nil
}

// unsaved takes what the keeper lacks of a table.
func (t *rows[K]) unsaved() []Row {
	out := make([]Row, 0, len(t.dirty))
	for key := range t.dirty {
		r := Row{Kind: t.kind, Key: keyText(key)}
		if at, ok := t.tree.Get(key); ok {
			r.Value = t.value(at)
		}
		out = append(out, r)
	}
	clear(t.dirty)
	return out
}

// copied are the rows of this moment.
func (t *rows[K]) copied() iter.Seq[Row] {
	tree := t.tree.Copy()
	return func(yield func(Row) bool) {
		tree.Scan(func(key K, at any) bool { return yield(Row{t.kind, keyText(key), t.value(at)}) })
	}
}

// byText are the rows in the order of their keys as texts.
func (t *rows[K]) byText() iter.Seq[Row] {
	return func(yield func(Row) bool) {
		var texts []string
		for _, key := range t.tree.Keys() {
			texts = append(texts, keyText(key))
		}
		slices.Sort(texts)
		for _, text := range texts {
			key, _ := keyOf[K](text)
			if at, ok := t.tree.Get(key); ok && !yield(Row{t.kind, text, t.value(at)}) {
				return
			}
		}
	}
}

// stage is content that takes the place of a table's, and gives it back.
type stage interface {
	add(r Record) (twice bool, err error)
	swap()
}

type staged[K cmp.Ordered] struct {
	of *rows[K]
	content[K]
}

func (t *rows[K]) stage() stage { return &staged[K]{t, newContent[K]()} }

func (s *staged[K]) add(r Record) (twice bool, err error) {
	key, err := keyOf[K](r.Key)
	if err != nil {
		return false, err
	}
	if r.Value == nil {
		return false, errors.New("it has no value")
	}
	row := s.of.fresh()
	if err := json.Unmarshal(r.Value, row); err != nil {
		return false, err
	}
	if s.of.single && r.Key != "" {
		return false, nil
	}
	if s.of.read != nil {
		if err := s.of.read(key, row); err != nil {
			return false, err
		}
	}
	_, twice = s.tree.Set(key, row)
	s.last = max(s.last, key)
	return twice, nil
}

func (s *staged[K]) swap() {
	t := s.of
	t.content, s.content = s.content, t.content
	t.bound.room.take(t.tree.Len() - s.tree.Len())
	for _, x := range t.indexes {
		x.clear()
	}
	t.tree.Scan(func(key K, at any) bool {
		for _, x := range t.indexes {
			x.put(key, at)
		}
		return true
	})
}

// keyText is a key as records have it.
func keyText[K cmp.Ordered](key K) string {
	switch v := reflect.ValueOf(key); v.Kind() { //nolint:exhaustive // all that K can be, but for floats
	case reflect.String:
		return v.String()
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		return strconv.FormatInt(v.Int(), 10)
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64, reflect.Uintptr:
		return strconv.FormatUint(v.Uint(), 10)
	}
	panic(fmt.Sprintf("state: a key of the type %T", key))
}

// keyOf is the key that a record has, as [keyText] writes it and in no other way.
func keyOf[K cmp.Ordered](text string) (key K, err error) {
	switch v := reflect.ValueOf(&key).Elem(); v.Kind() { //nolint:exhaustive // as above
	case reflect.String:
		v.SetString(text)
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		var n int64
		n, err = strconv.ParseInt(text, 10, v.Type().Bits())
		v.SetInt(n)
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64, reflect.Uintptr:
		var n uint64
		n, err = strconv.ParseUint(text, 10, v.Type().Bits())
		v.SetUint(n)
	default:
		panic(fmt.Sprintf("state: a key of the type %T", key))
	}
	if err != nil || keyText(key) != text {
		return key, errors.New("the key is not one of this kind")
	}
	return key, nil
}
