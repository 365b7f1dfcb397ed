package ringcx

import (
	"context"
	"time"
)

// Status is what is known of a lineage, without its secrets and without asking the vendor.
type Status struct {
	Key        string `json:"key"`
	Generation uint64 `json:"generation"` // answers stored since the first login

	MainAccountID string    `json:"mainAccountId,omitempty"`
	Expiry        time.Time `json:"expiry,omitzero"`  // end of the RingCX access token
	RenewAt       time.Time `json:"renewAt,omitzero"` // when the next use renews it ahead of time
	Refreshable   bool      `json:"refreshable"`      // a RingCX refresh token is at hand

	UserID                   string    `json:"userId,omitempty"` // RingCentral user (extension)
	Scope                    string    `json:"scope,omitempty"`
	RingCentralExpiry        time.Time `json:"ringCentralExpiry,omitzero"`
	RingCentralRefreshExpiry time.Time `json:"ringCentralRefreshExpiry,omitzero"`
	RingCentralRefreshable   bool      `json:"ringCentralRefreshable"` // a RingCentral refresh token is at hand

	// Next is what the next call that needs a token does: "use the token", "refresh RingCX", "exchange",
	// "refresh RingCentral", "log in", "wait", "report the last failure" or "login required".
	Next   string    `json:"next"`
	NextAt time.Time `json:"nextAt,omitzero"` // for "wait" and "report the last failure": until when

	// Ladder are the ways to a token, from the cheapest to the dearest.
	Ladder []Rung `json:"ladder"`

	// SkewSeconds is how far the vendor's clock was ahead of ours when it last answered. It does no harm.
	SkewSeconds float64 `json:"skewSeconds,omitempty"`

	LoginsLeft    int       `json:"loginsLeft"`          // requests the platform's token endpoint allows now
	ExchangesLeft int       `json:"exchangesLeft"`       // exchanges RingCX allows now
	QuietUntil    time.Time `json:"quietUntil,omitzero"` // nothing is sent before

	Failure   string    `json:"failure,omitempty"` // the last failure, if nothing succeeded since
	FailureAt time.Time `json:"failureAt,omitzero"`
	LastError *Error    `json:"-"` // the same as an error; nil if it happened with other credentials, or never

	// EvictedAt is when the vendor last did not know a RingCentral refresh token that had not been spent and had not
	// ended: its session was pushed out by too many others, revoked, or spent from a copy of the Store.
	EvictedAt time.Time `json:"evictedAt,omitzero"`
	// OthersAt is when an answer last told of requests of this app that went past the ledger: programs that use the app
	// without sharing the Store take each other's budget.
	OthersAt time.Time `json:"othersAt,omitzero"`
	// ReplacedAt is when this session last found a lineage of other credentials under its key, in place of one that it had used:
	// programs that share the Store and the key have different credentials, and each logs in anew because of the other.
	ReplacedAt time.Time `json:"replacedAt,omitzero"`
}

// status reads what is known from the Store.
func (re *renewer) status(ctx context.Context) (*Status, error) {
	r, err := re.load(ctx)
	if err != nil {
		return nil, err
	}
	if !re.owns(r) {
		r = &record{}
	}
	re.known.withoutSpent(r)
	var l ledgers
	if err := re.ledgers.read(ctx, &l, false); err != nil {
		return nil, err
	}
	now := re.clocks.now()
	n := re.need(want{ahead: true})
	n.wall = re.clocks.wall()
	next := plan(r, &l, now, n)
	st := &Status{
		Key: re.key, Generation: r.Generation, Next: string(next.action), NextAt: re.clocks.here(next.until),
		Ladder: explain(r, &l, now, n), SkewSeconds: r.Skew.Seconds(),
		LoginsLeft: l.RingCentral.left(now), ExchangesLeft: l.RingCX.left(now),
		QuietUntil: re.clocks.here(held(later(l.RingCentral.QuietUntil, l.RingCX.QuietUntil), now)),
	}
	st.EvictedAt, st.OthersAt = re.clocks.here(r.Evicted), re.clocks.here(later(l.RingCentral.Others, l.RingCX.Others))
	st.ReplacedAt = re.clocks.here(re.replaced.when())
	for i := range st.Ladder {
		st.Ladder[i].At = re.clocks.here(st.Ladder[i].At)
	}
	if t := re.clocks.local(r.usable(n.wall)); t.AccessToken != "" {
		st.MainAccountID, st.Expiry, st.RenewAt, st.Refreshable = printable(t.MainAccountID), t.Expiry, t.RenewAt(), t.RefreshToken != ""
	}
	if t := re.clocks.local(r.RingCentral.token()); t.AccessToken != "" {
		st.UserID, st.Scope, st.RingCentralExpiry, st.RingCentralRefreshExpiry = printable(t.OwnerID), printable(t.Scope), t.Expiry, t.RefreshExpiry
		st.RingCentralRefreshable = t.RefreshToken != ""
	}
	if f := r.Failure; f != nil {
		st.Failure, st.FailureAt = f.err().Error(), re.clocks.here(f.Time)
		if f.Credentials == n.credentials {
			st.LastError = f.asError()
		}
	}
	return st, nil
}
