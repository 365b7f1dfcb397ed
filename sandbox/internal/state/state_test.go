package state_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/ringcx-go/ringcx/sandbox/internal/state"
)

// session is a row as a server has them.
type session struct {
	User  int      `json:"user"`
	Scope []string `json:"scope,omitempty"`
	Ended bool     `json:"ended,omitempty"`
}

// disk keeps records as a file does.
type disk struct {
	mu      sync.Mutex
	records map[[2]string]string
	saves   int
	fail    error
	entered chan struct{} // if not nil, Save says so, and waits to be let go on
	leave   chan struct{}
}

func (d *disk) Load(_ string, yield func(state.Record) error) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	for key, value := range d.records {
		if err := yield(state.Record{Kind: key[0], Key: key[1], Value: json.RawMessage(value)}); err != nil {
			return err
		}
	}
	return nil
}

func (d *disk) Save(_ string, replace bool, records []state.Record) error {
	if d.entered != nil {
		d.entered <- struct{}{}
		<-d.leave
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.saves++
	if d.fail != nil {
		return d.fail
	}
	if replace || d.records == nil {
		d.records = map[[2]string]string{}
	}
	for _, r := range records {
		if r.Value == nil {
			delete(d.records, [2]string{r.Kind, r.Key})
		} else {
			d.records[[2]string{r.Kind, r.Key}] = string(r.Value)
		}
	}
	return nil
}

// server has two tables, of which one is found by user.
type server struct {
	*state.DB
	clock    state.Cell[time.Duration]
	sessions *state.Table[uint32, session]
	byUser   *state.Index[int, uint32, session]
}

func newServer(keeper state.Keeper) *server {
	db := state.New(keeper, "")
	s := &server{DB: db, clock: state.NewCell[time.Duration](db, "clock"), sessions: state.NewTable[uint32, session](db, "session")}
	s.byUser = state.NewIndex(s.sessions, func(_ uint32, s session) (int, bool) { return s.User, !s.Ended })
	return s
}

func (s *server) put(t testing.TB, key uint32, row session) {
	t.Helper()
	if err := s.Update(func(tx *state.Tx) error { s.sessions.Put(tx, key, row); return nil }); err != nil {
		t.Fatal(err)
	}
}

// rows are the sessions, looked at in each way that there is, which must agree.
func (s *server) rows(t rapid.TB) map[uint32]session {
	out := map[uint32]session{}
	s.View(func(tx *state.Tx) {
		var keys []uint32
		for key, row := range s.sessions.All(tx) {
			out[key] = row
			keys = append(keys, key)
			if got, ok := s.sessions.Get(tx, key); !ok || got.User != row.User {
				t.Errorf("%d is %v, and %v in the list", key, got, row)
			}
			if at, _, ok := s.sessions.At(tx, len(keys)-1); !ok || at != key {
				t.Errorf("%d is behind %d others, where %d is", key, len(keys)-1, at)
			}
		}
		if !slices.IsSorted(keys) || s.sessions.Len(tx) != len(keys) {
			t.Errorf("%d rows: %d", s.sessions.Len(tx), keys)
		}
		var back []uint32
		for key := range s.sessions.Backward(tx) {
			back = append(back, key)
		}
		if slices.Reverse(back); !slices.Equal(back, keys) {
			t.Errorf("backward %d", back)
		}
		found := 0
		for user := range 4 {
			var want, got, down []uint32
			for _, key := range keys {
				if r := out[key]; r.User == user && !r.Ended {
					want = append(want, key)
				}
			}
			for key := range s.byUser.All(tx, user) {
				got = append(got, key)
			}
			for key := range s.byUser.Backward(tx, user) {
				down = append(down, key)
			}
			slices.Reverse(down)
			if !slices.Equal(got, want) || !slices.Equal(down, want) || s.byUser.Len(tx, user) != len(want) {
				t.Errorf("user %d has %d, %d, %d, want %d", user, s.byUser.Len(tx, user), got, down, want)
			}
			first, _, one := s.byUser.First(tx, user)
			last, _, other := s.byUser.Last(tx, user)
			if some := len(want) > 0; one != some || other != some || some && (first != want[0] || last != want[len(want)-1]) {
				t.Errorf("user %d has first %d and last %d, want %d", user, first, last, want)
			}
			found += len(got)
		}
	})
	return out
}

var errNo = errors.New("no")

// machine is a server, and what has to be in it.
type machine struct {
	*server
	kept *disk
	want map[uint32]session
}

// Change makes some changes in one transaction, which may fail.
func (m *machine) Change(t *rapid.T) {
	next, fails := maps.Clone(m.want), rapid.Bool().Draw(t, "fails")
	err := m.Update(func(tx *state.Tx) error {
		for range rapid.IntRange(0, 5).Draw(t, "changes") {
			key := rapid.Uint32Range(1, 9).Draw(t, "key")
			if rapid.Bool().Draw(t, "delete") {
				if _, had := next[key]; m.sessions.Delete(tx, key) != had {
					t.Errorf("deleting %d", key)
				}
				delete(next, key)
				continue
			}
			row := session{User: rapid.IntRange(0, 3).Draw(t, "user"), Ended: rapid.Bool().Draw(t, "ended")}
			m.sessions.Put(tx, key, row)
			next[key] = row
		}
		return failing(fails)
	})
	m.become(t, next, fails, err)
}

// Keep gives the keeper what has changed, and looks at what it has then.
func (m *machine) Keep(t *rapid.T) {
	m.kept.fail = failing(rapid.Bool().Draw(t, "fails"))
	if err := m.Flush(); err != nil || m.kept.fail != nil {
		return // whether it had to be asked is the keeper's matter
	}
	again := newServer(m.kept)
	if _, err := again.Load(); err != nil {
		t.Fatal(err)
	}
	if got := again.rows(t); fmt.Sprint(got) != fmt.Sprint(m.want) {
		t.Errorf("kept %v, want %v", got, m.want)
	}
}

// StartOver fills the tables anew, which may fail.
func (m *machine) StartOver(t *rapid.T) {
	fails := rapid.Bool().Draw(t, "fails")
	err := m.Reset(func(tx *state.Tx) error {
		m.sessions.Put(tx, 1, session{User: 1})
		return failing(fails)
	})
	m.become(t, map[uint32]session{1: {User: 1}}, fails, err)
}

// Move takes over its own records, which may be damaged.
func (m *machine) Move(t *rapid.T) {
	damaged := rapid.Bool().Draw(t, "damaged")
	err := m.Restore(func(yield func(state.Record) error) error {
		for r, err := range m.Records() {
			if err = errors.Join(err, yield(r)); err != nil {
				return err
			}
		}
		return failing(damaged)
	})
	m.become(t, m.want, damaged, err)
}

// Check runs after each step.
func (m *machine) Check(t *rapid.T) {
	if got := m.rows(t); fmt.Sprint(got) != fmt.Sprint(m.want) {
		t.Errorf("there is %v, want %v", got, m.want)
	}
}

func (m *machine) become(t *rapid.T, next map[uint32]session, fails bool, err error) {
	if fails != errors.Is(err, errNo) {
		t.Fatal(err)
	}
	if !fails {
		m.want = next
	}
}

func failing(fails bool) error {
	if fails {
		return errNo
	}
	return nil
}

func TestWhatIsCommittedIsThereAndNothingElse(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		kept := &disk{}
		t.Repeat(rapid.StateMachineActions(&machine{newServer(kept), kept, map[uint32]session{}}))
	})
}

