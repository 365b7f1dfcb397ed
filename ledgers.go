package ringcx

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"
)

// Each vendor host has a ledger for each app in the Store, a record of its own that all lineages of the app share. A
// lineage's exclusivity is taken before a ledger's, never the other way round, and a ledger's is never kept while a
// request is on its way.

// sharedLedgers are the ledgers of an app as its Store keeps them.
type sharedLedgers struct {
	store               Store
	clocks              *clocks
	ringCentral, ringCX sharedLedger
}

// sharedLedger is that of one host.
type sharedLedger struct {
	key   string
	known *known // what this process knows of it

	mu      sync.Mutex      // guards pending
	pending []func(*ledger) // corrections that could not be written yet
}

// keyRingCentral names the ledger of an app at the platform in a Store, keyRingCX that at RingCX.
func keyRingCentral(c *Config) string {
	return "ledger-" + fingerprint("ringcentral", c.ringCentral(), c.ClientID)
}

func keyRingCX(c *Config) string { return "ledger-" + fingerprint("ringcx", c.ringCX(), c.ClientID) }

// of is the ledger of the host that a is about.
func (s *sharedLedgers) of(a action) *sharedLedger {
	if atRingCentral(a) {
		return &s.ringCentral
	}
	return &s.ringCX
}

// errNotYet says that things have changed between the plan and the request.
var errNotYet = errors.New("things have changed")

// read reads both ledgers into l, with what this process knows besides. One that had to be mended is written, if mend
// allows, so that the time it waits out begins now; so is one that knew less than we do.
func (s *sharedLedgers) read(ctx context.Context, l *ledgers, mend bool) error {
	for _, a := range []action{actLogin, actExchange} {
		shared := s.of(a)
		before := shared.known.look() // before it is read, so that what is read is no older
		value, err := s.store.Load(ctx, shared.key)
		if err != nil {
			return err
		}
		now := s.clocks.moment()
		one, mended, err := decodeLedger(value, now.there)
		if err != nil {
			return err
		}
		added := before.recall(one, mended, now)
		shared.known.read(before, one, now)
		shared.applyPending(one)
		*l.of(a) = *one
		if (mended || added) && mend {
			if err := s.enter(ctx, a, l, func(*ledger) error { return nil }); err != nil {
				return err
			}
		}
	}
	return nil
}

// reserve enters a request that is about to be sent, if the ledger still allows it.
func (s *sharedLedgers) reserve(ctx context.Context, a action, l *ledgers, start time.Time) error {
	if !counted(a) {
		return nil
	}
	return s.enter(ctx, a, l, func(one *ledger) error {
		if one.next(start, true).After(start) {
			return fmt.Errorf("%w: another lineage used the vendor's limit up", errNotYet)
		}
		one.begin(start)
		return nil
	})
}

// commit corrects a ledger. What cannot be written now is written with the next entry, and known here until then.
func (s *sharedLedgers) commit(ctx context.Context, a action, l *ledgers, correct func(*ledger)) error {
	err := s.enter(ctx, a, l, func(one *ledger) error {
		correct(one)
		return nil
	})
	if err != nil {
		shared := s.of(a)
		shared.mu.Lock()
		defer shared.mu.Unlock()
		shared.pending = append(shared.pending, correct)
	}
	return err
}

// enter changes the ledger of a's host, durably, and shows l the result.
func (s *sharedLedgers) enter(ctx context.Context, a action, l *ledgers, change func(*ledger) error) error {
	ctx, cancel := context.WithTimeout(ctx, storeWait)
	defer cancel()
	shared := s.of(a)
	return s.store.Update(ctx, shared.key, func(old []byte, save func([]byte) error) error {
		s.clocks.follow(ctx)
		now := s.clocks.moment()
		one, mended, err := decodeLedger(old, now.there)
		if err != nil {
			return err
		}
		shared.known.look().recall(one, mended, now)
		sent := slices.Clone(one.Sent)
		shared.applyPending(one)
		if err := change(one); err != nil {
			return err
		}
		one.Written = s.clocks.now()
		value, err := marshalStored(one, one.rest)
		if err != nil {
			return err
		}
		if err := save(value); err != nil {
			return err
		}
		shared.known.wrote(sent, one, s.clocks.moment())
		shared.forgetPending()
		*l.of(a) = *one
		return nil
	})
}

// applyPending corrects l by what could not be written yet.
func (s *sharedLedger) applyPending(l *ledger) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, correct := range s.pending {
		correct(l)
	}
}

func (s *sharedLedger) forgetPending() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.pending = nil
}

// decodeLedger reads a ledger. One that is damaged is replaced by one that waits a penalty out: the requests it spoke of are
// not known any more. One of a newer program is an error, because what it says may have to be kept.
func decodeLedger(value []byte, now time.Time) (l *ledger, mended bool, err error) {
	l = &ledger{}
	if value == nil {
		return l, false, nil
	}
	more, err := unmarshalStored("the stored ledger of requests", value, l)
	var newer *errNewer
	switch {
	case errors.As(err, &newer):
		return nil, false, newer
	case err != nil:
		return &ledger{QuietUntil: now.Add(penalty)}, true, nil
	}
	l.rest = more
	mended = l.mend(now)
	return l, mended, nil
}
