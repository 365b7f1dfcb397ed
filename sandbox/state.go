package sandbox

import (
	"cmp"
	"errors"
	"fmt"
	"time"

	"github.com/ringcx-go/ringcx/sandbox/internal/contract"
	"github.com/ringcx-go/ringcx/sandbox/internal/journal"
	"github.com/ringcx-go/ringcx/sandbox/internal/state"
	"github.com/ringcx-go/ringcx/sandbox/internal/token"
)

// recordRequest is the kind of the records of the log.
const recordRequest = "request"

// contents are everything that a reset makes anew.
type contents struct {
	key      *token.Key // signs RingCX access tokens
	world    *world
	platform *platform
	cx       *ringcx
	rules    *contract.Rules
	epoch    string // of RingCX access tokens
	offset   time.Duration
	requests []journal.Entry
	tables   *state.Draft
	fresh    bool // it is a first minute, and there is nothing in tables
	known    bool // the keeper has what is in tables, and all else, as it is
}

// startDay is the hostile day that the server was started with, in its first minute; nil if it was none.
func (s *Server) startDay() (*hostileDay, error) {
	day, _, err := (&hostileRequest{Share: s.opts.Hostile}).day(s.seed())
	return day, err
}

// seed is the one that a reset returns to.
func (s *Server) seed() uint64 { return cmp.Or(s.opts.Seed, 1) }

// freshContents is that of a server in its first minute.
func (s *Server) freshContents() (*contents, error) {
	seed := s.seed()
	key, err := token.NewKey(seed, "RingCX tokens", s.opts.Algorithm)
	if err != nil {
		return nil, err
	}
	w, err := newWorld(seed)
	if err != nil {
		return nil, err
	}
	w.purse.together = &s.memory.shared.objects
	tables, err := s.mu.db.Draft(func(func(state.Record) error) error { return nil })
	if err != nil {
		return nil, err
	}
	p := newPlatform(w, s.oauth, &s.mu, &s.tokens.endings)
	return &contents{
		tables: tables, fresh: true,
		key: key, world: w, rules: s.start, epoch: token.RandomText(6),
		platform: p, cx: newRingCX(w, p, s.cxTables, &s.mu),
	}, nil
}

// restoredContents is the one that records tell of.
func (s *Server) restoredContents(in *archive) (*contents, error) {
	w, err := restoreWorld(in)
	if err != nil {
		return nil, err
	}
	key, err := token.NewKey(w.seed, "RingCX tokens", s.opts.Algorithm)
	if err != nil {
		return nil, err
	}
	p := newPlatform(w, s.oauth, &s.mu, &s.tokens.endings)
	out := &contents{key: key, world: w, platform: p, cx: newRingCX(w, p, s.cxTables, &s.mu)}
	out.tables, err = s.mu.db.Draft(func(yield func(state.Record) error) error { return in.give(s.mu.db.Kinds(), yield) })
	if err != nil {
		return nil, err
	}
	return out, out.loadRequests(in)
}

// become takes over contents, or changes nothing. Tokens of those before are refused, unless st has their epoch and seals.
func (s *Server) become(st *contents, news *changes) error {
	s.changing.Lock()
	defer s.changing.Unlock()
	s.mu.Lock()
	defer s.mu.Unlock()
	_, today := s.faults.list()
	err := s.mu.db.Adopt(s.mu.tx, st.tables, st.known, func(*state.Tx) error { return s.adopted(st, today) })
	s.faults.noteBusy()
	if err != nil {
		return err
	}
	st.world.changes, s.changes = news, news
	if s.world != nil {
		s.world.purse.close()
	}
	s.signing.Store(st.key)
	s.world, s.platform, s.cx = st.world, st.platform, st.cx
	s.rules.Store(st.rules)
	s.tokens.restart(st.epoch)
	s.habits.restart()
	s.clock.offset.Store(int64(st.offset))
	s.journal.Restore(st.requests)
	if s.ended {
		s.letGo()
	}
	return nil
}

