package ringcx

import (
	"errors"
	"fmt"
	"time"
)

// record is one lineage as the Store keeps it: everything that descends from one login of one user in one app at one
// vendor, and what every program that shares it must know before it sends a request.
type record struct {
	Version    int    `json:"version"`
	App        string `json:"app,omitempty"`      // of which app at which hosts it is, see lineage.app
	Identity   string `json:"identity,omitempty"` // with which credential it began, see lineage.identity
	Generation uint64 `json:"generation"`         // grows with every answer that is stored

	RingCentral *storedToken `json:"ringcentral,omitempty"`
	RingCX      *storedToken `json:"ringcx,omitempty"`
	// Refused is the RingCentral access token that the exchange refused, by fingerprint.
	Refused string `json:"refused,omitempty"`
	// Doubtful is a RingCX refresh token whose refresh brought no usable answer, by fingerprint: it may be spent, so
	// it is not sent again unless the server itself said that it failed and nothing else is left.
	Doubtful    string `json:"doubtful,omitempty"`
	ServerSaid5 bool   `json:"server_failed,omitempty"`

	Skew    time.Duration `json:"skew,omitempty"`    // how far the vendor's clock was ahead of the sender's, in nanoseconds
	Attempt *attempt      `json:"attempt,omitempty"` // the request under way; left behind if its sender died
	Failure *failure      `json:"failure,omitempty"` // the last failure, until something succeeds
	Evicted time.Time     `json:"evicted,omitzero"`  // when the vendor last did not know an unspent refresh token, see missed

	Wall *wall `json:"wall,omitempty"` // nil: an older program wrote it

	rest rest // what newer programs wrote and this one does not know
}

// attempt is the intent written before a request is sent.
type attempt struct {
	Step  action    `json:"step"`
	Start time.Time `json:"start"`
}

// errCorrupt is a stored value that is not a record. It is never overwritten unless a person logs in anew.
type errCorrupt struct {
	key   string
	cause error
}

func (e *errCorrupt) Error() string {
	return fmt.Sprintf("the stored session %q is damaged: %s", e.key, e.cause)
}

// Hint tells what to do about it.
func (e *errCorrupt) Hint() string {
	return "it was left as it is; restore it from a copy, or remove it with 'ringcx logout --local' and log in again"
}

// Newer tells it from what only a newer program understands. That there is such a method tells both from a Store that does not answer.
func (*errCorrupt) Newer() bool { return false }

func decodeRecord(key string, value []byte) (*record, error) {
	r := &record{Version: storedVersion}
	if value == nil {
		return r, nil
	}
	what := fmt.Sprintf("the stored session %q", key)
	more, err := unmarshalStored(what, value, r)
	var newer *errNewer
	switch {
	case errors.As(err, &newer):
		return nil, newer
	case err != nil:
		return nil, &errCorrupt{key, err}
	case r.Version > storedVersion:
		return nil, &errNewer{what, float64(r.Version)}
	case r.Version < storedVersion:
		return nil, &errCorrupt{key, fmt.Errorf("it has version %d, which there never was", r.Version)}
	}
	r.rest = more
	return r, nil
}

func (r *record) encode() ([]byte, error) { return marshalStored(r, r.rest) }

// usable is the RingCX token with the times that it has if the clock on the wall, which is so far ahead now, is right.
func (r *record) usable(wall time.Duration) *Token {
	return r.RingCX.token().shifted(-r.Wall.drift(wall))
}

// recover turns an attempt whose sender died, or got no usable answer, into what may be assumed: a RingCX refresh token
// may be spent; a RingCentral refresh may be repeated within the vendor's grace; the rest can simply be done again.
func (r *record) recover() {
	if r.Attempt == nil {
		return
	}
	switch r.Attempt.Step {
	case actRefresh:
		if r.RingCX != nil {
			r.Doubtful, r.ServerSaid5 = fingerprint(r.RingCX.RefreshToken), false
		}
	case actRefreshLogin:
		return // stays open: its start decides how long it may be repeated
	}
	r.Attempt = nil
}
