package sandbox

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/ringcx-go/ringcx/sandbox/internal/contract"
	"github.com/ringcx-go/ringcx/sandbox/internal/journal"
	"github.com/ringcx-go/ringcx/sandbox/internal/state"
	"github.com/ringcx-go/ringcx/sandbox/internal/token"
)

// Kinds of records about the server itself.
const (
	recordClock    = "clock"
	recordSettings = "settings"
	recordRequest  = "request"
)

// contents are everything that a reset makes anew.
type contents struct {
	key      *token.Key // signs RingCX access tokens
	world    *world
	platform *platform
	cx       *ringcx
	rules    *contract.Rules
	epoch    string // of RingCX access tokens
	offset   time.Duration
	bad      badDays
	requests []journal.Entry
	tables   *state.Draft
	known    bool // the keeper has what is in tables, and all else, as it is
}

// drop lets go of what st takes of what servers share, if it is not going to be anybody's.
func (st *contents) drop() {
	st.cx.signIns.clear()
}

// startDay is the hostile day that the server was started with, in its first minute; nil if it was none.
func (s *Server) startDay() (*hostileDay, error) {
	day, _, err := (&hostileRequest{Share: s.opts.Hostile}).day(s.seed())
	return day, err
}

// seed is the one that a reset returns to.
func (s *Server) seed() uint64 { return cmp.Or(s.opts.Seed, 1) }

// freshContents is that of a server in its first minute.
func (s *Server) freshContents(news *changes) (*contents, error) {
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
	return &contents{
		tables: tables,
		key:    key, world: w, rules: s.start, epoch: token.RandomText(6), bad: badDays{day: s.faults.dayAgain()},
		platform: newPlatform(w, s.oauth, &s.mu),
		cx:       newRingCX(s.Now, news, &s.memory.shared.pages),
	}, nil
}

// restoredContents is the one that records tell of.
func (s *Server) restoredContents(in *archive, news *changes) (st *contents, err error) {
	w, err := restoreWorld(in)
	if err != nil {
		return nil, err
	}
	key, err := token.NewKey(w.seed, "RingCX tokens", s.opts.Algorithm)
	if err != nil {
		return nil, err
	}
	out := &contents{
		key: key, world: w, platform: newPlatform(w, s.oauth, &s.mu),
		cx: newRingCX(s.Now, news, &s.memory.shared.pages),
	}
	defer func() {
		if err != nil { // it is not going to be anybody's
			out.drop()
		}
	}()
	out.tables, err = s.mu.db.Draft(func(yield func(state.Record) error) error { return in.give(s.mu.db.Kinds(), yield) })
	if err != nil {
		return nil, err
	}
	seals, err := only[savedSeals](in, recordSeals)
	if err != nil {
		return nil, err
	}
	out.epoch = seals.Epoch
	if out.platform.maker, err = token.ReadMaker(seals.Platform); err != nil {
		return nil, err
	}
	if out.cx.maker, err = token.ReadMaker(seals.RingCX); err != nil {
		return nil, err
	}
	if out.offset, err = only[time.Duration](in, recordClock); err != nil {
		return nil, err
	}
	if err := inBounds(out.offset); err != nil {
		return nil, err
	}
	if out.rules, err = s.restoredRules(in); err != nil {
		return nil, err
	}
	for _, load := range []func() error{
		func() error { return restoreRingCX(in, w, out.platform, out.cx) },
		func() error { return out.loadRequests(in) },
		func() error { return s.loadDays(in, out) },
	} {
		if err := load(); err != nil {
			return nil, err
		}
	}
	return out, nil
}

func (s *Server) loadDays(in *archive, out *contents) error {
	day, err := s.startDay()
	if err == nil {
		out.bad, err = restoredDays(in, day)
	}
	return err
}

// become takes over contents, or changes nothing. Tokens of those before are refused, unless st has their epoch and seals.
func (s *Server) become(st *contents, news *changes) error {
	s.changing.Lock()
	defer s.changing.Unlock()
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.mu.db.Adopt(s.mu.tx, st.tables, st.known, func(*state.Tx) error { return s.adopted(st) }); err != nil {
		return err
	}
	st.world.changes, s.changes = news, news
	if s.world != nil {
		s.world.purse.close()
	}
	s.signing.Store(st.key)
	if s.platform != nil {
		s.cx.signIns.clear()
	}
	s.world, s.platform, s.cx = st.world, st.platform, st.cx
	s.rules.Store(st.rules)
	s.tokens.restart(st.epoch)
	s.faults.become(st.bad)
	s.habits.restart()
	s.clock.offset.Store(int64(st.offset))
	s.journal.Restore(st.requests)
	if s.ended {
		s.letGo()
	}
	return nil
}

// adopted is called when the tables have become those of st, and before anything else has.
func (s *Server) adopted(st *contents) error {
	s.limits.adopted()
	if err := s.oauth.check(s.mu.tx, st.world); err != nil {
		return err
	}
	st.cx.settle(st.platform)
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
	news := s.newChanges()
	st, err := s.freshContents(news)
	if err != nil {
		return err
	}
	return s.become(st, news)
}

// adopt takes over what records tell of, or changes nothing. If it is bounded, that may not be too much; if it is known, the
// keeper has all of it.
func (s *Server) adopt(in *archive, bounded, known bool) error {
	p, err := s.restored(in, bounded)
	if err != nil {
		return err
	}
	news := s.newChanges()
	st, err := s.restoredContents(in, news)
	if err != nil {
		p.close()
		return err
	}
	st.known = known
	st.world.purse = p
	if err := s.become(st, news); err != nil {
		p.close()
		st.drop()
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

// keptClock is how far the clock was moved.
type keptClock time.Duration

func (keptClock) recordKey() recordKey { return recordKey{recordClock, ""} }
func (c keptClock) recordValue() any   { return time.Duration(c) }

// keptSettings are the settings that differ from those that the server started with.
type keptSettings struct{ now, start *contract.Rules }

func (keptSettings) recordKey() recordKey { return recordKey{recordSettings, ""} }

func (k keptSettings) recordValue() any {
	start, out := k.start.Values(), map[string]any{}
	for name, value := range k.now.Values() {
		if value != start[name] {
			out[name] = value
		}
	}
	return out
}

// restoredRules are what the server starts with, changed as was kept.
func (s *Server) restoredRules(in *archive) (*contract.Rules, error) {
	values, err := only[map[string]json.RawMessage](in, recordSettings)
	if err != nil {
		return nil, err
	}
	out := *s.start
	for name, value := range values {
		found, err := contract.FindSetting(name)
		if err == nil {
			err = found.SetJSON(&out, value)
		}
		if err != nil {
			return nil, err
		}
	}
	return &out, nil
}

// parts are everything that is kept and in no table. s.mu is held.
func (s *Server) parts(yield func(kept)) {
	s.tokens.mu.RLock()
	seals := savedSeals{s.platform.maker.Text(), s.cx.maker.Text(), s.tokens.epoch}
	s.tokens.mu.RUnlock()
	yield(seals)
	yield(keptClock(s.offset()))
	yield(keptSettings{s.rules.Load(), s.start})
	s.world.parts(yield)
	s.cx.parts(yield)
	s.faults.parts(yield)
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
		if r.Value != nil {
			out = append(out, r)
		}
	})
	return out, failed
}
