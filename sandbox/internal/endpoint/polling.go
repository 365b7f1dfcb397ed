package endpoint

import (
	"crypto/sha256"
	"sync"
	"time"

	"github.com/ringcx-go/ringcx/sandbox/internal/recent"
)

// Detector is what is remembered of clients to tell a bad habit from a bad day. Its lock guards it.
type Detector struct {
	mu       sync.Mutex
	refusals uint64 // answers that make some client ask for a new token
	streaks  *recent.Map[*streak]
	expired  *recent.Map[*repeat]
	used     map[int64]*used // by user
}

// streak is a series of tokens that somebody asked for without need.
type streak struct {
	length   int
	good     time.Time // until then most of the latest token's life is left
	begun    time.Time
	sign     string // what its use is known by
	refusals uint64
}

// used are the tokens of a user that were good for something.
type used struct {
	session   string    // of the latest RingCentral token that was used for a call, or exchanged for one that was
	xauth     string    // xauth of the latest RingCX token that was used
	exchanged [2]string // session and xauth of the latest exchange
}

// Uses are what is known by the latest tokens of a user that were used: a session of RingCentral and an X-Auth-Token.
func (h *Detector) Uses(user int64) (session, xauth string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	u := h.usedBy(user)
	return u.session, u.xauth
}

// usedBy is what is known of a user's tokens, to be changed. The lock is held.
func (h *Detector) usedBy(user int64) *used {
	u := h.used[user]
	if u == nil {
		u = new(used)
		h.used[user] = u
	}
	return u
}

// UsedSession notes that a token of a session was used for a call to RingCentral.
func (h *Detector) UsedSession(user int64, session string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.usedBy(user).session = session
}

// Exchanged notes an exchange.
func (h *Detector) Exchanged(user int64, session, xauth string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.usedBy(user).exchanged = [2]string{session, xauth}
}

// Called notes a call to RingCX.
func (h *Detector) Called(user int64, xauth string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	u := h.usedBy(user)
	if u.xauth = xauth; xauth == u.exchanged[1] {
		u.session = u.exchanged[0]
	}
}

// repeat is how long and how often an expired token was sent.
type repeat struct {
	since time.Time
	times int
}

// What makes a habit. Four exchanges in a row, or more logins than there may be sessions side by side, each token used,
// none refused, refreshed or given back: the client asks before each call. An expired token for the fifth time and over a minute:
// the client does not hear. Less happens to many that share a token.
const (
	ExchangesPolled = 4

	expiredTimes = 5
	expiredFor   = time.Minute
	habitsKept   = 2_000
)

// Restart forgets everything.
func (h *Detector) Restart() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.used = map[int64]*used{}
	h.streaks, h.expired = recent.New[*streak](habitsKept), recent.New[*repeat](habitsKept)
}

// Refused counts an answer after which a correct client asks for a new token, whatever it has.
func (h *Detector) Refused() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.refusals++
}

// Streak is how many tokens that live for life were asked for by who in a row without need, with the one of now. used is
// the sign of the token that its user used last, so that one whose answer was lost does not count; sign is that of the new
// one.
func (h *Detector) Streak(who string, now time.Time, life time.Duration, used, sign string) int {
	h.mu.Lock()
	defer h.mu.Unlock()
	next := &streak{length: 1, begun: now, good: now.Add(life / 2), sign: sign, refusals: h.refusals}
	if last, ok := h.streaks.Get(who); ok && now.Before(last.good) && !now.Before(last.begun) && used == last.sign &&
		h.refusals == last.refusals {
		next.length = last.length + 1
	}
	h.streaks.Put(who, next)
	return next.length
}

// EndStreak ends the series of who, who did something that those do not who ask before each call.
func (h *Detector) EndStreak(who string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.streaks.Put(who, &streak{})
}

// KeepsSending reports whether an expired token has been sent again and again.
func (h *Detector) KeepsSending(token string, now time.Time) bool {
	sum := sha256.Sum256([]byte(token))
	key := string(sum[:16])
	h.mu.Lock()
	defer h.mu.Unlock()
	s, ok := h.expired.Get(key)
	if !ok {
		s = &repeat{since: now}
		h.expired.Put(key, s)
	}
	s.times++
	return s.times >= expiredTimes && now.Sub(s.since) >= expiredFor
}

// ShortAgent keeps what distinguishes a User-Agent.
func ShortAgent(agent string) string { return agent[:min(len(agent), 100)] }
