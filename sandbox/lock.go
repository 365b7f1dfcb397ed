package sandbox

import "github.com/ringcx-go/ringcx/sandbox/internal/state"

// lock is a mutex whose holder is in a transaction of tables, too: what they hold and what is in no table yet change
// together. What has changed when it is unlocked stays changed.
type lock struct {
	db *state.DB
	tx *state.Tx // of the holder
}

func (l *lock) Lock()   { l.tx = l.db.Begin() }
func (l *lock) Unlock() { l.db.Commit() }

// view reads beside others: in tx, that of a caller that holds l, or if that is nil in a transaction of its own.
func (l *lock) view(tx *state.Tx, do func(*state.Tx)) {
	if tx != nil {
		do(tx)
		return
	}
	l.db.View(do)
}