func TestAPanicChangesNothing(t *testing.T) {
	s := newServer(nil)
	func() {
		defer func() { _ = recover() }()
		_ = s.Update(func(tx *state.Tx) error {
			s.sessions.Put(tx, 1, session{User: 1})
			panic("no")
		})
	}()
	if got := s.rows(t); len(got) > 0 {
		t.Errorf("there is %v", got)
	}
	s.put(t, 2, session{}) // the lock was given back
}

func TestATransactionIsUsedForWhatItIsOnly(t *testing.T) {
	s, other := newServer(nil), newServer(nil)
	var kept *state.Tx
	for name, misuse := range map[string]func(){
		"a change in a View":   func() { s.View(func(tx *state.Tx) { s.sessions.Put(tx, 1, session{}) }) },
		"a deletion in a View": func() { s.View(func(tx *state.Tx) { s.sessions.Delete(tx, 1) }) },
		"a read after the end": func() { s.View(func(tx *state.Tx) { kept = tx }); s.sessions.Get(kept, 1) },
		"a change after the end": func() {
			_ = s.Update(func(tx *state.Tx) error { kept = tx; return nil })
			s.sessions.Put(kept, 1, session{})
		},
		"a loop after the end": func() {
			all := func(func(uint32, session) bool) {}
			s.View(func(tx *state.Tx) { all = s.sessions.All(tx) })
			all(func(uint32, session) bool { return true })
		},
		"another DB":             func() { other.View(func(tx *state.Tx) { s.sessions.Get(tx, 1) }) },
		"two of a kind":          func() { state.NewTable[int, int](s.DB, "session") },
		"an index after the end": func() { s.View(func(tx *state.Tx) { kept = tx }); s.byUser.Len(kept, 1) },
	} {
		t.Run(name, func(t *testing.T) {
			defer func() {
				if recover() == nil {
					t.Error("nobody objects")
				}
			}()
			misuse()
		})
	}
	if got := s.rows(t); len(got) > 0 {
		t.Errorf("there is %v", got)
	}
}

