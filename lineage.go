package ringcx

// lineage names a lineage of tokens: where it is kept, under which key, and whose it is.
type lineage struct {
	store    Store
	key      string // keyOf, unless SessionOptions.Key names it; "": it has none, so that nothing is read or written
	app      string // which app at which hosts, by fingerprint
	identity string // with which credential, by fingerprint; "" if the grant does not say
}

// keyOf is the key under which a Store keeps what an app and an identity have, which are fingerprints: none of it can be read from it.
func keyOf(app, identity string) string { return fingerprint(app, identity) }

// sameAs tells whether two names are of one lineage, so that who waits for one waits for the other. Of stores that may be the
// same place it is taken for granted.
func (l *lineage) sameAs(other *lineage) bool {
	_, mine := l.store.(*Memory)
	_, its := other.store.(*Memory)
	if (mine || its) && l.store != other.store {
		return false
	}
	return l.key == other.key && l.app == other.app && l.identity == other.identity
}
