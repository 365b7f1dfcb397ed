package console

import (
	"fmt"
	"strings"
	"time"

	"github.com/ringcx-go/ringcx/sandbox/internal/contract"
	"github.com/ringcx-go/ringcx/sandbox/internal/limit"
	"github.com/ringcx-go/ringcx/sandbox/internal/view"
	"github.com/ringcx-go/ringcx/sandbox/internal/wording"
)

// said is a text of the console with what is in force in the place of words in braces.
func said(r *contract.Rules, text string) string {
	exchanges, spent, use := "It does not limit these requests here.", "is dead from now on", "is good for one use"
	if a := limit.ExchangeLimit(r); a.Limit > 0 {
		exchanges = fmt.Sprintf("It counts these requests: %d in %s are let in", a.Limit, wording.SpokenDuration(a.Window))
		if a.Penalty > 0 {
			exchanges += fmt.Sprintf("; then it refuses for %s, and for longer if it is asked again", wording.SpokenDuration(a.Penalty))
		}
		exchanges += "."
	}
	if r.RingCXRefreshReuse == contract.ReuseAccept {
		spent, use = "works on here", "is good until it ends"
	}
	return strings.NewReplacer(
		"{access}", wording.SpokenDuration(r.AccessTokenTTL), "{refresh}", wording.SpokenDuration(r.RefreshTokenTTL),
		"{ringcx}", wording.SpokenDuration(r.RingCXTokenTTL), "{exchanges}", exchanges, "{spent}", spent, "{use}", use,
	).Replace(text)
}

// aboutSessions says how many sessions of RingCentral there can be, and what ends with one.
func aboutSessions(r *contract.Rules) string {
	more, with := "one more ends the oldest", "RingCX tokens that came from it live on."
	if r.SessionCapRefuses {
		more = "one more is refused"
	}
	if r.SessionEndTakesRingCX {
		with = "RingCX tokens that came from it end with it."
	}
	return fmt.Sprintf("At most %d for a user in an app: %s. Revoking one ends all its tokens; %s", r.SessionCap, more, with)
}

// aboutRefreshTokens says how often a refresh token of RingCX can be used.
func aboutRefreshTokens(r *contract.Rules) string {
	switch r.RingCXRefreshReuse {
	case contract.ReuseAccept:
		return "A refresh gives another, and the one before works on."
	case contract.ReuseRevoke:
		return "Each is good for one refresh, which gives another. Who sends one twice ends all that came from its sign-in."
	}
	return "Each is good for one refresh, which gives another."
}

// aboutAccessTokens says what ends an access token of RingCX before its time.
func aboutAccessTokens(r *contract.Rules) string {
	var by []string
	if r.RingCXLogoutEndsAccess {
		by = append(by, "a logout")
	}
	if r.SessionEndTakesRingCX {
		by = append(by, "the end of the RingCentral session")
	}
	if r.RingCXRefreshReuse == contract.ReuseRevoke {
		by = append(by, "a refresh token that is sent twice")
	}
	until := "They work until they end: nothing revokes them."
	if len(by) > 0 {
		until = "They work until they end, unless one of these ends them before: " + strings.Join(by, ", ") + "."
	}
	return until + " Only those that were seen lately are listed."
}

// clockSteps are advances that tell something: past a penalty, past a token, past a session.
func clockSteps(r *contract.Rules) []view.Choice {
	step := func(d time.Duration, what string) view.Choice {
		return view.Choice{Value: d.String(), Label: wording.SpokenDuration(d) + ": " + what}
	}
	return []view.Choice{
		step(max(r.LimitWindow, r.LimitPenalty, r.RingCXLimitPenalty, r.APILimitPenalty), "a limit or a penalty passes"),
		step(r.RingCXTokenTTL+r.RingCXClockSkew+time.Minute, "RingCX access tokens end"),
		step(r.AccessTokenTTL+time.Minute, "RingCentral access tokens end"),
		step(r.RefreshTokenTTL+contract.Day, "RingCentral refresh tokens end"),
	}
}