func TestALoopSeesWhatWasThereWhenItBegan(t *testing.T) {
	s := newServer(nil)
	for key := range uint32(1000) {
		s.put(t, key+1, session{User: 1})
	}
	for name, all := range map[string]func(*state.Tx) func(func(uint32, session) bool){
		"all":             func(tx *state.Tx) func(func(uint32, session) bool) { return s.sessions.All(tx) },
		"backward":        func(tx *state.Tx) func(func(uint32, session) bool) { return s.sessions.Backward(tx) },
		"found":           func(tx *state.Tx) func(func(uint32, session) bool) { return s.byUser.All(tx, 1) },
		"found, backward": func(tx *state.Tx) func(func(uint32, session) bool) { return s.byUser.Backward(tx, 1) },
	} {
		t.Run(name, func(t *testing.T) {
			seen := 0
			err := s.Update(func(tx *state.Tx) error {
				for key := range all(tx) {
					if seen == 0 { // not where the loop is
						s.sessions.Put(tx, 500, session{User: 2})
						s.sessions.Put(tx, 501, session{User: 2})
					}
					s.sessions.Put(tx, key, session{User: 2})
					s.sessions.Put(tx, key+5000, session{User: 1})
					seen++
				}
				return errNo
			})
			if !errors.Is(err, errNo) || seen != 1000 {
				t.Errorf("it saw %d: %v", seen, err)
			}
		})
	}
}

func TestCallsThatComeTogetherShareOneSave(t *testing.T) {
	kept := &disk{entered: make(chan struct{}), leave: make(chan struct{})}
	s := newServer(kept)
	var all sync.WaitGroup
	s.put(t, 1, session{})
	all.Go(func() { _ = s.Flush() })
	<-kept.entered
	for key := range uint32(50) {
		s.put(t, key+2, session{})
		all.Go(func() {
			if err := s.Flush(); err != nil {
				t.Error(err)
			}
			kept.mu.Lock()
			defer kept.mu.Unlock()
			if _, safe := kept.records[[2]string{"session", fmt.Sprint(key + 2)}]; !safe {
				t.Errorf("%d is not safe when Flush has returned", key+2)
			}
		})
	}
	kept.leave <- struct{}{}
	<-kept.entered
	close(kept.leave)
	all.Wait()
	if kept.saves != 2 {
		t.Errorf("%d saves", kept.saves)
	}
	if err := s.Flush(); err != nil || kept.saves != 2 {
		t.Errorf("%d saves of nothing new, %v", kept.saves-2, err)
	}
}

func TestASaveThatFailedIsMadeUpForByTheNext(t *testing.T) {
	kept := &disk{fail: errNo}
	s := newServer(kept)
	s.put(t, 1, session{User: 1})
	if err := s.Flush(); !errors.Is(err, errNo) {
		t.Fatal(err)
	}
	kept.fail = nil
	if err := s.Flush(); err != nil || len(kept.records) != 1 {
		t.Errorf("%v, %v", kept.records, err)
	}
	s.Close()
	if got := s.rows(t); len(got) > 0 {
		t.Errorf("there is %v", got)
	}
	if err := s.Flush(); err != nil || len(kept.records) != 1 {
		t.Errorf("after the end: %v, %v", kept.records, err)
	}
}

func TestRecordsThatCannotBeAreRefusedAndChangeNothing(t *testing.T) {
	for name, records := range map[string][]state.Record{
		"a key of letters":         {{Kind: "session", Key: "x", Value: []byte(`{}`)}},
		"a key with a sign":        {{Kind: "session", Key: "+1", Value: []byte(`{}`)}},
		"a key too large":          {{Kind: "session", Key: "4294967296", Value: []byte(`{}`)}},
		"no value":                 {{Kind: "session", Key: "1"}},
		"a value of another shape": {{Kind: "session", Key: "1", Value: []byte(`[]`)}},
		"two of a key":             {{Kind: "session", Key: "1", Value: []byte(`{}`)}, {Kind: "session", Key: "1", Value: []byte(`{}`)}},
		"what a check refuses":     {{Kind: "session", Key: "1", Value: []byte(`{"user":-1}`)}},
	} {
		t.Run(name, func(t *testing.T) {
			kept := &disk{}
			s := newServer(kept)
			s.Check(func(tx *state.Tx) error {
				if s.byUser.Len(tx, -1) > 0 {
					return errNo
				}
				return nil
			})
			s.put(t, 7, session{User: 1})
			load := func(yield func(state.Record) error) error {
				for _, r := range records {
					if err := yield(r); err != nil {
						return err
					}
				}
				return nil
			}
			if err := s.Restore(load); err == nil {
				t.Error("nobody objects")
			}
			if got := s.rows(t); len(got) != 1 || got[7].User != 1 {
				t.Errorf("there is %v", got)
			}
			if err := s.Flush(); err != nil || len(kept.records) != 1 {
				t.Errorf("kept %v, %v", kept.records, err)
			}
			records = []state.Record{{Kind: "of a newer program", Key: "x", Value: []byte(`1`)}}
			if err := s.Restore(load); err != nil || len(s.rows(t)) != 0 {
				t.Error(err)
			}
		})
	}
}

