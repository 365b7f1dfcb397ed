package ringcx

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"
)

// Each vendor host has a ledger for each app in the Store, a record of its own that all lineages of the app share. A
// lineage's exclusivity is taken before a ledger's, never the other way round, and a ledger's is never kept while a
// request is on its way.

// ledgerKey names the ledger of the host that a is about.
func (s *Session) ledgerKey(a action) string {
	if atRingCentral(a) {
		return "ledger-" + fingerprint("ringcentral", s.config.ringCentral(), s.config.ClientID)
	}
	return "ledger-" + fingerprint("ringcx", s.config.ringCX(), s.config.ClientID)
}

// known is what this process knows of the ledger of the host that a is about.
func (s *Session) known(a action) *known {
	if atRingCentral(a) {
		return s.knownRingCentral
	}
	return s.knownRingCX
}

// errNotYet says that things have changed between the plan and the request.
var errNotYet = errors.New("things have changed")

// readLedgers reads both ledgers into r, with what this process knows besides. One that had to be mended is written, if mend
// allows, so that the time it waits out begins now; so is one that knew less than we do.
func (s *Session) readLedgers(ctx context.Context, r *record, mend bool) error {
	for _, a := range []action{actLogin, actExchange} {
		known := s.known(a)
		before := known.look() // before it is read, so that what is read is no older
		value, err := s.store.Load(ctx, s.ledgerKey(a))
		if err != nil {
			return err
		}
		now := s.moment()
		l, mended, err := decodeLedger(value, now.there)
		if err != nil {
			return err
		}
		added := before.recall(l, mended, now)
		known.read(before, l, now)
		s.applyCorrections(a, l)
		*r.ledgerOf(a) = *l
		if (mended || added) && mend {
			if err := s.enter(ctx, a, r, func(*ledger) error { return nil }); err != nil {
				return err
			}
		}
	}
	return nil
}

// reserve enters a request that is about to be sent, if the ledger still allows it.
func (s *Session) reserve(ctx context.Context, a action, r *record, start time.Time) error {
	if !counted(a) {
		return nil
	}
	return s.enter(ctx, a, r, func(l *ledger) error {
		if l.next(start, true).After(start) {
			return fmt.Errorf("%w: another lineage used the vendor's limit up", errNotYet)
		}
		l.begin(start)
		return nil
	})
}

// commit corrects a ledger. What cannot be written now is written with the next entry, and known here until then.
func (s *Session) commit(ctx context.Context, a action, r *record, correct func(*ledger)) error {
	err := s.enter(ctx, a, r, func(l *ledger) error {
		correct(l)
		return nil
	})
	if err != nil {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.corrections = append(s.corrections, pendingCorrection{atRingCentral(a), correct})
	}
	return err
}

// pendingCorrection is a correction that could not be written yet.
type pendingCorrection struct {
	ringCentral bool
	correct     func(*ledger)
}

// applyCorrections corrects l by what could not be written yet.
func (s *Session) applyCorrections(a action, l *ledger) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, d := range s.corrections {
		if d.ringCentral == atRingCentral(a) {
			d.correct(l)
		}
	}
}

// enter changes the ledger of a's host, durably, and shows r the result.
func (s *Session) enter(ctx context.Context, a action, r *record, change func(*ledger) error) error {
	ctx, cancel := context.WithTimeout(ctx, storeWait)
	defer cancel()
	return s.store.Update(ctx, s.ledgerKey(a), func(old []byte, save func([]byte) error) error {
		s.followClock(ctx)
		now, known := s.moment(), s.known(a)
		l, mended, err := decodeLedger(old, now.there)
		if err != nil {
			return err
		}
		known.look().recall(l, mended, now)
		sent := slices.Clone(l.Sent)
		s.applyCorrections(a, l)
		if err := change(l); err != nil {
			return err
		}
		l.Written = s.now()
		value, err := marshalStored(l, l.rest)
		if err != nil {
			return err
		}
		if err := save(value); err != nil {
			return err
		}
		known.wrote(sent, l, s.moment())
		s.forgetCorrections(a)
		*r.ledgerOf(a) = *l
		return nil
	})
}

func (s *Session) forgetCorrections(a action) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var rest []pendingCorrection
	for _, d := range s.corrections {
		if d.ringCentral != atRingCentral(a) {
			rest = append(rest, d)
		}
	}
	s.corrections = rest
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
