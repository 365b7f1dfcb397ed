package ringcx

import (
	"cmp"
	"fmt"
	"sync"
)

// draft is the record while a renewal works on it. A fresh login, and a record that belongs to other credentials, work
// on an empty lineage, and what was stored stays in place until the new one is complete.
type draft struct {
	record  *record
	kept    []byte // what to leave in place while not settled, whatever it is, nil if there is nothing
	settled bool
	write   func([]byte) error
	ledgers ledgers // as last read or written
}

func newDraft(l *lineage, r *record, old []byte, save func([]byte) error, n need) *draft {
	b := &draft{record: r, write: save}
	if n.since.IsZero() && l.owns(r) {
		r.App, r.Identity = l.app, cmp.Or(l.identity, r.Identity)
		return b
	}
	b.record = &record{Version: storedVersion, App: l.app, Identity: l.identity, Generation: r.Generation, Wall: r.Wall}
	b.kept = old
	if n.begun != nil && n.begun.RingCentral.token().AccessToken != "" {
		*b.record = *n.begun
		b.record.Generation, b.record.Wall = r.Generation, r.Wall
	}
	return b
}

// owns tells whether a record is of this lineage.
func (l *lineage) owns(r *record) bool {
	same := func(a, b string) bool { return a == "" || b == "" || a == b }
	return same(l.app, r.App) && same(l.identity, r.Identity)
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
	mu     sync.Mutex // guards the fields below
	intent attempt    // the last that was written down
	record *record    // nil: all was written down
}

// keep remembers the record until the Store can be written again.
func (u *unsaved) keep(b *draft, intent attempt) {
	if b.kept != nil && !b.settled {
		return // a login that is not complete is done again
	}
	u.mu.Lock()
	defer u.mu.Unlock()
	r := *b.record
	u.intent, u.record = intent, &r
}

// take is what keep remembered, and is forgotten; nil if it was nothing.
func (u *unsaved) take() (intent attempt, r *record) {
	u.mu.Lock()
	defer u.mu.Unlock()
	intent, r = u.intent, u.record
	u.record = nil
	return intent, r
}

// catchUp writes down what could not be written down before, if nobody went on since.
func (u *unsaved) catchUp(b *draft) error {
	intent, known := u.take()
	r := b.record
	if known == nil || r.Attempt == nil || r.Attempt.Step != intent.Step || !r.Attempt.Start.Equal(intent.Start) {
		return nil
	}
	*r = *known
	if err := b.save(); err != nil {
		u.keep(b, intent)
		return fmt.Errorf("save an earlier answer: %w", err)
	}
	return nil
}