func TestATableIsBounded(t *testing.T) {
	room := &state.Room{Rows: 3000}
	newTable := func(over func(session) bool) (*state.DB, *state.Table[uint32, session], *[]uint32) {
		db, dropped := state.New(nil, ""), new([]uint32)
		table := state.NewTable[uint32, session](db, "session")
		table.Limit(state.Bound[uint32, session]{
			Limit: 2000, Least: 100, Room: room, Over: over,
			Dropped: func(_ *state.Tx, key uint32, _ session) { *dropped = append(*dropped, key) },
		})
		return db, table, dropped
	}
	fill := func(db *state.DB, table *state.Table[uint32, session], rows uint32) (n int, last uint32) {
		for range rows {
			_ = db.Update(func(tx *state.Tx) error {
				key := table.Last(tx) + 1
				table.Put(tx, key, session{Ended: key%10 == 0})
				n, last = table.Len(tx), key
				if _, ok := table.Get(tx, key); !ok {
					t.Errorf("%d has gone at once", key)
				}
				return nil
			})
		}
		return n, last
	}
	db, table, dropped := newTable(func(s session) bool { return s.Ended })
	if n, last := fill(db, table, 2001); n > 2000 || n < 1400 || last != 2001 || !slices.Contains(*dropped, 2000) || (*dropped)[0] != 10 {
		t.Errorf("%d rows, the last is %d, and %d went, first %d", n, last, len(*dropped), (*dropped)[0])
	}
	other, full, _ := newTable(nil)
	if n, _ := fill(other, full, 5000); n < 100 || room.Taken() > 3000 {
		t.Errorf("%d rows, %d together", n, room.Taken())
	}
	last, small, _ := newTable(nil)
	room.Rows = 1
	if n, _ := fill(last, small, 100); n != 100 {
		t.Errorf("%d of the rows that it may have", n)
	}
	before := room.Taken()
	_ = last.Update(func(tx *state.Tx) error { small.Put(tx, 1, session{User: 1}); small.Delete(tx, 2); return errNo })
	if room.Taken() != before {
		t.Errorf("what did not happen took %d", room.Taken()-before)
	}
	for _, db := range []*state.DB{db, other, last} {
		db.Close()
	}
	if room.Taken() != 0 {
		t.Errorf("%d are taken by nobody", room.Taken())
	}
}

func TestReadersAndWritersDoNotMeet(t *testing.T) {
	kept := &disk{}
	s := newServer(kept)
	var all sync.WaitGroup
	for user := range 3 {
		all.Go(func() {
			for n := range uint32(300) {
				key := n*3 + uint32(user) + 1 //nolint:gosec // small
				s.put(t, key, session{User: user, Scope: []string{"a"}})
				if n%10 == 0 {
					_ = s.Flush()
				}
			}
		})
		all.Go(func() {
			for range 100 {
				s.View(func(tx *state.Tx) {
					for range s.byUser.All(tx, user) {
						break
					}
					s.sessions.Len(tx)
				})
			}
		})
		all.Go(func() {
			for range 20 {
				for _, err := range s.Records() {
					if err != nil {
						t.Error(err)
					}
				}
			}
		})
	}
	all.Wait()
	if err := s.Flush(); err != nil || len(kept.records) != 900 {
		t.Errorf("kept %d, %v", len(kept.records), err)
	}
}

func BenchmarkGet(b *testing.B) {
	s := newServer(nil)
	for key := range uint32(100_000) {
		s.put(b, key+1, session{User: 1})
	}
	b.ReportAllocs()
	for b.Loop() {
		s.View(func(tx *state.Tx) { s.sessions.Get(tx, 50_000) })
	}
}

func BenchmarkUpdate(b *testing.B) {
	s := newServer(&disk{})
	b.ReportAllocs()
	key := uint32(0)
	for b.Loop() {
		key++
		s.put(b, key%100_000, session{User: int(key % 1000)})
	}
}
