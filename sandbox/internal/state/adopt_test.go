package state_test

import (
	"errors"
	"maps"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/ringcx-go/ringcx/sandbox/internal/state"
)

// Hold makes changes as one who holds a mutex does.
func (m *machine) Hold(t *rapid.T) {
	next := maps.Clone(m.want)
	tx := m.Begin()
	defer m.Commit()
	for range rapid.IntRange(0, 3).Draw(t, "changes") {
		key, row := rapid.Uint32Range(1, 9).Draw(t, "key"), session{User: rapid.IntRange(0, 3).Draw(t, "user")}
		m.sessions.Put(tx, key, row)
		next[key] = row
	}
	m.want = next
}

// Become takes over a draft, which may be refused by who looks at it.
func (m *machine) Become(t *rapid.T) {
	fails := rapid.Bool().Draw(t, "fails")
	draft, err := m.Draft(func(yield func(state.Record) error) error {
		return yield(state.Record{Kind: "session", Key: "3", Value: []byte(`{"user":2}`)})
	})
	if err != nil {
		t.Fatal(err)
	}
	err = func() error {
		tx := m.Begin()
		defer m.Commit()
		return m.Adopt(tx, draft, false, func(tx *state.Tx) error {
			if _, ok := m.sessions.Get(tx, 3); !ok {
				t.Error("who looks at the draft does not see it")
			}
			m.sessions.Put(tx, 4, session{User: 1})
			return failing(fails)
		})
	}()
	m.become(t, map[uint32]session{3: {User: 2}, 4: {User: 1}}, fails, err)
}

func TestATransactionThatIsHeldCostsNothing(t *testing.T) {
	s := newServer(&disk{})
	if n := testing.AllocsPerRun(100, func() { s.Begin(); s.Commit() }); n > 0 {
		t.Errorf("%v allocations", n)
	}
}

func TestWhatATransactionHasChangedIsNotReplaced(t *testing.T) {
	s := newServer(nil)
	draft, err := s.Draft(func(func(state.Record) error) error { return nil })
	if err != nil {
		t.Fatal(err)
	}
	tx := s.Begin()
	defer s.Commit()
	s.sessions.Put(tx, 1, session{})
	defer func() {
		if recover() == nil {
			t.Error("nobody objects")
		}
	}()
	_ = s.Adopt(tx, draft, false, func(*state.Tx) error { return nil })
}

func TestWhatIsBesideTablesIsSavedWithThem(t *testing.T) {
	kept := &disk{}
	s := newServer(kept)
	s.put(t, 1, session{User: 1})
	asked := 0
	beside := func(fails error) func(*state.Tx, bool) ([]state.Record, error) {
		return func(_ *state.Tx, all bool) ([]state.Record, error) {
			if asked++; all != (asked == 2) {
				t.Errorf("call %d is asked for everything: %v", asked, all)
			}
			return []state.Record{{Kind: "beside", Key: "x", Value: []byte(`1`)}}, fails
		}
	}
	if err := s.FlushWith(beside(errNo)); !errors.Is(err, errNo) || kept.saves != 0 {
		t.Errorf("%v, %d saves", err, kept.saves)
	}
	for range 2 {
		if err := s.FlushWith(beside(nil)); err != nil {
			t.Fatal(err)
		}
	}
	if kept.saves != 2 || len(kept.records) != 2 {
		t.Errorf("%d saves, %v", kept.saves, kept.records)
	}
}

