package ringcx

import (
	"time"
)

// What came of an action is entered into the record here: success, refusal, silence. plan.go then decides anew.

// begin enters the intent to take action a.
func (r *record) begin(a action, now time.Time) {
	if r.Attempt == nil || r.Attempt.Step != a || a != actRefreshLogin {
		r.Attempt = &attempt{Step: a, Start: now}
	}
}

// succeed enters a token that action a brought.
func (r *record) succeed(a action, t *Token) {
	r.Attempt = nil
	r.Generation++
	switch a {
	case actLogin, actRefreshLogin:
		if old := r.RingCentral.token(); a == actRefreshLogin && t.RefreshToken == "" {
			t.RefreshToken, t.RefreshExpiry = old.RefreshToken, old.RefreshExpiry // not rotated (RFC 6749, section 6)
		}
		r.RingCentral, r.Refused = stored(t), ""
	case actExchange, actRefresh, actDirectLogin:
		r.RingCX, r.Doubtful, r.ServerSaid5, r.Failure = stored(t), "", false, nil
	}
}

// fail enters that action a brought no token, and reports whether the loop should plan again.
func (r *record) fail(a action, e *Error, n *need, now time.Time) (again bool) {
	switch e.kind {
	case failRefused:
		r.Attempt = nil
		again = r.refused(a, e, n)
	case failLimited, failUnsent:
		r.Attempt = nil
		again = e.kind == failLimited
	case failSilent:
		r.recover()
		return false // others may reach the vendor, and need not know
	default:
		r.recover()
		r.ServerSaid5 = a == actRefresh && e.kind == failServer
		again = e.kind != failForeign
	}
	r.remember(e, !again, n, now)
	return again
}

// refused acts on an answer that says no, and reports whether another way is left to try.
func (r *record) refused(a action, e *Error, n *need) (again bool) {
	switch a {
	case actRefresh:
		r.RingCX.RefreshToken = ""
		return true
	case actExchange:
		t := r.RingCentral.token()
		r.Refused = t.fingerprint()
		return t.Obtained.Before(n.started) // a token straight from the vendor is not better a second time
	case actRefreshLogin:
		if e.oauth != "invalid_grant" && e.oauth != "expired_token" {
			return false // about the app, not about the token
		}
		r.RingCentral.RefreshToken = ""
		return true
	}
	return false
}

// remember keeps the failure for status and, when it is final, for callers that come before it is worth trying again.
// What the network or a failing server did holds nobody back: it may be over at once, and the ledger has its own pause.
func (r *record) remember(e *Error, final bool, n *need, now time.Time) {
	f := &failure{
		Time: now, Count: 1, Credentials: n.credentials, Op: e.Op, StatusCode: e.StatusCode, Code: e.Code, OAuth: e.oauth,
		Message: e.Message, RequestID: e.RequestID, Kind: e.kind,
		Final: final && e.kind != failUnsent,
	}
	if old := r.Failure; old != nil && old.Op == f.Op && old.Credentials == f.Credentials {
		f.Count = old.Count + 1
	}
	if f.Final {
		f.Until = now.Add(backoff(f.Count))
	}
	r.Failure = f
}

// unspentGone is the vendor's code for a refresh token that it does not know (any more).
const unspentGone = "OAU-213"

// missed enters that the vendor does not know a refresh token that was never spent and has not ended. It was pushed out
// by a login over the vendor's cap of sessions, revoked, or spent from a copy of the Store.
func (r *record) missed(a action, e *Error, repeated bool, now time.Time) {
	if a == actRefreshLogin && e.kind == failRefused && e.Code == unspentGone && !repeated {
		r.Evicted = now
	}
}
