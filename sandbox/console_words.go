package sandbox

import (
	"fmt"
	"strings"
	"time"
)

// said is a text of the console with what is in force in the place of words in braces.
func (r *rules) said(text string) string {
	exchanges, spent, use := "It does not limit these requests here.", "is dead from now on", "is good for one use"
	if a := r.exchange(); a.limit > 0 {
		exchanges = fmt.Sprintf("It counts these requests: %d in %s are let in", a.limit, spokenDuration(a.window))
		if a.penalty > 0 {
			exchanges += fmt.Sprintf("; then it refuses for %s, and for longer if it is asked again", spokenDuration(a.penalty))
		}
		exchanges += "."
	}
	if r.ringcxRefreshReuse == reuseAccept {
		spent, use = "works on here", "is good until it ends"
	}
	return strings.NewReplacer(
		"{access}", spokenDuration(r.accessTokenTTL), "{refresh}", spokenDuration(r.refreshTokenTTL),
		"{ringcx}", spokenDuration(r.ringcxTokenTTL), "{exchanges}", exchanges, "{spent}", spent, "{use}", use,
	).Replace(text)
}

// ofSessions says how many sessions of RingCentral there can be, and what ends with one.
func (r *rules) ofSessions() string {
	more, with := "one more ends the oldest", "RingCX tokens that came from it live on."
	if r.sessionCapRefuses {
		more = "one more is refused"
	}
	if r.sessionEndTakesRingCX {
		with = "RingCX tokens that came from it end with it."
	}
	return fmt.Sprintf("At most %d for a user in an app: %s. Revoking one ends all its tokens; %s", r.sessionCap, more, with)
}

// ofRefreshTokens says how often a refresh token of RingCX can be used.
func (r *rules) ofRefreshTokens() string {
	switch r.ringcxRefreshReuse {
	case reuseAccept:
		return "A refresh gives another, and the one before works on."
	case reuseRevoke:
		return "Each is good for one refresh, which gives another. Who sends one twice ends all that came from its sign-in."
	}
	return "Each is good for one refresh, which gives another."
}

// ofAccessTokens says what ends an access token of RingCX before its time.
func (r *rules) ofAccessTokens() string {
	var by []string
	if r.ringcxLogoutEndsAccess {
		by = append(by, "a logout")
	}
	if r.sessionEndTakesRingCX {
		by = append(by, "the end of the RingCentral session")
	}
	if r.ringcxRefreshReuse == reuseRevoke {
		by = append(by, "a refresh token that is sent twice")
	}
	until := "They work until they end: nothing revokes them."
	if len(by) > 0 {
		until = "They work until they end, unless one of these ends them before: " + strings.Join(by, ", ") + "."
	}
	return until + " Only those that were seen lately are listed."
}

// clockSteps are advances that tell something: past a penalty, past a token, past a session.
func (r *rules) clockSteps() []choice {
	step := func(d time.Duration, what string) choice {
		return choice{d.String(), spokenDuration(d) + ": " + what}
	}
	return []choice{
		step(max(r.limitWindow, r.limitPenalty, r.ringcxLimitPenalty, r.apiLimitPenalty), "a limit or a penalty passes"),
		step(r.ringcxTokenTTL+r.ringcxClockSkew+time.Minute, "RingCX access tokens end"),
		step(r.accessTokenTTL+time.Minute, "RingCentral access tokens end"),
		step(r.refreshTokenTTL+day, "RingCentral refresh tokens end"),
	}
}
