package sandbox

import (
	"net/http"
	"strings"
	"sync/atomic"
)

// family is a sign-in to RingCX with everything that was refreshed from it.
type family struct {
	id      string
	session *session    // of RingCentral, that it came from; nil: it came from none
	ended   atomic.Bool // none of its tokens works any more
}

// over reports whether the family's tokens are refused.
func (f *family) over(r *rules) bool {
	return f.ended.Load() || r.sessionEndTakesRingCX && f.session != nil && f.session.over.Load()
}

// begin makes the family of a sign-in.
func (t *cxTokens) begin(from *session) *family {
	f := &family{id: randomText(12), session: from}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.families.put(f.id, f)
	return f
}

// familyOf is the family of an access token, or nil if it was forgotten. t.mu is held.
func (t *cxTokens) familyOf(claims *cxClaims) *family {
	parts := strings.Split(claims.ID, ".")
	if len(parts) != 3 {
		return nil
	}
	f, _ := t.families.get(parts[1])
	return f
}

// usable reports whether a refresh token gives a new pair.
func (t *cxRefreshToken) usable(c *call) bool {
	if t.spent && c.rules.ringcxRefreshReuse != reuseAccept {
		return false
	}
	return !t.loggedOut && c.now.Before(t.expires) && t.who.active() && !t.family.over(c.rules)
}

// cxLogoutRefusal answers a logout with a token that ends nothing.
func cxLogoutRefusal(c *call, r *http.Request) answer {
	if c.rules.ringcxLogoutStatus < http.StatusBadRequest {
		return textAnswer(c.rules.ringcxLogoutStatus, c.rules.ringcxDoneText)
	}
	return cxUnauthorizedAs(c, r, c.rules.ringcxLogoutStatus, "The refresh token is not valid")
}
