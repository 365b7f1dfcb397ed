package sandbox

import (
	"cmp"
	"errors"
	"fmt"
	"time"

	"github.com/ringcx-go/ringcx/sandbox/internal/budget"
	"github.com/ringcx-go/ringcx/sandbox/internal/contract"
	"github.com/ringcx-go/ringcx/sandbox/internal/fault"
	"github.com/ringcx-go/ringcx/sandbox/internal/journal"
	"github.com/ringcx-go/ringcx/sandbox/internal/model"
	"github.com/ringcx-go/ringcx/sandbox/internal/state"
	"github.com/ringcx-go/ringcx/sandbox/internal/token"
)

// contents are everything that a reset makes anew.
type contents struct {
	signing     *token.Key  // signs RingCX access tokens
	credentials *token.Key  // signs JWT credentials
	platform    token.Maker // of tokens of RingCentral
	ringcx      token.Maker
	rules       *contract.Rules
	epoch       string // of RingCX access tokens
	offset      time.Duration
	purse       budget.Purse
	requests    []journal.Entry
	tables      *state.Draft
	fresh       bool // it is a first minute, and there is nothing in tables
	known       bool // the keeper has what is in tables, and all else, as it is
}

// startDay is the hostile day that the server was started with, in its first minute; nil if it was none.
func (s *server) startDay() (*fault.Day, error) {
	day, _, err := (&fault.DayRequest{Share: s.opts.Hostile}).Day(s.seed())
	return day, err
}

// seed is the one that a reset returns to.
func (s *server) seed() uint64 { return cmp.Or(s.opts.Seed, 1) }

// newContents are those of a world of a seed, without rows.
func (s *server) newContents(seed uint64) (*contents, error) {
	signing, err := token.NewKey(seed, "RingCX tokens", s.opts.Algorithm)
	if err != nil {
		return nil, err
	}
	credentials, err := model.NewKey(seed)
	if err != nil {
		return nil, err
	}
	return &contents{signing: signing, credentials: credentials, platform: token.NewMaker(), ringcx: token.NewMaker()}, nil
}

// freshContents is that of a server in its first minute.
func (s *server) freshContents() (*contents, error) {
	out, err := s.newContents(s.seed())
	if err != nil {
		return nil, err
	}
	out.fresh, out.rules, out.epoch = true, s.start, token.RandomText(6)
	out.purse.Total = &s.memory.shared.objects
	out.tables = s.mu.DB.Blank()
	return out, nil
}

// restoredContents is the one that records tell of.
func (s *server) restoredContents(in *archive) (*contents, error) {
	seed, err := in.seed()
	if err != nil {
		return nil, err
	}
	out, err := s.newContents(seed)
	if err != nil {
		return nil, err
	}
	out.tables, err = s.mu.DB.Draft(func(yield func(state.Record) error) error { return in.give(s.mu.DB.Kinds(), yield) })
	if err != nil {
		return nil, err
	}
	return out, out.loadRequests(in)
}

// become takes over contents, or changes nothing. Tokens of those before are refused, unless st has their secrets.
func (s *server) become(st *contents) error {
	s.changing.Lock()
	defer s.changing.Unlock()
	s.mu.Lock()
	defer s.mu.Unlock()
	_, today := s.faults.List()
	key := s.world.Key()
	s.world.SetKey(st.credentials)
	err := s.mu.DB.Adopt(s.mu.Tx, st.tables, st.known, func(*state.Tx) error { return s.adopted(st, today) })
	s.faults.NoteBusy()
	if err != nil {
		s.world.SetKey(key)
		return err
	}
	s.demo = Credentials(s.world.Demo(s.mu.Tx))
	s.purse.Close()
	s.purse = st.purse
	s.platform.Restart(st.platform)
	s.ringcx.Restart(st.ringcx, st.epoch, st.signing)
	s.rules.Store(st.rules)
	s.habits.Restart()
	s.clock.offset.Store(int64(st.offset))
	s.journal.Restore(st.requests, func(e *journal.Entry) { vendorRoutes().Complete(st.rules, e) })
	if s.ended {
		s.letGo()
	}
	return nil
}

// adopted completes what is in the tables, or refuses it, before anything else has become what st says. Until then, the hostile
// day was today's.
func (s *server) adopted(st *contents, today *fault.Day) error {
	s.limits.Adopted()
	if st.fresh {
		s.clock.kept.Set(s.mu.Tx, 0)
		s.settings.Set(s.mu.Tx, settingValues{})
		s.secrets.Set(s.mu.Tx, st.newSecrets())
		s.faults.SetDay(today)
		return s.world.Fill(s.mu.Tx, s.seed())
	}
	if err := s.world.Check(s.mu.Tx); err != nil {
		return err
	}
	if st.known && s.opts.Seed == 0 && s.faults.Started != nil { // the seed is that of the first start
		s.faults.Started.Seed = s.world.Seed(s.mu.Tx)
	}
	s.faults.Restored()
	for _, restore := range []func(*contents) error{s.restoreSecrets, s.restoreClock, s.restoreSettings} {
		if err := restore(st); err != nil {
			return err
		}
	}
	if err := s.platform.Check(s.mu.Tx, s.world); err != nil {
		return err
	}
	return s.ringcx.Check(s.mu.Tx, s.world, s.platform)
}

// required is what is in a cell that cannot be empty.
func required[V any](s *server, cell state.Cell[V]) (V, error) {
	v, ok := cell.Get(s.mu.Tx)
	if !ok {
		return v, fmt.Errorf("there is no record of the kind %s", cell.Kind())
	}
	return v, nil
}

func (s *server) restoreClock(st *contents) (err error) {
	if st.offset, err = required(s, s.clock.kept); err != nil {
		return err
	}
	return inBounds(st.offset)
}

func (s *server) restoreSettings(st *contents) error {
	values, err := required(s, s.settings)
	if err != nil {
		return err
	}
	if st.rules, err = values.over(s.start); err != nil {
		return err
	}
	s.settings.Set(s.mu.Tx, settingsChanged(st.rules, s.start))
	return nil
}

// startOver returns to the first minute.
func (s *server) startOver() error {
	st, err := s.freshContents()
	if err != nil {
		return err
	}
	return s.become(st)
}

// adopt takes over what records tell of, or changes nothing. If it is bounded, that may not be too much; if it is known, the
// keeper has all of it.
func (s *server) adopt(in *archive, bounded, known bool) error {
	p, err := s.restored(in, bounded)
	if err != nil {
		return err
	}
	st, err := s.restoredContents(in)
	if err != nil {
		p.Close()
		return err
	}
	st.known = known
	st.purse = p
	if err := s.become(st); err != nil {
		p.Close()
		return err
	}
	return nil
}

// wake takes over what the keeper has, or starts in the first minute if that is nothing.
func (s *server) wake() error {
	if s.memory.keeper == nil {
		return s.startOver()
	}
	in := newArchive(s.mu.DB.Bounded())
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
	seed := s.world.Seed(s.mu.Tx)
	if s.memory.name == "" && s.opts.Seed != 0 && s.opts.Seed != seed { // a namespace asks for none of its own
		return fmt.Errorf("what was kept was made with seed %d, not %d", seed, s.opts.Seed)
	}
	s.opts.Seed = seed
	return nil
}
