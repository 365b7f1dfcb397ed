package ringcx

import (
	"fmt"
	"time"
)

// Rung is one way to a token, as [Status] explains it: what the next call could do, from the cheapest to the dearest.
type Rung struct {
	Step     string    `json:"step"`
	Possible bool      `json:"possible"`           // there is what it takes
	At       time.Time `json:"notBefore,omitzero"` // the vendor's limits hold it back until then
	Why      string    `json:"why"`
}

// explain is plan in words: every rung of the ladder with its reason.
func explain(r *record, l *ledgers, now time.Time, n need) []Rung {
	if n.direct {
		return []Rung{explainUse(r, now, n), explainRefresh(r, l, now, n), explainDirectLogin(l, now)}
	}
	return []Rung{explainUse(r, now, n), explainRefresh(r, l, now, n), explainExchange(r, l, now), explainRefreshLogin(r, l, now, n), explainLogin(l, now, n)}
}

// held is at if it lies ahead.
func held(at, now time.Time) time.Time {
	if at.After(now) {
		return at
	}
	return time.Time{}
}

func explainUse(r *record, now time.Time, n need) Rung {
	t := r.usable(n.wall)
	rung := Rung{Step: string(actUse), Possible: serves(r, now, n)}
	switch {
	case t.AccessToken == "":
		rung.Why = "there is none"
	case rung.Possible:
		rung.Why = fmt.Sprintf("it lives %s more, and is renewed by whoever asks in the last %s", words(t.Expiry.Sub(now)), words(t.Expiry.Sub(t.RenewAt())))
	case now.Before(t.endAt()):
		rung.Why = fmt.Sprintf("it lives %s more, but a renewal is due; if that fails, it is used", words(t.Expiry.Sub(now)))
	default:
		rung.Why = fmt.Sprintf("it ended %s ago", words(now.Sub(t.Expiry)))
	}
	if d := r.Wall.drift(n.wall); d > 0 && t.AccessToken != "" {
		rung.Why += fmt.Sprintf("; the clock of this machine went ahead of the store's by %s since it was obtained", words(d))
	}
	return rung
}

func explainRefresh(r *record, l *ledgers, now time.Time, n need) Rung {
	rung := Rung{Step: string(actRefresh), Possible: r.canRefresh(n), At: held(l.RingCX.next(now, false), now)}
	switch {
	case rung.Possible:
		rung.Why = "a refresh token is at hand; refreshing has no documented limit"
	case r.RingCX.token().RefreshToken == "":
		rung.Why = "there is no refresh token"
	default:
		rung.Why = "the last refresh went unanswered, so the refresh token may be spent"
	}
	return rung
}

func explainExchange(r *record, l *ledgers, now time.Time) Rung {
	t := r.RingCentral.token()
	rung := Rung{Step: string(actExchange), At: held(l.RingCX.next(now, true), now)}
	switch {
	case t.AccessToken == "":
		rung.Why = "there is no RingCentral token"
	case !now.Before(t.endAt()):
		rung.Why = fmt.Sprintf("the RingCentral token ended %s ago", words(now.Sub(t.Expiry)))
	case r.Refused == t.fingerprint():
		rung.Why = "RingCX refused the RingCentral token"
	default:
		rung.Possible = true
		rung.Why = fmt.Sprintf("the RingCentral token lives %s more; %d exchanges are left in this minute", words(t.Expiry.Sub(now)), l.RingCX.left(now))
	}
	return rung
}

func explainRefreshLogin(r *record, l *ledgers, now time.Time, n need) Rung {
	t := r.RingCentral.token()
	rung := Rung{Step: string(actRefreshLogin), At: held(l.RingCentral.next(now, true), now)}
	switch {
	case t.RefreshToken == "":
		rung.Why = "there is no RingCentral refresh token"
	case !t.canRefresh(now):
		rung.Why = "the RingCentral refresh token has ended"
	case n.login && r.pastGrace(now):
		rung.Why = "the last one went unanswered too long ago to be repeated"
	default:
		rung.Possible = true
		rung.Why = fmt.Sprintf("the RingCentral refresh token is at hand; %d logins are left in this minute", l.RingCentral.left(now))
	}
	return rung
}

func explainLogin(l *ledgers, now time.Time, n need) Rung {
	rung := Rung{Step: string(actLogin), Possible: n.login, At: held(l.RingCentral.next(now, true), now)}
	if n.login {
		rung.Why = fmt.Sprintf("a credential is at hand; %d logins are left in this minute", l.RingCentral.left(now))
	} else {
		rung.Why = "there is no credential to log in with"
	}
	return rung
}

func explainDirectLogin(l *ledgers, now time.Time) Rung {
	return Rung{
		Step: string(actDirectLogin), Possible: true, At: held(l.RingCX.next(now, true), now),
		Why: fmt.Sprintf("a user name and password are at hand; %d logins are left in this minute", l.RingCX.left(now)),
	}
}

// words is a duration without the digits nobody wants.
func words(d time.Duration) time.Duration {
	if d > 10*time.Second {
		return d.Round(time.Second)
	}
	return d.Round(100 * time.Millisecond)
}
