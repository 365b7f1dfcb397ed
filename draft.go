package ringcx

import (
	"cmp"
	"fmt"
)

// draft is the record while a renewal works on it. A fresh login, and a record that belongs to other credentials, work
// on an empty lineage, and what was stored stays in place until the new one is complete.
type draft struct {
	record  *record
	kept    []byte // what to leave in place while not settled, whatever it is, nil if there is nothing
	settled bool
	write   func([]byte) error
}

func newDraft(s *Session, r *record, old []byte, save func([]byte) error, n need) *draft {
	b := &draft{record: r, write: save}
	if n.since.IsZero() && s.owns(r) {
		r.App, r.Identity = s.app, cmp.Or(s.identity, r.Identity)
		return b
	}
	b.record = &record{Version: storedVersion, App: s.app, Identity: s.identity, Generation: r.Generation, Wall: r.Wall}
	b.kept = old
	if n.begun != nil && n.begun.RingCentral.token().AccessToken != "" {
		*b.record = *n.begun
		b.record.Generation, b.record.Wall = r.Generation, r.Wall
	}
	return b
}

// remember keeps how far a fresh login has come, so that trying again goes on from there: it saves a request that is
// limited, and the code of a person's login cannot be sent a second time.
func (b *draft) remember(n *need) {
	if n.begun == nil {
		return
	}
	if *n.begun = (record{}); !b.settled {
		*n.begun = *b.record
	}
}

func (b *draft) save() error {
	if b.kept != nil && !b.settled {
		return b.write(b.kept)
	}
	value, err := b.record.encode()
	if err != nil {
		return err
	}
	return b.write(value)
}

// unsaved is what a process knows and could not write down.
type unsaved struct {
	intent attempt // the last that was written down
	record record
}

// keep remembers the record until the Store can be written again.
func (s *Session) keep(b *draft, intent attempt) {
	if b.kept != nil && !b.settled {
		return // a login that is not complete is done again
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.unsaved = &unsaved{intent, *b.record}
}

// catchUp writes down what could not be written down before, if nobody went on since.
func (s *Session) catchUp(b *draft) error {
	s.mu.Lock()
	u := s.unsaved
	s.unsaved = nil
	s.mu.Unlock()
	r := b.record
	if u == nil || r.Attempt == nil || r.Attempt.Step != u.intent.Step || !r.Attempt.Start.Equal(u.intent.Start) {
		return nil
	}
	*r = u.record
	if err := b.save(); err != nil {
		s.keep(b, u.intent)
		return fmt.Errorf("save an earlier answer: %w", err)
	}
	return nil
}
