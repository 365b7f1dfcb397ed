package ringcx

import "time"

// Margins are shares of the lifetime, so that a token of two seconds is usable too, with a cap for long ones.
const (
	renewShare, renewCap = 5, time.Minute      // renewed when a fifth is left, a minute at most
	endShare, endCap     = 20, 5 * time.Second // no longer handed out when a twentieth is left, five seconds at most
)

// RenewAt is when a renewal becomes due and a holder of the token should ask for another: when a fifth of its life is
// left, a minute at most. The token goes on working until its Expiry.
func (t *Token) RenewAt() time.Time { return t.Expiry.Add(-min(t.lifetime()/renewShare, renewCap)) }

// endAt is when the token is no longer handed out.
func (t *Token) endAt() time.Time { return t.Expiry.Add(-min(t.lifetime()/endShare, endCap)) }