func TestWhatIsForgottenIsKeptNoMore(t *testing.T) {
	kept := &disk{}
	s := newServer(kept)
	s.put(t, 1, session{User: 1})
	if err := s.Flush(); err != nil {
		t.Fatal(err)
	}
	kept.fail = errNo
	if err := s.Forget(); !errors.Is(err, errNo) || len(kept.records) != 1 {
		t.Errorf("%v, %v", kept.records, err)
	}
	kept.fail = nil
	s.put(t, 2, session{User: 1})
	if err := s.Flush(); err != nil || len(kept.records) != 2 {
		t.Errorf("after a failure: %v, %v", kept.records, err)
	}
	if err := s.Forget(); err != nil || len(kept.records) != 0 {
		t.Errorf("%v, %v", kept.records, err)
	}
	s.put(t, 3, session{User: 1})
	if err := s.Flush(); err != nil || len(kept.records) != 0 {
		t.Errorf("after it: %v, %v", kept.records, err)
	}
}

func TestWhatIsClearedTakesNoRoom(t *testing.T) {
	room := &state.Room{Rows: 10}
	db := state.New(nil, "")
	table := state.NewTable[int, int](db, "n")
	table.Limit(state.Bound[int, int]{Room: room})
	tx := db.Begin()
	table.Put(tx, 1, 1)
	db.Clear(tx)
	table.Put(tx, 2, 2)
	if n := table.Len(tx); n != 1 || room.Taken() != 0 {
		t.Errorf("%d rows, %d taken", n, room.Taken())
	}
	db.Commit()
}

func TestWhatIsReadIsMendedOrRefused(t *testing.T) {
	s := newServer(nil)
	s.sessions.Read(func(key uint32, row *session) error {
		row.User++
		return failing(key == 9)
	})
	s.clock.Read(func(by *time.Duration) error { return failing(*by < 0) })
	restore := func(records ...state.Record) error {
		return s.Restore(func(yield func(state.Record) error) error {
			for _, r := range records {
				if err := yield(r); err != nil {
					return err
				}
			}
			return nil
		})
	}
	good := []state.Record{
		{Kind: "session", Key: "1", Value: []byte(`{"user":1}`)},
		{Kind: "clock", Key: "", Value: []byte(`5`)},
		{Kind: "clock", Key: "another", Value: []byte(`7`)},
	}
	if err := restore(good...); err != nil {
		t.Fatal(err)
	}
	n := 0
	s.View(func(tx *state.Tx) {
		row, _ := s.sessions.Get(tx, 1)
		by, _ := s.clock.Get(tx)
		if row.User != 2 || by != 5 {
			t.Errorf("user %d, clock %d", row.User, by)
		}
		for _, rows := range s.Rows(tx) {
			for range rows {
				n++
			}
		}
	})
	if n != 2 {
		t.Errorf("%d rows", n)
	}
	for want, r := range map[string]state.Record{
		`session "9": no`: {Kind: "session", Key: "9", Value: []byte(`{}`)},
		`clock "": no`:    {Kind: "clock", Key: "", Value: []byte(`-1`)},
		`session "` + strings.Repeat("x", 60) + `…": the key is not one of this kind`: {Kind: "session", Key: strings.Repeat("x", 99)},
		`session "1" is there twice`: good[0],
	} {
		if err := restore(append(good, r)...); err == nil || err.Error() != want {
			t.Errorf("%v, want %s", err, want)
		}
	}
}

func TestARowIsFoundByEachOfItsThings(t *testing.T) {
	db := state.New(nil, "")
	table := state.NewTable[int, []string](db, "n")
	index := state.NewIndexOfEach(table, func(_ int, names []string) []string { return names })
	tx := db.Begin()
	defer db.Commit()
	table.Put(tx, 1, []string{"a", "b"})
	table.Put(tx, 2, []string{"b"})
	table.Put(tx, 1, []string{"c", "b", "c"})
	for name, want := range map[string]int{"a": 0, "b": 2, "c": 1} {
		if n := index.Len(tx, name); n != want {
			t.Errorf("%s finds %d rows", name, n)
		}
	}
	table.Delete(tx, 1)
	if key, row, ok := index.First(tx, "b"); !ok || key != 2 || len(row) != 1 || index.Len(tx, "c") != 0 {
		t.Errorf("b finds %d: %q", key, row)
	}
}
