package state

// Lock is a mutex whose holder is in a transaction, too: what tables hold and what is in none change together. What has
// changed when it is unlocked stays changed.
type Lock struct {
	DB *DB
	Tx *Tx // of the holder
}

// Lock begins the transaction.
func (l *Lock) Lock() { l.Tx = l.DB.Begin() }

// Unlock ends it.
func (l *Lock) Unlock() { l.DB.Commit() }

// View reads beside others: in tx, that of a caller that holds l, or if that is nil in a transaction of its own.
func (l *Lock) View(tx *Tx, do func(*Tx)) {
	if tx != nil {
		do(tx)
		return
	}
	l.DB.View(do)
}