// adopted completes what is in the tables, or refuses it, before anything else has become what st says. Until then, the hostile
// day was today's.
func (s *Server) adopted(st *contents, today *hostileDay) error {
	s.limits.adopted()
	if st.fresh {
		s.clock.kept.Set(s.mu.tx, 0)
		s.settings.Set(s.mu.tx, settingValues{})
		s.seals.Set(s.mu.tx, st.newSeals())
		s.faults.setDay(today)
		return nil
	}
	if st.known && s.opts.Seed == 0 && s.faults.started != nil { // the seed is that of the first start
		s.faults.started.Seed = st.world.seed
	}
	s.faults.restored()
	return cmp.Or(
		s.restoreSeals(st), s.restoreClock(st), s.restoreSettings(st),
		s.oauth.check(s.mu.tx, st.world), s.cxTables.check(s.mu.tx, st.world, s.oauth.sessions),
	)
}

// required is what is in a cell that cannot be empty.
func required[V any](s *Server, cell state.Cell[V]) (V, error) {
	v, ok := cell.Get(s.mu.tx)
	if !ok {
		return v, fmt.Errorf("there is no record of the kind %s", cell.Kind())
	}
	return v, nil
}

func (s *Server) restoreClock(st *contents) (err error) {
	if st.offset, err = required(s, s.clock.kept); err != nil {
		return err
	}
	return inBounds(st.offset)
}

func (s *Server) restoreSettings(st *contents) error {
	values, err := required(s, s.settings)
	if err != nil {
		return err
	}
	if st.rules, err = values.over(s.start); err != nil {
		return err
	}
	s.settings.Set(s.mu.tx, settingsChanged(st.rules, s.start))
	return nil
}

// newChanges is where changes are to be noted: nowhere, nil, if nothing is kept.
func (s *Server) newChanges() *changes {
	if s.memory.keeper == nil {
		return nil
	}
	return newChanges()
}

// startOver returns to the first minute.
func (s *Server) startOver() error {
	st, err := s.freshContents()
	if err != nil {
		return err
	}
	return s.become(st, s.newChanges())
}

// adopt takes over what records tell of, or changes nothing. If it is bounded, that may not be too much; if it is known, the
// keeper has all of it.
func (s *Server) adopt(in *archive, bounded, known bool) error {
	p, err := s.restored(in, bounded)
	if err != nil {
		return err
	}
	st, err := s.restoredContents(in)
	if err != nil {
		p.close()
		return err
	}
	st.known = known
	st.world.purse = p
	if err := s.become(st, s.newChanges()); err != nil {
		p.close()
		return err
	}
	return nil
}

// wake takes over what the keeper has, or starts in the first minute if that is nothing.
func (s *Server) wake() error {
	if s.memory.keeper == nil {
		return s.startOver()
	}
	in := newArchive()
	if err := s.memory.keeper.Load(s.memory.name, in.add); err != nil {
		return fmt.Errorf("reading what was kept: %w", err)
	}
	if in.empty() {
		if err := s.startOver(); err != nil {
			return err
		}
		return s.keep()
	}
	if err := errors.Join(s.loadUse(in), s.adopt(in, false, true)); err != nil {
		return fmt.Errorf("reading what was kept: %w", err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.memory.name == "" && s.opts.Seed != 0 && s.opts.Seed != s.world.seed { // a namespace asks for none of its own
		return fmt.Errorf("what was kept was made with seed %d, not %d", s.world.seed, s.opts.Seed)
	}
	s.opts.Seed = s.world.seed
	return nil
}

// parts are everything that is kept and in no table. s.mu is held.
func (s *Server) parts(yield func(kept)) {
	s.world.parts(yield)
	entries, _ := s.journal.Since(0)
	for _, e := range entries {
		yield(keptRequest{e})
	}
}

// records are everything that is kept and in no table. s.mu is held.
func (s *Server) records() ([]state.Record, error) {
	var out []state.Record
	var failed error
	s.parts(func(t kept) {
		r, err := encode(t)
		failed = errors.Join(failed, err)
		if err == nil {
			out = append(out, r)
		}
	})
	return out, failed
}
