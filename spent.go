package ringcx

import "slices"

// maxSpent bounds how many refresh tokens that it spent a process remembers for a lineage.
const maxSpent = 64

// spend notes a refresh token that action a has sent, and that may not be sent again whatever the Store says later: it may
// be restored from a copy in which the token is still unspent. What the vendor did not take, or gave back, is not spent.
func (k *known) spend(a action, r *record, t *Token, err error) {
	var sent *Token
	switch {
	case a == actRefresh && (err == nil || mayHaveSpent(asError(string(a), err))):
		sent = r.RingCX.token()
	case a == actRefreshLogin && err == nil: // one that went unanswered may be repeated for a while
		sent = r.RingCentral.token()
	default:
		return
	}
	if sent.RefreshToken == "" || err == nil && (t.RefreshToken == sent.RefreshToken || a == actRefreshLogin && t.RefreshToken == "") {
		return
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	k.spent = append(k.spent, fingerprint(sent.RefreshToken))
	k.spent = k.spent[max(len(k.spent)-maxSpent, 0):]
}

func mayHaveSpent(e *Error) bool { return e.kind != failUnsent && e.kind != failLimited }

// withoutSpent takes from r what a refresh token can do that this process has spent.
func (k *known) withoutSpent(r *record) {
	k.mu.Lock()
	defer k.mu.Unlock()
	spent := func(t *storedToken) bool { return t != nil && slices.Contains(k.spent, fingerprint(t.RefreshToken)) }
	if spent(r.RingCX) {
		r.Doubtful = fingerprint(r.RingCX.RefreshToken)
	}
	if spent(r.RingCentral) {
		r.RingCentral.RefreshToken = ""
	}
}
